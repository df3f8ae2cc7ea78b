"""What the loader allows of a single value, as far as a JSON Schema can say it.

A schema sees no more than the value: that 300.000 was meant as 300 thousand, that a day is on no
calendar, or that a name is given twice, only the loader tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tepat.policy.bounds import LIMIT
from tepat.policy.dated import BOUNDS, COUNTED, bounds
from tepat.policy.model import Policy, Variable
from tepat.policy.texts import MOST_SOURCE, MOST_TEXT, MOST_TITLE
from tepat.policy.variables import LARGEST_CODE
from tepat.policy.yaml_file import MOST_DIGITS, NAME, RESERVED

Schema = dict[str, Any]
SAYS_SOMETHING = r"\S"
DAY: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
    "description": "A day: year-month-day, such as 2025-07-01.",
}
LAW: Schema = {
    "type": "string",
    "pattern": SAYS_SOMETHING,
    "maxLength": MOST_SOURCE,
    "description": "The law, decree or report that says so.",
}
COUNT: Schema = {"type": "integer", "minimum": 0, "exclusiveMaximum": 10 ** (MOST_DIGITS + 1)}
BOUND: Schema = {"type": "number", "minimum": -LIMIT, "maximum": LIMIT}
PROGRAMME_NAME = "^(?!.*__)[a-z][a-z0-9_]{1,39}$"
_FAR = 10 ** (MOST_DIGITS + 1)
_NUMBER: Schema = {"type": "number", "exclusiveMinimum": -_FAR, "exclusiveMaximum": _FAR}
ANY_VALUE: Schema = {"anyOf": [_NUMBER, DAY]}


TEXT: Schema = {"type": ["string", "number", "boolean"]}


def both(most: int = MOST_TEXT) -> Schema:
    """A text in both languages, neither blank nor longer than this."""
    text = TEXT | {"pattern": SAYS_SOMETHING, "maxLength": most}
    return {
        "type": "object",
        "description": "A text in Indonesian and in English.",
        "properties": {"id": text, "en": text},
        "required": ["id", "en"],
        "additionalProperties": False,
    }


TITLE = both(MOST_TITLE)
BOTH = both()


def named(item: Schema, taken: Iterable[str] = (), most: int | None = None) -> Schema:
    """Names that rules can use, each with such an item.

    Args:
        item: the schema of an item.
        taken: names that have a meaning already, besides the words of rules.
        most: how many there may be.
    """
    found: Schema = {
        "type": "object",
        "propertyNames": {
            "pattern": f"^(?!.*__){NAME}$",
            "not": {"enum": sorted(RESERVED | set(taken))},
        },
        "additionalProperties": item,
    }
    return found if most is None else found | {"maxProperties": most}


def code_numbers() -> str:
    """A pattern of the whole numbers from 0 to ``LARGEST_CODE``."""
    digits = str(LARGEST_CODE)
    ways = [f"[0-9]{{1,{len(digits) - 1}}}"]
    for at, digit in enumerate(digits):
        if digit != "0":
            rest = len(digits) - at - 1
            lower = f"[0-{int(digit) - 1}]" if digit != "1" else "0"
            ways.append(digits[:at] + lower + (f"[0-9]{{{rest}}}" if rest else ""))
    return f"^0*({'|'.join([*ways, digits])})$"


def fact(variable: Variable) -> Schema:
    """A number of a variable."""
    low, high = float(variable.minimum), float(variable.maximum)
    if variable.decimals == 0:
        return {"type": "integer", "minimum": int(low), "maximum": int(high)}
    return {"type": "number", "minimum": low, "maximum": high}


def of_units() -> list[Schema]:
    """Conditions that hold values to what their unit allows, for an object with ``unit``.

    They speak of ``value`` of the object itself, and of each of its ``values``.
    """
    kinds: dict[tuple[int, int | None], list[str]] = {}
    for word, (low, high, _) in BOUNDS.items():
        kinds.setdefault((low, high), []).append(word)
    kinds.setdefault((0, None), []).extend(sorted(COUNTED - BOUNDS.keys()))
    found: list[Schema] = [
        {"if": _unit(words), "then": values(_value(*ends))} for ends, words in kinds.items()
    ]
    every = [word for words in kinds.values() for word in words]
    return [*found, {"if": {"not": _unit(every)}, "then": values(ANY_VALUE)}]


def _unit(words: list[str]) -> Schema:
    """Whether there is a unit that begins with one of these words."""
    either = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in words)
    unit = {"type": "string", "pattern": f"^({either})( |$)"}
    return {"properties": {"unit": unit}, "required": ["unit"]}


def _value(low: int, high: int | None) -> Schema:
    whole = COUNT | {"minimum": low}
    if high is not None:
        whole = {"type": "integer", "minimum": low, "maximum": high}
    return {"anyOf": [whole, DAY]}


def values(value: Schema) -> Schema:
    """Something with a ``value``, or with ``values``, or a list of such."""
    own = {"properties": {"value": value}}
    inside = {"value": value, "values": {"items": own}}
    return {"properties": inside, "items": own}


def of_policy(policy: Policy) -> tuple[dict[str, Schema], Schema]:
    """What a reform may make of the values that the policy has: definitions, and who uses which.

    The second is laid over ``change``: by programme and name, each value holds to its own unit.
    """
    definitions: dict[str, Schema] = {}
    programmes: dict[str, Schema] = {}
    for name, programme in policy.programmes.items():
        known: dict[str, Schema] = {}
        for parameter in programme.parameters.values():
            word = parameter.unit.split(" ")[0].lower()
            if word in BOUNDS or word in COUNTED:
                low, high, _ = bounds(word)
                called = f"from_{low}" if high is None else f"from_{low}_to_{high}"
                definitions[called] = values(_value(low, high))
                known[parameter.name] = {"$ref": f"#/$defs/{called}"}
        if known:
            programmes[name] = {"properties": {"amounts": {"properties": known}}}
    return definitions, {"properties": programmes}


def expected_numbers(known: Mapping[str, Schema]) -> dict[str, Schema]:
    """What a worked case expects: the numbers among it, with those that are given."""
    none: Schema = {"type": "null"}
    return {
        **known,
        "amount_year": {"anyOf": [COUNT, none]},
        "quota": {"anyOf": [COUNT, none]},
        "counted": {"type": "object", "additionalProperties": COUNT},
        "instalments": {"type": "array", "items": COUNT},
    }
