"""From answers to a score, from scores to a rank and a decile: pure table expressions.

The same whole numbers come out on every engine: terms are 64-bit integers rounded down, ties are
broken by the MD5 of ``seed:family_key`` written as hexadecimal text, deciles are integer
arithmetic over the rank. Nothing here sums or compares floating-point numbers.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from tepat.assessment.model import (
    MISSING_WORDS,
    Feature,
    Levels,
    Model,
    Number,
    Pair,
    Scale,
    Steps,
    load_model,
)
from tepat.engine.errors import TepatError

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "Model",
    "columns_needed",
    "contributions",
    "load_model",
    "rank_and_decile",
    "score_expression",
    "whole_groups",
]

DECILES = 10
SLICE = 10_000  # of score: a hundredth of log outcome, in which under a hundredth of families lie
WEIGHT_UNITS = 1_000_000
PARTS = 1_000  # of a village's ranking, see `community`


def columns_needed(model: Model) -> list[str]:
    """The columns of the families table that a model reads, each once, in the model's order."""
    return list(dict.fromkeys(c for feature in model.features for c in feature.columns))


def whole_groups(model: Model) -> list[str]:
    """Columns, such as the village, of which a scored table must hold whole groups.

    A village's own ranking gives places among its ranked families: half a village would have
    other places. Empty for a model without such a ranking; then any rows can be scored alone.
    """
    return list(dict.fromkeys(c for feature in model.features for c in feature.groups))


def _telling(model: Model) -> list[str]:
    """The columns that say something of a family, and not only where it lives."""
    groups = whole_groups(model)
    own = {
        part.column
        for feature in model.features
        for part in ((feature.first, feature.second) if isinstance(feature, Pair) else (feature,))
    }
    return [c for c in columns_needed(model) if c in own or c not in groups]


def score_expression(model: Model, table: ir.Table) -> ir.IntegerValue:
    """The score of each row of ``table``: millionths of log outcome, null where nothing is known.

    A family of whom every feature is unknown has no score; it is not taken for an average one.

    Raises:
        TepatError: ``model_column_missing`` where the table lacks a column of the model.
    """
    import ibis

    terms = contributions(model, table)
    # Added, not put into a branch: engines evaluate the branches of a CASE far more slowly.
    something = ibis.coalesce(*(_known(table[c]).notnull().nullif(False) for c in _telling(model)))
    total = ibis.ifelse(something.isnull(), ibis.null("int64"), _wide(model.intercept))
    for term in terms.values():
        total = total + term
    return total


def contributions(model: Model, table: ir.Table) -> dict[str, ir.IntegerValue]:
    """What each feature adds to the score; with ``model.intercept`` they make exactly the score."""
    _require_columns(model, table)
    return {feature.name: _term(feature, table) for feature in model.features}


def _require_columns(model: Model, table: ir.Table) -> None:
    lacking = [c for c in columns_needed(model) if c not in table.columns]
    if not lacking:
        return
    near = difflib.get_close_matches(lacking[0], list(table.columns), n=1)
    raise TepatError(
        "model_column_missing",
        f"The families lack {len(lacking)} of the model's columns: {', '.join(lacking)}.",
        f"The nearest to {lacking[0]} is {near[0]}." if near else "",
        "Add the columns, map them by a mapping, or calibrate with --features that the families "
        "have.",
    )


def _term(feature: Feature, table: ir.Table) -> ir.IntegerValue:
    if isinstance(feature, Pair):
        return _pair(feature, table)
    column = table[feature.column]
    if isinstance(feature, Number):
        return _number(feature, column)
    if isinstance(feature, Steps):
        return _steps(feature, column) if feature.within is None else _in_village(feature, table)
    return _levels(feature, column)


def _whole(value: int) -> Any:
    import ibis

    return ibis.literal(value, type="int64")


def _wide(value: int) -> Any:
    """A literal that is 64-bit in the engine too, where a bare small number would be 32-bit."""
    import ibis

    return ibis.literal(value, type="int32").cast("int64") if abs(value) < 2**31 else _whole(value)


def _known(column: Any) -> Any:
    """The column with NaN and the words for 'missing' as null, booleans as 0 and 1."""
    kind = column.type()
    if kind.is_boolean():
        return column.cast("int64")
    if kind.is_floating():
        return _not_nan(column)
    if kind.is_string():
        column = column.strip()
        for word in MISSING_WORDS:
            column = column.nullif(word)
    return column


def known_value(column: Any) -> Any:
    """A column with NaN and the words for 'missing' as null."""
    return _known(column)


def number_value(column: Any) -> Any:
    """A column as a number, null where it is none."""
    return _numeric(column)


def _not_nan(number: Any) -> Any:
    """Null for NaN. Not NULLIF: over Parquet, DuckDB concludes that no value equals NaN."""
    import ibis

    return ibis.cases((number.isnan(), ibis.null("float64")), else_=number)


def _numeric(column: Any) -> Any:
    """The column as a number: whole where it is whole, else float64; null where it is no number."""
    if column.type().is_string():
        return _not_nan(column.strip().try_cast("float64"))
    column = _known(column)
    return column if column.type().is_integer() else column.cast("float64")


def _levels(feature: Levels, column: Any) -> Any:
    import ibis

    known = _numeric(column) if feature.numeric else _known(column).cast("string")
    branches = [
        (int(level) if feature.numeric else level, _whole(amount))
        for level, amount in feature.levels.items()
        if amount != feature.other
    ]
    other = _wide(feature.other)
    found = known.cases(*branches, else_=other) if branches else other
    return ibis.ifelse(known.isnull(), _wide(feature.missing), found)


def _scaled(scale: Scale, number: Any) -> Any:
    """The number in whole units, held within its ends; an end where it is null."""
    import ibis

    if number.type().is_integer() and scale.decimals == 0:
        held = ibis.greatest(ibis.least(number, _whole(scale.highest)), _whole(scale.lowest))
        return held.cast("int64")
    unit = 10.0 ** abs(scale.decimals)
    number = number.cast("float64")
    moved = number * unit if scale.decimals >= 0 else number / unit
    # Held within its ends before rounding, so that no value is too large for 64 bits.
    held = ibis.greatest(ibis.least(moved, float(scale.highest)), float(scale.lowest))
    return (held + 0.5).floor().cast("int64")


def _number(feature: Number, column: Any) -> Any:
    import ibis

    number = _numeric(column)
    value = _scaled(feature.scale, number)
    total = _whole(feature.slope) * (value - _whole(feature.zero))
    for at, slope in feature.bends:
        total = total + _whole(slope) * ibis.greatest(value - _whole(at), _whole(0))
    if feature.divisor != 1:
        total = total // _whole(feature.divisor)
    return ibis.ifelse(number.isnull(), _wide(feature.missing), total + _wide(feature.level))


def _steps(feature: Steps, column: Any) -> Any:
    import ibis

    number = _numeric(column)
    value = _scaled(feature.scale, number)
    branches = [(number.isnull(), _whole(feature.missing))]
    branches += [
        (value < _whole(at), _whole(amount))
        for at, amount in zip(feature.at, feature.values, strict=False)
    ]
    return ibis.cases(*branches, else_=_wide(feature.values[-1]))


def _in_village(feature: Steps, table: ir.Table) -> Any:
    """The amount of a family's place in its village's own ranking.

    Looked up in a list of all places, so that the place is written once: engines would work a
    window out again in each branch of a CASE.
    """
    import ibis

    amounts = [feature.values[sum(at <= place for at in feature.at)] for place in range(PARTS + 1)]
    place = _place(feature, table).fill_null(PARTS + 1).cast("int32")
    return ibis.literal([*amounts, feature.missing], type="array<int64>")[place] + _wide(0)


def _place(feature: Steps, table: ir.Table) -> Any:
    """A family's place among the ranked families of its village; null where it has none."""
    import ibis

    number = _numeric(table[str(feature.column)]).cast("float64")
    village = _known(table[str(feature.within)])
    number = ibis.ifelse(village.isnull(), ibis.null("float64"), number)
    ranked = number.count().over(group_by=village)
    alike = number.count().over(group_by=[village, number])
    # unknown ranks stand last, so that whoever is ranked has only ranked families before
    before = ibis.rank().over(group_by=village, order_by=number.asc(nulls_first=False))
    place = (before.cast("int64") * _whole(2) + alike) * _whole(PARTS) // (ranked * _whole(2))
    usable = number.notnull() & (ranked > 1)
    return ibis.ifelse(usable, place.cast("int64"), ibis.null("int64"))


def _pair(feature: Pair, table: ir.Table) -> Any:
    import ibis

    first, second = _term(feature.first, table), _term(feature.second, table)
    width = len(feature.values[0])
    cells = [amount for row in feature.values for amount in row]
    # A list is looked up in one step, where a CASE would try cell after cell.
    cell = (first * _whole(width) + second).cast("int32")  # Spark wants a 32-bit place
    return ibis.literal(cells, type="array<int64>")[cell] + _wide(0)


def rank_and_decile(con: Any, table: ir.Table, seed: str, weighted: bool = False) -> ir.Table:
    """Rank families from the poorest and cut them into deciles.

    Args:
        con: the backend of ``table``; kept in the signature so that callers say where it runs.
        table: ``family_id``, ``family_key``, ``score``, and ``weight`` where ``weighted``.
        seed: with the family key it breaks ties, the same way on every engine.
        weighted: deciles of people (by cumulative weight) instead of families.

    Returns:
        ``family_id, family_key, score, rank, decile``; rank and decile are null without a score.

    Raises:
        TepatError: ``column_missing``.
    """
    import ibis

    needed = ["family_id", "family_key", "score"] + (["weight"] if weighted else [])
    lacking = [c for c in needed if c not in table.columns]
    if lacking:
        raise TepatError(
            "column_missing",
            f"Ranking needs the column {lacking[0]}.",
            do="Rank without weights, or add it." if lacking[0] == "weight" else "",
        )
    ranked = _ranked(table, seed)
    if weighted:
        decile = _by_weight(ranked, _order(ranked, seed))
        scored = ranked.score.notnull()
        ranked = ranked.mutate(decile=ibis.ifelse(scored, decile, ibis.null("int64")))
    else:
        tenth = ((ranked.rank - 1) * DECILES // ranked.ranked_in_all + 1).cast("int64")
        ranked = ranked.mutate(decile=tenth)
    return ranked.select("family_id", "family_key", "score", "rank", "decile")


def _order(table: ir.Table, seed: str) -> list[Any]:
    import ibis

    tie = (ibis.literal(f"{seed}:") + table.family_key).hexdigest("md5")
    return [table.score.asc(nulls_first=False), tie, table.family_id]


def _ranked(table: ir.Table, seed: str) -> ir.Table:
    """The table with ``rank``, and ``ranked_in_all``, how many have one.

    Scores are cut into slices; a rank is how many stand in poorer slices, and the place in its
    own. So nobody has to sort the whole country, and many can sort at once.
    """
    import ibis

    table = table.mutate(slice=table.score // _whole(SLICE))
    known = table.filter(table.slice.notnull())
    slices = known.group_by(of_slice=known.slice).agg(families=known.count())
    until = slices.families.cumsum(order_by=slices.of_slice)
    slices = slices.mutate(
        poorer=until.cast("decimal(38,0)").cast("int64") - slices.families,
        ranked_in_all=slices.families.sum().over().cast("decimal(38,0)").cast("int64"),
    )
    joined = table.left_join(slices, table.slice == slices.of_slice)
    place = ibis.row_number().over(group_by=joined.slice, order_by=_order(joined, seed)) + 1
    return joined.mutate(rank=joined.poorer + place.cast("int64"))


def _by_weight(table: ir.Table, order: list[Any]) -> Any:
    """The decile in which a family's share of the people begins."""
    import ibis

    weight = (_numeric(table.weight).cast("float64").clip(lower=0.0) * WEIGHT_UNITS + 0.5).floor()
    counted = ibis.ifelse(table.score.notnull(), weight.cast("int64"), _whole(0)).fill_null(0)
    # Sums of 64-bit integers are 128-bit in DuckDB; the way back leads through a decimal.
    until = counted.cumsum(order_by=order).cast("decimal(38,0)").cast("int64")
    total = counted.sum().over().cast("decimal(38,0)").cast("int64")
    begins = (until - counted) * DECILES
    passed = [(begins >= total * k).cast("int64") for k in range(1, DECILES)]
    return ibis.ifelse(total > 0, sum(passed, _whole(1)), ibis.null("int64"))
