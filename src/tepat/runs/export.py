"""A run's tables in long form, one row per family or person and programme, as files.

``decisions``: family_key, person_key, programme, outcome, reasons, amount_year.
``awards``: family_key, person_key, programme, status, place, amount_year.
``ranking``: family_key, score, decile.
``findings``: table, key, rule, severity, column, value_shown.

``person_key`` is null where the family is the unit. ``reasons`` is text: words such as
``failed:decile_within_limit``, ``unknown:…`` or ``not_checked:…`` with blanks between.
"""

from __future__ import annotations

import functools
import operator
import os
from pathlib import Path
from typing import Any

from tepat.eligibility.rules import OUTCOMES
from tepat.engine.errors import TepatError
from tepat.policy.meaning import nearest
from tepat.runs.folder import RunFolder

TABLES = ("decisions", "awards", "ranking", "findings")
FORMULA = r"^[=+\-@\t\r]"


def export(
    run: RunFolder, table: str, out: Path, programme: str | None = None, family: str | None = None
) -> int:
    """Write one table to a Parquet or CSV file and return its number of rows.

    In CSV, text that a spreadsheet would take for a formula is given a leading apostrophe.

    Raises:
        TepatError: ``table_unknown``, ``programme_unknown``, ``family_unknown``,
            ``file_kind``, ``exists``, ``not_writable``.
    """
    if table not in TABLES:
        raise TepatError(
            "table_unknown",
            f"A run has no table '{table}'.",
            nearest(table, TABLES),
            f"Tables: {', '.join(TABLES)}.",
        )
    if out.suffix not in (".parquet", ".csv"):
        raise TepatError(
            "file_kind",
            f"{out} is neither .parquet nor .csv.",
            do="Give a file name with one of these endings.",
        )
    if out.exists():
        raise TepatError(
            "exists",
            f"{out} exists.",
            "Nothing is overwritten.",
            "Give another --out, or move it away.",
        )
    known = run.manifest["programmes"]
    if programme is not None and programme not in known:
        raise TepatError(
            "programme_unknown",
            f"This run has no programme '{programme}'.",
            nearest(programme, known),
            f"It has {', '.join(known)}.",
        )
    family_id = None if family is None else family_number(run, family)
    chosen = _BUILDERS[table](run, programme, family_id)
    return _write(run.con, chosen, out)


def family_number(run: RunFolder, family_key: str) -> int:
    """The run's number of a family.

    Raises:
        TepatError: ``family_unknown``.
    """
    found = run.raw.execute(
        "SELECT family_id FROM read_parquet(?) WHERE family_key = ?",
        [run.file("families"), family_key],
    ).fetchone()
    if found is None:
        raise TepatError(
            "family_unknown",
            "This run has no family with that key.",
            "Keys are compared letter by letter, as the source gave them.",
            "Look it up in the source, or export the ranking to see all keys.",
        )
    return int(found[0])


def _write(con: Any, table: Any, out: Path) -> int:
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    if out.suffix == ".csv":
        table = table.mutate(
            **{
                name: _harmless(table[name])
                for name, kind in table.schema().items()
                if kind.is_string()
            }
        )
    try:
        if out.suffix == ".csv":
            table.to_csv(unfinished)
        else:
            table.to_parquet(unfinished, compression="zstd")
        os.replace(unfinished, out)
    except OSError as error:
        raise TepatError(
            "not_writable", f"Cannot write {out}: {error}.", do="Choose a folder you may write to."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return int(con.to_pyarrow(table.count()).as_py())


def _harmless(text: Any) -> Any:
    return text.re_search(FORMULA).ifelse("'" + text, text)


def _decisions(run: RunFolder, programme: str | None, family_id: int | None) -> Any:
    parts = []
    for name, about in run.manifest["programmes"].items():
        if programme in (None, name):
            table = run.table(
                "family_decisions" if about["unit"] == "family" else "member_decisions"
            )
            if family_id is not None:
                table = table.filter(table.family_id == family_id)
            parts.append(_long(table, name, about))
    return functools.reduce(lambda one, other: one.union(other), parts)


def _long(table: Any, name: str, about: dict[str, Any]) -> Any:
    import ibis

    outcome = table[f"{name}__outcome"]
    words = ibis.cases(*((outcome == code, word) for code, word in OUTCOMES.items()))
    return table.select(
        family_key=table.family_key,
        person_key=ibis.null("string") if about["unit"] == "family" else table.person_key,
        programme=ibis.literal(name),
        outcome=words,
        reasons=_reasons(table, name, about),
        amount_year=table[f"{name}__amount"].cast("int64"),
    )


def _reasons(table: Any, name: str, about: dict[str, Any]) -> Any:
    """What failed, what is unknown, what was not checked, in the order of the criteria."""
    import ibis

    pieces = []
    failed, unknown = table[f"{name}__failed"], table[f"{name}__unknown"]
    for index, criterion in enumerate(about["criteria"]):
        bit = 1 << index
        checked = ibis.cases(
            ((failed & bit) != 0, f"failed:{criterion} "),
            ((unknown & bit) != 0, f"unknown:{criterion} "),
            else_=f"not_checked:{criterion} " if criterion in about["not_checked"] else "",
        )
        pieces.append(checked)
    return functools.reduce(operator.add, pieces).strip()


def _awards(run: RunFolder, programme: str | None, family_id: int | None) -> Any:
    table = run.table("awards")
    if programme is not None:
        table = table.filter(table.programme == programme)
    if family_id is not None:
        table = table.filter(table.family_id == family_id)
    return table.select("family_key", "person_key", "programme", "status", "place", "amount_year")


def _ranking(run: RunFolder, programme: str | None, family_id: int | None) -> Any:
    table = run.table("ranking")
    if family_id is not None:
        table = table.filter(table.family_id == family_id)
    return table.select("family_key", "score", "decile")


def _findings(run: RunFolder, programme: str | None, family_id: int | None) -> Any:
    table = run.table("findings")
    if family_id is not None:
        table = table.filter(table.family_id == family_id)
    return table.select("table", "key", "rule", "severity", "column", "value_shown")


_BUILDERS = {"decisions": _decisions, "awards": _awards, "ranking": _ranking, "findings": _findings}
