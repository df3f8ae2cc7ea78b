"""The tables beside the registry: flags, lists and benefits, and what is true of it all."""

from __future__ import annotations

from typing import Any

import numpy as np

from tepat.population.chances import Array, Columns
from tepat.population.figures import LISTS
from tepat.population.flags import GROUNDS
from tepat.population.frames import Keys
from tepat.population.mistakes import BROKEN_CHECKS, FUZZY, SAME_PERSON
from tepat.population.record import Record

_OLD_PKH = "2019-01-01"


def flags_frame(record: Record, keys: Keys) -> Any:
    """The flags table."""
    import polars as pl

    flags = record.flags
    rows = pl.Series(flags.member).cast(pl.UInt32, strict=False)
    return pl.DataFrame(
        [
            keys.person.gather(rows).alias("person_key"),
            keys.family.gather(flags.family),
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


def benefits_frame(record: Record, rng: np.random.Generator, keys: Keys) -> Any:
    """Who holds or held what; personal aid names the person."""
    import polars as pl

    tables = []
    for programme, mask in {**record.held, **record.held_by}.items():
        rows = np.flatnonzero(mask)
        family = record.members["family"][rows] if programme in record.held_by else rows
        who = (
            keys.person.gather(rows)
            if programme in record.held_by
            else pl.Series([None] * len(rows), dtype=pl.String)
        )
        days, last, source = _TERMS[programme]
        begin = rng.choice(np.array(days, dtype="datetime64[D]"), len(rows))
        if programme == "pkh":  # who also had BST had PKH before it
            begin[record.families["bst_with_pkh"][rows]] = np.datetime64(_OLD_PKH)
        table = pl.DataFrame(
            [keys.family.gather(family), who.alias("person_key"), pl.Series("from", begin)]
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


def true_deciles(families: Columns, cuts: Array) -> Array:
    """The true decile of the country, 1 the poorest tenth."""
    decile: Array = (1 + np.searchsorted(cuts, families["log_spent"])).astype(np.int16)
    return decile


def truth_frame(record: Record, keys: Keys, cuts: Array) -> Any:
    """What is true of each family, and which errors its record has."""
    import polars as pl

    facts = record.families
    return pl.DataFrame(
        {
            "family_key": keys.family,
            "province": pl.repeat(record.part.province, len(facts["spent"]), eager=True),
            "true_pc_consumption": facts["spent"],
            "poor": facts["poor"].astype(bool),
            "true_decile": true_deciles(facts, cuts),
            "true_size": facts["true_size"],
            "missing_members": facts["missing"],
            "malformed_kk": facts["malformed_kk"],
            "no_head": facts["no_head"],
            "bst_with_pkh": facts["bst_with_pkh"],
            "blt_desa_with_sembako": facts["blt_desa_with_sembako"],
            "broken_check": pl.Series([*BROKEN_CHECKS, None]).gather(facts["broken_check"]),
            "duplicate_kk": facts["kk_of"] >= 0,
            "original_family_key": _key("F", facts["kk_of"]),
        }
    )


def _key(letter: str, numbers: Array) -> Any:
    """Keys of numbers, null where the number is unknown."""
    import polars as pl

    known = pl.Series(numbers)
    return letter + known.set(known < 0, None).cast(pl.String)


def truth_members_frame(record: Record, keys: Keys) -> Any:
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
    elsewhere = _key("P", np.where(doubles, record.elsewhere[row], -1))
    same = doubles & (record.members["copy"][row] == SAME_PERSON)
    return pl.DataFrame(
        [
            keys.person.gather(row).alias("person_key"),
            keys.family.gather(record.members["family"][row]),
            pl.Series("error", names, dtype=pl.String),
            keys.person.gather(others).alias("original_person_key").fill_null(elsewhere),
            pl.Series("same_person", same | (record.members["copy"][row] == FUZZY) & doubles),
            pl.Series("other_province", elsewhere.is_not_null()),
            pl.Series("false_positive", false),
        ]
    ).sort("person_key", "error")
