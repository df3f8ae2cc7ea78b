"""Read amounts.yaml and calendar.yaml: what a programme's law changes with time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tepat.policy.model import Calendar, DatedValue, Parameter, Value, Variable
from tepat.policy.thousands import is_grouped, misread, written
from tepat.policy.yaml_file import Problems, Reader, is_day, list_items

VALUE_KEYS = ("from", "to", "value", "reference", "confidence", "note")
COUNTED = {
    "rupiah", "year", "month", "week", "day", "grade", "family", "household", "person", "member",
    "child", "pupil", "pregnancy", "place",
}  # fmt: skip
COUNTED |= {f"{word}s" for word in COUNTED} | {"families", "children", "pregnancies"}
HIGHEST_AGE = 120
BOUNDS = {
    "decile": (1, 10, "a decile is a whole number from 1 to 10"),
    "deciles": (1, 10, "a decile is a whole number from 1 to 10"),
    "years": (0, HIGHEST_AGE, f"years are whole, from 0 to {HIGHEST_AGE}"),
}
CALENDAR_KEYS = ("channel", "from", "to", "months", "reference", "confidence", "note")


def read_parameters(
    loaded: Mapping[str, Any], folder: str, variables: Mapping[str, Variable], problems: Problems
) -> dict[str, Parameter]:
    """The dated parameters of a programme; ``folder`` is its path in the policy."""
    file = f"{folder}/amounts.yaml"
    if loaded.get(file) is None:
        return {}
    top = Reader(loaded[file], file, problems)
    found = {}
    for name in top.data:
        if not top.called(name, variables):
            continue
        r = top.child(name)
        r.only("unit", "values", "note")
        if r.need("unit", "values"):
            values = _dated(r, name, r.word("unit"))
            if values:
                found[name] = Parameter(name, r.word("unit"), values, r.where)
    return found


def read_value(item: Reader, name: str, unit: str) -> Value | None:
    """The value of a dated item, as its unit allows; None where there is none to be read.

    Rupiah and what is counted are whole, deciles are 1 to 10, and so on. Of a value that the unit
    refuses a mistake is noted, and the nearest that it allows is given back: rules that use the
    value are then checked in the same go.
    """
    if item.data.get("value") is None:
        return None
    value = item.value("value")
    if value is None or isinstance(value, date):
        return value
    first, raw = unit.split(" ")[0].lower(), written(item.data["value"])
    whole, grouped = first in COUNTED or first in BOUNDS, is_grouped(raw)
    if grouped:
        item.wrong(*misread(raw, value, whole=whole), "value")
    if not whole:
        return value
    low, high, said = bounds(unit)
    nearest = max(low, int(value) if high is None else min(high, int(value)))
    if not grouped and (value != nearest or "." in raw):
        what = f"'{name}' counts {first}: whole, and not below 0. It is {raw}."
        if said:
            what = f"'{name}' is {raw}: {said}."
        item.wrong(what, "Write such a one.", "value")
    return nearest


def bounds(unit: str) -> tuple[int, int | None, str]:
    """The least and the most that a whole value of a unit can be, and how that is said."""
    return BOUNDS.get(unit.split(" ")[0].lower(), (0, None, ""))


def _dated(r: Reader, name: str, unit: str) -> tuple[DatedValue, ...]:
    """Dated values; one without an end holds until the day before the next begins."""
    found: list[DatedValue] = []
    for item in r.items("values"):
        item.only(*VALUE_KEYS)
        item.need("from", "value", "reference", "confidence")
        period, value = item.period(), read_value(item, name, unit)
        if period is not None and value is not None:
            found.append(DatedValue(period, value, item.where))
    if len({is_day(value.value) for value in found}) > 1:
        r.wrong("Some values are dates, others numbers.", "Make two parameters of them.")
        return ()
    found.sort(key=lambda value: value.period.start)
    for index, (one, after) in enumerate(itertools.pairwise(found)):
        if one.period.end is None:
            end = after.period.start - timedelta(days=1)
            found[index] = replace(one, period=replace(one.period, end=end))
        elif one.period.end >= after.period.start:
            r.problems.add(
                after.where,
                f"This value begins {after.period.start}, but the one "
                f"before holds until {one.period.end}.",
                "Periods may not overlap.",
            )
    return tuple(found)


def read_calendars(
    loaded: Mapping[str, Any], folder: str, problems: Problems
) -> tuple[Calendar, ...]:
    """The instalment calendars of a programme; those of one channel may not overlap."""
    file = f"{folder}/calendar.yaml"
    if loaded.get(file) is None:
        return ()
    found: list[Calendar] = []
    for item in list_items(loaded[file], file, problems, 1):
        item.only(*CALENDAR_KEYS)
        item.need("channel", "from", "months", "reference", "confidence")
        period, months = item.period(), item.data.get("months")
        right = (
            isinstance(months, list)
            and months
            and all(isinstance(m, int) and m > 0 for m in months)
        )
        if not right:
            item.wrong(
                "'months' lists the months that each instalment covers.",
                "Write months: [3, 3, 3, 3].",
                "months",
            )
        elif period is not None and months is not None:
            calendar = Calendar(item.word("channel"), period, tuple(int(m) for m in months))
            _check_overlap(item, calendar, found)
            found.append(calendar)
    return tuple(found)


def _check_overlap(r: Reader, calendar: Calendar, others: list[Calendar]) -> None:
    for other in others:
        one, two = sorted((calendar.period, other.period), key=lambda period: period.start)
        if other.channel == calendar.channel and (one.end is None or two.start <= one.end):
            r.wrong(
                f"Two calendars of '{calendar.channel}' hold on {two.start}.",
                "Give the earlier one an end ('to').",
                "from",
            )
