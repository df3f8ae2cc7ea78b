"""What a worked case expects: its keys, and numbers as they were meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tepat.policy.thousands import advice, is_grouped, misread, written
from tepat.policy.yaml_file import Reader, exact

EXPECTED = (
    "outcome",
    "amount_year",
    "failed",
    "unknown",
    "not_checked",
    "counted",
    "open",
    "instalments",
    "channel",
    "quota",
    "persons",
)


def check_expected(r: Reader, *more: str) -> None:
    """Note what an answer cannot be: keys without a meaning, numbers that are not whole.

    Args:
        r: what is expected of a family or a person.
        more: keys that are known besides.
    """
    r.only(*more, *EXPECTED)
    for key in ("amount_year", "quota"):
        _whole(r, key, r.data.get(key), key)
    parts, counted = r.data.get("instalments"), r.data.get("counted")
    for value in parts if isinstance(parts, list) else ():
        _whole(r, "instalments", value, "instalments")
    for name, number in counted.items() if isinstance(counted, Mapping) else ():
        _whole(r, name, number, "counted")


def _whole(r: Reader, name: str, value: Any, key: str) -> None:
    """Note a number that is not whole, or not as its writer meant it."""
    if value is None:
        return
    raw, number = written(value), exact(value)
    if number is None:
        r.wrong(f"'{name}' should be a number, not '{raw}'.", advice(raw), key)
    elif is_grouped(raw):
        r.wrong(*misread(raw, number), key)
    elif not isinstance(value, int) or value < 0:
        r.wrong(f"'{name}' is {raw}: whole, and not below 0.", "Write such a one.", key)
