"""A policy once read: variables, exclusion grounds, programmes, and their dated values.

Everything here is immutable and knows where it was written, so that each message can point to a
file and a line. Amounts are whole rupiah; other numbers are exact decimals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from tepat.engine.text import Text as Text  # noqa: PLC0414 (the many who know it from here)
from tepat.policy.language import Expression

Value = int | Decimal | date


@dataclass(frozen=True)
class Where:
    """A place in a policy file; the line counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Code:
    """One answer of a coded variable."""

    name: str
    label: Text


@dataclass(frozen=True)
class Variable:
    """A fact that a rule may use. Numbers are between ``minimum`` and ``maximum``."""

    name: str
    of: str  # family | member
    type: str  # number | yes_no | code | date | text
    label: Text
    question: Text | None
    codes: dict[int, Code] = field(default_factory=dict)
    groups: dict[str, tuple[int, ...]] = field(default_factory=dict)
    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(0)
    decimals: int = 0
    computed: Expression | None = None
    sensitivity: str = "personal"
    ranking: str | None = None  # family | individual: one of our own 13 + 26
    reference: str = ""
    confidence: str = ""
    unit: Text | None = None

    def code_of(self, name: str) -> int | None:
        """The code with this name; None where there is none."""
        return next((code for code, known in self.codes.items() if known.name == name), None)


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included; no end means still in force."""

    start: date
    end: date | None
    reference: str = ""
    confidence: str = ""

    def covers(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class DatedValue:
    """One value of a parameter, with the period in which it holds and the law that says so."""

    period: Period
    value: Value
    where: Where


@dataclass(frozen=True)
class Parameter:
    """A number of the law that changes with time."""

    name: str
    unit: str
    values: tuple[DatedValue, ...]
    where: Where

    def on(self, day: date) -> DatedValue | None:
        """The value in force on a day; None where none is."""
        return next((value for value in self.values if value.period.covers(day)), None)


@dataclass(frozen=True)
class NamedValue:
    """An intermediate value that makes a long rule readable."""

    name: str
    rule: Expression
    law: str
    where: Where
    confidence: str = ""


@dataclass(frozen=True)
class Condition:
    """A statement that must be true; its name is the reason in letters and reports."""

    name: str
    rule: Expression
    says: Text
    law: str
    confidence: str
    periods: tuple[Period, ...]
    where: Where

    def names(self) -> list[str]:
        """The names that the sentence mentions."""
        return list(dict.fromkeys(re.findall(r"\{(\w+)\}", self.says.id + self.says.en)))

    def in_force(self, day: date) -> bool:
        """Whether the condition is asked on a day."""
        return not self.periods or any(period.covers(day) for period in self.periods)


@dataclass(frozen=True)
class Component:
    """A kind of member that adds an amount."""

    name: str
    title: Text
    who: Expression
    amount: Expression
    at_most: Expression | None
    law: str
    confidence: str
    periods: tuple[Period, ...]
    where: Where


@dataclass(frozen=True)
class Ground:
    """An exclusion ground: a finding of another institution, not a fact."""

    name: str
    title: Text
    says: Text
    reach: str  # person | family
    list: Text
    rule: Expression | None
    required: bool
    appeal: Text
    law: str
    confidence: str
    where: Where


@dataclass(frozen=True)
class Calendar:
    """How a year's amount is split for one channel: months covered by each instalment."""

    channel: str
    period: Period
    months: tuple[int, ...]


@dataclass(frozen=True)
class Programme:
    """One programme, as its folder says."""

    name: str
    title: Text
    summary: Text
    law: str
    confidence: str
    unit: str  # family | member
    payer: str
    place: str | None
    kind: str  # cash | goods | service | subsidy
    in_force: tuple[Period, ...]
    values: dict[str, NamedValue]
    conditions: tuple[Condition, ...]
    components: tuple[Component, ...]
    at_most: Expression | None
    amount: Expression | None
    amount_paid_first: bool
    excluded_by: tuple[str, ...]
    not_with: tuple[str, ...]
    quota: Expression | None
    priority: tuple[Expression, ...]
    parameters: dict[str, Parameter]
    calendars: tuple[Calendar, ...]
    where: Where

    @property
    def gives_money(self) -> bool:
        """Whether its law says an amount of rupiah, whatever it is that reaches the family."""
        return self.amount is not None or bool(self.components)

    def is_in_force(self, day: date) -> bool:
        """Whether the programme exists on a day."""
        return any(period.covers(day) for period in self.in_force)


@dataclass(frozen=True)
class Overlap:
    """Programmes that may not be held together."""

    programmes: tuple[str, ...]
    law: str
    confidence: str


@dataclass(frozen=True)
class Policy:
    """All of it, read from one folder."""

    folder: Path
    variables: dict[str, Variable]
    grounds: dict[str, Ground]
    programmes: dict[str, Programme]  # in the order in which they allocate
    overlaps: tuple[Overlap, ...]
    files: dict[str, str]  # path in the folder -> text, worked cases left out
    hash: str

    def barred_with(self, name: str) -> tuple[str, ...]:
        """The programmes that may not be held together with this one, in order of allocation."""
        barred = {
            p for overlap in self.overlaps if name in overlap.programmes for p in overlap.programmes
        }
        barred |= set(self.programmes[name].not_with)
        barred |= {p.name for p in self.programmes.values() if name in p.not_with}
        barred.discard(name)
        return tuple(p for p in self.programmes if p in barred)
