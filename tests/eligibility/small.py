"""A small policy with one programme, and the engine's answers to a few families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tepat.policy.load import policy_from_files
from tepat.policy.model import Policy
from tests.twin.engine import engine_answers
from tests.twin.reading import Family, Member
from tests.twin.twin import Answer

DAY = date(2025, 7, 1)
LETTERS = "abcdefgh"
FACT = "{{of: {of}, type: {type}, label: {{id: x, en: x}}, sensitivity: personal{more}}}"
SAYS = "says: {id: x, en: x}, law: none, confidence: K"


def small_policy(
    *,
    conditions: Mapping[str, str] | None = None,
    components: Sequence[tuple[int, int | None]] = (),
    at_most: int | None = None,
    grounds: Mapping[str, str] | None = None,
    unit: str = "family",
) -> Policy:
    """A programme ``aid``: component ``a`` counts members of whom ``fits_a`` is true, and so on.

    Args:
        conditions: rules by name; family facts are ``decile`` and ``area``, member facts ``age``.
        components: amount and cap of each, dearest anywhere.
        at_most: cap per family.
        grounds: keys of an exclusion ground by name, such as ``reach: person``.
        unit: ``family`` or ``member``.
    """
    number = ", minimum: 0, maximum: 200"
    variables = {
        "decile": FACT.format(of="family", type="number", more=number),
        "area": FACT.format(of="family", type="number", more=number),
        "age": FACT.format(of="member", type="number", more=number),
    } | {f"fits_{x}": FACT.format(of="member", type="yes_no", more="") for x in LETTERS}
    numbers = {"cap_family": at_most} | {
        f"{what}_{x}": pair[place]
        for x, pair in zip(LETTERS, components, strict=False)
        for place, what in enumerate(("amount", "cap"))
    }
    files = {
        "variables.yaml": _lines(variables),
        "exclusions.yaml": _lines({name: _ground(keys) for name, keys in (grounds or {}).items()}),
        "programmes/aid/amounts.yaml": _lines(
            {name: _parameter(value) for name, value in numbers.items() if value is not None}
            | {"limit": _parameter(4), "two": _parameter(2)}
        ),
        "programmes/aid/programme.yaml": _programme(
            conditions or {"someone": "roster_size >= 0"}, components, at_most, grounds or {}, unit
        ),
    }
    return policy_from_files({name: text for name, text in files.items() if text})


def _programme(
    conditions: Mapping[str, str],
    components: Sequence[tuple[int, int | None]],
    at_most: int | None,
    grounds: Mapping[str, str],
    unit: str,
) -> str:
    rules = {name: f"{{rule: '{rule}', {SAYS}}}" for name, rule in conditions.items()}
    parts = {}
    for x, (_, cap) in zip(LETTERS, components, strict=False):
        limit = "" if cap is None else f", at_most: cap_{x}"
        parts[x] = f"{{name: {{id: x, en: x}}, who: fits_{x}, amount: amount_{x}{limit}}}"
    text = (
        "programme: aid\nname: {id: x, en: x}\nlaw: none\nconfidence: K\n"
        f"unit: {unit}\nin_force: {{from: 2020-01-01, reference: none, confidence: K}}\n"
        f"conditions:\n{_lines(rules, '  ')}"
    )
    text += f"components:\n{_lines(parts, '  ')}" if parts else ""
    text += "at_most: cap_family\n" if at_most is not None else ""
    return text + (f"excluded_by: [{', '.join(grounds)}]\n" if grounds else "")


def _lines(items: Mapping[str, str], indent: str = "") -> str:
    return "".join(f"{indent}{name}: {value}\n" for name, value in items.items())


def _parameter(value: Any) -> str:
    dated = f"{{from: 2020-01-01, value: {value}, reference: none, confidence: K}}"
    return f"{{unit: n, values: [{dated}]}}"


def _ground(keys: str) -> str:
    texts = ", ".join(f"{key}: {{id: x, en: x}}" for key in ("name", "says", "list", "appeal"))
    return f"{{{texts}, law: none, confidence: K, {keys}}}"


def people(*facts: Mapping[str, Any]) -> list[Member]:
    """Members with these facts."""
    return [Member(fact) for fact in facts]


def answers(policy: Policy, families: Sequence[Family], **given: Any) -> list[Answer]:
    """The engine's answer to each family, or to each member in order."""
    found = engine_answers(policy, families, DAY, ["aid"], **given)
    return [found[key] for key in sorted(found, key=lambda key: (key[1], key[2] or 0))]
