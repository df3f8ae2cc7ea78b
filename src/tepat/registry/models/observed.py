"""What was observed of families and people: one typed column for each variable of the policy.

An observation says what was asked (`asked`), so that "not asked" and "asked, no answer" differ: the
first leaves an older answer standing, the second makes the fact unknown. The columns are those of
policy/variables.yaml; a test compares them. Sex and day of birth stand in the person's record, the
relation to the head in the membership.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class Code(models.SmallIntegerField):  # type: ignore[type-arg]
    """A code of a list; the database refuses any other."""

    def __init__(self, *codes: int, **rest: Any) -> None:
        self.codes = codes
        super().__init__(**{"null": True, **rest})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """The codes are part of the column, so that a new code makes a migration."""
        name, path, _, rest = super().deconstruct()
        return name, path, list(self.codes), rest

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """The codes, as a constraint."""
        return f'"{self.column}" IN ({", ".join(map(str, self.codes))})'


class Number(models.IntegerField):  # type: ignore[type-arg]
    """A whole number between two limits."""

    def __init__(self, minimum: int, maximum: int, **rest: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(**{"null": True, **rest})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """The limits are part of the column."""
        name, path, _, rest = super().deconstruct()
        return name, path, [self.minimum, self.maximum], rest

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """The limits, as a constraint."""
        return f'"{self.column}" BETWEEN {self.minimum} AND {self.maximum}'


def _codes(first: int, last: int, *more: int) -> Iterable[int]:
    return (*range(first, last + 1), *more)


class AskedSet(models.Model):
    """A set of columns that were asked together; few sets serve millions of observations."""

    columns = ArrayField(models.TextField(), unique=True)

    def __str__(self) -> str:
        return f"{len(self.columns)} columns"


class _Observation(models.Model):
    """Never changed; a correction supersedes it."""

    uuid = models.UUIDField(unique=True)  # made by the sender, so that sending twice is harmless
    observed_on = models.DateField()
    source = models.TextField()
    asked = models.ForeignKey(AskedSet, models.PROTECT, related_name="+", db_index=False)
    base_version = models.BigIntegerField(null=True)
    batch = models.ForeignKey("registry.Batch", models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(
        "registry.Batch", models.PROTECT, null=True, related_name="+", db_index=False
    )
    home_id = models.IntegerField()

    class Meta:
        abstract = True


class FamilyObservation(_Observation):
    """What was observed of a family and its house."""

    family = models.ForeignKey(
        "registry.Family", models.PROTECT, related_name="observations", db_index=False
    )
    decile = Number(1, 10)
    score = Number(0, 100000000)
    area = Code(1, 2)
    family_size = Number(1, 50)
    homeless = models.BooleanField(null=True)
    floor_area = Number(1, 997)
    floor = Code(*_codes(1, 9))
    wall = Code(*_codes(1, 7))
    roof = Code(*_codes(1, 8))
    roof_damaged = models.BooleanField(null=True)
    wall_damaged = models.BooleanField(null=True)
    housing = Code(1, 2, 3, 4, 5)
    land_proof = models.BooleanField(null=True)
    latrine = Code(*_codes(1, 6))
    closet = Code(1, 2, 3, 4)
    sewage = Code(*_codes(1, 6))
    drinking_water = Code(*_codes(1, 11))
    lighting = Code(1, 2, 3, 4)
    power = Code(1, 2, 3, 4, 5)
    family_pln_id = models.TextField(null=True)
    cooking_fuel = Code(*_codes(0, 11))
    gas_cylinder = Number(0, 99)
    landline = Number(0, 99)
    flat_tv = Number(0, 99)
    gold = Number(0, 99)
    computer = Number(0, 99)
    bicycle = Number(0, 99)
    motorcycle = Number(0, 99)
    car = Number(0, 99)
    boat = Number(0, 99)
    motorboat = Number(0, 99)
    smartphone = Number(0, 99)
    refrigerator = Number(0, 99)
    air_conditioner = Number(0, 99)
    water_heater = Number(0, 99)
    other_house = models.BooleanField(null=True)
    other_land = models.BooleanField(null=True)
    cattle = Number(0, 999)
    buffalo = Number(0, 999)
    horse = Number(0, 999)
    goat = Number(0, 999)
    pig = Number(0, 999)
    remote_area = models.BooleanField(null=True)
    food_worry = models.BooleanField(null=True)
    food_share_over_half = models.BooleanField(null=True)
    bought_clothing = models.BooleanField(null=True)
    lost_livelihood = models.BooleanField(null=True)
    agrees_to_graduate = models.BooleanField(null=True)
    proposed_by_local_government = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["family", "observed_on"])]

    def __str__(self) -> str:
        return f"family {self.family_id} on {self.observed_on}"


class PersonObservation(_Observation):
    """What was observed of a person."""

    person = models.ForeignKey(
        "registry.Person", models.PROTECT, related_name="observations", db_index=False
    )
    age = Number(0, 125)
    marital_status = Code(1, 2, 3, 4)
    schooling = Code(1, 2, 3)
    school_level = Code(*_codes(1, 22))
    school_grade = Number(1, 13)
    diploma = Code(*_codes(0, 22))
    works = models.BooleanField(null=True)
    industry = Code(*_codes(1, 26))
    employment_status = Code(*_codes(1, 8))
    owns_business = models.BooleanField(null=True)
    businesses = Number(0, 99)
    paid_workers = Number(0, 9999)
    unpaid_workers = Number(0, 9999)
    turnover = Code(*_codes(1, 7))
    nutrition = Code(1, 2, 3, 8)
    chronic_illness = Code(*_codes(1, 18))
    difficulty_seeing = Code(1, 2, 3, 4)
    difficulty_hearing = Code(1, 2, 3, 4)
    difficulty_walking = Code(1, 2, 3, 4)
    difficulty_hands = Code(1, 2, 3, 4)
    difficulty_remembering = Code(1, 2, 3, 4)
    difficulty_speaking = Code(1, 2, 3, 4)
    difficulty_learning = Code(1, 2, 3, 4)
    difficulty_self_care = Code(1, 2, 3, 4)
    difficulty_sadness = Code(1, 2, 3, 4)
    difficulty_behaviour = Code(1, 2, 3, 4)
    pregnant = models.BooleanField(null=True)
    pregnancy_number = Number(1, 20)
    pbi_national = models.BooleanField(null=True)
    pbi_local = models.BooleanField(null=True)
    presence = Code(1, 2, 3, 4)
    pln_id = models.TextField(null=True)
    rights_victim = models.BooleanField(null=True)
    orphan = Code(0, 1, 2, 3)
    has_kip = models.BooleanField(null=True)
    micro_business_permit = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "observed_on"])]

    def __str__(self) -> str:
        return f"person {self.person_id} on {self.observed_on}"
