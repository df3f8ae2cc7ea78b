"""Changes to a policy, one at a time, each of which some worked case must notice.

A mutant is a change of the text of one policy file: a value, a day, a month of a calendar, a
number, an answer or a comparison in a rule. References, laws and sentences are left alone. The
changed text goes through the real loader, with the files that did not change read only once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unittest import mock

from tepat.policy import load
from tepat.policy.language import Expression
from tepat.policy.model import Calendar, Policy, Programme
from tepat.policy.yaml_file import Problems, parse_yaml

RULES = ("rule", "who", "amount", "at_most", "quota", "priority", "computed")
TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d[\d_]*(?:\.(?!\.)\d+)?|[A-Za-z]\w*|\.\.|<=|>=|!=|[-+*/<>=(),]"
)
SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "="}
DATE, NUMBER = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"-?\d[\d_]*(?:\.\d+)?")


@dataclass(frozen=True)
class Mutant:
    """One change: at a place of a file, this text becomes that."""

    file: str
    line: int
    start: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.old} -> {self.new}"

    def apply(self, text: str) -> str:
        """The file's text with the change."""
        return text[: self.start] + self.new + text[self.start + len(self.old) :]


@contextmanager
def reading_unchanged_files_once() -> Iterator[None]:
    """While this lasts, the loader parses each text of a file only the first time."""

    @lru_cache(maxsize=64)
    def parsed(text: str, file: str) -> Any:
        problems = Problems()
        data = parse_yaml(text, file, problems)
        return data, tuple(problems)

    def read(text: str, file: str, problems: Problems) -> Any:
        data, found = parsed(text, file)
        problems.extend(found)
        return data

    with mock.patch.object(load, "parse_yaml", read):
        yield


def mutants(policy: Policy, file: str) -> list[Mutant]:
    """All changes to one policy file."""
    text = policy.files[file]
    source = _Source(policy, file, text)
    data = parse_yaml(text, file, Problems())
    name = file.rsplit("/", 1)[-1]
    if name == "amounts.yaml":
        for parameter in data.values():
            for item in parameter["values"]:
                source.dates(item, "from", "to")
                source.value(item, "value")
    elif name == "calendar.yaml":
        for item in data if isinstance(data, list) else [data]:
            source.dates(item, "from", "to")
            if len(item["months"]) > 1:  # one instalment is the whole, whatever its months
                source.months(item["months"])
    else:
        source.rules(data)
    return source.found


class _Source:
    """Finds where values stand in a file's text, and what each may become."""

    def __init__(self, policy: Policy, file: str, text: str) -> None:
        self.policy, self.file, self.text = policy, file, text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.found: list[Mutant] = []

    def add(self, start: int, old: str, *new: str) -> None:
        line = self.text.count("\n", 0, start) + 1
        self.found += [Mutant(self.file, line, start, old, text) for text in new if text != old]

    def offset(self, place: tuple[int, int]) -> int:
        return self.starts[place[0]] + place[1]

    def dates(self, item: Any, *keys: str) -> None:
        for key in keys:
            if key in item:
                self.value(item, key)

    def value(self, item: Any, key: Any) -> None:
        self._scalar(self.offset(item.lc.value(key)))

    def months(self, months: Any) -> None:
        for index in range(len(months)):
            self._scalar(self.offset(months.lc.item(index)))

    def _scalar(self, start: int) -> None:
        found = DATE.match(self.text, start) or NUMBER.match(self.text, start)
        if found:
            self.add(start, found[0], *neighbours(found[0]))

    def rules(self, data: Any, *, named: bool = False) -> None:
        """Every rule and period of a file, wherever it stands; under ``values`` each is a rule."""
        if isinstance(data, list):
            for item in data:
                self.rules(item)
        if not hasattr(data, "items"):
            return
        for key, value in data.items():
            if key in ("from", "to"):
                self.value(data, key)
            elif key in RULES and isinstance(value, list):
                for index, rule in enumerate(value):
                    self._rule(self.offset(value.lc.item(index)), str(rule))
            elif key in RULES or (named and isinstance(value, str)):
                self._rule(self.offset(data.lc.value(key)), str(value))
            else:
                self.rules(value, named=key == "values")

    def _rule(self, start: int, rule: str) -> None:
        if self.text[start] in ">|":  # a block: the rule begins on the next line
            start = self.text.index("\n", start)
        variable = ""
        for token in TOKEN.findall(rule):
            start = self.text.index(token, start)
            if token in SWAPPED:
                self.add(start, token, SWAPPED[token])
            elif token[0].isdigit():
                self.add(start, token, *neighbours(token))
            elif self._coded(token):
                variable = token
            elif variable:
                self.add(start, token, *self._other_answer(variable, token))
            start += len(token)

    def _coded(self, name: str) -> bool:
        return name in self.policy.variables and self.policy.variables[name].type == "code"

    def _other_answer(self, variable: str, token: str) -> list[str]:
        known = self.policy.variables[variable]
        answers = [code.name for code in known.codes.values()]
        for names in (answers, list(known.groups)):
            if token in names:
                return [names[(names.index(token) + 1) % len(names)]]
        return []


def neighbours(text: str) -> list[str]:
    """The day before and after, or the number with its last digit one less and one more."""
    if DATE.fullmatch(text):
        day = date.fromisoformat(text)
        return [str(day - timedelta(days=1)), str(day + timedelta(days=1))]
    number = Decimal(text.replace("_", ""))
    step = Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))
    return [str(number - step), str(number + step)]


def mutated(policy: Policy, mutant: Mutant) -> Policy:
    """The policy with one change, through the loader.

    Raises:
        TepatError: the loader refuses the change.
    """
    files = dict(policy.files)
    files[mutant.file] = mutant.apply(files[mutant.file])
    return load.policy_from_files(files, policy.folder)


def changed_days(mutant: Mutant, before: Programme, after: Programme) -> list[date] | None:
    """The days on which a moved date makes a difference while the programme is in force.

    None where the mutant moved no date. An empty list: nobody could ever notice.
    """
    if not DATE.fullmatch(mutant.old):
        return None
    days = sorted({date.fromisoformat(mutant.old), date.fromisoformat(mutant.new)})
    around = [days[0] - timedelta(days=1), *days, days[1] + timedelta(days=1)]
    return [day for day in around if as_on(before, day) != as_on(after, day)]


def as_on(programme: Programme, day: date) -> Any:
    """All that a day decides: values that rules in force use, names, months of each channel."""
    if not programme.is_in_force(day):
        return None
    conditions = [c for c in programme.conditions if c.in_force(day)]
    components = [c for c in programme.components if _asked(c.periods, day)]
    components = [c for c in components if None not in _values(programme, c.amount, day).values()]
    rules = [c.rule for c in conditions] + [c.at_most for c in components if c.at_most]
    rules += [rule for c in components for rule in (c.who, c.amount)] + list(programme.priority)
    rules += [rule for rule in (programme.amount, programme.quota, programme.at_most) if rule]
    used = [_values(programme, rule, day) for rule in rules]
    channels = dict.fromkeys(c.channel for c in programme.calendars)
    return (
        [values for values in used if None not in values.values()],
        [c.name for c in [*conditions, *components]],
        {channel: _months(programme.calendars, channel, day) for channel in [None, *channels]},
    )


def _values(programme: Programme, rule: Expression, day: date) -> dict[str, Any]:
    """The parameters of a rule with their values on a day; None where one has none."""
    dated = {name: programme.parameters[name].on(day) for name in rule.names("parameter")}
    return {name: None if value is None else value.value for name, value in dated.items()}


def _asked(periods: Any, day: date) -> bool:
    return not periods or any(period.covers(day) for period in periods)


def _months(
    calendars: tuple[Calendar, ...], channel: str | None, day: date
) -> tuple[int, ...] | None:
    found = (c.months for c in calendars if channel in (None, c.channel) and c.period.covers(day))
    return next(found, None)
