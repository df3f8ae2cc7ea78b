"""The rank step: the decile that the statistics bureau supplies, or one from a fitted model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact
from tepat.engine.desk import Desk
from tepat.engine.errors import TepatError

DECILE = r"^(10|[1-9])([.]0*)?$"


class Ranking:
    """The order of all families.

    Where a file of deciles is given, it alone counts: a family that it does not name has no
    decile, and a model then gives no more than the order within a decile. Without either, the
    families' own column is taken, and where there is none the decile is unknown.

    Args:
        desk: where what is needed for all parts is kept.
        families: the files of all families.
        deciles: the file of deciles, if any.
    """

    def __init__(self, desk: Desk, families: Sequence[Path], deciles: Path | None) -> None:
        self.desk, self.families, self.deciles = desk, families, deciles

    def order(self, scored: Sequence[Path], seed: str) -> None:
        """Rank all families that were scored; kept as ``ranked_all``."""
        from tepat.assessment.rules import rank_and_decile

        table = self.desk.open("scored_all", *scored)
        self.desk.keep("ranked_all", lambda: rank_and_decile(self.desk.con, table, seed))

    def write_findings(self, path: Path) -> None:
        """Write what does not fit in the file of deciles, if there is one."""
        if self.deciles is not None:
            grouped = self.desk.keep("supplied", partial(_supplied, self.desk.con, self.deciles))
            families = self.desk.open("families_all", *self.families)
            self.desk.write("decile_findings", lambda: _findings(families, grouped), path)

    def ranked(self, families: Any, *, model: bool) -> Any:
        """``family_id, family_key, score, rank, decile`` for each of some families."""
        import ibis

        if model:
            ranks = self.desk.open("ranked_all", self.desk.folder / "ranked_all.parquet")
            found = families.select("family_id").inner_join(ranks, "family_id")
            found = found.select("family_id", "family_key", "score", "rank", "decile")
        else:
            found = families.select(
                "family_id",
                "family_key",
                score=ibis.null("int64"),
                rank=ibis.null("int64"),
                decile=_own(families),
            )
        if self.deciles is not None:
            supplied = self.desk.open("supplied", self.desk.folder / "supplied.parquet")
            joined = found.left_join(supplied, found.family_key == supplied.supplied_key)
            found = joined.select(
                "family_id", "family_key", "score", "rank", decile=joined.supplied
            )
        return found


def _own(families: Any) -> Any:
    import ibis

    return families.decile if "decile" in families.columns else ibis.null("int64")


def score_parts(families: Any, kept: Any, path: Path) -> Any:
    """What each variable of a model adds to each family's score, in millionths of log rupiah.

    ``family_id``, ``starting_point`` and a column per variable; together they make the score.
    """
    import ibis

    from tepat.assessment.rules import contributions, load_model

    model, table = load_model(path), _scored(families, kept)
    parts = {"starting_point": ibis.literal(model.intercept, "int64")}
    parts |= contributions(model, table)
    return table.select("family_id", **parts)


def _scored(families: Any, kept: Any) -> Any:
    return families if kept is None else kept.rename(family_key="_family_key")


def scored(families: Any, kept: Any, path: Path) -> Any:
    """``family_id, family_key, score`` by a model."""
    from tepat.assessment.rules import load_model, score_expression

    model, table = load_model(path), _scored(families, kept)
    return table.select("family_id", "family_key", score=score_expression(model, table))


def outside_model(con: Any, families: Any, kept: Any, path: Path) -> Any:
    """How many of some families lie outside what the model was fitted on."""
    from tepat.assessment.outside import outside
    from tepat.assessment.rules import load_model

    return outside(con, load_model(path), _scored(families, kept))


def told_outside(path: Path, parts: Sequence[Any]) -> Any:
    """What a run tells of all families outside what the model was fitted on."""
    from tepat.assessment.outside import summary
    from tepat.assessment.rules import load_model

    return summary(load_model(path), parts)


def whole_villages(path: Path | None) -> bool:
    """Whether a model ranks within villages, so that none may be cut apart."""
    from tepat.assessment.rules import load_model, whole_groups

    return path is not None and bool(whole_groups(load_model(path)))


def model_columns(path: Path | None) -> list[str]:
    """The columns of the families' file that a model reads."""
    from tepat.assessment.rules import columns_needed, load_model

    return columns_needed(load_model(path)) if path else []


def _supplied(con: Any, path: Path) -> Any:
    """Deciles from a file with a key column and ``decile``; what does not fit is a finding."""
    import ibis

    table = small_table(con, path, "deciles")
    names = {name.lower(): name for name in table.columns}
    others = [name for name in table.columns if name.lower() != "decile"]
    key = names.get("family_key", others[0] if len(others) == 1 else None)
    if "decile" not in names or key is None:
        raise TepatError(
            "deciles_columns",
            f"{path} has the columns {', '.join(table.columns)}.",
            "A file of deciles has two: family_key and decile.",
            "Name them so.",
        )
    given = table.select(
        supplied_key=table[key].cast("string").strip(),
        text=table[names["decile"]].cast("string").strip(),
    )
    given = given.filter(given.supplied_key.notnull())
    # a cast alone would round 2.5 to 3
    whole = given.text.re_extract(DECILE, 1).nullif("").cast("int64")
    given = given.mutate(supplied=whole)
    grouped = given.group_by("supplied_key").agg(
        low=given.supplied.min(),
        high=given.supplied.max(),
        wrong=given.count(where=given.text.notnull() & given.supplied.isnull()),
        text=given.text.min(),
    )
    same = (grouped.low == grouped.high).ifelse(grouped.low, ibis.null("int64"))
    return grouped.mutate(supplied=same)


def _findings(families: Any, grouped: Any) -> Any:
    import ibis

    known = families.select("family_key", found_id=families.family_id)
    joined = grouped.left_join(known, grouped.supplied_key == known.family_key)
    rules = (
        ("decile_invalid", "warning", joined.wrong > 0),
        ("decile_conflict", "warning", joined.low != joined.high),
        ("decile_without_family", "warning", joined.found_id.isnull()),
    )
    parts = [
        joined.filter(test).select(
            table=ibis.literal("deciles"),
            key=_shown(joined.supplied_key, joined.found_id),
            rule=ibis.literal(rule),
            severity=ibis.literal(severity),
            column=ibis.literal("decile"),
            value_shown=_masked(joined.text).substr(0, 20),
            family_id=joined.found_id,
        )
        for rule, severity, test in rules
    ]
    return ibis.union(*parts)


def _shown(text: Any, found_id: Any) -> Any:
    """A text for a finding; a NIK or KK number is masked unless it is the key of a family."""
    return found_id.notnull().ifelse(text, _masked(text))


def _masked(text: Any) -> Any:
    return text.re_replace(r"([0-9]{4})[0-9]{12}", r"\1••••••••")


def need_deciles(path: Path) -> None:
    """Refuse a file of deciles that is not there.

    Raises:
        TepatError: ``deciles_missing``.
    """
    if not path.is_file():
        raise TepatError(
            "deciles_missing",
            f"There is no file {path}.",
            do="Give a CSV, Parquet or XLSX file with family_key and decile.",
        )


def small_table(con: Any, path: Path, what: str) -> Any:
    """A file of one key and one value per family, all text where it is not Parquet.

    Raises:
        TepatError: ``deciles_unreadable``, ``truth_unreadable``.
    """
    try:
        if path.stat().st_size == 0:
            raise ValueError("it is empty")
        if path.suffix == ".parquet":
            return con.read_parquet(exact(path))
        if path.suffix == ".xlsx":
            import polars

            cells = polars.read_excel(path).cast(polars.String).to_arrow()
            return con.create_table(f"{what}_cells", cells, temp=True, overwrite=True)
        return con.read_csv(exact(path), all_varchar=True, header=True)
    except Exception as error:  # the engine has no narrower class for an unreadable file
        raise TepatError(
            f"{what}_unreadable",
            f"{path} cannot be read: {str(error).partition(chr(10))[0].strip()}.",
            do="Save it as CSV in UTF-8 with a line of column names, family_key among them.",
        ) from error
