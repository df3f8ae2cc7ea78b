"""What other institutions say of people: lists that were loaded, and who stands on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class FlagList(models.Model):
    """A list of an institution, as loaded: a ground with no list is "not checked"."""

    ground = models.TextField()
    source = models.TextField()
    date = models.DateField()
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")  # what it covers
    batch = models.ForeignKey("registry.Batch", models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(
        "registry.Batch", models.PROTECT, null=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"{self.ground} by {self.source}, {self.date}"


class Flag(models.Model):
    """A finding of an institution on a person or a family; contested until somebody has looked."""

    family = models.ForeignKey("registry.Family", models.PROTECT, related_name="flags")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="flags")
    ground = models.TextField()
    source = models.TextField()
    date = models.DateField()
    confidence = models.TextField(blank=True)
    contested = models.BooleanField(default=False)
    contested_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )  # somebody else settles it
    evidence = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    batch = models.ForeignKey("registry.Batch", models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(
        "registry.Batch", models.PROTECT, null=True, related_name="+", db_index=False
    )
    home_id = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="flag_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ground} on family {self.family_id}"
