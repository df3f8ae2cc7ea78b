"""Read one programme's folder: programme.yaml, amounts.yaml, calendar.yaml."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tepat.policy.language import Expression, Node
from tepat.policy.meaning import Number, Scope, nearest
from tepat.policy.model import (
    Calendar,
    Component,
    Condition,
    DatedValue,
    Ground,
    NamedValue,
    Parameter,
    Period,
    Programme,
    Text,
    Variable,
)
from tepat.policy.yaml_file import Problems, Reader, list_items

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
UNKNOWABLE = ("record_in_order", "amount_known", "in_place")  # criteria that Tepat adds itself
MOST_CRITERIA = 50


def read_programme(
    name: str,
    loaded: Mapping[str, Any],
    variables: Mapping[str, Variable],
    grounds: Mapping[str, Ground],
    units: Mapping[str, str],
    problems: Problems,
) -> Programme | None:
    """One programme from the parsed files of its folder; None where programme.yaml is missing."""
    folder = f"programmes/{name}"
    r = Reader(loaded.get(f"{folder}/programme.yaml"), f"{folder}/programme.yaml", problems)
    if not r.data:
        return None
    r.only(*KEYS)
    r.need("programme", "name", "law", "in_force", "unit", "conditions")
    if r.word("programme", name) != name:
        r.wrong(
            f"The programme is called '{r.word('programme')}', its folder '{name}'.",
            "Give both one name.",
            "programme",
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name):
        r.wrong(
            f"'{name}' cannot be a programme's name.",
            "Use small letters, digits and '_', beginning with a letter.",
        )
    parameters = _parameters(loaded, folder, problems)
    unit = r.word("unit", "family", ("family", "member"))
    scope = Scope(variables, parameters, {}, units, unit == "member")
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
        r.rule("at_most", scope, "a number"),
        _amount(r, scope),
        r.word("amount_paid", "each_instalment", ("each_instalment", "first_instalment"))
        == "first_instalment",
        r.words("excluded_by"),
        r.words("not_with"),
        r.rule("quota", scope, "a number"),
        _priority(r, scope),
        parameters,
        _calendars(loaded, folder, problems),
        r.where,
    )
    _check_names(r, programme, grounds, units)
    _check_periods(r, programme)
    return programme


def _parameters(loaded: Mapping[str, Any], folder: str, problems: Problems) -> dict[str, Parameter]:
    file = f"{folder}/amounts.yaml"
    if loaded.get(file) is None:
        return {}
    top = Reader(loaded[file], file, problems)
    found = {}
    for name in top.data:
        r = top.child(name)
        r.only("unit", "values", "note")
        if r.need("unit", "values"):
            values = _dated(r)
            if values:
                found[str(name)] = Parameter(str(name), r.word("unit"), values, r.where)
    return found


def _dated(r: Reader) -> tuple[DatedValue, ...]:
    """Dated values; one without an end holds until the day before the next begins."""
    found: list[DatedValue] = []
    for item in r.items("values"):
        item.only("from", "to", "value", "reference", "confidence", "note")
        item.need("from", "value", "reference", "confidence")
        period, value = item.period(), item.value("value") if "value" in item.data else None
        if period is not None and value is not None:
            found.append(DatedValue(period, value, item.where))
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


def _values(r: Reader, scope: Scope) -> dict[str, NamedValue]:
    """Named values, each able to use those above it."""
    found: dict[str, NamedValue] = {}
    data = r.data.get("values") or {}
    inner = r.child("values") if data else r
    for name in data:
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
            found[str(name)] = NamedValue(str(name), rule, law, inner.at(name), sure)
    return found


def _conditions(r: Reader, scope: Scope) -> tuple[Condition, ...]:
    found = []
    for name, item in r.children("conditions"):
        item.only("rule", "says", "law", "confidence", "from", "to", "periods", "note")
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
    period = item.period() if "from" in item.data else None
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
    for name, item in r.children("components"):
        item.only(
            "name", "who", "amount", "at_most", "law", "confidence", "from", "to", "periods", "note"
        )
        item.need("name", "who", "amount")
        who = item.rule("who", who_scope, "yes or no")
        amount = item.rule("amount", scope, "a number")
        if who is not None and _counts_members(who.node) and scope.member is False:
            item.wrong(
                "'who' speaks of one member and cannot count members.",
                "Move the count to a condition.",
                "who",
            )
        if amount is not None and not _constant(amount.node):
            item.wrong(
                "A component's amount is a parameter, not a fact of the family.", key="amount"
            )
        if who is not None and amount is not None:
            found.append(
                Component(
                    name,
                    item.text("name"),
                    who,
                    amount,
                    item.rule("at_most", scope, "a number"),
                    item.word("law", r.word("law")),
                    str(item.data.get("confidence", "")),
                    _own_periods(item),
                    item.where,
                )
            )
    return tuple(found)


def _counts_members(node: Node) -> bool:
    return any(inner.kind in ("any", "all", "count", "sum") for inner in node.walk())


def _constant(node: Node) -> bool:
    return all(
        inner.kind
        in ("parameter", "number", "+", "-", "*", "floor", "min", "max", "named", "negative")
        for inner in node.walk()
    )


def _amount(r: Reader, scope: Scope) -> Expression | None:
    amount = r.rule("amount", scope, "a number")
    if amount is not None and isinstance(amount.node.type, Number) and amount.node.type.decimals:
        r.wrong(
            "The amount may have decimals; money is whole rupiah.",
            "Write floor( … ) around it.",
            "amount",
        )
        return None
    return amount


def _priority(r: Reader, scope: Scope) -> tuple[Expression, ...]:
    found = []
    for index, _ in enumerate(r.words("priority")):
        item = Reader(
            {"priority": r.words("priority")[index]}, r.file, r.problems, r.at("priority").line
        )
        rule = item.rule("priority", scope, "a number")
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _calendars(loaded: Mapping[str, Any], folder: str, problems: Problems) -> tuple[Calendar, ...]:
    file = f"{folder}/calendar.yaml"
    if loaded.get(file) is None:
        return ()
    found = []
    for item in list_items(loaded[file], file, problems, 1):
        item.only("channel", "from", "to", "months", "reference", "confidence", "note")
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
            found.append(Calendar(item.word("channel"), period, tuple(int(m) for m in months)))
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
    if len(names) > MOST_CRITERIA or len(programme.components) > 20:
        r.wrong(f"More than {MOST_CRITERIA} criteria or 20 components.", "Join some of them.")


def _check_periods(r: Reader, programme: Programme) -> None:
    """Every parameter that a rule needs must have a value on each day the rule is asked."""
    for rule, periods, key in _dated_rules(programme):
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
