"""Why: for one family, each programme's answer with its criteria, facts, law and place.

Everything comes from the run's folder: the facts it used, the policy it kept, the decisions it
wrote. The answer is a plain structure, both languages in it; ``explain_text`` prints it and pages
draw it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.eligibility.plan import Criterion, Plan
from tepat.eligibility.rules import OUTCOMES
from tepat.policy.language import Expression
from tepat.policy.model import Policy, Text, Variable
from tepat.policy.wording import answer, fill, shown
from tepat.registry.rules.catalogue import RULES
from tepat.runs.evidence import Evidence, Family, evidence, facts_of, family_of
from tepat.runs.export import family_number
from tepat.runs.folder import RunFolder
from tepat.runs.what_if import Ask, asking, what_would_change

MET, FAILED, UNKNOWN, NOT_CHECKED = "met", "failed", "unknown", "not_checked"
BUILT_IN = {
    "in_place": Text("Tinggal di daerah program ini", "Lives where this programme applies"),
    "record_in_order": Text(
        "Data keluarga dan kepala keluarga tanpa kesalahan",
        "The record of the family and its head has no error",
    ),
    "amount_known": Text("Besar bantuan dapat dihitung", "The amount can be worked out"),
}
NO_HIT = Text("Tidak ditemukan: {name}", "Not found: {name}")


def both(text: Text) -> dict[str, str]:
    """A text as ``{id, en}``."""
    return {"id": text.id, "en": text.en}


@dataclass(frozen=True)
class Case:
    """One family in one run, with all that its explanation needs."""

    run: RunFolder
    policy: Policy
    family: Family
    seen: Evidence

    @property
    def members(self) -> list[dict[str, Any]]:
        """The family's members in the run's order; their place in it is their number."""
        return self.family.rows("members")


def explain(run: RunFolder, family_key: str) -> dict[str, Any]:
    """What was decided about a family and why.

    Raises:
        TepatError: ``family_unknown``.
    """
    family = family_of(run, family_number(run, family_key))
    policy, names = run.policy(), list(run.manifest["programmes"])
    as_of = date.fromisoformat(run.manifest["as_of"])
    seen = evidence(policy, facts_of(run, family.tables), as_of, names, run.con)
    return explanation(Case(run, policy, family, seen), asking(run, policy))


def explanation(case: Case, ask: Ask) -> dict[str, Any]:
    """All that is told of a family; ``ask`` decides changed copies of it."""
    run, family, seen = case.run, case.family, case.seen
    changes = what_would_change(case.policy, family, seen, ask)
    row = family.rows("families")[0]
    return {
        "family_key": row["family_key"],
        "as_of": run.manifest["as_of"],
        "unit_note": run.manifest.get("unit_note"),
        "kabupaten": row.get("kabupaten"),
        "decile": row.get("decile"),
        "score": _score(run, row),
        "observed_on": row.get("observed_on"),
        "source": row.get("source"),
        "members": [_member(case, number) for number in range(len(case.members))],
        "findings": [_finding(found) for found in family.findings],
        "programmes": [_programme(case, plan, changes.get(plan.name, {})) for plan in seen.plans],
        "not_in_force": run.manifest.get("not_in_force", {}),
    }


def _score(run: RunFolder, family: dict[str, Any]) -> dict[str, Any] | None:
    """The score of a fitted model taken apart into its variables; None where none was used."""
    if family.get("score") is None or not run.has("contributions"):
        return None
    (row,) = run.rows("contributions", family["family_id"]).to_pylist()
    (place,) = run.rows("ranking", family["family_id"]).to_pylist()
    values = {name: value for name, value in row.items() if name != "family_id"}
    return {"millionths": family["score"], "rank": place["rank"], "parts": values}


def _member(case: Case, index: int) -> dict[str, Any]:
    row = case.members[index]
    return {
        "number": index + 1,
        "person_key": row["person_key"],
        "age": row.get("age"),
        "relation": _answer(case.policy, "relation", row.get("relation")),
        "sex": _answer(case.policy, "sex", row.get("sex")),
        "record_in_order": row["data_ok"] is True,
    }


def _answer(policy: Policy, name: str, value: Any) -> dict[str, str]:
    variable = policy.variables.get(name)
    return {lang: shown(value, lang, variable) for lang in ("id", "en")}


def _finding(row: dict[str, Any]) -> dict[str, Any]:
    rule = RULES.get(row["rule"])
    says = rule.says if rule else Text(row["rule"], row["rule"])
    do = rule.do if rule else Text("", "")
    return {
        "table": row["table"],
        "key": row["key"],
        "rule": row["rule"],
        "severity": row["severity"],
        "column": row["column"],
        "value_shown": row["value_shown"],
        "says": both(says),
        "do": both(do),
    }


def _programme(case: Case, plan: Plan, changes: dict[int, list[Any]]) -> dict[str, Any]:
    if plan.of_family:
        decisions = [_decision(case, plan, None, case.family.decisions, changes.get(0, []))]
    else:
        decisions = [
            _decision(case, plan, row["person_id"], row, changes.get(row["person_id"], []))
            for row in case.family.persons
        ]
    programme = plan.programme
    return {
        "programme": plan.name,
        "name": both(programme.title),
        "unit": programme.unit,
        "kind": programme.kind,
        "law": programme.law,
        "decisions": decisions,
    }


def _decision(
    case: Case, plan: Plan, person: int | None, row: dict[str, Any], changes: list[Any]
) -> dict[str, Any]:
    def get(name: str) -> Any:
        return row.get(f"{plan.name}__{name}")

    states = [_state(plan, criterion, index, get) for index, criterion in enumerate(plan.criteria)]
    return {
        "person_key": row.get("person_key") if person else None,
        "number": _number_of(case, person),
        "outcome": OUTCOMES[get("outcome")],
        "amount_year": get("amount"),
        "award": _award(case, plan, person),
        "criteria": [
            _criterion(case, plan, criterion, state, person)
            for criterion, state in zip(plan.criteria, states, strict=True)
        ],
        "components": _components(case, plan, person, get),
        "would_change": changes,
    }


def _number_of(case: Case, person: int | None) -> int | None:
    numbers = [row["person_id"] for row in case.members]
    return None if person is None else numbers.index(person) + 1


def _state(plan: Plan, criterion: Criterion, index: int, get: Any) -> str:
    if get("failed") >> index & 1:
        return FAILED
    if get("unknown") >> index & 1:
        return UNKNOWN
    return NOT_CHECKED if criterion.name in plan.not_checked else MET


def _award(case: Case, plan: Plan, person: int | None) -> dict[str, Any] | None:
    for row in case.family.awards:
        if row["programme"] == plan.name and row["person_id"] == person:
            lines = case.run.manifest["lines"].get(plan.name, {})
            line = lines.get(row["kabupaten"] or "", {})
            last, competing = line.get("awarded"), line.get("eligible")
            barred = row["barred_by"]
            title = case.policy.programmes[barred].title if barred else None
            return {
                "status": row["status"],
                "place": row["place"],
                "tied": row["tied"],
                # where everybody has a place, how many there are is not known
                "quota": last if last != competing else None,
                "competing": competing,
                "barred_by": barred,
                "barred_by_name": both(title) if title else None,
                "instalments": row["instalments"],
                "channel": plan.calendar.channel if plan.calendar else None,
            }
    return None


def _criterion(
    case: Case, plan: Plan, criterion: Criterion, state: str, person: int | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": criterion.name,
        "state": state,
        "law": "",
        "facts": [],
        "parameters": [],
    }
    if criterion.condition is not None:
        condition = criterion.condition
        values = case.seen.values[plan.name][person or 0]
        parameters = plan.programme.parameters
        found |= {
            "says": {
                lang: fill(condition.says, values, lang, case.policy.variables, parameters)
                for lang in ("id", "en")
            },
            "law": condition.law,
            "confidence": condition.confidence,
            "rule": condition.rule.text,
            "facts": _facts(case, condition.rule, person),
            "parameters": _parameters(plan, [condition.rule]),
        }
    elif criterion.ground is not None:
        found |= _ground(case, criterion, state, person)
    else:
        found |= {"says": both(BUILT_IN[criterion.name])}
    return found


def _ground(case: Case, criterion: Criterion, state: str, person: int | None) -> dict[str, Any]:
    ground = criterion.ground
    assert ground is not None
    flags = [row for row in case.family.rows("flags") if row["ground"] == ground.name]
    if person is not None and ground.reach == "person":
        flags = [row for row in flags if row["person_id"] in (None, person)]
    says = (
        ground.says
        if state in (FAILED, UNKNOWN)
        else Text(NO_HIT.id.format(name=ground.title.id), NO_HIT.en.format(name=ground.title.en))
    )
    loaded = case.family.lists.get(ground.name, {})
    return {
        "says": both(says),
        "title": both(ground.title),
        "law": ground.law,
        "confidence": ground.confidence,
        "list": both(ground.list),
        "list_date": loaded.get("date"),
        "appeal": both(ground.appeal),
        "evidence": [
            {
                "person_key": row.get("person_key"),
                "source": row.get("source"),
                "date": row.get("date"),
                "confidence": row.get("confidence"),
                "contested": bool(row.get("contested")),
            }
            for row in flags
        ],
        "facts": _facts(case, ground.rule, person) if ground.rule else [],
    }


def _facts(case: Case, rule: Expression, person: int | None) -> list[dict[str, Any]]:
    """The facts that a rule used: whose, what, since when and from whom."""
    found: list[dict[str, Any]] = []
    family = case.family.rows("families")[0]
    for name in rule.names("variable"):
        variable = case.policy.variables[name]
        if variable.of == "family":
            found.append(_fact(variable, family, None))
            continue
        for number, row in enumerate(case.members, 1):
            if person in (None, row["person_id"]):
                found.append(_fact(variable, row, number))
    return found


def _fact(variable: Variable, row: dict[str, Any], number: int | None) -> dict[str, Any]:
    value = row.get(variable.name)
    return {
        "name": variable.name,
        "label": both(variable.label),
        "member": number,
        "known": value is not None,
        "value": {lang: answer(value, variable, lang) for lang in ("id", "en")},
        "observed_on": row.get("observed_on"),
        "source": row.get("source"),
    }


def _parameters(plan: Plan, rules: Iterable[Expression]) -> list[dict[str, Any]]:
    """The numbers of the law that a rule used, with the references that set them."""
    names = dict.fromkeys(name for rule in rules for name in rule.names("parameter"))
    found = []
    for name in names:
        parameter = plan.programme.parameters[name]
        value = parameter.on(plan.rules.as_of)
        if value is not None:
            found.append(
                {
                    "name": name,
                    "value": value.value,
                    "unit": parameter.unit,
                    "since": value.period.start,
                    "reference": value.period.reference,
                    "confidence": value.period.confidence,
                }
            )
    return found


def _components(case: Case, plan: Plan, person: int | None, get: Any) -> list[dict[str, Any]]:
    found = []
    for index, planned in enumerate(plan.components):
        component = planned.component
        who = case.seen.who.get(plan.name, {})
        states = (
            [
                (number, who.get(row["person_id"], {}).get(component.name, False))
                for number, row in enumerate(case.members, 1)
            ]
            if person is None
            else []
        )
        found.append(
            {
                "name": component.name,
                "title": both(component.title),
                "amount": planned.amount,
                "counted": get(f"n_{component.name}") or 0,
                "cap": planned.cap,
                "qualify": [number for number, state in states if state],
                "unknown": [number for number, state in states if state is None],
                "open": bool((get("open") or 0) >> index & 1),
                "law": component.law,
                "parameters": _parameters(plan, [component.amount]),
            }
        )
    return found
