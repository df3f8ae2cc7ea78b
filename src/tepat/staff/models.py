"""Users and the places they are assigned to."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q


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
    """A member of staff. A leaver stays in the table, inactive, because history names them."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

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
