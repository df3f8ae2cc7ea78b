"""The truth of a run: true consumption of its families, and of families that are not registered.

A row of the truth whose ``family_key`` the run does not have is a family that is not registered. It
belongs to the population all the same: it is poor or not by its consumption, and nothing can reach
it. What cannot be judged (a key twice, no key, no weight or cluster) is refused, see ``refused``.

The truth that a run kept has neither weights nor clusters. Where it knows every family of the
register, it is a full count beside a sample of the unregistered: each family stands for itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.runs.accuracy.refused import COUNT, TRUTH, UNREGISTERED, need_sound_rows
from tepat.runs.folder import RunFolder
from tepat.runs.ranking import small_table
from tepat.runs.truth import CONSUMPTION, broken_lines, spending

FEWEST = 10
UNIT = 1_000_000  # of a weight
HEAVIEST = 1_000_000_000  # more families than any row can stand for
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
    the names of ``OWN`` where the file has them. ``counted`` are the families of a full count
    beside a sample: they have weight 1, no cluster, and no share in the sampling variance.

    Raises:
        TepatError: ``truth_missing``, ``truth_unreadable``, ``truth_columns``, ``truth_partial``,
            ``truth_twice``, ``truth_keys``, ``truth_weights``, ``truth_clusters``,
            ``truth_too_few``.
    """
    con = run.con
    if truth is None:
        found = _kept(run, unregistered, weight, cluster)
    else:
        found = _matched(run, _typed(con, _table(con, truth, "truth"), truth, weight, cluster))
        found = found.mutate(source=TRUTH)
    if unregistered is not None:
        cells = _table(con, unregistered, "unregistered")
        more = _typed(con, cells, unregistered, weight, cluster)
        more = _unknown_to(run, more).mutate(source=UNREGISTERED)
        found = found.union(more.select(*found.columns))
    found = found.filter(found.consumption.notnull() & (found.weight > 0).fill_null(True))
    found = con.create_table("accuracy_truth", found, temp=True, overwrite=True)
    files = {COUNT: run.path, TRUTH: truth, UNREGISTERED: unregistered}
    need_sound_rows(con, found, files, weight, cluster)
    rows = int(con.to_pyarrow(found.count()).as_py())
    if rows < FEWEST:
        raise TepatError(
            "truth_too_few",
            f"Only {rows} families have a known consumption.",
            f"At least {FEWEST} are needed.",
            "Look whether the keys of the truth are those of the run.",
        )
    sampled = weight is not None or cluster is not None
    return found.mutate(counted=(found.source == COUNT) & sampled).drop("source")


def _kept(
    run: RunFolder, unregistered: Path | None, weight: str | None, cluster: str | None
) -> Any:
    """The truth that the run kept, where it can be used with what else is given."""
    if not run.has("truth"):
        raise TepatError(
            "truth_missing",
            f"{run.path} kept no truth.",
            "Accuracy needs the true consumption of families.",
            "Give a file with family_key and true_pc_consumption by --truth.",
        )
    asked = [name for name in (weight, cluster) if name is not None]
    if asked and unregistered is None:
        raise TepatError(
            "truth_columns",
            f"The truth that {run.path} kept has no column {' and no column '.join(asked)}.",
            "A run keeps the consumption of its families and no other column of the file.",
            "Give the file that has them by --truth, or leave out --weight and --cluster.",
        )
    found = _typed(run.con, run.table("truth"), run.path, None, None).mutate(source=COUNT)
    if unregistered is not None:
        _need_no_others(run, found)
    if asked:
        _need_full_count(run, found)
    return found


def _need_no_others(run: RunFolder, kept: Any) -> None:
    """Refuse a second source of the unregistered: a family in both could not be told."""
    others = int(run.con.to_pyarrow(kept.filter(kept.family_id.isnull()).count()).as_py())
    if others:
        raise TepatError(
            "truth_twice",
            f"The truth that {run.path} kept has {others} families that are not registered, and "
            "--unregistered names others.",
            "A run keeps no keys of them, so a family that stands in both would count twice.",
            "Give the file from which the run took its truth by --truth as well.",
        )


def _need_full_count(run: RunFolder, kept: Any) -> None:
    """Refuse a register of which only some families are known: theirs is no weight of 1."""
    con, families = run.con, run.table("families")
    known = kept.filter(kept.consumption.notnull()).select(known_id="family_id").distinct()
    joined = families.left_join(known, families.family_id == known.known_id)
    sums = joined.agg(
        families=joined.count(),
        known=joined.known_id.count(),
        drawn=(joined.weight != 1).sum().fill_null(0),
    )
    row = con.to_pyarrow(sums).to_pylist()[0]
    if row["known"] == row["families"] and not row["drawn"]:
        return
    what = f"The truth that {run.path} kept knows {row['known']} of its {row['families']} families."
    raise TepatError(
        "truth_partial",
        f"{row['drawn']} families of {run.path} have weights of their own."
        if row["drawn"]
        else what,
        "Beside a survey of the unregistered the run's families count once each, which holds only "
        "where every family of the register is known.",
        "Give the families' truth by --truth, with the same columns of weights and clusters.",
    )


def _table(con: Any, path: Path, option: str) -> Any:
    """The cells of a file, under a name of its own: text is read to its end at once."""
    if not path.is_file():
        raise TepatError(
            "truth_missing",
            f"There is no file {path}.",
            do="Give a file with family_key and true_pc_consumption.",
        )
    cells = small_table(con, path, "truth")
    if path.suffix == ".parquet":
        return cells
    with broken_lines(path):
        return con.create_table(f"accuracy_{option}_cells", cells, temp=True, overwrite=True)


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
        column = column.try_cast("float64") if column.type().is_string() else column.cast("float64")
        return column.isnan().ifelse(ibis.null("float64"), column)

    def text(name: str) -> Any:
        return table[name].cast("string") if name in table.columns else ibis.null("string")

    def whole(name: str) -> Any:
        return number(name).cast("int64") if name in table.columns else ibis.null("int64")

    def name_of(name: str | None) -> Any:
        if name not in table.columns:
            return ibis.null("string")
        written = table[name].cast("string").strip().nullif("")
        if table[name].type().is_floating():
            written = table[name].isnan().ifelse(ibis.null("string"), written)
        return written

    shares = number(weight) if weight else ibis.literal(1.0)
    shares = ((shares >= 0) & (shares <= HEAVIEST)).ifelse(shares, ibis.null("float64"))
    return table.select(
        family_id=whole("family_id"),
        family_key=name_of("family_key"),
        consumption=spending(table[named]),
        weight=(shares * UNIT + 0.5).floor().cast("int64"),
        cluster=name_of(cluster),
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
