"""Users and the places they are assigned to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from tepat.staff.context import acting_as


class Role(models.TextChoices):
    """What a user is. The database knows which of them may write and which see no family."""

    VILLAGE_OPERATOR = "village_operator", "Operator desa"
    FACILITATOR = "facilitator", "Pendamping"
    KABUPATEN_VERIFIER = "kabupaten_verifier", "Verifikator kabupaten"
    HEAD_OF_OFFICE = "head_of_office", "Kepala dinas"
    MINISTRY_ANALYST = "ministry_analyst", "Analis kementerian"
    MINISTRY_APPROVER = "ministry_approver", "Pejabat penyetuju kementerian"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"
    SYSTEM = "system", "Sistem"


class UserManager(BaseUserManager["User"]):
    """Finds users by their account name."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this account name, in any case of letters."""
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A member of staff. A leaver stays in the table, inactive, because history names them.

    `session_round` grows whenever all sessions of the user must end; a session remembers the round
    in which it began. The database refuses changes of a user by anybody but an administrator,
    except for the user's own password and round.
    """

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    must_change_password = models.BooleanField(default=False)
    session_round = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="user_name_form", condition=Q(username__regex=r"^[a-z0-9][a-z0-9._-]{1,59}$")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password. A hash of an old kind is renewed in the user's own name."""
        with acting_as(self.pk):
            return super().check_password(raw_password)

    def get_session_auth_hash(self) -> str:
        """What a session must agree with: the password and the round, under the site's key."""
        return self._session_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under former keys of the site."""
        return map(self._session_hash, settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, key: str | bytes) -> str:
        said = f"{self.password} {self.session_round}"
        return salted_hmac("tepat.staff.session", said, secret=key, algorithm="sha256").hexdigest()


class Assignment(models.Model):
    """A user works in a place, and so in all places below it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assignment_once", fields=["user", "place"], condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.place_id}"


class SentForm(models.Model):
    """The number of a form that a user sent, and where its answer led."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    number = models.UUIDField()
    at = models.DateTimeField()
    led_to = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="form_counts_once", fields=["user", "number"]),
        ]

    def __str__(self) -> str:
        return f"form {self.number}"
