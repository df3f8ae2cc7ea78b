"""Numbers as people write them, which YAML reads as others: 300.000, 300,000, 300rb.

In Indonesia a point parts thousands. YAML reads 300.000 as 300 and, in braces, 300,000 as 300 and
a key 0. Both would be silent mistakes of money, so the loader asks here what was written and what
may have been meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_WORDS = {
    10**3: ("rb", "ribu", "k", "thousand"),
    10**6: ("jt", "juta", "mio", "million"),
    10**9: ("miliar", "milyar", "billion"),
    10**12: ("triliun", "trillion"),
}
_SIZES = {word: size for size, words in _WORDS.items() for word in words}
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+")
_SAID = re.compile(
    r"(?:rp|idr)?\.?\s*(?P<digits>\d[\d.,]*?)\s*(?P<word>" + "|".join(_SIZES) + r")?(?:,-|\.-)?",
    re.IGNORECASE,
)


def written(value: Any) -> str:
    """A value as it stands in the file; a decimal with all its zeros."""
    width, dot, power = (getattr(value, name, None) for name in ("_width", "_prec", "_exp"))
    if isinstance(value, float) and width and dot is not None and power is None:
        return f"{value:.{width - dot - 1}f}"
    if isinstance(value, int) and not isinstance(value, bool) and width:
        return f"{int(value):0{width}d}"
    return str(value)


def is_grouped(text: str) -> bool:
    """Whether a number is written with its thousands apart: 300.000, 1,500,000."""
    return bool(_GROUPED.fullmatch(text.strip()))


def misread(text: str, number: int | Decimal, *, whole: bool = True) -> tuple[str, str]:
    """What is wrong with a number for which `is_grouped`, and what to do.

    Args:
        text: as it stands in the file.
        number: as YAML reads it.
        whole: whether only a whole number makes sense here.
    """
    read = int(number) if number == int(number) else number
    do = advice(text) if whole else f"{advice(text)} A decimal of three digits gets a 0 more."
    return f"{text} is read as {read}.", do


def meant(text: str) -> int | None:
    """The whole number that a text may mean, such as 300_000 for 300rb; None where it is none."""
    found = _SAID.fullmatch(text.strip().replace("_", "").lstrip("+-").strip())
    if found is None:
        return None
    digits, word = found["digits"], (found["word"] or "").lower()
    if is_grouped(digits):
        digits = re.sub(r"[.,]", "", digits)
    elif not re.fullmatch(r"\d+(?:[.,]\d+)?", digits) or (not word and not digits.isdigit()):
        return None
    number = Decimal(digits.replace(",", ".")) * _SIZES.get(word, 1)
    return int(number) if number == number.to_integral_value() else None


def advice(text: str) -> str:
    """How to write the number that a text may mean; nothing where it cannot be told."""
    number = meant(text)
    if number is None:
        return ""
    ways = f"{number:_} or {number}" if number >= 1_000 else f"{number}"
    words = _in_words(number)
    return f"For {words} write {ways}." if words else f"Write {ways}."


def _in_words(number: int) -> str:
    steps = {"trillion": 12, "billion": 9, "million": 6, "thousand": 3}
    for word, zeros in steps.items():
        size = 10**zeros
        if number >= size:
            whole = number % (size // 10 if zeros > 3 else size) == 0
            return f"{(Decimal(number) / size).normalize():f} {word}" if whole else ""
    return ""


def after_comma(data: Mapping[Any, Any], key: Any) -> str | None:
    """The number that a comma has torn apart, where a key is a piece of it.

    ``{value: 300,000}`` holds the value 300 and a key 0. The whole text is told at the first
    piece, and an empty one at the others; None where the key is something else.
    """
    keys = list(data)

    def torn(place: int) -> bool:
        name = keys[place]
        return isinstance(name, int) and not isinstance(name, bool) and data[name] is None

    at = keys.index(key)
    if not torn(at):
        return None
    first = at
    while first > 0 and torn(first - 1):
        first -= 1
    before = data[keys[first - 1]] if first else None
    if not isinstance(before, int) or isinstance(before, bool):
        return None
    end = at
    while end + 1 < len(keys) and torn(end + 1):
        end += 1
    pieces = [written(before), *(written(piece) for piece in keys[first : end + 1])]
    return ",".join(pieces) if at == first else ""
