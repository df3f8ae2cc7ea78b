"""From columns to the tables of the registry: names, types, keys, nulls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tepat.population.across import WITHIN
from tepat.population.chances import Array
from tepat.population.health import DIFFICULTIES
from tepat.population.mistakes import FUZZY
from tepat.population.names import make_names, misspell
from tepat.population.numbers import spoil
from tepat.population.record import Record

WAYS = ("interview", "ground_check", "import")

_YES_NO = {
    "works",
    "owns_business",
    "pregnant",
    "pbi_national",
    "pbi_local",
    "has_kip",
    "micro_business_permit",
    "rights_victim",
    "homeless",
    "roof_damaged",
    "wall_damaged",
    "land_proof",
    "other_house",
    "other_land",
    "remote_area",
    "food_worry",
    "food_share_over_half",
    "bought_clothing",
    "lost_livelihood",
    "proposed_by_local_government",
    "agrees_to_graduate",
}
_NUMBERS = {
    "decile",
    "family_size",
    "floor_area",
    "gas_cylinder",
    "landline",
    "flat_tv",
    "gold",
    "computer",
    "bicycle",
    "motorcycle",
    "car",
    "boat",
    "motorboat",
    "smartphone",
    "refrigerator",
    "air_conditioner",
    "water_heater",
    "cattle",
    "buffalo",
    "horse",
    "goat",
    "pig",
    "school_grade",
    "businesses",
    "paid_workers",
    "unpaid_workers",
    "pregnancy_number",
}
FAMILY_FACTS = (
    "decile",
    "area",
    "family_size",
    "homeless",
    "floor_area",
    "floor",
    "wall",
    "roof",
    "roof_damaged",
    "wall_damaged",
    "housing",
    "land_proof",
    "latrine",
    "closet",
    "sewage",
    "drinking_water",
    "lighting",
    "power",
    "cooking_fuel",
    "gas_cylinder",
    "landline",
    "flat_tv",
    "gold",
    "computer",
    "bicycle",
    "motorcycle",
    "car",
    "boat",
    "motorboat",
    "smartphone",
    "refrigerator",
    "air_conditioner",
    "water_heater",
    "other_house",
    "other_land",
    "cattle",
    "buffalo",
    "horse",
    "goat",
    "pig",
    "remote_area",
    "food_worry",
    "food_share_over_half",
    "bought_clothing",
    "lost_livelihood",
    "proposed_by_local_government",
    "agrees_to_graduate",
)
MEMBER_FACTS = (
    "sex",
    "relation",
    "marital_status",
    "schooling",
    "school_level",
    "school_grade",
    "diploma",
    "works",
    "industry",
    "employment_status",
    "owns_business",
    "businesses",
    "paid_workers",
    "unpaid_workers",
    "turnover",
    "micro_business_permit",
    "nutrition",
    "chronic_illness",
    *DIFFICULTIES,
    "pregnant",
    "pregnancy_number",
    "pbi_national",
    "pbi_local",
    "presence",
    "rights_victim",
    "orphan",
    "has_kip",
)
NOT_OF_SURVEY = ("decile", "proposed_by_local_government", "agrees_to_graduate")


def typed(name: str, values: Array) -> Any:
    """A column of its variable's type, null where the value is −1."""
    import polars as pl

    kind = pl.Boolean if name in _YES_NO else pl.Int64 if name in _NUMBERS else pl.Int16
    numbers = pl.Series(name, np.ascontiguousarray(values.astype(np.int16)))
    known = numbers.set(numbers < 0, None)
    return (known > 0) if kind == pl.Boolean else known.cast(kind)


@dataclass(frozen=True)
class Keys:
    """The source's keys, as columns: of each family and of each person of a part."""

    family: Any
    person: Any


def keys_of(record: Record) -> Keys:
    """F and the family's number; P, the family's number and two digits within the family.

    A family's number is its province and its place among the province's families. All are of one
    length, so that rows written in their order stand in the order of their keys as text.
    """
    import polars as pl

    first = int(record.part.province) * 10**9 + record.part.first
    families = pl.Series(first + np.arange(len(record.families["decile"])))
    family = record.members["family"]
    starts = np.searchsorted(family, family, side="left")
    within = np.arange(len(family)) - starts + 1
    for side, digits in WITHIN.items():
        within[record.members["side"] == side] = digits
    people = pl.Series((first + family) * 100 + within)
    return Keys(
        ("F" + families.cast(pl.String)).alias("family_key"),
        ("P" + people.cast(pl.String)).alias("person_key"),
    )


def families_frame(record: Record, rng: np.random.Generator, keys: Keys) -> Any:
    """The families table without its province column, which is the folder's name."""
    import polars as pl

    facts = record.families
    numbers = pl.Series("kk_number", record.kk).cast(pl.String)
    village = pl.Series("village", facts["village"]).cast(pl.String)
    meter = pl.Series("family_pln_id", facts["meter"]).cast(pl.String)
    return pl.DataFrame(
        [
            keys.family,
            spoil(rng, numbers, facts["malformed_kk"], with_date=False).alias("kk_number"),
            village.str.head(4).alias("kabupaten"),
            village.str.head(6).alias("kecamatan"),
            village,
            pl.Series("observed_on", facts["observed_on"]),
            pl.Series("source", list(WAYS)).gather(facts["way"]),
            *(typed(name, facts[name]) for name in FAMILY_FACTS),
            meter.set(pl.Series(facts["lighting"] != 1), None),
        ]
    )


def members_frame(record: Record, rng: np.random.Generator, keys: Keys) -> Any:
    """The members table without its province column."""
    import polars as pl

    facts, family = record.members, record.members["family"]
    nik = pl.Series("nik", record.nik).cast(pl.String)
    way = pl.Series("source", list(WAYS)).gather(record.families["way"][family])
    meter = pl.Series("pln_id", record.families["meter"][family]).cast(pl.String)
    no_meter = (facts["relation"] != 1) | (record.families["lighting"][family] != 1)
    return pl.DataFrame(
        [
            keys.person,
            keys.family.gather(family),
            spoil(rng, nik, record.errors["malformed_nik"], with_date=True).alias("nik"),
            _names(record, rng),
            pl.Series("observed_on", facts["observed_on"]),
            way,
            pl.Series("birth_date", facts["birth_date"].astype("datetime64[D]")),
            *(typed(name, facts[name]) for name in MEMBER_FACTS),
            meter.set(pl.Series(no_meter), None),
        ]
    )


def _names(record: Record, rng: np.random.Generator) -> Any:
    """Names; one person on two cards has one name, a fuzzy double nearly the same."""
    import polars as pl

    facts = record.members
    names = make_names(rng, facts["sex"], facts["age"])
    source = np.arange(len(names))
    copied = facts["twin"] >= 0
    source[copied] = facts["twin"][copied]
    fuzzy = copied & (facts["copy"] == FUZZY)
    names = record.shared.names_in(misspell(rng, names.gather(source), fuzzy), facts)
    return names.set(pl.Series(record.errors["blank_name"]), "").alias("name")


def survey_frame(record: Record, families: Any, weight: float) -> Any:
    """A sample as a household survey would have it: answers, consumption, weight and cluster."""
    import polars as pl

    rows = np.flatnonzero(record.sampled)
    chosen = families[rows]
    size = record.families["true_size"][rows]
    facts = [name for name in FAMILY_FACTS if name not in NOT_OF_SURVEY]
    return chosen.select(
        "family_key",
        pl.lit(record.part.province).alias("province"),
        "kabupaten",
        pl.col("village").alias("ea"),
        *facts,
    ).with_columns(
        pl.Series("pc_exp", record.families["spent"][rows]),
        pl.lit(weight).alias("weight"),
        pl.Series("popweight", weight * size),
    )
