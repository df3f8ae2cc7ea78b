"""JSON Schemas of the policy files, so that an editor completes and checks them while one writes.

They know the variables, answers and exclusion grounds of the policy they are made from. The
loader remains the judge: a schema cannot see whether a rule makes sense.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tepat.policy.dated import CALENDAR_KEYS, VALUE_KEYS
from tepat.policy.language import FUNCTIONS
from tepat.policy.load import GROUND_KEYS, MOST_GROUNDS
from tepat.policy.model import Policy, Variable
from tepat.policy.programme import (
    COMPONENT_KEYS,
    CONDITION_KEYS,
    KEYS,
    MOST_COMPONENTS,
    MOST_CRITERIA,
)
from tepat.policy.schema_bounds import (
    BOTH,
    BOUND,
    DAY,
    LAW,
    PROGRAMME_NAME,
    SAYS_SOMETHING,
    TEXT,
    TITLE,
    code_numbers,
    expected_numbers,
    fact,
    named,
    of_policy,
    of_units,
)  # fmt: skip
from tepat.policy.schema_mapping import mapping_schema
from tepat.policy.schema_reform import reform_schema
from tepat.policy.variables import COLUMNS
from tepat.policy.variables import KEYS as VARIABLE_KEYS
from tepat.policy.yaml_file import MARKS

Schema = dict[str, Any]
NAMES = (
    "variables",
    "exclusions",
    "overlaps",
    "programme",
    "amounts",
    "calendar",
    "cases",
    "mapping",
    "reform",
)
OUTCOMES = ("eligible", "not_eligible", "cannot_decide", "not_in_force")
RULE: Schema = {
    "type": ["string", "number", "boolean"],
    "description": "A rule; see docs/rule-language.md. Functions: " + ", ".join(sorted(FUNCTIONS)),
}
MARK: Schema = {
    "enum": list(MARKS),
    "description": "A primary or several sources, B one good source, C one weak source, "
    "D derived, K general knowledge.",
}
NOTE: Schema = {"description": "For the reader; Tepat does not use it."}
SENTENCE: Schema = {"type": "string", "pattern": SAYS_SOMETHING}
WORDS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}
ANY: Schema = {}


def schemas(policy: Policy) -> dict[str, Schema]:
    """The schemas by name: one for each kind of policy file."""
    made = {
        "variables": named(_variable(), COLUMNS),
        "exclusions": named(_ground(), most=MOST_GROUNDS),
        "overlaps": _overlaps(),
        "programme": _programme(policy),
        "amounts": named(_parameter(), policy.variables),
        "calendar": {"type": "array", "items": _calendar()},
        "cases": {"type": "array", "items": _case(policy)},
        "mapping": mapping_schema(policy.variables),
        "reform": _reform(policy),
    }
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {
        name: {"$schema": draft, "title": f"Tepat: {name}.yaml"} | schema
        for name, schema in made.items()
    }


def write_schemas(policy: Policy, folder: Path) -> list[Path]:
    """Write each schema as ``<name>.json`` into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas(policy).items():
        path = folder / f"{name}.json"
        path.write_text(as_text(schema), encoding="utf-8")
        written.append(path)
    return written


def as_text(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def record(keys: Iterable[str], required: Iterable[str], /, **known: Schema) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": {key: known.get(key, ANY) for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def _variable() -> Schema:
    code = record(("name", "id", "en", "note"), ("name", "id", "en"), name={"type": "string"})
    number = {"properties": {"type": {"const": "number"}}, "required": ["type"]}
    coded = {"properties": {"type": {"const": "code"}}, "required": ["type"]}
    return record(
        VARIABLE_KEYS,
        ("of", "type", "label", "sensitivity"),
        of={"enum": ["family", "member"]},
        type={"enum": ["number", "yes_no", "code", "date", "text"]},
        label=TITLE,
        question=BOTH,
        unit=BOTH,
        minimum=BOUND,
        maximum=BOUND,
        decimals={"type": "integer", "minimum": 0, "maximum": 6},
        codes={
            "type": "object",
            "propertyNames": {"pattern": code_numbers()},
            "additionalProperties": code,
        },
        codes_of={"type": "string"},
        groups={"type": "object", "additionalProperties": WORDS},
        computed=RULE,
        sensitivity={"enum": ["public", "personal", "specific"]},
        ranking={"enum": ["individual", "family"]},
        reference=LAW,
        confidence=MARK,
        note=NOTE,
    ) | {
        "allOf": [
            {"if": number, "then": {"required": ["minimum", "maximum"]}},
            {"if": coded, "then": {"anyOf": [{"required": [k]} for k in ("codes", "codes_of")]}},
        ]
    }


def _ground() -> Schema:
    return record(
        GROUND_KEYS,
        ("name", "says", "list", "appeal", "law"),
        name=TITLE,
        says=BOTH,
        reach={"enum": ["person", "family"]},
        list={"anyOf": [BOTH, {"type": "string"}]},
        rule=RULE,
        required={"type": "boolean"},
        appeal=BOTH,
        law=LAW,
        confidence=MARK,
        note=NOTE,
    )


def _overlaps() -> Schema:
    pair = record(
        ("programmes", "law", "confidence", "note"),
        ("programmes", "law", "confidence"),
        programmes={"type": "array", "items": {"type": "string"}, "minItems": 2},
        law=LAW,
        confidence=MARK,
        note=NOTE,
    )
    return record(
        ("order", "not_together", "note"),
        (),
        order=WORDS,
        not_together={"type": "array", "items": pair},
        note=NOTE,
    )


def _period() -> Schema:
    keys = ("from", "to", "reference", "confidence", "note")
    one = record(
        keys, ("from",), **{"from": DAY, "to": DAY}, reference=LAW, confidence=MARK, note=NOTE
    )
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _programme(policy: Policy) -> Schema:
    value = record(
        ("rule", "law", "confidence", "says", "note", "of"),
        ("rule",),
        rule=RULE,
        law=LAW,
        confidence=MARK,
    )
    span = {"from": DAY, "to": DAY, "periods": _period(), "law": LAW, "confidence": MARK}
    condition = record(CONDITION_KEYS, ("rule", "says"), rule=RULE, says=BOTH, **span)
    component = record(
        COMPONENT_KEYS,
        ("name", "who", "amount"),
        name=TITLE,
        who=RULE,
        amount=RULE,
        at_most=RULE,
        **span,
    )
    grounds: Schema = {"type": "array", "items": {"enum": list(policy.grounds)}}
    return record(
        KEYS,
        ("programme", "name", "law", "in_force", "unit", "conditions"),
        programme={"type": "string", "pattern": PROGRAMME_NAME},
        name=TITLE,
        summary=BOTH,
        law=LAW,
        confidence=MARK,
        unit={"enum": ["family", "member"]},
        payer={"type": "string", "description": "Whose budget pays, such as APBN or APBD."},
        place={"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10})$"},
        kind={"enum": ["cash", "goods", "service", "subsidy"]},
        in_force=_period(),
        values=named({"anyOf": [RULE, value]}, policy.variables),
        conditions=named(condition, most=MOST_CRITERIA),
        components=named(component, most=MOST_COMPONENTS),
        at_most=RULE,
        each_person_counts_once={"type": "boolean"},
        amount=RULE,
        amount_paid={"enum": ["each_instalment", "first_instalment"]},
        excluded_by=grounds,
        not_with=WORDS,
        quota=RULE,
        priority=WORDS,
        note=NOTE,
    )


def _reform(policy: Policy) -> Schema:
    pair = _overlaps()["properties"]["not_together"]
    unit: Schema = {"type": "string", "description": "Of a new value; others keep theirs."}
    dated = _dated(("value", "reference", "confidence"))
    dated = dated | {"properties": dated["properties"] | {"unit": unit}, "allOf": of_units()}
    values = _parameter(("value", "reference", "confidence")) | {"required": ["values"]}
    definitions, allowed = of_policy(policy)
    calendar = _calendar(("channel", "months", "reference", "confidence"))
    known = {
        "both": BOTH, "title": TITLE, "day": DAY, "mark": MARK, "law": LAW, "note": NOTE,
        "dated": dated, "parameter": values, "calendar": calendar, "overlaps": pair,
        "allowed": allowed,
    }  # fmt: skip
    names, grounds = list(policy.programmes), list(policy.grounds)
    return reform_schema(names, grounds, _programme(policy), known) | {"$defs": definitions}


def _dated(required: tuple[str, ...] = ("from", "value", "reference", "confidence")) -> Schema:
    return record(
        VALUE_KEYS,
        required,
        **{"from": DAY, "to": DAY},
        reference=LAW,
        confidence=MARK,
        note=NOTE,
    )


def _parameter(required: tuple[str, ...] = ("from", "value", "reference", "confidence")) -> Schema:
    return record(
        ("unit", "values", "note"),
        ("unit", "values"),
        unit={"type": "string", "description": "Such as rupiah per year, or persons per family."},
        values={"type": "array", "items": _dated(required), "minItems": 1},
        note=NOTE,
    ) | {"allOf": of_units()}


def _calendar(
    required: tuple[str, ...] = ("channel", "from", "months", "reference", "confidence"),
) -> Schema:
    return record(
        CALENDAR_KEYS,
        required,
        channel={"type": "string"},
        **{"from": DAY, "to": DAY},
        months={"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
        reference=LAW,
        confidence=MARK,
        note=NOTE,
    )


def _case(policy: Policy) -> Schema:
    grounds = {"enum": list(policy.grounds)}
    places = ("province", "kabupaten", "kecamatan", "village")
    family = {name: _fact(v) for name, v in policy.variables.items() if v.of == "family"}
    member = {name: _fact(v) for name, v in policy.variables.items() if v.of == "member"}
    family |= {name: {"type": ["string", "integer"]} for name in places}
    flag = record(
        ("member", "ground", "contested", "note"),
        ("ground",),
        member={"type": "integer", "minimum": 1},
        ground=grounds,
        contested={"type": "boolean"},
        note=NOTE,
    )
    benefit = record(
        ("member", "programme", "from", "to", "note"),
        ("programme",),
        member={"type": "integer", "minimum": 1},
        **{"from": DAY, "to": DAY},
        note=NOTE,
    )
    keys = ("case", "cites", "on", "family", "members", "flags", "lists", "benefits", "expect")
    return record(
        (*keys, "note"),
        ("case", "cites", "on", "expect"),
        case=SENTENCE | {"description": "What happens, as a sentence."},
        cites=SENTENCE | {"description": LAW["description"]},
        on=DAY,
        family=record(family, (), **family),
        members={
            "type": "array",
            "items": {"anyOf": [record(member, (), **member), {"type": "null"}]},
        },
        flags={"type": "array", "items": flag},
        lists={"type": "array", "items": grounds},
        benefits={"type": "array", "items": benefit},
        expect=_expected(),
        note=NOTE,
    )


def _fact(variable: Variable) -> Schema:
    """The values of a variable in a case, or ``unknown``."""
    unknown: Schema = {"enum": ["unknown", None]}
    known: dict[str, Schema] = {
        "number": fact(variable),
        "yes_no": {"type": "boolean"},
        "code": {"enum": [code.name for code in variable.codes.values()]},
        "date": DAY,
        "text": TEXT,
    }
    return {"description": variable.label.en, "anyOf": [known[variable.type], unknown]}


def _expected() -> Schema:
    known: dict[str, Schema] = {
        "outcome": {"enum": list(OUTCOMES)},
        "failed": WORDS,
        "unknown": WORDS,
        "not_checked": WORDS,
        "open": WORDS,
        "channel": {"type": "string"},
    }
    answer = expected_numbers(known)
    person = answer | {"member": {"type": "integer", "minimum": 1}}
    persons = {"type": "array", "items": record(person, (), **person)}
    return record((*answer, "persons"), (), **answer, persons=persons)
