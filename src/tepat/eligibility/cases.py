"""Worked cases: a family a lawyer can read, and what the law says of it.

A case states the facts, the day and the expected answer; the expectation is written before the
rule runs. Cases of one programme and day run as one statement, through the same expressions as a
run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tepat.eligibility.expected import check_expected
from tepat.eligibility.facts import with_computed
from tepat.eligibility.instalments import instalments
from tepat.eligibility.plan import Plan, calendar_on
from tepat.eligibility.rules import OUTCOMES, Facts, decide
from tepat.policy.compile import IBIS_TYPES
from tepat.policy.load import read_text
from tepat.policy.meaning import nearest
from tepat.policy.model import Policy, Variable, Where
from tepat.policy.thousands import is_grouped, misread, written
from tepat.policy.yaml_file import Problems, Reader, exact, is_day, list_items, parse_yaml


@dataclass(frozen=True)
class Case:
    """One worked case of one programme."""

    programme: str
    title: str
    on: date
    family: Mapping[str, Any]
    members: tuple[Mapping[str, Any], ...]
    flags: tuple[Mapping[str, Any], ...]
    lists: frozenset[str]
    benefits: tuple[Mapping[str, Any], ...]
    expect: Mapping[str, Any]
    where: Where


@dataclass(frozen=True)
class Difference:
    """A case whose answer is not the expected one."""

    case: Case
    what: str

    def __str__(self) -> str:
        return f"{self.case.where}: {self.case.title}: {self.what}"


def read_cases(policy: Policy, folder: Path | None = None) -> list[Case]:
    """All worked cases of a policy folder.

    Raises:
        TepatError: ``policy_invalid`` with every mistake in the case files.
    """
    folder = folder or policy.folder
    problems, cases = Problems(), []
    for path in sorted(folder.glob("programmes/*/cases/*.yaml")):
        file = path.relative_to(folder).as_posix()
        data = parse_yaml(read_text(path), file, problems)
        programme = file.split("/")[1]
        if data is not None and programme in policy.programmes:
            cases += [
                _case(policy, programme, item) for item in list_items(data, file, problems, 1)
            ]
    problems.stop_if_any()
    return [case for case in cases if case is not None]


def _case(policy: Policy, programme: str, r: Reader) -> Case | None:
    r.only(
        "case", "cites", "on", "family", "members", "flags", "lists", "benefits", "expect", "note"
    )
    on = r.day("on")
    if not r.need("case", "cites", "on", "expect") or on is None:
        return None
    family = _facts(policy, r.child("family"), "family") if r.data.get("family") else {}
    members = tuple(_facts(policy, item, "member") for item in _listed(r, "members"))
    flags, benefits = _listed(r, "flags"), _listed(r, "benefits")
    for item in flags:
        item.only("member", "ground", "contested", "note")
        _known(item, str(item.data.get("ground")), policy.grounds, "an exclusion ground")
    for item in benefits:
        item.only("member", "programme", "from", "to", "note")
        for key in ("from", "to"):
            item.day(key)
        _known(item, str(item.data.get("programme")), policy.programmes, "a programme")
    for item in [*flags, *benefits]:
        if item.data.get("member", 1) not in range(1, len(members) + 1) and "member" in item.data:
            item.wrong(f"There is no member {item.data['member']}.", "The first is member 1.")
    lists = r.words("lists")
    for ground in lists:
        _known(r, ground, policy.grounds, "an exclusion ground")
    expect = r.child("expect")
    check_expected(expect)
    for person in _listed(expect, "persons"):
        check_expected(person, "member")
    return Case(
        programme,
        r.word("case"),
        on,
        family,
        members,
        tuple(item.data for item in flags),
        frozenset(lists),
        tuple(item.data for item in benefits),
        expect.data,
        r.where,
    )


def _listed(r: Reader, key: str) -> list[Reader]:
    """The items of a list; an empty item (a member of whom nothing is known) is a mapping too."""
    value = r.data.get(key)
    if isinstance(value, list):
        value = [{} if item is None else item for item in value]
        return [Reader(item, r.file, r.problems, r.at(key).line) for item in value]
    if value is not None:
        r.wrong(f"'{key}' should be a list.", "Begin each item with '- '.", key)
    return []


def _known(r: Reader, name: str, known: Mapping[str, Any], what: str) -> None:
    if name not in known:
        r.wrong(f"'{name}' is not {what}.", nearest(name, known))


def _facts(policy: Policy, r: Reader, of: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in r.data.items():
        variable = policy.variables.get(name)
        if variable is None or variable.of != of:
            if name not in ("province", "kabupaten", "kecamatan", "village"):
                known = [v.name for v in policy.variables.values() if v.of == of]
                r.wrong(f"'{name}' is not a fact of a {of}.", nearest(str(name), known))
                continue
            facts[name] = str(value)
        elif value is not None and value != "unknown":
            facts[name] = _fact(r, variable, value)
    return facts


def _fact(r: Reader, variable: Variable, value: Any) -> Any:
    if variable.type == "code":
        code = variable.code_of(str(value))
        if code is None:
            r.wrong(
                f"'{value}' is not an answer of '{variable.name}'.",
                nearest(str(value), [c.name for c in variable.codes.values()]),
            )
        return code
    if variable.type == "number":
        return _number(r, variable, value)
    right = {
        "yes_no": isinstance(value, bool),
        "date": is_day(value),
        "text": True,
    }[variable.type]
    if not right:
        r.wrong(f"'{value}' is not a value of '{variable.name}' ({variable.type}).")
        return None
    return value


def _number(r: Reader, variable: Variable, value: Any) -> int | None:
    """A number scaled as its variable says."""
    number = exact(value)
    if number is None or not variable.minimum <= number <= variable.maximum:
        r.wrong(
            f"'{value}' is not a value of '{variable.name}' "
            f"({variable.minimum} to {variable.maximum})."
        )
        return None
    scaled = number.scaleb(variable.decimals)
    if is_grouped(written(value)):
        whole = variable.decimals == 0
        r.wrong(*misread(written(value), number, whole=whole), variable.name)
    elif scaled != int(scaled):
        places = f"at most {variable.decimals} decimals" if variable.decimals else "no decimals"
        r.wrong(f"'{value}' is not a value of '{variable.name}': it has {places}.")
    return int(scaled)


def check_cases(policy: Policy, cases: Sequence[Case], con: Any = None) -> list[Difference]:
    """Run worked cases; returns those whose answer differs.

    Args:
        policy: the policy that is to give the answers.
        cases: of any programmes and days.
        con: the engine, an Ibis backend; none means an embedded one of its own.
    """
    from tepat.engine.connect import few_rows, open_engine

    groups: dict[Any, list[Case]] = defaultdict(list)
    found: list[Difference] = []
    for case in cases:
        if case.expect.get("outcome") == "not_in_force" or not (
            policy.programmes[case.programme].is_in_force(case.on)
        ):
            found += _not_in_force(policy, case)
        else:
            groups[_alike(policy, case)].append(case)
    engine = con or open_engine(threads=1)
    with few_rows():
        for group in groups.values():
            found += _check_group(policy, group, engine)
    if con is None:
        engine.disconnect()
    return found


def _alike(policy: Policy, case: Case) -> Any:
    """Cases with an equal key ask the same rule with the same values: they run together."""
    programme, day = policy.programmes[case.programme], case.on
    values = [parameter.on(day) for parameter in programme.parameters.values()]
    periods = [item.periods for item in programme.conditions]
    periods += [item.periods for item in programme.components]
    asked = [any(period.covers(day) for period in own) for own in periods if own]
    required = {name for name in programme.excluded_by if policy.grounds[name].required}
    return (
        case.programme,
        tuple(None if value is None else value.value for value in values),
        tuple(asked),
        case.lists & required,
        day if case.benefits else None,
    )


def _not_in_force(policy: Policy, case: Case) -> list[Difference]:
    in_force = policy.programmes[case.programme].is_in_force(case.on)
    outcome = case.expect.get("outcome")
    if in_force:
        return [Difference(case, f"expected not_in_force, but it is in force on {case.on}")]
    if outcome != "not_in_force":
        return [Difference(case, f"expected {outcome}, but it is not in force on {case.on}")]
    return []


FLAG_KINDS = {
    "family_id": "int64",
    "person_id": "int64",
    "ground": "string",
    "contested": "boolean",
}
BENEFIT_KINDS = {
    "family_id": "int64",
    "person_id": "int64",
    "programme": "string",
    "from": "date",
    "to": "date",
}


def case_facts(policy: Policy, cases: Sequence[Case]) -> Facts:
    """Worked cases as facts: the case's place in the list is its family_id."""
    families = [
        {"family_id": i, "family_key": str(i), "blocked": False, "as_of_day": case.on}
        | {"roster_size": len(case.members), **case.family}
        for i, case in enumerate(cases)
    ]
    members = [
        {"person_id": i * 1000 + n, "person_key": f"{i}.{n}", "family_id": i, "data_ok": True}
        | {"as_of_day": case.on, **member}
        for i, case in enumerate(cases)
        for n, member in enumerate(case.members, 1)
    ]
    flags = [
        {"family_id": i, "person_id": _person(i, f), "ground": str(f["ground"])}
        | {"contested": bool(f.get("contested", False))}
        for i, case in enumerate(cases)
        for f in case.flags
    ]
    benefits = [
        {"family_id": i, "person_id": _person(i, b), "programme": str(b["programme"])}
        | {"from": b.get("from", case.on), "to": b.get("to")}
        for i, case in enumerate(cases)
        for b in case.benefits
    ]
    first = cases[0]
    return Facts(
        with_computed(policy, _table(policy, families, "family"), "family", first.on),
        with_computed(policy, _table(policy, members, "member"), "member", first.on),
        _plain(flags, FLAG_KINDS),
        first.lists,
        _plain(benefits, BENEFIT_KINDS),
    )


def _person(index: int, item: Mapping[str, Any]) -> int | None:
    return index * 1000 + int(item["member"]) if "member" in item else None


KEYS = {
    "as_of_day": "date",
    "family_id": "int64",
    "family_key": "string",
    "blocked": "boolean",
    "roster_size": "int64",
    "province": "string",
    "kabupaten": "string",
    "kecamatan": "string",
    "village": "string",
    "person_id": "int64",
    "person_key": "string",
    "data_ok": "boolean",
}


def _table(policy: Policy, rows: list[dict[str, Any]], of: str) -> Any:
    kinds = {
        name: kind
        for name, kind in KEYS.items()
        if (name in ("person_id", "person_key", "data_ok")) <= (of == "member")
        and (
            name
            not in (
                "blocked",
                "roster_size",
                "province",
                "kabupaten",
                "kecamatan",
                "village",
                "family_key",
            )
            or of == "family"
        )
    }
    used = dict.fromkeys(name for row in rows for name in row if name in policy.variables)
    kinds |= {name: IBIS_TYPES[policy.variables[name].type] for name in used}
    return _plain(rows, kinds)


def _plain(rows: list[dict[str, Any]], kinds: dict[str, str]) -> Any:
    import ibis
    import pyarrow as pa

    schema = ibis.schema(kinds)
    columns = {name: [row.get(name) for row in rows] for name in kinds}
    return ibis.memtable(pa.table(columns, schema=schema.to_pyarrow()))


def _check_group(policy: Policy, cases: list[Case], con: Any) -> list[Difference]:
    first = cases[0]
    decisions = decide(policy, case_facts(policy, cases), first.on, [first.programme])
    (plan,) = decisions.plans
    table = decisions.families if plan.of_family else decisions.members
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    order = "family_id" if plan.of_family else "person_id"
    for row in con.to_pyarrow(table.order_by(order)).to_pylist():
        rows[row["family_id"]].append(row)
    found = []
    for index, case in enumerate(cases):
        answers = [_answer(plan, case, row) for row in rows[index]]
        found += [Difference(case, what) for what in _differences(case, plan, answers)]
    return found


def _answer(plan: Plan, case: Case, row: Mapping[str, Any]) -> dict[str, Any]:
    def get(name: str) -> Any:
        return row.get(f"{plan.name}__{name}")

    names = [c.name for c in plan.criteria]
    components = [c.component.name for c in plan.components]
    failed = [n for i, n in enumerate(names) if get("failed") >> i & 1]
    grounds = plan.programme.excluded_by
    return {
        "outcome": OUTCOMES[get("outcome")],
        "amount_year": get("amount"),
        "failed": failed,
        "unknown": [n for i, n in enumerate(names) if get("unknown") >> i & 1],
        "not_checked": [g for g in grounds if g not in case.lists and g not in failed],
        "counted": {n: get(f"n_{n}") for n in components if get(f"n_{n}")},
        "open": [n for i, n in enumerate(components) if get("open") >> i & 1],
        "fixed": get("fixed") or 0,
        "member": row.get("person_id", 0) % 1000,
    }


def _quota(plan: Plan) -> int | None:
    quota = plan.programme.quota
    known = quota is not None and plan.rules.in_force(quota.node)
    return plan.rules.constant(quota.node) if quota is not None and known else None


def _differences(case: Case, plan: Plan, answers: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    if "quota" in case.expect and case.expect["quota"] != _quota(plan):
        found.append(
            f"quota expected {_plainly(case.expect['quota'])}, got {_plainly(_quota(plan))}"
        )
    if not plan.of_family and "persons" in case.expect:
        for wanted in case.expect["persons"]:
            number = int(wanted.get("member", 1))
            answer = next((a for a in answers if a["member"] == number), None)
            found += [
                f"member {number}: {text}"
                for text in (
                    _compare(case, wanted, plan, answer) if answer else ["is not among the members"]
                )
            ]
        return found
    if not answers:
        return [*found, "no decision was made: the case has no members"]
    return found + _compare(case, case.expect, plan, answers[0])


def _compare(
    case: Case, wanted: Mapping[str, Any], plan: Plan, answer: Mapping[str, Any]
) -> list[str]:
    found = []
    for key, value in wanted.items():
        if key in ("persons", "member", "channel", "quota"):
            continue
        given: Any = answer.get(key)
        expected: Any = value
        if key in ("failed", "unknown", "open", "not_checked"):
            given, expected = sorted(given), sorted(expected or [])
        elif key == "counted":
            expected = {name: number for name, number in (value or {}).items() if number}
        elif key == "instalments":
            calendar = calendar_on(plan.programme, case.on, wanted.get("channel"))
            given = instalments(calendar, answer["amount_year"], answer["fixed"]) or []
            expected = list(value or [])
        if given != expected:
            found.append(
                f"{key} expected {_plainly(expected)}, got {_plainly(given)}"
                + (
                    f" (failed {answer['failed']}, unknown {answer['unknown']})"
                    if key == "outcome"
                    else ""
                )
            )
    return found


def _plainly(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {v}" for k, v in value.items()) + "}"
    return f"{value:,}".replace(",", "_") if isinstance(value, int) else str(value)
