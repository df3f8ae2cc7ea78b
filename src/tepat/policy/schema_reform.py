"""The JSON Schema of reform.yaml: a reform speaks in the words of the files it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tepat.policy.reform.load import KEYS
from tepat.policy.reform.programmes import CHANGE_KEYS, GROUND_KEYS, NAMED, SINGLE

Schema = dict[str, Any]
NAMES: Schema = {"type": "array", "items": {"type": "string"}}
WORDS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}


def reform_schema(
    policy_programmes: list[str], grounds: list[str], programme: Schema, known: Mapping[str, Schema]
) -> Schema:
    """The schema of one reform.

    Args:
        policy_programmes: the programmes that can be changed or ended.
        grounds: the exclusion grounds.
        programme: the schema of programme.yaml.
        known: building blocks: ``both`` languages, ``day``, ``mark``, ``law``, ``note``, a
            ``parameter`` of amounts.yaml, one ``dated`` value, one ``calendar``, ``overlaps``,
            the ``title``, and what is ``allowed`` of the policy's own values.
    """
    names = {"enum": policy_programmes}
    return _closed(
        KEYS,
        ("reform", "title", "reference", "confidence", "from"),
        **{"from": known["day"]},
        reform={"type": "string"},
        title=known["title"],
        summary=known["both"],
        reference=known["law"],
        confidence=known["mark"],
        assumptions={"type": "array", "items": known["both"]},
        change={
            "type": "object",
            "propertyNames": names,
            "additionalProperties": _change(grounds, programme, known),
            "allOf": [known["allowed"]],
        },
        end={"anyOf": [names, {"type": "array", "items": names}]},
        merge={"type": "array", "items": _merge(names, known)},
        add={"type": "object", "additionalProperties": _added(known)},
        not_together=known["overlaps"],
        together=known["overlaps"],
        note=known["note"],
    )


def _change(grounds: list[str], programme: Schema, known: Mapping[str, Schema]) -> Schema:
    ground = {"type": "array", "items": {"enum": grounds}}
    parts = {name: _loosened(programme["properties"][name]) for name in NAMED}
    single = {name: programme["properties"][name] for name in SINGLE}
    return _closed(
        CHANGE_KEYS,
        (),
        **parts,
        **single,
        amounts={
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    known["dated"],
                    {"type": "array", "items": known["dated"], "minItems": 1},
                    known["parameter"],
                ]
            },
        },
        calendar={"type": "array", "items": known["calendar"]},
        excluded_by=_closed(GROUND_KEYS, (), add=ground, drop=ground),
        drop=_closed(NAMED, (), **dict.fromkeys(NAMED, WORDS)),
        reference=known["law"],
        confidence=known["mark"],
        note=known["note"],
    )


def _merge(names: Schema, known: Mapping[str, Schema]) -> Schema:
    return _closed(
        ("programmes", "into", "places_of", "note"),
        ("programmes", "into"),
        programmes={"type": "array", "items": names, "minItems": 2},
        into={"type": "string"},
        places_of=names,
        note=known["note"],
    )


def _added(known: Mapping[str, Schema]) -> Schema:
    one = _closed(("after", "note"), (), after={"type": "string"}, note=known["note"])
    return {"anyOf": [one, {"type": "null"}]}


def _loosened(part: Schema) -> Schema:
    """The same part, where an item that is there already may say only what changes."""
    item = part["additionalProperties"]
    if "anyOf" in item:
        return part
    return part | {"additionalProperties": item | {"required": []}}


def _closed(keys: Any, required: tuple[str, ...], /, **known: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {key: known.get(key, {}) for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }
