"""Families outside what a model was fitted on: values the survey never held.

A model file keeps, for each column it reads, the lowest and highest number or the answers that the
survey held. A score is still given: a number beyond an end counts as if it stood nearer, an
unknown answer has an amount of its own. But nobody has ever seen how well that works, so
the families are counted, column by column, and a run says so where they are many.

Pure: ``outside`` takes a table and gives counts; counts of several parts are added up by
``together``. ``warnings`` says which columns are worth a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tepat.assessment.model import Model
from tepat.assessment.survey import Array, Column
from tepat.assessment.terms import is_counted

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["outside", "seen_of", "summary", "together", "warnings"]

Counts = dict[str, dict[str, int]]  # column, or "" for any column -> families, unknown, outside
ANY = ""
MANY, MORE_UNKNOWN = 0.01, 0.1  # of the families; above the survey's share
MOST_LEVELS, MOST_CODES = 2_000, 40
PER_MILLE = 1_000


def seen_of(column: Column) -> dict[str, Any]:
    """What the survey held of a column, in whole numbers, for model.json."""
    from tepat.assessment.fixed_point import scale_of

    unknown = round(float((~column.known).mean()) * PER_MILLE)
    if not column.is_number:
        _, labels = column.codes()
        return {"kind": "levels", "unknown": unknown, "levels": list(labels)[:MOST_LEVELS]}
    known: Array = column.values[column.known]
    if column.whole and column.distinct <= MOST_CODES and not is_counted(column):
        codes = [int(code) for code in np.unique(known)]
        return {"kind": "codes", "unknown": unknown, "levels": codes}
    low, high = float(known.min()), float(known.max())
    decimals = 0 if column.whole else max(scale_of(column, 10**7).decimals, 0)
    unit = 10.0**decimals
    return {
        "kind": "number",
        "unknown": unknown,
        "decimals": decimals,
        "lowest": int(low * unit // 1),
        "highest": int(-(-high * unit // 1)),
    }


def outside(con: Any, model: Model, table: ir.Table) -> Counts:
    """Families of whom a column is unknown or holds what the survey never held.

    Args:
        con: the backend of ``table``.
        model: a fitted model; one that does not tell what it was fitted on gives no counts.
        table: the families, with the model's columns.

    Returns:
        ``families, unknown, outside`` for each column, and under ``""`` for any of them.
    """
    import functools
    import operator

    seen = model.about.get("seen") or {}
    tests = {c: _tests(entry, table[c]) for c, entry in seen.items() if c in table.columns}
    if not tests:
        return {}
    columns = {"families": table.count()}
    for place, (unknown, beyond) in enumerate(tests.values()):
        columns |= {f"u{place}": table.count(where=unknown), f"o{place}": table.count(where=beyond)}
    some = functools.reduce(operator.or_, (beyond for _, beyond in tests.values()))
    columns["any"] = table.count(where=some)
    row = con.to_pyarrow(table.agg(**columns)).to_pylist()[0]
    found = {
        column: {
            "families": row["families"],
            "unknown": row[f"u{place}"],
            "outside": row[f"o{place}"],
        }
        for place, column in enumerate(tests)
    }
    return {ANY: {"families": row["families"], "unknown": 0, "outside": row["any"]}} | found


def _tests(entry: Mapping[str, Any], column: Any) -> tuple[Any, Any]:
    """Whether a value is unknown, and whether it is known and was never held by the survey."""
    import ibis

    from tepat.assessment.rules import known_value, number_value

    if entry["kind"] == "levels":
        value = known_value(column).cast("string")
        beyond = ~value.isin(list(entry["levels"])) if entry["levels"] else ibis.literal(True)
    elif entry["kind"] == "codes":
        value = number_value(column).cast("float64")
        beyond = ~value.isin([float(code) for code in entry["levels"]])
    else:
        value = number_value(column).cast("float64")
        unit = 10.0 ** entry["decimals"]
        beyond = (value < entry["lowest"] / unit) | (value > entry["highest"] / unit)
    unknown = known_value(column).isnull()
    # a text where the survey held numbers is known, and outside
    beyond = (value.notnull() & beyond).fill_null(False) | (~unknown & value.isnull())
    return unknown, beyond


def together(parts: Iterable[Counts]) -> Counts:
    """The counts of several parts of one population, added up."""
    total: Counts = {}
    for part in parts:
        for column, counts in part.items():
            mine = total.setdefault(column, dict.fromkeys(counts, 0))
            for name, number in counts.items():
                mine[name] += number
    return total


def summary(model: Model, parts: Iterable[Counts]) -> dict[str, Any] | None:
    """What a run keeps under ``outside``: counts of all parts, and warnings; None without any."""
    counts = together(parts)
    return {"counts": counts, "warnings": warnings(model, counts)} if counts else None


def warnings(model: Model, counts: Counts) -> list[dict[str, Any]]:
    """Columns outside what the model was fitted on in more than 1 % of the families.

    Also columns that are unknown far more often than in the survey, by 10 points. Each row has
    ``column``, ``families``, ``outside``, ``unknown``, ``unknown_in_survey`` (per mille), worst
    first.
    """
    seen = model.about.get("seen") or {}
    found = []
    for column, number in counts.items():
        families = number["families"]
        if column == ANY or not families:
            continue
        surveyed = int(seen.get(column, {}).get("unknown", 0))
        beyond = number["outside"] / families
        unknown = number["unknown"] / families - surveyed / PER_MILLE
        if beyond > MANY or unknown > MORE_UNKNOWN:
            found.append({"column": column, **number, "unknown_in_survey": surveyed})
    return sorted(found, key=lambda row: (-row["outside"], -row["unknown"], row["column"]))


def seen_by(columns: Sequence[Column], used: Iterable[str]) -> dict[str, Any]:
    """What the survey held of the columns that a formula uses."""
    names = set(used)
    return {column.name: seen_of(column) for column in columns if column.name in names}
