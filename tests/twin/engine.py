"""The engine's answers to the twin's families, in the twin's form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tepat.eligibility.facts import with_computed
from tepat.eligibility.rules import OUTCOMES, Facts, decide
from tepat.policy.model import Policy
from tests.engines import calculating
from tests.twin.reading import Family
from tests.twin.twin import Answer, Twin

PERSONS = 1000  # person_id = family_id * PERSONS + place in the family
PLACES = ("province", "kabupaten", "kecamatan", "village")


def engine_answers(
    policy: Policy,
    families: Sequence[Family],
    day: date,
    programmes: Sequence[str],
    *,
    lists: frozenset[str] = frozenset(),
    benefits_given: bool = True,
    reverse: bool = False,
    threads: int = 2,
) -> dict[tuple[str, int, int | None], Answer]:
    """Answers by programme, family and member (None for family programmes), of one decision."""
    facts = facts_of(policy, families, day, lists, benefits_given=benefits_given, reverse=reverse)
    decisions = decide(policy, facts, day, list(programmes))
    asked = {
        of_family: decisions.families if of_family else decisions.members
        for of_family in {plan.of_family for plan in decisions.plans}
    }
    with calculating(threads) as con:
        rows = {unit: con.to_pyarrow(table).to_pylist() for unit, table in asked.items()}
    return {
        (
            plan.name,
            row["family_id"],
            None if plan.of_family else row["person_id"] % PERSONS,
        ): _answer(plan, row)
        for plan in decisions.plans
        for row in rows[plan.of_family]
    }


def twin_answers(
    policy: Policy,
    families: Sequence[Family],
    day: date,
    programmes: Sequence[str],
    *,
    lists: frozenset[str] = frozenset(),
    benefits_given: bool = True,
) -> dict[tuple[str, int, int | None], Answer]:
    """The twin's answers, under the same keys."""
    found: dict[tuple[str, int, int | None], Answer] = {}
    for name in programmes:
        twin = Twin(policy, policy.programmes[name], day, lists, benefits_given)
        of_family = twin.programme.unit == "family"
        for number, family in enumerate(families):
            for index, answer in enumerate(twin.decide(family)):
                found[name, number, None if of_family else index] = answer
    return found


def differences(
    engine: dict[tuple[str, int, int | None], Answer],
    twin: dict[tuple[str, int, int | None], Answer],
) -> list[str]:
    """Every answer on which the two differ, in words."""
    found = [f"{key}: only one of the two answers" for key in engine.keys() ^ twin.keys()]
    for key in engine.keys() & twin.keys():
        one, other = engine[key], twin[key]
        for part in ("outcome", "failed", "unknown", "counted", "open", "amount"):
            given, expected = getattr(one, part), getattr(other, part)
            if given != expected:
                found.append(f"{key} {part}: engine {given}, twin {expected}")
    return sorted(found)


def _answer(plan: Any, row: dict[str, Any]) -> Answer:
    def get(part: str) -> Any:
        return row[f"{plan.name}__{part}"]

    def named(bits: int, names: list[str]) -> set[str]:
        return {name for place, name in enumerate(names) if bits >> place & 1}

    criteria = [criterion.name for criterion in plan.criteria]
    components = [planned.component.name for planned in plan.components]
    return Answer(
        OUTCOMES[get("outcome")],
        named(get("failed"), criteria),
        named(get("unknown"), criteria),
        {name: get(f"n_{name}") for name in components if get(f"n_{name}")},
        named(get("open"), components) if components else set(),
        row.get(f"{plan.name}__amount"),
    )


def facts_of(
    policy: Policy,
    families: Sequence[Family],
    day: date,
    lists: frozenset[str],
    *,
    benefits_given: bool = True,
    reverse: bool = False,
) -> Facts:
    """The twin's families as tables, rows in reverse where asked."""
    order = -1 if reverse else 1
    tables = [rows[::order] for rows in _rows(families)]
    family_kinds = {"family_id": "int64", "family_key": "string", "blocked": "boolean"}
    family_kinds |= {"roster_size": "int64"} | dict.fromkeys(PLACES, "string")
    member_kinds = {"person_id": "int64", "person_key": "string", "family_id": "int64"}
    member_kinds |= {"data_ok": "boolean"}
    flag_kinds = {"family_id": "int64", "person_id": "int64", "ground": "string"}
    flag_kinds |= {"contested": "boolean"}
    held_kinds = {"family_id": "int64", "person_id": "int64", "programme": "string"}
    held_kinds |= {"from": "date", "to": "date"}
    return Facts(
        with_computed(policy, _table(policy, tables[0], family_kinds, "family"), "family", day),
        with_computed(policy, _table(policy, tables[1], member_kinds, "member"), "member", day),
        _table(policy, tables[2], flag_kinds, ""),
        lists,
        _table(policy, tables[3], held_kinds, "") if benefits_given else None,
    )


def _rows(families: Sequence[Family]) -> list[list[dict[str, Any]]]:
    def person(number: int, member: int | None) -> int | None:
        return None if member is None else number * PERSONS + member

    tables: list[list[dict[str, Any]]] = [[], [], [], []]
    for number, family in enumerate(families):
        key = {"family_id": number, "family_key": str(number)}
        size = {"roster_size": len(family.members)}
        tables[0].append({**size, **family.facts, **key, "blocked": family.blocked})
        for index, member in enumerate(family.members):
            who = {"person_id": person(number, index), "person_key": f"{number}.{index}", **key}
            tables[1].append({**member.facts, **who, "data_ok": member.data_ok})
        for flag in family.flags:
            where = {"family_id": number, "person_id": person(number, flag.member)}
            tables[2].append({**where, "ground": flag.ground, "contested": flag.contested})
        for held in family.benefits:
            where = {"family_id": number, "person_id": person(number, held.member)}
            period = {"from": held.start, "to": held.end}
            tables[3].append({**where, **period, "programme": held.programme})
    return tables


def _table(policy: Policy, rows: list[dict[str, Any]], kinds: dict[str, str], of: str) -> Any:
    import ibis
    import pyarrow as pa

    names = {
        "number": "int64",
        "yes_no": "boolean",
        "code": "int16",
        "date": "date",
        "text": "string",
    }
    used = dict.fromkeys(name for row in rows for name in row if name not in kinds)
    if of:
        kinds = kinds | {
            name: names[policy.variables[name].type] for name in used if name in policy.variables
        }
    schema = ibis.schema(kinds)
    columns = {name: [row.get(name) for row in rows] for name in kinds}
    return ibis.memtable(pa.table(columns, schema=schema.to_pyarrow()))
