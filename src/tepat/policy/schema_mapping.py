"""The JSON Schema of a mapping: how the columns of a foreign file become ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tepat.policy.model import Variable
from tepat.policy.schema_bounds import BOTH, TITLE

Schema = dict[str, Any]
VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
PATH: Schema = {
    "type": "string",
    "pattern": r"^(?![/\\])(?!.*:)(?!(.*[/\\])?\.\.([/\\]|$)).*\S",
    "description": "Below the folder of the input.",
}
VALUES: Schema = {"anyOf": [VALUE, {"type": "array", "items": VALUE}]}
COLUMN: Schema = {"type": ["string", "number"], "description": "A column of the foreign file."}
KEYS = {
    "families": ("family_key", "kk_number", "weight"),
    "members": ("person_key", "family_key", "nik", "name"),
    "flags": ("person_key", "family_key", "ground", "date", "confidence", "contested"),
    "lists": ("ground", "date"),
    "benefits": ("family_key", "person_key", "programme", "from", "to"),
}
PLACES = ("province", "kabupaten", "kecamatan", "village")


def mapping_schema(variables: Mapping[str, Variable]) -> Schema:
    """The schema of a mapping; columns are completed from the variables."""
    word: Schema = {"type": ["string", "null"]}
    file = _record(
        ("path",), path=PATH, encoding=word, separator=word | {"maxLength": 1}, sheet=word
    )
    tables = {name: _table(_columns(name, variables)) for name in KEYS}
    text: Schema = {"type": "string"}
    found = _record(
        ("mapping", "title", "files", "families", "members"),
        mapping=text,
        title=TITLE,
        about=BOTH,
        unit_note=BOTH,
        observed_on=text,
        source=text,
        files={"type": "object", "additionalProperties": file},
        **tables,
    )
    return found | {"$defs": {"form": _form(), "test": _test()}}


def _columns(table: str, variables: Mapping[str, Variable]) -> list[str]:
    of = {"families": "family", "members": "member"}.get(table)
    shared = ["observed_on", "source"] if of else ["source"]
    places = [*PLACES] if table == "families" else []
    names = [name for name, variable in variables.items() if variable.of == of]
    return [*KEYS[table], *places, *shared, *names]


def _table(columns: list[str]) -> Schema:
    form: Schema = {"anyOf": [COLUMN, {"$ref": "#/$defs/form"}]}
    return _record(
        ("from", "columns"),
        **{"from": {"type": "string", "description": "The name of a file above."}},
        one_per={"type": "string", "description": "The column that is the same in a family."},
        take={"type": "string", "description": "Which row speaks for the family."},
        columns=_record((), **dict.fromkeys(columns, form)),
    )


def _form() -> Schema:
    """The ways in which a column is made; see docs/mappings.md."""
    part: Schema = {"$ref": "#/$defs/form"}
    test: Schema = {"$ref": "#/$defs/test"}
    when: Schema = {"anyOf": [test, {"type": "array", "items": test}]}
    tests: Schema = {"type": "array", "items": test}
    codes: Schema = {"type": "object", "additionalProperties": VALUE}
    date = _record(("year", "month", "day"), year=VALUE, month=VALUE, day=VALUE, unknown=VALUES)
    named = {"type": "array", "items": COLUMN}
    column = {"codes": codes, "unknown": VALUES, "otherwise": VALUE, "times": {"type": "number"}}
    return {
        "oneOf": [
            _record(("column",), column=COLUMN, **column, when=when),
            _record(("constant",), constant=VALUE, when=when),
            _record(("join",), join=named, when=when, **{"with": VALUE}),
            _record(("date",), date=date, when=when),
            _record(("any_of",), any_of=tests, when=when),
            _record(("first_of",), first_of={"type": "array", "items": part}, when=when),
            _record(("rule",), rule={"type": "string"}, when=when),
        ]
    }


def _test() -> Schema:
    return _record(("column", "is"), column=COLUMN, **{"is": VALUES})


def _record(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
