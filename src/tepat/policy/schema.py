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
from tepat.policy.load import GROUND_KEYS
from tepat.policy.model import Policy, Variable
from tepat.policy.programme import COMPONENT_KEYS, CONDITION_KEYS, KEYS
from tepat.policy.schema_mapping import mapping_schema
from tepat.policy.schema_reform import reform_schema
from tepat.policy.variables import KEYS as VARIABLE_KEYS
from tepat.policy.yaml_file import MARKS, NAME

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
DAY: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "description": "A day: year-month-day, such as 2025-07-01.",
}
TEXT: Schema = {"type": ["string", "number", "boolean"]}
BOTH: Schema = {
    "type": "object",
    "description": "A text in Indonesian and in English.",
    "properties": {"id": TEXT, "en": TEXT},
    "required": ["id", "en"],
    "additionalProperties": False,
}
RULE: Schema = {
    "type": ["string", "number", "boolean"],
    "description": "A rule; see docs/rule-language.md. Functions: " + ", ".join(sorted(FUNCTIONS)),
}
LAW: Schema = {"type": "string", "description": "The law, decree or report that says so."}
MARK: Schema = {
    "enum": list(MARKS),
    "description": "A primary or several sources, B one good source, C one weak source, "
    "D derived, K general knowledge.",
}
NOTE: Schema = {"description": "For the reader; Tepat does not use it."}
WORDS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}
ANY: Schema = {}


def schemas(policy: Policy) -> dict[str, Schema]:
    """The schemas by name: one for each kind of policy file."""
    made = {
        "variables": _named(_variable()),
        "exclusions": _named(_ground()),
        "overlaps": _overlaps(),
        "programme": _programme(policy),
        "amounts": _named(_parameter()),
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


def _named(item: Schema) -> Schema:
    """Names that rules can use, each with such an item."""
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{NAME}$"},
        "additionalProperties": item,
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
        label=BOTH,
        question=BOTH,
        unit=BOTH,
        minimum={"type": "number"},
        maximum={"type": "number"},
        decimals={"type": "integer", "minimum": 0, "maximum": 6},
        codes={
            "type": "object",
            "propertyNames": {"pattern": "^[0-9]+$"},
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
        name=BOTH,
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
        name=BOTH,
        who=RULE,
        amount=RULE,
        at_most=RULE,
        **span,
    )
    grounds: Schema = {"type": "array", "items": {"enum": list(policy.grounds)}}
    return record(
        KEYS,
        ("programme", "name", "law", "in_force", "unit", "conditions"),
        programme={"type": "string", "pattern": "^[a-z][a-z0-9_]{1,39}$"},
        name=BOTH,
        summary=BOTH,
        law=LAW,
        confidence=MARK,
        unit={"enum": ["family", "member"]},
        payer={"type": "string", "description": "Whose budget pays, such as APBN or APBD."},
        place={"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10})$"},
        kind={"enum": ["cash", "goods", "service", "subsidy"]},
        in_force=_period(),
        values=_named({"anyOf": [RULE, value]}),
        conditions=_named(condition),
        components=_named(component),
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
    dated = dated | {"properties": dated["properties"] | {"unit": unit}}
    values = _parameter(("value", "reference", "confidence")) | {"required": ["values"]}
    calendar = _calendar(("channel", "months", "reference", "confidence"))
    known = {
        "both": BOTH, "day": DAY, "mark": MARK, "law": LAW, "note": NOTE, "dated": dated,
        "parameter": values, "calendar": calendar, "overlaps": pair,
    }  # fmt: skip
    return reform_schema(list(policy.programmes), list(policy.grounds), _programme(policy), known)


def _dated(required: tuple[str, ...] = ("from", "value", "reference", "confidence")) -> Schema:
    return record(
        VALUE_KEYS,
        required,
        **{"from": DAY, "to": DAY},
        value={"anyOf": [{"type": "number"}, DAY]},
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
    )


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
        case={"type": "string", "description": "What happens, as a sentence."},
        cites=LAW,
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
    low, high = float(variable.minimum), float(variable.maximum)
    known: dict[str, Schema] = {
        "number": {"type": "number", "minimum": low, "maximum": high},
        "yes_no": {"type": "boolean"},
        "code": {"enum": [code.name for code in variable.codes.values()]},
        "date": DAY,
        "text": TEXT,
    }
    return {"description": variable.label.en, "anyOf": [known[variable.type], unknown]}


def _expected() -> Schema:
    numbers = {"type": "array", "items": {"type": "integer"}}
    answer: dict[str, Schema] = {
        "outcome": {"enum": list(OUTCOMES)},
        "amount_year": {"type": ["integer", "null"]},
        "failed": WORDS,
        "unknown": WORDS,
        "not_checked": WORDS,
        "counted": {"type": "object", "additionalProperties": {"type": "integer"}},
        "open": WORDS,
        "instalments": numbers,
        "channel": {"type": "string"},
        "quota": {"type": ["integer", "null"]},
    }
    person = answer | {"member": {"type": "integer", "minimum": 1}}
    persons = {"type": "array", "items": record(person, (), **person)}
    return record((*answer, "persons"), (), **answer, persons=persons)
