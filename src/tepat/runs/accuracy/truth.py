"""The truth of a run: true consumption of its families, and of families that are not registered.

A row of the truth whose ``family_key`` the run does not have, or has none, is a family that is not
registered. It belongs to the population all the same: it is poor or not by its consumption, and
nothing can reach it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.runs.folder import RunFolder
from tepat.runs.ranking import small_table

CONSUMPTION = ("true_pc_consumption", "pc_exp", "consumption")
FEWEST = 10
UNIT = 1_000_000  # of a weight
OWN = ("province", "kabupaten", "area", "family_size", "head_sex", "head_age", "disability")


def read_truth(
    run: RunFolder,
    truth: Path | None,
    unregistered: Path | None,
    weight: str | None,
    cluster: str | None,
) -> Any:
    """``family_id`` (null where not registered), ``consumption``, ``weight``, ``cluster``, facts.

    Weights are whole millionths; facts that only the truth can tell of the unregistered stand under
    the names of ``OWN`` where the file has them.

    Raises:
        TepatError: ``truth_missing``, ``truth_unreadable``, ``truth_columns``, ``truth_too_few``.
    """
    con = run.con
    if truth is None:
        if not run.has("truth"):
            raise TepatError(
                "truth_missing",
                f"{run.path} kept no truth.",
                "Accuracy needs the true consumption of families.",
                "Give a file with family_key and true_pc_consumption by --truth.",
            )
        found = _typed(con, run.table("truth"), run.path, None, None)
    else:
        found = _matched(run, _typed(con, _table(con, truth), truth, weight, cluster))
    if unregistered is not None:
        more = _typed(con, _table(con, unregistered), unregistered, weight, cluster)
        found = found.union(_unknown_to(run, more).select(*found.columns))
    found = found.filter(found.consumption.notnull() & (found.weight > 0))
    found = con.create_table("accuracy_truth", found, temp=True, overwrite=True)
    rows = int(con.to_pyarrow(found.count()).as_py())
    if rows < FEWEST:
        raise TepatError(
            "truth_too_few",
            f"Only {rows} families have a known consumption.",
            f"At least {FEWEST} are needed.",
            "Look whether the keys of the truth are those of the run.",
        )
    return found


def _table(con: Any, path: Path) -> Any:
    if not path.is_file():
        raise TepatError(
            "truth_missing",
            f"There is no file {path}.",
            do="Give a file with family_key and true_pc_consumption.",
        )
    return small_table(con, path, "truth")


def _typed(con: Any, table: Any, path: Path, weight: str | None, cluster: str | None) -> Any:
    """The columns in our types, whatever the file calls the consumption."""
    import ibis

    named = next((name for name in CONSUMPTION if name in table.columns), None)
    asked = [name for name in (weight, cluster) if name is not None]
    lacking = [name for name in asked if name not in table.columns]
    if named is None or lacking:
        raise TepatError(
            "truth_columns",
            f"{path} has the columns {', '.join(table.columns)}.",
            f"It lacks {', '.join(lacking) or 'a column of consumption'}.",
            f"Name the consumption {CONSUMPTION[0]}, beside family_key.",
        )

    def number(name: str) -> Any:
        column = table[name]
        return column.try_cast("float64") if column.type().is_string() else column.cast("float64")

    def text(name: str) -> Any:
        return table[name].cast("string") if name in table.columns else ibis.null("string")

    def whole(name: str) -> Any:
        return number(name).cast("int64") if name in table.columns else ibis.null("int64")

    shares = number(weight) if weight else ibis.literal(1.0)
    shares = (shares * UNIT + 0.5).floor().cast("int64").fill_null(0)
    return table.select(
        family_id=whole("family_id"),
        family_key=text("family_key"),
        consumption=number(named),
        weight=shares,
        cluster=table[cluster].cast("string") if cluster else ibis.null("string"),
        province=text("province"),
        kabupaten=text("kabupaten"),
        area=whole("area"),
        family_size=whole("family_size"),
        head_sex=whole("head_sex"),
        head_age=whole("head_age"),
        disability=whole("disability"),
    )


def _matched(run: RunFolder, table: Any) -> Any:
    """The run's number of each family; null where the run does not have it."""
    families = run.table("families")
    keys = families.select(known_key=families.family_key, known_id=families.family_id)
    joined = table.drop("family_id").left_join(keys, table.family_key == keys.known_key)
    return joined.mutate(family_id=joined.known_id).drop("known_key", "known_id")[table.columns]


def _unknown_to(run: RunFolder, table: Any) -> Any:
    """Rows that the run does not have: a family that did register is counted where it stands."""
    import ibis

    joined = _matched(run, table)
    kept = joined.filter(joined.family_id.isnull())
    return kept.mutate(family_id=ibis.null("int64"))
