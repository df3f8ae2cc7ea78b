"""What was done, and who looked. The database adds rows and never changes or removes one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Entry(models.Model):
    """One thing that a person did: the verb, about what, with which reason."""

    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)  # family, person, batch, user, run, …
    subject_id = models.BigIntegerField(null=True)
    home_id = models.IntegerField(null=True)  # who may read it; null: those who see all
    reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    override = models.BooleanField(default=False)  # a person overruled what the system found
    details = models.JSONField(default=dict)  # never a name or a number of a person

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "-at"]),
            models.Index(fields=["actor_id", "-at"]),
            models.Index(fields=["-at", "-id"], name="entry_time"),
            models.Index(fields=["verb", "-at", "-id"], name="entry_verb"),
            models.Index(fields=["home_id", "-at"], name="entry_home"),
            models.Index(fields=["-at", "-id"], name="entry_override", condition=Q(override=True)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id}"


class Access(models.Model):
    """One opening of a family's data: who, when, why."""

    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    home_id = models.IntegerField()
    reason = models.CharField(max_length=40)
    page = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["family_id", "-at"]),
            models.Index(fields=["actor_id", "-at"]),
            models.Index(fields=["-at", "-id"], name="access_time"),
            models.Index(fields=["home_id", "-at"], name="access_home"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} opened family {self.family_id}"
