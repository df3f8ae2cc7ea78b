"""What would change the answer: one fact at a time, tried through the same rules.

Each try is a copy of the family with one thing different: an error mended, a flag withdrawn, a
missing fact filled in, a number moved to the line of the law. What is reported was decided, not
guessed. Facts that nobody can change (age, sex, kinship) are tried only where they are missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import ELIGIBLE, decide
from tepat.policy.language import Node
from tepat.policy.meaning import Number
from tepat.policy.model import Policy, Variable
from tepat.policy.wording import shown
from tepat.runs.evidence import Evidence, Family, facts_of
from tepat.runs.folder import RunFolder

GIVEN = ("birth_date", "age", "sex", "relation")
MOST_TRIES = 200
MOST_ROWS = 20_000  # of members, in all copies together
APART = 1_000_000_000  # between the numbers of persons in two copies
MOST_AGAINST = 3
BETTER = {"<=": 0, "<": -1, ">=": 0, ">": 1, "=": 0}


@dataclass(frozen=True)
class Try:
    """One changed copy of a family: what is different, in words, and where."""

    words: dict[str, str]
    table: str  # families, members or flags
    row: int | None
    column: str
    value: Any


# Given tables of facts of many copies and the plans, the decisions by unit.
Ask = Callable[[dict[str, Any], tuple[Plan, ...]], dict[str, list[dict[str, Any]]]]


def asking(run: RunFolder, policy: Policy) -> Ask:
    """Decisions on changed copies, through expressions made anew."""

    def ask(tables: dict[str, Any], plans: tuple[Plan, ...]) -> dict[str, list[dict[str, Any]]]:
        as_of = date.fromisoformat(run.manifest["as_of"])
        names = [plan.name for plan in plans]
        decisions = decide(policy, facts_of(run, tables), as_of, names)
        found = {"family": decisions.families, "member": decisions.members}
        units = {plan.programme.unit for plan in plans}
        return {unit: run.con.to_pyarrow(found[unit]).to_pylist() for unit in units}

    return ask


def what_would_change(
    policy: Policy, family: Family, seen: Evidence, ask: Ask
) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """By programme and person (0 for the family): changes that lead to aid, or to more of it."""
    plans = tuple(plan for plan in seen.plans if _could_gain(plan, family))
    most = min(MOST_TRIES, MOST_ROWS // max(1, len(family.persons)))
    tries = list(itertools.islice(_tries(policy, family, plans), most)) if plans else []
    if not tries:
        return {}
    answers = ask(_copies(family, tries), plans)
    found: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for plan in plans:
        now = _now(plan, family)
        for row in sorted(answers[plan.programme.unit], key=lambda row: row["family_id"]):
            person = 0 if plan.of_family else row["person_id"] % APART
            key = 0 if plan.of_family else family.persons[person]["person_id"]
            change = _change(plan, tries[row["family_id"]], row, now[key])
            if change:
                found.setdefault(plan.name, {}).setdefault(key, []).append(change)
    return found


def _could_gain(plan: Plan, family: Family) -> bool:
    """Whether one change could bring aid, or more of it; many failures at once are not tried."""
    for row in _now(plan, family).values():
        against = row[f"{plan.name}__failed"] | row[f"{plan.name}__unknown"]
        if 0 < int(against).bit_count() <= MOST_AGAINST or row[f"{plan.name}__open"]:
            return True
    return False


def _now(plan: Plan, family: Family) -> dict[int, Mapping[str, Any]]:
    if plan.of_family:
        return {0: family.decisions}
    return {row["person_id"]: row for row in family.persons}


def _change(
    plan: Plan, tried: Try, row: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any] | None:
    outcome, amount = row[f"{plan.name}__outcome"], row[f"{plan.name}__amount"]
    before, had = now[f"{plan.name}__outcome"], now[f"{plan.name}__amount"] or 0
    gains = outcome == ELIGIBLE and (before != ELIGIBLE or (amount or 0) > had)
    if not gains:
        return None
    return {
        "if": tried.words,
        "outcome": "eligible",
        "amount_year": amount,
        "more": None if amount is None else amount - had,
    }


def _copies(family: Family, tries: list[Try]) -> dict[str, Any]:
    """As many copies of the family as tries; the try's index is the copy's family_id."""
    import pyarrow as pa

    built: dict[str, list[Any]] = {name: [] for name in family.tables}
    for index, tried in enumerate(tries):
        for name, table in family.tables.items():
            changed = _changed(table, tried) if tried.table == name else table
            built[name].append(_renumbered(changed, index, family))
    return {name: pa.concat_tables(parts) for name, parts in built.items()}


def _renumbered(table: Any, index: int, family: Family) -> Any:
    import pyarrow as pa

    if "family_id" in table.column_names:
        table = _put(table, "family_id", pa.array([index] * len(table), pa.int64()))
    if "person_id" in table.column_names:
        numbers = {row["person_id"]: n for n, row in enumerate(family.persons)}
        ids = [
            None if old is None else index * APART + numbers[old]
            for old in table["person_id"].to_pylist()
        ]
        table = _put(table, "person_id", pa.array(ids, pa.int64()))
    return table


def _put(table: Any, name: str, values: Any) -> Any:
    return table.set_column(table.column_names.index(name), name, values)


def _changed(table: Any, tried: Try) -> Any:
    import pyarrow as pa

    if tried.table == "flags":
        keep = [ground != tried.value for ground in table["ground"].to_pylist()]
        return table.filter(pa.array(keep, pa.bool_()))
    values = table[tried.column].to_pylist()
    if tried.row is not None:
        values[tried.row] = tried.value
    kind = table.schema.field(tried.column).type
    return _put(table, tried.column, pa.array(values, kind))


def _tries(policy: Policy, family: Family, plans: tuple[Plan, ...]) -> Iterator[Try]:
    yield from _mended(family)
    for ground in dict.fromkeys(row["ground"] for row in family.rows("flags")):
        title = policy.grounds[ground].title if ground in policy.grounds else None
        if title:
            yield Try(
                {
                    "id": f'temuan "{title.id}" dicabut',
                    "en": f'the finding "{title.en}" is withdrawn',
                },
                "flags",
                None,
                "ground",
                ground,
            )
    seen: set[tuple[str, int | None, str, Any]] = set()
    for tried in itertools.chain.from_iterable(_of_rules(policy, family, plan) for plan in plans):
        mark = (tried.table, tried.row, tried.column, tried.value)
        if mark not in seen:
            seen.add(mark)
            yield tried


def _mended(family: Family) -> Iterator[Try]:
    if family.rows("families")[0]["blocked"]:
        yield Try(
            {
                "id": "kesalahan data keluarga diperbaiki",
                "en": "the errors in the family's record are mended",
            },
            "families",
            0,
            "blocked",
            False,
        )
    for index, row in enumerate(family.rows("members")):
        if row["data_ok"] is None:
            yield Try(
                {
                    "id": f"data anggota {index + 1} diperbaiki",
                    "en": f"the record of member {index + 1} is mended",
                },
                "members",
                index,
                "data_ok",
                True,
            )


def _of_rules(policy: Policy, family: Family, plan: Plan) -> Iterator[Try]:
    rules = [c.condition.rule.node for c in plan.criteria if c.condition]
    rules += [c.component.who.node for c in plan.components]
    for node in itertools.chain.from_iterable(rule.walk() for rule in rules):
        for name, value in _wanted(plan, node):
            variable = policy.variables[name]
            yield from _fills(family, variable, value)


def _wanted(plan: Plan, node: Node) -> Iterator[tuple[str, Any]]:
    """Values that would satisfy a small piece of a rule: (variable, value)."""
    if node.kind == "in_codes" and node.args[0].kind == "variable":
        yield from ((str(node.args[0].value), code) for code in node.value[:1])
    elif node.kind in BETTER and node.args[0].kind == "variable":
        name, other = str(node.args[0].value), node.args[1]
        if other.kind == "code" and node.kind == "=":
            yield name, other.value
        elif isinstance(other.type, Number) and other.kind in ("number", "parameter"):
            yield name, plan.rules.constant(other) + BETTER[node.kind]
    elif node.kind == "in_range" and node.args[0].kind == "variable":
        low = node.args[1]
        if isinstance(low.type, Number) and low.kind in ("number", "parameter"):
            yield str(node.args[0].value), plan.rules.constant(low)
    elif node.kind == "variable" and node.type == "yes or no":
        yield from ((str(node.value), answer) for answer in (True, False))


def _fills(family: Family, variable: Variable, value: Any) -> Iterator[Try]:
    table = "families" if variable.of == "family" else "members"
    if variable.name not in family.tables[table].column_names:
        return
    for index, row in enumerate(family.rows(table)):
        now = row[variable.name]
        if now == value or (now is not None and (variable.name in GIVEN or table == "members")):
            continue
        yield Try(
            _words(variable, value, index if table == "members" else None, now),
            table,
            index,
            variable.name,
            value,
        )


def _words(variable: Variable, value: Any, index: int | None, now: Any) -> dict[str, str]:
    whose = (
        {"id": f" anggota {index + 1}", "en": f" of member {index + 1}"}
        if (index is not None)
        else {"id": "", "en": ""}
    )
    became = (
        {"id": "ternyata", "en": "turns out to be"}
        if now is None
        else {"id": "menjadi", "en": "becomes"}
    )
    return {
        lang: f"{variable.label.get(lang)}{whose[lang]} {became[lang]} "
        f"{shown(value, lang, variable)}"
        for lang in ("id", "en")
    }
