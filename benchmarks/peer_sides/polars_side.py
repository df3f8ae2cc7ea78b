"""PKH and Sembako in polars: one lazy query, run by the streaming engine.

python polars_side.py FOLDER OUT
"""

from __future__ import annotations

import sys
from typing import Any

import law  # the folder of this file is where Python looks first


def decide(folder: str, out: str) -> None:
    """Read families and members of a folder and write an amount a year for each family."""
    import polars as pl

    families = pl.scan_parquet(f"{folder}/families.parquet").select("family_id", "decile")
    members = pl.scan_parquet(f"{folder}/members.parquet")
    poor = families.filter(pl.col("decile") <= law.DECILE_LIMIT["pkh"]).select("family_id")
    code = pl.sum_horizontal(
        who.cast(pl.Int16) * (1 << bit) for bit, who in enumerate(qualifying())
    )
    counts = (
        members.select("family_id", code=code)
        .filter(pl.col("code") > 0)
        .join(poor, on="family_id", how="semi")
        .group_by("family_id")
        .agg((pl.col("code") & mask != 0).sum().alias(f"in{mask}") for mask in law.SETS)
        .select("family_id", pkh=amount())
    )
    within = pl.col("decile") <= law.DECILE_LIMIT["sembako"]
    year = law.SEMBAKO_MONTH * 12 + law.SEMBAKO_TOP_UP * law.SEMBAKO_TOP_UP_MONTHS
    families.join(counts, on="family_id", how="left").select(
        "family_id",
        pl.col("pkh").fill_null(0),
        sembako=pl.when(within).then(year).otherwise(0).cast(pl.Int64),
    ).sink_parquet(out, engine="streaming")


def qualifying() -> list[Any]:
    """Who qualifies for each component, in the order of the law."""
    import polars as pl

    age, level = pl.col("age"), pl.col("school_level")
    pupil = (pl.col("schooling") == law.ATTENDING) & age.is_between(*law.SCHOOL_AGES)
    pregnant = (
        pl.col("pregnant")
        & (pl.col("sex") == law.FEMALE)
        & age.is_between(*law.PREGNANCY_AGES)
        & (pl.col("pregnancy_number") <= law.PREGNANCIES_COUNTED)
    )
    return [
        pl.col("rights_victim"),
        pregnant,
        age <= law.SMALL_TO_AGE,
        (age >= law.DIFFICULTY_FROM_AGE) & (pl.col("difficulty_self_care") == law.CANNOT),
        age >= law.ELDERLY_FROM_AGE,
        pupil & level.is_between(*law.UPPER_LEVELS),
        pupil & level.is_between(*law.LOWER_LEVELS),
        pupil & level.is_between(*law.PRIMARY_LEVELS),
    ]


def amount() -> Any:
    """Rupiah a year, from the counts of a family."""
    import polars as pl

    steps = []
    for rupiah, terms in law.STEPS:
        inside = (pl.col(f"in{mask}").cast(pl.Int64) + caps for mask, caps in terms)
        steps.append(pl.min_horizontal(law.FAMILY_CAP, *inside) * rupiah)
    return pl.sum_horizontal(steps).cast(pl.Int64)


if __name__ == "__main__":
    decide(*sys.argv[1:3])
