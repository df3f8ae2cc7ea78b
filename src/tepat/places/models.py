"""Places, their dated codes, and what became of them.

A place keeps its id for ever. Codes change (a province is split, a village becomes a kelurahan),
so a code belongs to a place from one day to another, and a succession says which place followed
which. Access is decided by `Within`: each place with all places above it, itself included.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

COUNTRY_ID = 1


class Level(models.IntegerChoices):
    """How deep in the tree a place lies."""

    COUNTRY = 0
    PROVINCE = 1
    KABUPATEN = 2
    KECAMATAN = 3
    VILLAGE = 4


class Kind(models.TextChoices):
    """What a place is called in law."""

    COUNTRY = "country", "Negara"
    PROVINCE = "province", "Provinsi"
    KABUPATEN = "kabupaten", "Kabupaten"
    KOTA = "kota", "Kota"
    KECAMATAN = "kecamatan", "Kecamatan"
    KELURAHAN = "kelurahan", "Kelurahan"
    DESA = "desa", "Desa"
    DESA_ADAT = "desa_adat", "Desa adat"


class Place(models.Model):
    """A place as it is now; `ended_on` is the day it ceased to be a place of its own."""

    id = models.IntegerField(primary_key=True)
    level = models.SmallIntegerField(choices=Level.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.TextField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="place_level", condition=Q(level__in=Level.values)),
            models.CheckConstraint(name="place_kind", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="place_parent", condition=Q(level=0) ^ Q(parent__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["level", "name"])]

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    """The code of a place in one scheme from a day to the day before another."""

    class Scheme(models.TextChoices):
        """Who gives the code."""

        KEMENDAGRI = "kemendagri", "Kemendagri"
        BPS = "bps", "BPS"

    place = models.ForeignKey(Place, models.PROTECT, related_name="codes")
    scheme = models.CharField(max_length=10, choices=Scheme.choices)
    code = models.CharField(max_length=10)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="code_form",
                condition=Q(code__regex=r"^[0-9]{2}([0-9]{2}([0-9]{2,3}([0-9]{3,4})?)?)?$"),
            ),
            models.CheckConstraint(
                name="code_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
            ),
            models.UniqueConstraint(
                name="code_open", fields=["scheme", "code"], condition=Q(valid_to__isnull=True)
            ),
            models.UniqueConstraint(
                name="code_one_open", fields=["scheme", "place"], condition=Q(valid_to__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["scheme", "code"])]

    def __str__(self) -> str:
        return self.code


class Succession(models.Model):
    """One place followed another, wholly or in part."""

    class How(models.TextChoices):
        """What happened."""

        SPLIT = "split", "Pemekaran"
        MERGER = "merger", "Penggabungan"
        RENAMING = "renaming", "Perubahan nama"
        RECODING = "recoding", "Perubahan kode"

    before = models.ForeignKey(Place, models.PROTECT, related_name="successors")
    after = models.ForeignKey(Place, models.PROTECT, related_name="predecessors")
    on = models.DateField()
    how = models.CharField(max_length=10, choices=How.choices)
    was = models.TextField(blank=True)  # the former name or code, where the place stayed the same
    source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="succession_once", fields=["before", "after", "on", "how"]
            ),
            models.CheckConstraint(
                name="succession_of_itself",
                condition=Q(before=models.F("after"), how__in=["renaming", "recoding"])
                | (~Q(before=models.F("after")) & Q(how__in=["split", "merger"])),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class Edition(models.Model):
    """A list of all places that was loaded, and what was found in it."""

    day = models.DateField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(db_default=Now())
    report = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(name="edition_once", fields=["day", "digest"])]

    def __str__(self) -> str:
        return f"{self.source}, {self.day}"


class BoundaryFile(models.Model):
    """A file of boundaries that a ministry loaded, and what of it was recognised."""

    name = models.TextField()
    source = models.TextField()  # shown below the map: whose boundaries they are
    digest = models.CharField(max_length=64)
    level = models.SmallIntegerField(choices=Level.choices)
    code_property = models.TextField()
    loaded_at = models.DateTimeField(db_default=Now())
    loaded_by_id = models.BigIntegerField()
    report = models.JSONField()

    def __str__(self) -> str:
        return self.name


class Outline(models.Model):
    """The boundaries of one place: rings of [longitude, latitude] in degrees."""

    place = models.OneToOneField(Place, models.PROTECT, primary_key=True, related_name="outline")
    file = models.ForeignKey(BoundaryFile, models.PROTECT, related_name="outlines")
    rings = models.JSONField()

    def __str__(self) -> str:
        return f"outline of {self.place_id}"


class Within(models.Model):
    """A place and one above it, or itself; made anew whenever the tree changes."""

    # Half a million rows that are worked out from the tree: the tree has the constraints.
    place = models.ForeignKey(Place, models.CASCADE, related_name="above", db_constraint=False)
    ancestor = models.ForeignKey(
        Place, models.CASCADE, related_name="below", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="within_once", fields=["ancestor", "place"]),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} in {self.ancestor_id}"
