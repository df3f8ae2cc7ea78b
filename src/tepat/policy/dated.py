"""Read amounts.yaml and calendar.yaml: what a programme's law changes with time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tepat.policy.model import Calendar, DatedValue, Parameter, Variable
from tepat.policy.yaml_file import Problems, Reader, is_day, list_items

VALUE_KEYS = ("from", "to", "value", "reference", "confidence", "note")
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
            values = _dated(r)
            if values:
                found[name] = Parameter(name, r.word("unit"), values, r.where)
    return found


def _dated(r: Reader) -> tuple[DatedValue, ...]:
    """Dated values; one without an end holds until the day before the next begins."""
    found: list[DatedValue] = []
    for item in r.items("values"):
        item.only(*VALUE_KEYS)
        item.need("from", "value", "reference", "confidence")
        period, value = item.period(), item.value("value") if "value" in item.data else None
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
