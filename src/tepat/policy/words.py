"""A programme on one day as a reader of laws would want it: complete, in words, with its sources.

`as_dict` gathers everything that holds on the day; `show` lays it out for a terminal. Both take
every figure from the policy itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy import wording
from tepat.policy.compile import Rules
from tepat.policy.language import Expression, Node
from tepat.policy.meaning import nearest
from tepat.policy.model import Component, DatedValue, Parameter, Period, Policy, Programme, Text
from tepat.policy.page import page
from tepat.policy.phrases import Phrases, is_fixed

OURS = ("D", "K")  # derived, or general knowledge: our own choice until a source is found
UNITS = {
    "family": Text("keluarga demi keluarga", "family by family"),
    "member": Text("orang demi orang", "person by person"),
}
KINDS = {
    "cash": Text("uang tunai", "cash"),
    "goods": Text("barang", "goods"),
    "service": Text("layanan", "service"),
    "subsidy": Text("subsidi harga", "subsidised price"),
}
REACH = {
    "family": Text("satu anggota mengecualikan seluruh keluarga", "one member excludes the family"),
    "person": Text("hanya orang itu yang tidak dihitung", "only that person no longer counts"),
}
IN_FORCE, CALENDAR = Text("berlaku", "in force"), Text("kalender", "calendar")
HIGHEST_TOTAL = Text(
    "Jika yang memenuhi lebih banyak daripada batasnya, dihitung anggota yang memberi jumlah "
    "tertinggi. Urutan resminya tidak diterbitkan: ini pilihan kami.",
    "Where more qualify than may count, those count who give the highest total. No official order "
    "is published: this is our assumption.",
)


def find_programme(policy: Policy, name: str) -> Programme:
    """A programme by its short name.

    Raises:
        TepatError: ``programme_unknown``, with the nearest name.
    """
    if name in policy.programmes:
        return policy.programmes[name]
    raise TepatError(
        "programme_unknown",
        f"There is no programme '{name}'.",
        nearest(name, policy.programmes),
        f"Programmes are {', '.join(sorted(policy.programmes))}.",
    )


def show(policy: Policy, programme: str, on: date, lang: str = "id") -> str:
    """A programme as it stands on a day, for reading.

    Raises:
        TepatError: ``programme_unknown``, or ``programme_not_in_force`` on that day.
    """
    return page(as_dict(policy, programme, on, lang), lang)


def as_dict(policy: Policy, programme: str, on: date, lang: str = "id") -> dict[str, Any]:
    """Everything that holds of a programme on a day; money in whole rupiah, words in ``lang``.

    Raises:
        TepatError: ``programme_unknown``, or ``programme_not_in_force`` on that day.
    """
    return _Reading(policy, find_programme(policy, programme), on, lang).all()


def not_in_force(programme: Programme, on: date) -> TepatError:
    """The error for a day on which a programme does not exist."""
    spans = "; ".join(wording.period(p.start, p.end, "en") for p in programme.in_force)
    before = all(on < period.start for period in programme.in_force)
    return TepatError(
        "programme_not_in_force",
        f"{programme.name} is not in force on {on}"
        + (": that is before its law as recorded here." if before else "."),
        f"It is in force: {spans}.",
        "Choose a day within.",
    )


class _Reading:
    def __init__(self, policy: Policy, programme: Programme, on: date, lang: str) -> None:
        self.policy, self.programme, self.on, self.lang = policy, programme, on, lang
        self.rules = Rules(on, programme.parameters)
        titles = {name: other.title for name, other in policy.programmes.items()}
        self.phrases = Phrases(policy.variables, programme.parameters, on, lang, titles)

    def all(self) -> dict[str, Any]:
        p = self.programme
        period = next((period for period in p.in_force if period.covers(self.on)), None)
        if period is None:
            raise not_in_force(p, self.on)
        found = {
            "programme": p.name,
            "name": p.title.get(self.lang),
            "summary": p.summary.get(self.lang),
            "on": self.on,
            "law": p.law,
            "confidence": p.confidence,
            "in_force": self._period(period),
            "unit": p.unit,
            "unit_says": UNITS[p.unit].get(self.lang),
            "kind": p.kind,
            "kind_says": KINDS[p.kind].get(self.lang),
            "payer": p.payer,
            "place": p.place,
            "conditions": [self._condition(c) for c in p.conditions if c.in_force(self.on)],
            "components": self._components(),
            "at_most": self._figure(p.at_most),
            "choice": HIGHEST_TOTAL.get(self.lang) if self._chooses() else None,
            "amount": self._amount(),
            "excluded_by": [self._ground(name) for name in p.excluded_by],
            "not_with": self._overlaps(),
            "quota": self._figure(p.quota),
            "priority": [self.phrases.say(rule.node) for rule in p.priority],
            "calendars": self._calendars(),
        }
        return found | {"ours": self._ours(found)}

    def _period(self, period: Period) -> dict[str, Any]:
        return {
            "from": period.start,
            "to": period.end,
            "says": wording.period(period.start, period.end, self.lang),
            "reference": period.reference,
            "confidence": period.confidence,
        }

    def _condition(self, condition: Any) -> dict[str, Any]:
        return {
            "name": condition.name,
            "says": self._spoken(condition.says),
            **self._rule(condition.rule),
            "law": condition.law,
            "confidence": condition.confidence,
            "periods": [self._period(period) for period in condition.periods],
        }

    def _spoken(self, says: Text) -> str:
        """The condition's sentence with the day's parameters; a family's own facts stay open."""
        known: dict[str, Any] = dict.fromkeys(self.policy.variables, "…")
        known |= dict.fromkeys([*self.programme.values, "roster_size", "counted_members"], "…")
        known["as_of"] = self.on
        for name, parameter in self.programme.parameters.items():
            dated = parameter.on(self.on)
            known[name] = dated.value if dated else None
        return wording.fill(says, known, self.lang, parameters=self.programme.parameters)

    def _rule(self, *rules: Expression | None) -> dict[str, Any]:
        """A rule as written, in words, and the dated values and laws on which it rests."""
        first, nodes = rules[0], [rule for rule in rules if rule is not None]
        assert first is not None
        names = dict.fromkeys(name for rule in nodes for name in rule.names("parameter"))
        values = dict.fromkeys(name for rule in nodes for name in rule.names("named"))
        named = [self.programme.values[name] for name in values]
        return {
            "rule": first.text,
            "means": self.phrases.lines(first.node),
            "values": [{"name": n.name, "law": n.law, "confidence": n.confidence} for n in named],
            "parameters": [self._parameter(self.programme.parameters[name]) for name in names],
        }

    def _parameter(self, parameter: Parameter) -> dict[str, Any]:
        dated = parameter.on(self.on)
        return {"name": parameter.name, "unit": parameter.unit} | (
            dated_value(parameter, dated, self.lang) if dated else {"value": None}
        )

    def _components(self) -> list[dict[str, Any]]:
        found = [self._component(c) for c in self.programme.components if self._exists(c)]
        return sorted(found, key=lambda component: -int(component["amount_year"]))

    def _exists(self, component: Component) -> bool:
        asked = not component.periods or any(p.covers(self.on) for p in component.periods)
        return asked and self.rules.in_force(component.amount.node)

    def _component(self, component: Component) -> dict[str, Any]:
        cap = component.at_most
        return {
            "name": component.name,
            "title": component.title.get(self.lang),
            **self._rule(component.who, component.amount, cap),
            "amount_year": self.rules.constant(component.amount.node),
            "amount_says": self.phrases.say(component.amount.node),
            "at_most": self.rules.constant(cap.node) if cap else None,
            "at_most_says": self.phrases.say(cap.node) if cap else None,
            "law": component.law,
            "confidence": component.confidence,
        }

    def _chooses(self) -> bool:
        capped = [c for c in self.programme.components if c.at_most is not None]
        return (
            bool(self.programme.components)
            and self.programme.unit == "family"
            and bool(self.programme.at_most or capped or len(self.programme.components) > 1)
        )

    def _figure(self, rule: Expression | None) -> dict[str, Any] | None:
        if rule is None or not self.rules.in_force(rule.node):
            return None
        return {
            "value": self.rules.constant(rule.node),
            "says": self.phrases.say(rule.node),
            **self._rule(rule),
        }

    def _amount(self) -> dict[str, Any] | None:
        rule = self.programme.amount
        if rule is None or not self.rules.in_force(rule.node):
            return None
        total = self.rules.value(rule.node).low if is_fixed(rule.node) else None
        return {
            "amount_year": 0 if self._is_zero(rule.node) else total,
            "paid_first": self.programme.amount_paid_first,
            **self._rule(rule),
        }

    def _is_zero(self, node: Node) -> bool:
        """Whether a rule gives zero on the day whatever the facts are."""
        zero = [self._is_zero(arg) for arg in node.args]
        if node.kind in ("number", "parameter"):
            value = node.value if node.kind == "number" else self.rules.parameter(str(node.value))
            return value == 0
        if node.kind == "*":
            return any(zero)
        if node.kind == "/":
            return zero[0]
        return node.kind in ("+", "-", "negative", "named", "floor", "min", "max") and all(zero)

    def _ground(self, name: str) -> dict[str, Any]:
        ground = self.policy.grounds[name]
        return {
            "name": ground.name,
            "title": ground.title.get(self.lang),
            "says": ground.says.get(self.lang),
            "reach": ground.reach,
            "reach_says": REACH[ground.reach].get(self.lang),
            "list": ground.list.get(self.lang),
            "also": self.phrases.lines(ground.rule.node) if ground.rule else [],
            "required": ground.required,
            "appeal": ground.appeal.get(self.lang),
            "law": ground.law,
            "confidence": ground.confidence,
        }

    def _overlaps(self) -> list[dict[str, Any]]:
        mine = self.programme.name
        found = []
        for other in self.policy.barred_with(mine):
            pair = next(
                (o for o in self.policy.overlaps if {mine, other} <= set(o.programmes)), None
            )
            found.append(
                {
                    "programme": other,
                    "name": self.policy.programmes[other].title.get(self.lang),
                    "law": pair.law if pair else self.programme.law,
                    "confidence": pair.confidence if pair else self.programme.confidence,
                }
            )
        return found

    def _calendars(self) -> list[dict[str, Any]]:
        return [
            {"channel": c.channel, "months": list(c.months), **self._period(c.period)}
            for c in self.programme.calendars
            if c.period.covers(self.on)
        ]

    def _ours(self, found: Mapping[str, Any]) -> list[str]:
        """What rests on no source of its own, in words."""
        said = [found["choice"]] if found["choice"] else []
        for mark, label, why in _marked(found, self.lang):
            if mark in OURS:
                said.append(f"{label}: {why} [{mark}]" if why else f"{label} [{mark}]")
        return list(dict.fromkeys(said))


def dated_value(parameter: Parameter, dated: DatedValue, lang: str) -> dict[str, Any]:
    """One value of a parameter with its period and source."""
    return {
        "value": dated.value,
        "says": wording.measured(dated.value, parameter.unit, lang),
        "from": dated.period.start,
        "to": dated.period.end,
        "reference": dated.period.reference,
        "confidence": dated.period.confidence,
    }


def _marked(found: Mapping[str, Any], lang: str) -> Iterable[tuple[str, str, str]]:
    """Every confidence mark in a reading: the mark, of what, and what is said there."""
    yield found["confidence"], found["name"], found["law"]
    period, since = found["in_force"], IN_FORCE.get(lang)
    yield period["confidence"], f"{since} {period['says']}", period["reference"]
    figures = [found[key] for key in ("at_most", "amount", "quota") if found[key]]
    for part in [*found["conditions"], *found["components"], *figures]:
        if "name" in part:
            yield part["confidence"], part["name"], part["law"]
        for value in part["values"]:
            yield value["confidence"], value["name"], value["law"]
        for value in part["parameters"]:
            if value["value"] is not None:
                yield value["confidence"], f"{value['name']} = {value['says']}", value["reference"]
    for ground in found["excluded_by"]:
        yield ground["confidence"], ground["name"], ground["law"]
    for other in found["not_with"]:
        yield other["confidence"], other["programme"], other["law"]
    for calendar in found["calendars"]:
        label = f"{CALENDAR.get(lang)} {calendar['channel']}, {calendar['says']}"
        yield calendar["confidence"], label, calendar["reference"]
