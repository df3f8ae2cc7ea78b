"""From columns to the tables of the files: names, types, keys, nulls."""

from __future__ import annotations

from typing import Any

import numpy as np

from tepat.population.chances import Array, Columns
from tepat.population.figures import LISTS
from tepat.population.flags import GROUNDS
from tepat.population.health import DIFFICULTIES
from tepat.population.mistakes import BROKEN_CHECKS, FUZZY, SAME_PERSON
from tepat.population.names import make_names, misspell
from tepat.population.numbers import spoil
from tepat.population.record import Record

_OLD_PKH = "2019-01-01"
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


def family_keys(record: Record) -> Any:
    """The source's key of each family: F, province, number."""
    import polars as pl

    first = int(record.part.province) * 10**9 + record.part.first
    numbers = first + np.arange(len(record.families["decile"]))
    return ("F" + pl.Series(numbers).cast(pl.String)).alias("family_key")


def person_keys(record: Record) -> Any:
    """The source's key of each person: P, the family's number, two digits within the family."""
    import polars as pl

    family = record.members["family"]
    first = int(record.part.province) * 10**9 + record.part.first
    starts = np.searchsorted(family, family, side="left")
    within = np.arange(len(family)) - starts + 1
    numbers = pl.Series((first + family) * 100 + within).cast(pl.String)
    return ("P" + numbers).alias("person_key")


def families_frame(record: Record, rng: np.random.Generator) -> Any:
    """The families table without its province column, which is the folder's name."""
    import polars as pl

    facts = record.families
    numbers = pl.Series("kk_number", record.kk).cast(pl.String)
    village = pl.Series("village", facts["village"]).cast(pl.String)
    meter = pl.Series("family_pln_id", facts["meter"]).cast(pl.String)
    return pl.DataFrame(
        [
            family_keys(record),
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


def members_frame(record: Record, rng: np.random.Generator, keys: Any) -> Any:
    """The members table without its province column."""
    import polars as pl

    facts, family = record.members, record.members["family"]
    nik = pl.Series("nik", record.nik).cast(pl.String)
    way = pl.Series("source", list(WAYS)).gather(record.families["way"][family])
    meter = pl.Series("pln_id", record.families["meter"][family]).cast(pl.String)
    no_meter = (facts["relation"] != 1) | (record.families["lighting"][family] != 1)
    return pl.DataFrame(
        [
            keys.rename("person_key"),
            family_keys(record).gather(family),
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
    copied = facts["copy"] > 0
    source[copied] = facts["twin"][copied]
    names = names.gather(source)
    other = misspell(rng, names)
    frame = pl.DataFrame(
        {
            "name": names,
            "other": other,
            "fuzzy": facts["copy"] == FUZZY,
            "blank": record.errors["blank_name"],
        }
    )
    return frame.select(
        pl.when("blank")
        .then(pl.lit(""))
        .when("fuzzy")
        .then("other")
        .otherwise("name")
        .alias("name")
    ).to_series()


def flags_frame(record: Record, keys: Any) -> Any:
    """The flags table."""
    import polars as pl

    flags = record.flags
    rows = pl.Series(flags.member).cast(pl.UInt32, strict=False)
    return pl.DataFrame(
        [
            keys.gather(rows).alias("person_key"),
            family_keys(record).gather(flags.family),
            pl.Series("ground", list(GROUNDS)).gather(flags.ground),
            pl.Series("source", [source for _, source, _ in LISTS]).gather(flags.ground),
            pl.Series("date", [day for _, _, day in LISTS]).str.to_date().gather(flags.ground),
            pl.Series("confidence", ["high", "low"]).gather(flags.weak.astype(np.int64)),
            pl.Series("contested", flags.contested),
        ]
    )


def lists_frame() -> Any:
    """The lists that were loaded."""
    import polars as pl

    frame = pl.DataFrame(LISTS, schema=["ground", "source", "date"], orient="row")
    return frame.with_columns(pl.col("date").str.to_date())


# Programme: first days to draw one from, last day, who keeps the list of holders.
_TERMS: dict[str, tuple[tuple[str, ...], str | None, str]] = {
    "pkh": (("2018-01-01", _OLD_PKH, "2021-01-01", "2023-07-01", "2024-01-01"), None, "Kemensos"),
    "sembako": (("2020-03-01", "2021-01-01", "2023-01-01", "2025-04-01"), None, "Kemensos"),
    "bst": (("2020-04-01", "2021-01-01"), "2021-09-30", "Kemensos"),
    "blt_desa": (("2025-01-01",), "2025-12-31", "village"),
    "rst": (("2022-08-01", "2023-06-01", "2024-09-01"), None, "Kemensos"),
    "pbi_jk": (("2019-01-01", "2020-01-01", "2022-06-01", "2024-03-01"), None, "BPJS Kesehatan"),
    "pip": (("2025-04-10",), "2025-12-31", "Puslapdik"),
    "yapi": (("2022-01-01", "2023-01-01"), None, "Kemensos"),
}


def benefits_frame(record: Record, rng: np.random.Generator, keys: Any) -> Any:
    """Who holds or held what; personal aid names the person."""
    import polars as pl

    homes, tables = family_keys(record), []
    for programme, mask in {**record.held, **record.held_by}.items():
        rows = np.flatnonzero(mask)
        family = record.members["family"][rows] if programme in record.held_by else rows
        who = (
            keys.gather(rows)
            if programme in record.held_by
            else pl.Series([None] * len(rows), dtype=pl.String)
        )
        days, last, source = _TERMS[programme]
        begin = rng.choice(np.array(days, dtype="datetime64[D]"), len(rows))
        if programme == "pkh":  # who also had BST had PKH before it
            begin[record.families["bst_with_pkh"][rows]] = np.datetime64(_OLD_PKH)
        table = pl.DataFrame(
            [homes.gather(family), who.alias("person_key"), pl.Series("from", begin)]
        )
        tables.append(
            table.select(
                "family_key",
                "person_key",
                pl.lit(programme).alias("programme"),
                "from",
                pl.lit(last, dtype=pl.String).str.to_date("%Y-%m-%d").alias("to"),
                pl.lit(source).alias("source"),
            )
        )
    return pl.concat(tables).sort("family_key", "programme", "person_key", nulls_last=True)


def truth_frame(record: Record, cuts: Array) -> Any:
    """What is true of each family, and which errors its record has."""
    import polars as pl

    facts = record.families
    return pl.DataFrame(
        {
            "family_key": family_keys(record),
            "province": pl.repeat(record.part.province, len(facts["spent"]), eager=True),
            "true_pc_consumption": facts["spent"],
            "poor": facts["poor"].astype(bool),
            "true_decile": (1 + np.searchsorted(cuts, facts["log_spent"])).astype(np.int16),
            "true_size": facts["true_size"],
            "missing_members": facts["missing"],
            "malformed_kk": facts["malformed_kk"],
            "no_head": facts["no_head"],
            "bst_with_pkh": facts["bst_with_pkh"],
            "blt_desa_with_sembako": facts["blt_desa_with_sembako"],
            "broken_check": pl.Series([*BROKEN_CHECKS, None]).gather(facts["broken_check"]),
        }
    )


def truth_members_frame(record: Record, keys: Any) -> Any:
    """A row for each person and error: who, what, whose NIK or twin, whether the flag is false."""
    import polars as pl

    masks: Columns = dict(record.errors)
    masks["deceased"] = record.members["is_deceased"]
    rows = [np.flatnonzero(mask) for mask in masks.values()]
    names = np.repeat(np.array(list(masks)), [len(r) for r in rows]).tolist()
    planted = record.planted
    names += [GROUNDS[number] for number in planted.ground]
    row = np.concatenate([*rows, planted.member])
    false = np.concatenate([np.zeros(len(row) - len(planted.member), dtype=bool), planted.false])
    doubles = np.isin(names, ("duplicate_nik", "fuzzy_duplicate"))
    original = np.where(doubles, record.original[row], -1)
    others = pl.Series(original).cast(pl.UInt32, strict=False)
    same = doubles & (record.members["copy"][row] == SAME_PERSON)
    return pl.DataFrame(
        [
            keys.gather(row).alias("person_key"),
            family_keys(record).gather(record.members["family"][row]),
            pl.Series("error", names, dtype=pl.String),
            keys.gather(others).alias("original_person_key"),
            pl.Series("same_person", same | (record.members["copy"][row] == FUZZY) & doubles),
            pl.Series("false_positive", false),
        ]
    ).sort("person_key", "error")


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
