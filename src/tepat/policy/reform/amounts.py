"""The values that a reform changes: laid over those of the policy, day by day.

From the first day of a new value on, the policy's own values do not count any more: neither the
one in force nor those that would follow. Where the new value has an end, the policy's values go on
after it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tepat.policy.dated import VALUE_KEYS, read_value
from tepat.policy.meaning import nearest
from tepat.policy.model import DatedValue, Parameter, Period, Programme, Variable
from tepat.policy.reform.model import Change
from tepat.policy.thousands import meant, written
from tepat.policy.yaml_file import Reader, is_day

DAY = timedelta(days=1)


def changed_parameters(
    r: Reader, programme: Programme, start: date, variables: Mapping[str, Variable]
) -> tuple[dict[str, Parameter], list[Change]]:
    """The programme's parameters after the reform, and what changed.

    Args:
        r: the mapping below ``change.<programme>``.
        programme: as the policy has it.
        start: the first day of the reform.
        variables: names that a parameter cannot have.
    """
    found, changes = dict(programme.parameters), list[Change]()
    if r.data.get("amounts") is None:
        return found, changes
    inner = r.child("amounts")
    for name in inner.data:
        old = programme.parameters.get(name)
        new = _parameter(inner, name, programme, start, variables)
        if new is not None:
            found[name] = new
            changes += _told(programme, new, old)
    return found, changes


def _parameter(
    inner: Reader,
    name: Any,
    programme: Programme,
    start: date,
    variables: Mapping[str, Variable],
) -> Parameter | None:
    old = programme.parameters.get(name)
    given = inner.data[name]
    if not isinstance(given, Mapping | list):
        number = meant(written(given)) or written(given)
        inner.wrong(
            f"'{name}' is written without its source.",
            f"Write {{value: {number}, reference: …, confidence: …}}.",
            name,
        )
        return None
    listed = isinstance(given, list)
    r = Reader({"values": inner.data[name]}, inner.file, inner.problems, inner.at(name).line)
    unit = None
    if not listed:
        r = inner.child(name)
        if "values" in r.data:
            r.only("unit", "values", "note")
        else:
            r.only("unit", *VALUE_KEYS)
        unit = r.data.get("unit")
    if not _may_change(inner, name, programme, unit, variables):
        return None
    items = r.items("values") if "values" in r.data else [r]
    counted = str(unit) if old is None else old.unit
    values = _dated(r, items, start, "values" not in r.data, (str(name), counted))
    if not values:
        return None
    if old is None:
        return Parameter(str(name), str(unit), tuple(values), r.where)
    if is_day(values[0].value) != is_day(old.values[0].value):
        inner.wrong(
            f"'{name}' is {'a date' if is_day(old.values[0].value) else 'a number'} in the policy.",
            "Write a value of the same kind.",
            name,
        )
        return None
    return replace(old, values=tuple(laid_over(old.values, values)), where=r.where)


def _may_change(
    inner: Reader, name: Any, programme: Programme, unit: Any, variables: Mapping[str, Variable]
) -> bool:
    """Whether a value has its place: it is there, or it is new and says its unit."""
    old = programme.parameters.get(name)
    if old is None and unit is None:
        hint = nearest(str(name), programme.parameters)
        inner.wrong(
            f"'{programme.name}' has no value '{name}'.",
            f"{hint} A new one says its unit.".strip(),
            name,
        )
        return False
    if old is None:
        return inner.called(name, {**variables, **programme.values})
    if unit is not None and unit != old.unit:
        inner.wrong(
            f"'{name}' counts in '{old.unit}', not in '{unit}'.",
            "Leave the unit out; give a new value a new name.",
            name,
        )
        return False
    return True


def _dated(
    r: Reader, items: Iterable[Reader], start: date, single: bool, counted: tuple[str, str]
) -> list[DatedValue]:
    """The reform's own values in order; one without a first day begins with the reform.

    ``counted`` is the parameter's name and its unit.
    """
    found: list[DatedValue] = []
    for item in items:
        if not single:
            item.only(*VALUE_KEYS)
        item.need("value", "reference", "confidence")
        value, period = read_value(item, *counted), _period(item, start)
        if period is not None and value is not None:
            found.append(DatedValue(period, value, item.where))
    if len({is_day(value.value) for value in found}) > 1:
        r.wrong("Some values are dates, others numbers.", "Make two values of them.")
        return []
    found.sort(key=lambda value: value.period.start)
    for index, (one, after) in enumerate(itertools.pairwise(found)):
        if one.period.start == after.period.start:
            r.problems.add(
                after.where,
                f"Two values begin on {after.period.start}.",
                "Keep one: a value changes once on a day.",
            )
        elif one.period.end is None:
            end = after.period.start - DAY
            found[index] = replace(one, period=replace(one.period, end=end))
        elif one.period.end >= after.period.start:
            r.problems.add(
                after.where,
                f"This value begins {after.period.start}, but the one before holds until "
                f"{one.period.end}.",
                "Periods may not overlap.",
            )
    return found


def _period(item: Reader, start: date) -> Period | None:
    first = item.day("from") if item.data.get("from") is not None else start
    end = item.day("to")
    if first is None:
        return None
    if first < start:
        item.wrong(
            f"This value begins {first}, before the reform itself ({start}).",
            "Begin the reform earlier, or the value later.",
            "from",
        )
        return None
    if end is not None and end < first:
        item.wrong(f"The period ends ({end}) before it begins ({first}).", key="to")
        return None
    return Period(first, end, item.word("reference"), str(item.data.get("confidence", "")))


def laid_over(old: Iterable[DatedValue], new: Iterable[DatedValue]) -> Iterator[DatedValue]:
    """Values in order, where each new one holds in its period and old ones only elsewhere."""
    new = list(new)
    pieces = [value.period for value in new]
    kept = [
        replace(value, period=replace(value.period, start=start, end=end))
        for value in old
        for start, end in _outside(value.period, pieces)
    ]
    yield from sorted([*kept, *new], key=lambda value: value.period.start)


def _outside(period: Period, others: list[Period]) -> list[tuple[date, date | None]]:
    """The parts of a period in which none of the others holds."""
    parts: list[tuple[date, date | None]] = [(period.start, period.end)]
    for other in others:
        left: list[tuple[date, date | None]] = []
        for start, end in parts:
            if (end is not None and end < other.start) or (
                other.end is not None and other.end < start
            ):
                left.append((start, end))
                continue
            if start < other.start:
                left.append((start, other.start - DAY))
            if other.end is not None and (end is None or other.end < end):
                left.append((other.end + DAY, end))
        parts = left
    return parts


def _told(programme: Programme, new: Parameter, old: Parameter | None) -> Iterator[Change]:
    """A line for each value that the reform states."""
    before = {value.where for value in old.values} if old else set()
    for value in new.values:
        if value.where in before:  # a piece of a value of the policy
            continue
        was = old.on(value.period.start) if old else None
        yield Change(
            programme.name,
            "amount",
            new.name,
            "" if was is None else str(was.value),
            str(value.value),
            new.unit,
            value.period.start,
            value.period.reference,
            value.period.confidence,
            value.where,
        )
