"""Families, people, and who belongs to which family, in two times.

A NIK or KK number is kept sealed with a key of its person or family, and found by its token, a
keyed hash. Erasing a person destroys `salt`, from which the key is made, and clears the row.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

HEAD = 1


class _Fact(models.Model):
    """True for a time, known from a batch, until another batch supersedes it."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    batch = models.ForeignKey("registry.Batch", models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(
        "registry.Batch", models.PROTECT, null=True, related_name="+", db_index=False
    )
    home_id = models.IntegerField()

    class Meta:
        abstract = True


def _period(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
    )


_LIVING = Q(valid_to__isnull=True, superseded_by__isnull=True)


class Family(models.Model):
    """A family. `version` is the last batch that touched it; an edit based on another is held."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    origin_key = models.TextField(null=True)  # the sender's own key, with the sender's name
    salt = models.BinaryField(null=True)
    version = models.BigIntegerField()
    home = models.ForeignKey("places.Place", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="family_origin", fields=["origin_key"], condition=Q(origin_key__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Person(models.Model):
    """A person. Everything known of them stands in other rows."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    origin_key = models.TextField(null=True)
    salt = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)
    home_id = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="person_origin", fields=["origin_key"], condition=Q(origin_key__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class FamilyRecord(_Fact):
    """Under which KK number a family is known, and where it lives."""

    family = models.ForeignKey(Family, models.PROTECT, related_name="records")
    kk_sealed = models.BinaryField(null=True)
    kk_token = models.BinaryField(null=True)
    kk_findings = models.SmallIntegerField(default=0)  # bits of numbers.KK_FINDINGS
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    address = models.TextField(blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        constraints = [
            _period("family_record_period"),
            models.UniqueConstraint(
                name="family_record_living", fields=["family"], condition=_LIVING
            ),
            models.CheckConstraint(
                name="family_record_on_earth",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]
        indexes = [
            models.Index(fields=["kk_token"]),
            models.Index(fields=["place"], condition=_LIVING, name="family_record_place_now"),
        ]

    def __str__(self) -> str:
        return f"record of family {self.family_id}"


class PersonRecord(_Fact):
    """Who a person is: NIK, name, sex, day of birth and of death."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="records")
    nik_sealed = models.BinaryField(null=True)
    nik_token = models.BinaryField(null=True)
    nik_findings = models.SmallIntegerField(default=0)  # bits of numbers.NIK_FINDINGS
    name = models.TextField(null=True)
    sex = models.SmallIntegerField(null=True)
    birth_date = models.DateField(null=True)
    died_on = models.DateField(null=True)

    class Meta:
        constraints = [
            _period("person_record_period"),
            models.UniqueConstraint(
                name="person_record_living", fields=["person"], condition=_LIVING
            ),
            models.CheckConstraint(name="person_record_sex", condition=Q(sex__in=(1, 2))),
        ]
        indexes = [models.Index(fields=["nik_token"])]

    def __str__(self) -> str:
        return f"record of person {self.person_id}"


class Membership(_Fact):
    """A person belongs to a family, in a relation to its head."""

    class Ended(models.TextChoices):
        """Why a membership ended."""

        DIED = "died", "Meninggal"
        MOVED = "moved", "Pindah"
        MARRIED = "married", "Menikah"
        SPLIT = "split", "Pecah KK"
        MERGED = "merged", "Gabung KK"
        RELATION = "relation", "Hubungan berubah"
        OTHER = "other", "Lainnya"

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    family = models.ForeignKey(Family, models.PROTECT, related_name="memberships")
    relation = models.SmallIntegerField(null=True)
    ended = models.CharField(max_length=8, choices=Ended.choices, blank=True)

    class Meta:
        constraints = [
            _period("membership_period"),
            models.UniqueConstraint(name="membership_living", fields=["person"], condition=_LIVING),
            models.UniqueConstraint(
                name="membership_one_head", fields=["family"], condition=_LIVING & Q(relation=HEAD)
            ),
            models.CheckConstraint(name="membership_relation", condition=Q(relation__range=(1, 8))),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in family {self.family_id}"


class NameWord(models.Model):
    """One word of a living person's present name, lower case; what search by name reads.

    Under row-level security a trigram index is not used, for its operators may leak; a plain range
    on a word is allowed to use the index.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    word = models.TextField(db_collation="C")
    home_id = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["home_id", "word", "person"], name="name_word_by_home")]
        constraints = [models.UniqueConstraint(name="name_word_once", fields=["person", "word"])]

    def __str__(self) -> str:
        return self.word
