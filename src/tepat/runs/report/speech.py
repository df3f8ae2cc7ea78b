"""Numbers, shares and money of the report in one language, on top of ``policy.wording``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tepat.policy.model import Text
from tepat.policy.wording import day, number, period, rupiah
from tepat.runs.report.words import WORDS

LANGUAGES = ("id", "en")
LARGE = (
    (10**12, "triliun", "trillion"),
    (10**9, "miliar", "billion"),
    (10**6, "juta", "million"),
)
SMALL = ((10**9, "M", "bn"), (10**6, "jt", "m"), (10**3, "rb", "k"))
NONE = "–"
ALL, LEAST = Decimal(100), Decimal("0.1")  # per cent; the least is what one decimal can show


class Speech:
    """One language: ``id`` or ``en``."""

    def __init__(self, lang: str, words: Mapping[str, tuple[str, str]] = WORDS) -> None:
        self.lang, self.words = lang, words

    def say(self, name: str, **values: object) -> str:
        """A sentence of its words with its ``{names}`` filled in."""
        text = self.words[name][LANGUAGES.index(self.lang)]
        return text.format(**values) if values else text

    def of(self, text: Text | dict[str, str] | None) -> str:
        """A text that carries both languages."""
        if text is None:
            return ""
        return text.get(self.lang) if isinstance(text, Text) else text[self.lang]

    def number(self, value: int | None) -> str:
        """A whole number with its thousands apart; a dash where there is none."""
        return NONE if value is None else number(value, self.lang)

    def rupiah(self, value: int | None) -> str:
        """Money in full; ``in kind`` where the programme gives no money."""
        return self.say("in_kind") if value is None else rupiah(value, self.lang)

    def money(self, value: int) -> str:
        """Money in round words: Rp 6,2 miliar, Rp 6.2 billion."""
        for size, indonesian, english in LARGE:
            if abs(value) >= size:
                word = english if self.lang == "en" else indonesian
                return f"Rp {self._scaled(value, size, 100)} {word}"
        return rupiah(value, self.lang)

    def compact(self, value: int) -> str:
        """Money for a small space, without its sign: 1,2 jt or 812 rb; 1.2 m or 812 k."""
        for size, indonesian, english in SMALL:
            if abs(value) >= size:
                word = english if self.lang == "en" else indonesian
                return f"{self._scaled(value, size, 10)} {word}"
        return number(value, self.lang)

    def share(self, part: int, whole: int) -> str:
        """A part of a whole in per cent, with one decimal: 12,3%; only all of it is 100%."""
        if whole <= 0:
            return NONE
        percent = _rounded(part * 100, whole, 1)
        if part in (0, whole):
            return f"{percent:.0f}%"
        return self._between(percent) if 0 < part < whole else f"{self._decimal(percent)}%"

    def percent(self, ratio: float) -> str:
        """A ratio in per cent; between 0 and 1 it is never rounded to either."""
        if ratio in (0, 1):
            return f"{ratio * 100:.0f}%"
        percent = Decimal(str(ratio * 100))
        return self._between(percent) if 0 < ratio < 1 else f"{self._decimal(percent)}%"

    def _between(self, percent: Decimal) -> str:
        """What is more than nothing and less than all: not rounded to either."""
        said = self._decimal(percent)
        if said == self._decimal(Decimal(0)):
            return f"<{self._decimal(LEAST)}%"
        if said == self._decimal(ALL):
            return f">{self._decimal(ALL - LEAST)}%"
        return f"{said}%"

    def _decimal(self, value: Decimal) -> str:
        """A number with one decimal, zero or not, so that columns of numbers stay even."""
        text = f"{value:,.1f}"
        return text if self.lang == "en" else text.translate({ord(","): ".", ord("."): ","})

    def _scaled(self, value: int, size: int, whole_from: int) -> str:
        """A value in units of ``size``, with a decimal below ``whole_from``."""
        if value < whole_from * size:
            return self._decimal(_rounded(value, size, 1))
        return number(int(_rounded(value, size, 0)), self.lang)

    def day(self, iso: str) -> str:
        """A day, from text such as 2025-07-01."""
        return day(date.fromisoformat(iso[:10]), self.lang)

    def period(self, start: date, end: date | None) -> str:
        """From a day to a day."""
        return period(start, end, self.lang)


def _rounded(part: int, whole: int, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    return (Decimal(part) / Decimal(whole)).quantize(step, rounding=ROUND_HALF_UP)
