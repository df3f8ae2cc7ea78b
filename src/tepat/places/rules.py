"""What a code and a name of the ministry of home affairs say, and when two names are one.

Codes have 2, 4, 6 or 10 digits for province, kabupaten, kecamatan and village. Of a kabupaten the
last two digits are 01 to 69, of a kota 71 to 99; the first of a village's last four is 1 for a
kelurahan, 2 for a desa and 3 for a desa adat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

PROVINCE, KABUPATEN, KECAMATAN, VILLAGE = 1, 2, 3, 4
DIGITS = {2: PROVINCE, 4: KABUPATEN, 6: KECAMATAN, 10: VILLAGE}
ABOVE = {PROVINCE: 0, KABUPATEN: 2, KECAMATAN: 4, VILLAGE: 6}
VILLAGES = {"1": "kelurahan", "2": "desa", "3": "desa_adat"}
# What stands before a name in a list of places. A province goes by its name alone.
PREFIX = {
    "kabupaten": "Kab. ",
    "kota": "Kota ",
    "kecamatan": "Kec. ",
    "kelurahan": "Kelurahan ",
    "desa": "Desa ",
    "desa_adat": "Desa adat ",
}
LIKE_ENOUGH = 0.75
_SECOND_LEVEL = re.compile(r"^(?:kabupaten|kab\.?|kota)\s+(?:(?:administrasi|adm\.?)\s+)?", re.I)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_WORDS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")
_NUMBERS = {word: n for words in (_ROMAN, _WORDS) for n, word in enumerate(words, 1)}
_SHORT = {"kep": "kepulauan", "kp": "kampung", "tj": "tanjung", "sei": "sungai", "s": "sungai"}


def level_of(code: str) -> int | None:
    """How deep a code's place lies: 1 province to 4 village; None where it is no code."""
    return DIGITS.get(len(code)) if code.isascii() and code.isdigit() else None


def parent_code(code: str) -> str:
    """The code of the place above; empty for a province."""
    return code[: ABOVE[DIGITS[len(code)]]]


def kind_of(code: str) -> str | None:
    """What the place of a code is called in law; None where its digits say nothing known."""
    level = level_of(code)
    if level == KABUPATEN:
        number = int(code[2:])
        return "kabupaten" if 1 <= number <= 69 else "kota" if number >= 71 else None
    if level == VILLAGE:
        return VILLAGES.get(code[6])
    return {PROVINCE: "province", KECAMATAN: "kecamatan"}.get(level or 0)


def plain_name(name: str, level: int) -> str:
    """A name as people write it, without Kabupaten or Kota: KAB. ADM. KEP. SERIBU is Kep. Seribu.

    Older editions write the two upper levels in capitals, and a straight quote for an apostrophe.
    """
    text = " ".join(name.replace('"', "'").split()).rstrip(". ")
    if level == KABUPATEN:
        text = _SECOND_LEVEL.sub("", text)
    if level <= KABUPATEN and text.isupper():
        words = [word if word in ("DKI", "DI") else word.title() for word in text.split()]
        text = " ".join("dan" if word == "Dan" else word for word in words)
    return text


def full_name(kind: str, name: str) -> str:
    """A place with what it is: Kec. Paseh."""
    return f"{PREFIX.get(kind, '')}{name}"


def label(path: Sequence[tuple[str, str]]) -> str:
    """A place and those above it, as (kind, name) from the place upwards.

    A village and a kecamatan are told up to the kabupaten, a kabupaten up to the province:
    Desa Cigentur, Kec. Paseh, Kab. Bandung.
    """
    shown: list[str] = []
    for kind, name in path:
        if shown and kind in ("province", "country") and len(shown) > 1:
            break
        if not (shown and kind == "country"):
            shown.append(full_name(kind, name))
    return ", ".join(shown)


def words_of(name: str) -> tuple[list[str], int | None]:
    """The words of a name without abbreviations, and the number at its end."""
    words = [_SHORT.get(word, word) for word in re.findall(r"[a-z]+|[0-9]+", name.lower())]
    last = words[-1] if len(words) > 1 else ""
    number = int(last) if last.isdigit() else _NUMBERS.get(last)
    return (words if number is None else words[:-1]), number


def similar(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1; 0 where they end in different numbers.

    Suka Maju I and Suka Maju Satu are the same, Suka Maju I and Suka Maju II are two villages.
    """
    (first, number), (second, its_number) = words_of(one), words_of(other)
    if number != its_number:
        return 0.0
    a, b = "".join(first), "".join(second)
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= 4 and (longer.startswith(shorter) or longer.endswith(shorter)):
        return max(LIKE_ENOUGH, SequenceMatcher(None, a, b, autojunk=False).ratio())
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def best_pairs(
    pairs: Iterable[tuple[str, int, str, str]], least: float = LIKE_ENOUGH
) -> list[tuple[str, int]]:
    """Which codes are which places, by their names: (code, place, name of code, name of place).

    The most alike first; a code and a place are used once, and a tie decides nothing.
    """
    scored = [(similar(name, known), code, place) for code, place, name, known in pairs]
    alike = sorted((s for s in scored if s[0] >= least), key=lambda s: (-s[0], s[1], s[2]))
    best_of_code: dict[str, list[float]] = {}
    best_of_place: dict[int, list[float]] = {}
    for score, code, place in alike:
        best_of_code.setdefault(code, []).append(score)
        best_of_place.setdefault(place, []).append(score)
    taken_codes: set[str] = set()
    taken_places: set[int] = set()
    found = []
    for score, code, place in alike:
        if code in taken_codes or place in taken_places:
            continue
        tied = best_of_code[code].count(score) > 1 or best_of_place[place].count(score) > 1
        taken_codes.add(code)
        taken_places.add(place)
        if not tied:
            found.append((code, place))
    return found
