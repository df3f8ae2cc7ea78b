"""What is doubtful in the record, who looks after it, and what was counted of each village.

A finding appears and is solved by the worker's checks alone: nobody closes one by hand. Solved
findings stay, with the moment. Counts are dated; decisions/0013 says which pages may use them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

_OPEN = Q(solved_at__isnull=True)


class Finding(models.Model):
    """A rule that a family's present record breaks, from when to when, and who is to see to it."""

    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=7)
    family = models.ForeignKey(
        "registry.Family", models.PROTECT, related_name="findings", db_index=False
    )
    person = models.ForeignKey(
        "registry.Person", models.PROTECT, null=True, related_name="findings"
    )
    column = models.TextField(blank=True)
    value_shown = models.TextField(blank=True)  # never a whole number of a person
    first_found_at = models.DateTimeField(db_default=Now())
    solved_at = models.DateTimeField(null=True)
    home_id = models.IntegerField()
    assigned_to = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    assigned_place = models.ForeignKey(
        "places.Place", models.PROTECT, null=True, related_name="+", db_index=False
    )  # a village: whoever works there
    assigned_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    assigned_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="finding_severity", condition=Q(severity__in=("error", "warning", "note"))
            ),
            models.CheckConstraint(
                name="finding_assigned",
                condition=Q(assigned_at__isnull=True, assigned_to=None, assigned_place=None)
                | Q(assigned_at__isnull=False, assigned_to__isnull=False, assigned_place=None)
                | Q(assigned_at__isnull=False, assigned_to=None, assigned_place__isnull=False),
            ),
            models.CheckConstraint(
                name="finding_solved_later",
                condition=Q(solved_at__isnull=True) | Q(solved_at__gte=F("first_found_at")),
            ),
            models.UniqueConstraint(
                name="finding_open_once",
                fields=["family", "rule", "person", "column"],
                condition=_OPEN,
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["home_id", "rule", "id"], condition=_OPEN, name="finding_by_home"),
            models.Index(fields=["rule", "id"], condition=_OPEN, name="finding_by_rule"),
            models.Index(fields=["assigned_to", "due_on"], condition=_OPEN, name="finding_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} on family {self.family_id}"


class PlaceCheck(models.Model):
    """How far a place was checked. The country's row says up to when changes were followed."""

    place = models.OneToOneField("places.Place", models.PROTECT, primary_key=True, related_name="+")
    known_by = models.DateTimeField()  # what was known then was checked
    checked_at = models.DateTimeField(db_default=Now())
    families = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"check of place {self.place_id}"


class VillageFigures(models.Model):
    """How many live in a village, counted at a moment; sums of it serve a province or the country.

    `men_6` are men and boys of 6 to 17 full years, and so on; `unsure` those whose sex or day of
    birth is not known.
    """

    home = models.OneToOneField("places.Place", models.PROTECT, primary_key=True, related_name="+")
    families = models.IntegerField()
    people = models.IntegerField()
    men_0 = models.IntegerField()
    men_6 = models.IntegerField()
    men_18 = models.IntegerField()
    men_60 = models.IntegerField()
    women_0 = models.IntegerField()
    women_6 = models.IntegerField()
    women_18 = models.IntegerField()
    women_60 = models.IntegerField()
    unsure = models.IntegerField()
    counted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"figures of village {self.home_id}"


class VillageFindings(models.Model):
    """How many open findings of a rule a village had when it was counted."""

    home = models.ForeignKey("places.Place", models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=7)
    findings = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="village_rule_once", fields=["home", "rule"]),
        ]

    def __str__(self) -> str:
        return f"{self.findings} of {self.rule} in village {self.home_id}"
