"""The form of a NIK and of a family card (KK) number, and how they are shown.

A NIK is 16 digits: six for the place of first registration, two for the day of birth (women: day
plus 40), two for the month, two for the year, four for a serial that begins at 0001. It never
changes when its holder moves or a province is split, so its prefix says nothing about an address,
and two digits of a year give no century. A number that breaks the form is wrong; one that
disagrees with the stated sex or birth date is only doubtful.

A KK number is also 16 digits and a serial; that the six in the middle are a date of entry rests
on common knowledge only, so a date that cannot be is doubtful, not wrong.

The functions take and give Ibis expressions, the patterns are plain regular expressions.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_PLACE = "[1-9][0-9]{5}"
_DAY = "(0[1-9]|[12][0-9]|3[01])"
_DAY_OF_EITHER_SEX = "(0[1-9]|[12][0-9]|3[01]|4[1-9]|[56][0-9]|7[01])"
_MONTH = "(0[1-9]|1[0-2])"
_YEAR = "[0-9]{2}"
# RE2 knows no lookahead, so "not 0000" is spelt out: the first digit that is not 0 stands somewhere
_SERIAL = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"

NIK_PATTERN = f"^{_PLACE}{_DAY_OF_EITHER_SEX}{_MONTH}{_YEAR}{_SERIAL}$"
KK_PATTERN = f"^{_PLACE}[0-9]{{6}}{_SERIAL}$"
KK_DATE_PATTERN = f"^{_PLACE}{_DAY}{_MONTH}{_YEAR}{_SERIAL}$"

HIDDEN = "••••••••"
MALE, FEMALE = 1, 2


def nik_well_formed(nik: Any) -> Any:
    """Whether a text has the form of a NIK; null stays null."""
    return nik.re_search(NIK_PATTERN)


def kk_well_formed(number: Any) -> Any:
    """Whether a text has the form of a KK number; null stays null."""
    return number.re_search(KK_PATTERN)


def kk_date_plausible(number: Any) -> Any:
    """Whether the middle of a KK number is a day, a month and a year; null stays null."""
    return number.re_search(KK_DATE_PATTERN)


def nik_birth_number(nik: Any) -> Any:
    """Day, month and year of a NIK as one number, ddmmyy; for women the day is plus 40."""
    return nik.substr(6, 6).try_cast("int64")


def nik_sex(birth_number: Any) -> Any:
    """The sex that a well-formed NIK tells by its `nik_birth_number`: 1 male, 2 female."""
    import ibis

    return ibis.ifelse(birth_number > 400_000, FEMALE, MALE).cast("int16")


def nik_agrees_with_birth(birth_number: Any, birth_date: Any) -> Any:
    """Whether the `nik_birth_number` of a well-formed NIK is that of a birth date.

    The year is compared by its last two digits, for a NIK has no century.
    """
    day, month = birth_date.day().cast("int64"), birth_date.month().cast("int64")
    told = day * 10_000 + month * 100 + birth_date.year() % 100
    return (birth_number == told) | (birth_number == told + 400_000)


def nik_finding_bits(nik: Any, sex: Any, birth_date: Any) -> Any:
    """`nik_findings` of a whole column; null where there is no NIK."""
    written = nik_birth_number(nik)
    broken = {
        "nik_birth_date": ~nik_agrees_with_birth(written, birth_date),
        "nik_sex": nik_sex(written) != sex,
    }
    return _bits(NIK_FINDINGS, nik, nik_form=~nik_well_formed(nik), **broken)


def kk_finding_bits(number: Any) -> Any:
    """`kk_findings` of a whole column; null where there is no number."""
    broken = {"kk_form": ~kk_well_formed(number), "kk_date": ~kk_date_plausible(number)}
    return _bits(KK_FINDINGS, number, **broken)


def _bits(bits: dict[str, int], number: Any, **broken: Any) -> Any:
    """Bits of what is broken, the form first: of a number without it nothing else is asked."""
    import ibis

    none = ibis.literal(0, "int64")
    form, *others = ((broken[name], ibis.literal(bit, "int64")) for name, bit in bits.items())
    parts = [ibis.cases(other, else_=none) for other in others]
    return ibis.cases((number.isnull(), none.nullif(none)), form, else_=sum(parts[1:], parts[0]))


def masked_number(number: Any) -> Any:
    """A NIK or KK number as it may be shown: the first four and last four of 16 characters.

    ``3204••••••••0007``. Anything of another length keeps its first four characters only, and
    says how long it was, which is what one needs to mend it.
    """
    import ibis

    length = number.length()
    whole = number.substr(0, 4) + HIDDEN + number.substr(12, 4)
    some = ibis.least(length // 2, 4)
    other = number.substr(0, some) + HIDDEN + " (" + length.cast("string") + ")"
    return ibis.ifelse(length == 16, whole, other)


def initials(name: Any) -> Any:
    """A name as it may be shown: the first letter of each word."""
    return name.strip().re_replace(r"([^\s])[^\s]*\s*", r"\1. ").strip()


# Findings on a number as bits, kept where the number itself is sealed.
NIK_FINDINGS = {"nik_form": 1, "nik_birth_date": 2, "nik_sex": 4}
KK_FINDINGS = {"kk_form": 1, "kk_date": 2}


def nik_findings(nik: str | None, sex: int | None, birth_date: date | None) -> int:
    """What is wrong with one NIK, as bits of `NIK_FINDINGS`; 0 for no NIK."""
    if nik is None:
        return 0
    if re.search(NIK_PATTERN, nik) is None:
        return NIK_FINDINGS["nik_form"]
    told = int(nik[6:12])
    found = 0
    if birth_date is not None:
        born = int(birth_date.strftime("%d%m%y"))
        found |= NIK_FINDINGS["nik_birth_date"] * (told not in (born, born + 400_000))
    if sex is not None:
        found |= NIK_FINDINGS["nik_sex"] * ((told > 400_000) != (sex == FEMALE))
    return found


def kk_findings(number: str | None) -> int:
    """What is wrong with one KK number, as bits of `KK_FINDINGS`; 0 for no number."""
    if number is None:
        return 0
    if re.search(KK_PATTERN, number) is None:
        return KK_FINDINGS["kk_form"]
    return 0 if re.search(KK_DATE_PATTERN, number) else KK_FINDINGS["kk_date"]
