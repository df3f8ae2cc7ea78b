"""What this database is: a demonstration or not, and with which key its numbers are sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Installation(models.Model):
    """The one row about the database itself. The owner writes it while migrating; all may read it.

    A demonstration has invented people and accounts whose codes anybody at the machine may ask for;
    the application cannot turn a real database into one.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_demo = models.BooleanField()
    key_fingerprint = models.CharField(max_length=16)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="installation_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return "demo" if self.is_demo else "installation"
