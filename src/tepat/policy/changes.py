"""What changed in a programme between two days, in plain sentences.

Everything that has a date is compared: the programme itself, its parameters, conditions,
components and calendars. A value that changed and changed back is told too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy import wording
from tepat.policy.compile import Rules
from tepat.policy.language import Expression
from tepat.policy.model import (
    Calendar,
    Component,
    DatedValue,
    Parameter,
    Policy,
    Programme,
    Text,
)
from tepat.policy.words import dated_value, find_programme, not_in_force

WIDTH = 96
T = {
    "title": Text(
        "{name} ({programme}): {start} sampai {end}", "{name} ({programme}): {start} to {end}"
    ),
    "none": Text(
        "Tidak ada yang berubah antara kedua hari itu.", "Nothing changed between the two days."
    ),
    "begins": Text("Program mulai berlaku {day}.", "The programme comes into force on {day}."),
    "ends": Text("Program berakhir {day}.", "The programme ends on {day}."),
    "new": Text("{what} mulai berlaku: {new}.", "{what} begins: {new}."),
    "gone": Text("{what} tidak berlaku lagi (terakhir {old}).", "{what} ends (last {old})."),
    "changed": Text("{what}: {old} menjadi {new}.", "{what}: {old} becomes {new}."),
    "between": Text(
        "{what}: {old} pada kedua hari, tetapi di antaranya berubah: {steps}.",
        "{what}: {old} on both days, but it changed in between: {steps}.",
    ),
    "only": Text("{what}: hanya di antaranya: {steps}.", "{what}: only in between: {steps}."),
    "steps": Text("Di antaranya: {steps}.", "In between: {steps}."),
    "condition_new": Text("Syarat baru: {what}.", "New condition: {what}."),
    "condition_gone": Text("Syarat dihapus: {what}.", "Condition dropped: {what}."),
    "component_new": Text("Komponen baru: {what}, {new}.", "New component: {what}, {new}."),
    "component_gone": Text("Komponen dihapus: {what}.", "Component dropped: {what}."),
    "calendar": Text("Kalender {what}", "Calendar {what}"),
    "months": Text("{n} tahap ({months} bulan)", "{n} instalments ({months} months)"),
    "no_calendar": Text("tidak ada", "none"),
    "since": Text("sejak {day}", "since {day}"),
    "used": Text("dipakai oleh", "used by"),
    "amount": Text("jumlah setahun", "amount per year"),
    "quota": Text("kuota", "quota"),
    "cap": Text("batas anggota", "members at most"),
    "priority": Text("urutan prioritas", "priority"),
}  # fmt: skip


def diff(policy: Policy, programme: str, start: date, end: date, lang: str = "id") -> str:
    """What changed from one day to a later one, for reading.

    Raises:
        TepatError: ``programme_unknown``, ``policy_dates``, or ``programme_not_in_force`` where
            the programme exists on neither day nor between them.
    """
    return laid_out(diff_as_dict(policy, programme, start, end, lang), lang)


def diff_as_dict(
    policy: Policy, programme: str, start: date, end: date, lang: str = "id"
) -> dict[str, Any]:
    """What changed from one day to a later one: kind, name, old, new, since when, by which text.

    Raises:
        TepatError: as `diff`.
    """
    found = find_programme(policy, programme)
    if end < start:
        raise TepatError(
            "policy_dates",
            f"The second day ({end}) lies before the first ({start}).",
            "A comparison goes from the earlier day to the later.",
            "Exchange the two days.",
        )
    if not any(p.start <= end and (p.end is None or start <= p.end) for p in found.in_force):
        raise not_in_force(found, end)
    return {
        "programme": found.name,
        "name": found.title.get(lang),
        "from": start,
        "to": end,
        "changes": list(_Comparison(found, start, end, lang).all()),
    }


def laid_out(found: Mapping[str, Any], lang: str) -> str:
    """The text of a comparison that `diff_as_dict` made."""
    days = {key: wording.day(found[key], lang) for key in ("from", "to")}
    title = T["title"].get(lang).format(
        name=found["name"], programme=found["programme"], start=days["from"], end=days["to"]
    )  # fmt: skip
    lines = [title, "=" * min(len(title), WIDTH)]
    for change in found["changes"]:
        lines += textwrap.wrap(
            change["says"], WIDTH, initial_indent="- ", subsequent_indent="  ",
            break_on_hyphens=False,
        )  # fmt: skip
        if change["reference"]:
            source = f"{change['reference']} [{change['confidence']}]"
            lines += textwrap.wrap(
                source, WIDTH, initial_indent="    ", subsequent_indent="    ",
                break_on_hyphens=False,
            )  # fmt: skip
    return "\n".join([*lines, *([] if found["changes"] else [T["none"].get(lang)])]) + "\n"


class _Comparison:
    def __init__(self, programme: Programme, start: date, end: date, lang: str) -> None:
        self.programme, self.start, self.end, self.lang = programme, start, end, lang

    def all(self) -> Iterator[dict[str, Any]]:
        yield from self._periods()
        yield from self._conditions()
        yield from self._components()
        for parameter in self.programme.parameters.values():
            yield from self._parameter(parameter)
        yield from self._calendars()

    def _t(self, key: str, **values: Any) -> str:
        return T[key].get(self.lang).format(**values)

    def _change(self, kind: str, name: str, says: str, **more: Any) -> dict[str, Any]:
        empty = {"old": None, "new": None, "since": None, "reference": "", "confidence": ""}
        return {"kind": kind, "name": name, **empty, **more, "says": says}

    def _within(self, day: date) -> bool:
        return self.start < day <= self.end

    def _periods(self) -> Iterator[dict[str, Any]]:
        for period in self.programme.in_force:
            source = {"reference": period.reference, "confidence": period.confidence}
            if self._within(period.start):
                says = self._t("begins", day=wording.day(period.start, self.lang))
                yield self._change(
                    "programme", self.programme.name, says, since=period.start, **source
                )
            if period.end is not None and self.start <= period.end < self.end:
                says = self._t("ends", day=wording.day(period.end, self.lang))
                yield self._change("programme", self.programme.name, says, old=period.end, **source)

    def _conditions(self) -> Iterator[dict[str, Any]]:
        for condition in self.programme.conditions:
            before, after = condition.in_force(self.start), condition.in_force(self.end)
            if before != after:
                key = "condition_new" if after else "condition_gone"
                says = self._t(key, what=condition.name)
                yield self._change(
                    "condition", condition.name, says, old=before, new=after,
                    reference=condition.law, confidence=condition.confidence,
                )  # fmt: skip

    def _components(self) -> Iterator[dict[str, Any]]:
        for component in self.programme.components:
            old, new = self._paid(component, self.start), self._paid(component, self.end)
            if (old is None) == (new is None):
                continue
            title = f"{component.title.get(self.lang)} ({component.name})"
            if new is None:
                says = self._t("component_gone", what=title)
            else:
                says = self._t("component_new", what=title, new=wording.rupiah(new, self.lang))
            yield self._change(
                "component", component.name, says, old=old, new=new,
                reference=component.law, confidence=component.confidence,
            )  # fmt: skip

    def _paid(self, component: Component, day: date) -> int | None:
        """A component's amount on a day; None where the component does not exist."""
        rules = Rules(day, self.programme.parameters)
        asked = not component.periods or any(p.covers(day) for p in component.periods)
        if not asked or not rules.in_force(component.amount.node):
            return None
        return rules.constant(component.amount.node)

    def _parameter(self, parameter: Parameter) -> Iterator[dict[str, Any]]:
        old, new = parameter.on(self.start), parameter.on(self.end)
        between = [
            value
            for value in parameter.values
            if self._within(value.period.start) and value is not new
        ]
        if old is new and not between:
            return
        before, after = (value.value if value else None for value in (old, new))
        says = self._said(parameter, old, new, self._steps(parameter, between))
        source = new or (between[-1] if between else None)
        yield self._change(
            "parameter", parameter.name, says, old=before, new=after, unit=parameter.unit,
            since=new.period.start if new and before != after else None,
            reference=source.period.reference if source else "",
            confidence=source.period.confidence if source else "",
            steps=[dated_value(parameter, value, self.lang) for value in between],
        )  # fmt: skip

    def _said(
        self, parameter: Parameter, old: DatedValue | None, new: DatedValue | None, steps: str
    ) -> str:
        what, last = self._named(parameter), self._value(parameter, old)
        if old is None and new is None:
            return self._t("only", what=what, steps=steps)
        if old and new and old.value == new.value:
            return self._t("between", what=what, old=last, steps=steps)
        words = ""
        if new is not None:
            since = self._t("since", day=wording.day(new.period.start, self.lang))
            words = f"{self._value(parameter, new)}, {since}"
        key = "gone" if new is None else "new" if old is None else "changed"
        says = self._t(key, what=what, old=last, new=words)
        return f"{says} {self._t('steps', steps=steps)}" if steps else says

    def _value(self, parameter: Parameter, dated: DatedValue | None) -> str:
        return wording.measured(dated.value, parameter.unit, self.lang) if dated else ""

    def _steps(self, parameter: Parameter, between: list[DatedValue]) -> str:
        return "; ".join(
            f"{self._value(parameter, value)} "
            f"({wording.period(value.period.start, value.period.end, self.lang)})"
            for value in between
        )

    def _named(self, parameter: Parameter) -> str:
        """A parameter's name with the parts of the programme that use it."""
        used = [title for title, rule in self._rules() if parameter.name in rule.names("parameter")]
        listed = ", ".join(dict.fromkeys(used))
        return f"{parameter.name} ({self._t('used')} {listed})" if used else parameter.name

    def _rules(self) -> Iterator[tuple[str, Expression]]:
        p = self.programme
        for condition in p.conditions:
            yield condition.name, condition.rule
        for component in p.components:
            for rule in (component.who, component.amount, component.at_most):
                if rule is not None:
                    yield component.title.get(self.lang), rule
        figures = {"amount": p.amount, "quota": p.quota, "cap": p.at_most}
        for key, figure in figures.items():
            if figure is not None:
                yield self._t(key), figure
        for rule in p.priority:
            yield self._t("priority"), rule

    def _calendars(self) -> Iterator[dict[str, Any]]:
        for channel in dict.fromkeys(c.channel for c in self.programme.calendars):
            mine = [c for c in self.programme.calendars if c.channel == channel]
            old, new = (
                next((c for c in mine if c.period.covers(day)), None)
                for day in (self.start, self.end)
            )
            between = [c for c in mine if self._within(c.period.start) and c is not new]
            if old is new and not between:
                continue
            before, after = (list(c.months) if c else None for c in (old, new))
            if before == after and all(list(c.months) == before for c in between):
                continue
            says = self._calendar_said(channel, before, after, between)
            source = new or (between[-1] if between else None)
            yield self._change(
                "calendar", channel, says, old=before, new=after,
                since=new.period.start if new and before != after else None,
                reference=source.period.reference if source else "",
                confidence=source.period.confidence if source else "",
            )  # fmt: skip

    def _calendar_said(
        self,
        channel: str,
        before: list[int] | None,
        after: list[int] | None,
        between: list[Calendar],
    ) -> str:
        what, words = self._t("calendar", what=channel), self._months(before)
        steps = "; ".join(
            f"{self._months(list(c.months))} "
            f"({wording.period(c.period.start, c.period.end, self.lang)})"
            for c in between
        )
        if before == after:
            return self._t("between", what=what, old=words, steps=steps)
        says = self._t("changed", what=what, old=words, new=self._months(after))
        return f"{says} {self._t('steps', steps=steps)}" if steps else says

    def _months(self, months: list[int] | None) -> str:
        if months is None:
            return self._t("no_calendar")
        return self._t("months", n=len(months), months="+".join(map(str, months)))
