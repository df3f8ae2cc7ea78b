"""Read one programme's folder: programme.yaml, amounts.yaml, calendar.yaml."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tepat.policy.bounds import Number
from tepat.policy.dated import read_calendars, read_parameters
from tepat.policy.language import Expression, Node
from tepat.policy.meaning import Scope, nearest
from tepat.policy.model import (
    Component,
    Condition,
    Ground,
    NamedValue,
    Parameter,
    Period,
    Programme,
    Text,
    Variable,
    Where,
)
from tepat.policy.yaml_file import Problems, Reader

KEYS = (
    "programme",
    "name",
    "summary",
    "law",
    "confidence",
    "unit",
    "payer",
    "place",
    "kind",
    "in_force",
    "values",
    "conditions",
    "components",
    "at_most",
    "each_person_counts_once",
    "amount",
    "amount_paid",
    "excluded_by",
    "not_with",
    "quota",
    "priority",
    "note",
)
CONDITION_KEYS = ("rule", "says", "law", "confidence", "from", "to", "periods", "note")
COMPONENT_KEYS = (
    "name", "who", "amount", "at_most", "law", "confidence", "from", "to", "periods", "note",
)  # fmt: skip
UNKNOWABLE = ("record_in_order", "amount_known", "in_place")  # criteria that Tepat adds itself
MOST_CRITERIA, MOST_COMPONENTS = 50, 20
FIXED = ("parameter", "number", "+", "-", "*", "floor", "min", "max", "named", "negative")
FREE = (0, 1, 12)  # numbers that no law changes; 12 are the months of a year


class Known(NamedTuple):
    """What a programme's files may name: variables, exclusion grounds, programmes' units."""

    variables: Mapping[str, Variable]
    grounds: Mapping[str, Ground]
    units: Mapping[str, str]


def read_programme(
    name: str,
    loaded: Mapping[str, Any],
    known: Known,
    problems: Problems,
    folder: str | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    since: date = date.min,
) -> Programme | None:
    """One programme from the parsed files of its folder; None where programme.yaml is missing.

    A reform gives the ``parameters`` itself (else they are read from amounts.yaml), another
    ``folder`` than ``programmes/<name>``, and the day ``since`` which the rules are asked.
    """
    folder = folder or f"programmes/{name}"
    r = Reader(loaded.get(f"{folder}/programme.yaml"), f"{folder}/programme.yaml", problems)
    if not r.data:
        return None
    r.only(*KEYS)
    r.need("programme", "name", "law", "in_force", "unit", "conditions")
    _check_name(r, name)
    if parameters is None:
        parameters = read_parameters(loaded, folder, known.variables, problems)
    unit = r.word("unit", "family", ("family", "member"))
    scope = Scope(known.variables, parameters, {}, known.units, unit == "member")
    values = _values(r, scope)
    scope = replace(scope, values={key: value.rule.node for key, value in values.items()})
    counted = replace(scope, counted=unit == "family" and bool(r.data.get("components")))
    programme = Programme(
        name,
        r.text("name"),
        r.text("summary") if "summary" in r.data else Text("", ""),
        r.word("law"),
        str(r.data.get("confidence", "")),
        unit,
        r.word("payer", "APBN"),
        r.word("place") or None,
        r.word("kind", "cash", ("cash", "goods", "service", "subsidy")),
        _periods(r, "in_force"),
        values,
        _conditions(r, counted),
        _components(r, scope),
        _fixed(r, "at_most", scope),
        _amount(r, scope),
        r.word("amount_paid", "each_instalment", ("each_instalment", "first_instalment"))
        == "first_instalment",
        r.words("excluded_by"),
        r.words("not_with"),
        _fixed(r, "quota", scope),
        _priority(r, scope),
        dict(parameters),
        read_calendars(loaded, folder, problems),
        r.where,
    )
    _check_names(r, programme, known.grounds, known.units)
    _check_quota(r, programme)
    _check_periods(r, programme, since)
    _check_numbers(r, programme)
    return programme


def _check_name(r: Reader, name: str) -> None:
    if r.word("programme", name) != name:
        r.wrong(
            f"The programme is called '{r.word('programme')}', its folder '{name}'.",
            "Give both one name.",
            "programme",
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name) or "__" in name:
        r.wrong(
            f"'{name}' cannot be a programme's name.",
            "Use small letters, digits and '_', beginning with a letter.",
        )
    place = r.word("place")
    if place and not re.fullmatch(r"(\d{2}){1,3}|\d{10}", place):
        r.wrong(
            f"'{place}' is not the code of a place.",
            'Write 2, 4, 6 or 10 digits in quotes, such as "3204".',
            "place",
        )


def _values(r: Reader, scope: Scope) -> dict[str, NamedValue]:
    """Named values, each able to use those above it."""
    found: dict[str, NamedValue] = {}
    if r.data.get("values") is None:
        return found
    inner = r.child("values")
    data = inner.data
    for name in data:
        if not inner.called(name, {**scope.variables, **scope.parameters}):
            continue
        known = replace(
            scope, member=True, values={key: value.rule.node for key, value in found.items()}
        )
        sure = str(r.data.get("confidence", ""))
        if isinstance(data[name], str):
            rule, law = inner.rule(name, known), r.word("law")
        else:
            item = inner.child(name)
            item.only("rule", "law", "confidence", "says", "note", "of")
            item.need("rule")
            rule, law = item.rule("rule", known), item.word("law", r.word("law"))
            sure = str(item.data.get("confidence", sure))
        if rule is not None:
            found[name] = NamedValue(name, rule, law, inner.at(name), sure)
    return found


def _conditions(r: Reader, scope: Scope) -> tuple[Condition, ...]:
    found = []
    for name, item in r.children("conditions", named=True):
        item.only(*CONDITION_KEYS)
        item.need("rule", "says")
        rule = item.rule("rule", scope, "yes or no")
        says = item.text("says")
        _check_says(item, says, scope)
        if rule is not None:
            found.append(
                Condition(
                    name,
                    rule,
                    says,
                    item.word("law", r.word("law")),
                    str(item.data.get("confidence", r.data.get("confidence", ""))),
                    _own_periods(item),
                    item.where,
                )
            )
    return tuple(found)


def _check_says(item: Reader, says: Text, scope: Scope) -> None:
    for name in re.findall(r"\{([^}]*)\}", says.id + says.en):
        if name not in scope.names():
            item.wrong(
                f"'says' names '{{{name}}}', which is not a known name.",
                nearest(name, scope.names()),
                "says",
            )


def _own_periods(item: Reader) -> tuple[Period, ...]:
    if "periods" in item.data:
        return _periods(item, "periods")
    period = item.period() if {"from", "to"} & set(item.data) else None
    return (period,) if period else ()


def _periods(r: Reader, key: str) -> tuple[Period, ...]:
    found = []
    for item in r.items(key):
        item.only("from", "to", "reference", "confidence", "note")
        period = item.period()
        if period is not None:
            found.append(period)
    return tuple(sorted(found, key=lambda period: period.start))


def _components(r: Reader, scope: Scope) -> tuple[Component, ...]:
    found = []
    who_scope = replace(scope, member=True)
    for name, item in r.children("components", named=True):
        item.only(*COMPONENT_KEYS)
        item.need("name", "who", "amount")
        who = item.rule("who", who_scope, "yes or no")
        amount = _fixed(item, "amount", scope)
        if who is not None and _counts_members(who.node) and scope.member is False:
            item.wrong(
                "'who' speaks of one member and cannot count members.",
                "Move the count to a condition.",
                "who",
            )
        if who is not None and amount is not None:
            found.append(
                Component(
                    name,
                    item.text("name"),
                    who,
                    amount,
                    _fixed(item, "at_most", scope),
                    item.word("law", r.word("law")),
                    str(item.data.get("confidence", "")),
                    _own_periods(item),
                    item.where,
                )
            )
    return tuple(found)


def _counts_members(node: Node) -> bool:
    return any(inner.kind in ("any", "all", "count", "sum") for inner in node.walk())


def _has_decimals(r: Reader, key: str, rule: Expression, scope: Scope) -> bool:
    """Note where the decimals of a rule come from: a value, or the rule itself."""
    if not (isinstance(rule.node.type, Number) and rule.node.type.decimals):
        return False
    named = [(name, scope.parameters[name]) for name in rule.names("parameter")]
    broken = [(n, v) for n, p in named for v in p.values if isinstance(v.value, Decimal)]
    for name, value in broken:
        r.problems.add(
            value.where,
            f"'{name}' is {value.value}, but '{key}' has to be a whole number.",
            f"Write a whole number, or floor( … ) around '{key}'.",
        )
    if not broken:
        what = "The amount may have decimals; money is whole rupiah."
        what = what if key == "amount" else f"'{key}' may have decimals."
        r.wrong(what, "Write floor( … ) around it.", key)
    return True


def _fixed(r: Reader, key: str, scope: Scope) -> Expression | None:
    """A whole number that depends on parameters alone: an amount, a cap, a quota."""
    rule = r.rule(key, scope, "a number")
    if rule is None:
        return None
    if any(node.kind not in FIXED for node in rule.node.walk()):
        r.wrong(f"'{key}' is made of parameters, not of facts of the family.", key=key)
        return None
    return None if _has_decimals(r, key, rule, scope) else rule


def _amount(r: Reader, scope: Scope) -> Expression | None:
    amount = r.rule("amount", scope, "a number")
    if amount is None or _has_decimals(r, "amount", amount, scope):
        return None
    return amount


def _priority(r: Reader, scope: Scope) -> tuple[Expression, ...]:
    found = []
    for index, _ in enumerate(r.words("priority")):
        where = r.at("priority")
        item = Reader({"priority": r.words("priority")[index]}, where.file, r.problems, where.line)
        rule = item.rule("priority", scope, "a number")
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _check_names(
    r: Reader, programme: Programme, grounds: Mapping[str, Ground], units: Mapping[str, str]
) -> None:
    for ground in programme.excluded_by:
        if ground not in grounds:
            r.wrong(
                f"'{ground}' is not an exclusion ground.", nearest(ground, grounds), "excluded_by"
            )
    for other in programme.not_with:
        if other not in units:
            r.wrong(f"'{other}' is not a programme.", nearest(other, units), "not_with")
    names = [c.name for c in programme.conditions] + list(programme.excluded_by)
    for name in [*UNKNOWABLE, *names]:
        if (names + list(UNKNOWABLE)).count(name) > 1:
            r.wrong(f"'{name}' names two criteria.", "Give each criterion its own name.")
    if len(names) > MOST_CRITERIA or len(programme.components) > MOST_COMPONENTS:
        what = f"More than {MOST_CRITERIA} criteria or {MOST_COMPONENTS} components."
        r.wrong(what, "Join some of them.")


def _check_quota(r: Reader, programme: Programme) -> None:
    """Places are a whole number, whatever the unit of the value is called."""
    for name in programme.quota.names("parameter") if programme.quota else ():
        for value in programme.parameters[name].values:
            if not (isinstance(value.value, int) and value.value >= 0):
                what = f"'{name}' is {value.value}, but it is a quota."
                r.problems.add(value.where, what, "Write a whole number, 0 or more.")


def _check_periods(r: Reader, programme: Programme, since: date) -> None:
    """Every parameter that a rule needs must have a value on each day the rule is asked."""
    asked = (Period(since, None),)
    for rule, within, key in _dated_rules(programme):
        periods = _within(within, asked)
        for name in rule.names("parameter"):
            parameter = programme.parameters[name]
            for period in periods:
                gap = _first_gap(parameter, period)
                if gap is not None:
                    r.problems.add(
                        parameter.where,
                        f"'{name}' has no value on {gap}, but '{key}' needs one then.",
                        "Add a dated value, or narrow the period.",
                    )


def _dated_rules(programme: Programme) -> Iterator[tuple[Expression, tuple[Period, ...], str]]:
    for condition in programme.conditions:
        periods = _within(condition.periods, programme.in_force)
        yield condition.rule, periods, condition.name
    for component in programme.components:
        yield component.who, _paid(component, programme), component.name
        if component.at_most is not None:
            yield component.at_most, _paid(component, programme), component.name
    if programme.at_most is not None:
        yield programme.at_most, programme.in_force, "at_most"
    for rule in programme.priority:
        yield rule, programme.in_force, "priority"


def _check_numbers(r: Reader, programme: Programme) -> None:
    """A number that could ever change is a parameter, with its date and reference."""
    p = programme
    rules = [value.rule for value in p.values.values()] + [c.rule for c in p.conditions]
    rules += [rule for c in p.components for rule in (c.who, c.amount, c.at_most) if rule]
    rules += [rule for rule in (p.at_most, p.amount, p.quota, *p.priority) if rule]
    for rule in rules:
        for number in _written(rule.node):
            r.problems.add(
                Where(rule.file, rule.line),
                f"The number {number} stands in a rule.",
                "Make it a parameter in amounts.yaml, with its date and reference.",
            )


def _written(node: Node, percent: bool = False) -> Iterator[Any]:
    """The numbers that a rule writes out; those of named values are found there."""
    if node.kind == "number":
        free = node.value in FREE or (percent and node.value == 100)
        if not free or node.value.as_tuple().exponent < 0:  # 1.000 may mean a thousand
            yield node.value
    if node.kind != "named":
        for index, arg in enumerate(node.args):
            yield from _written(arg, percent=node.kind == "/" and index == 1)


def _paid(component: Component, programme: Programme) -> tuple[Period, ...]:
    """The periods in which a component has an amount."""
    periods = component.periods or programme.in_force
    for name in component.amount.names("parameter"):
        values = tuple(value.period for value in programme.parameters[name].values)
        periods = _within(values, periods)
    return _within(periods, programme.in_force)


def _within(narrow: tuple[Period, ...], wide: tuple[Period, ...]) -> tuple[Period, ...]:
    """Where two sets of periods are both in force; an empty narrow one means always."""
    if not narrow:
        return wide
    found = []
    for one, other in itertools.product(narrow, wide):
        ends = [end for end in (one.end, other.end) if end is not None]
        start, end = max(one.start, other.start), min(ends) if ends else None
        if end is None or start <= end:
            found.append(Period(start, end))
    return tuple(found)


def _first_gap(parameter: Parameter, period: Period) -> Any:
    """The first day of a period without a value; None where there is none."""
    day = period.start
    while period.covers(day):
        value = parameter.on(day)
        if value is None:
            return day
        if value.period.end is None:
            return None
        day = value.period.end + timedelta(days=1)
    return None
