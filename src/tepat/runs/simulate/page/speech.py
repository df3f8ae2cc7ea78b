"""One language of a simulation's page: its own sentences, and numbers as the report says them."""

from __future__ import annotations

from decimal import Decimal

from tepat.runs.report.speech import LANGUAGES, Speech
from tepat.runs.simulate.page.words import WORDS

ALL, LEAST = Decimal(100), Decimal("0.1")
MINUS = "−"  # U+2212, as wide as a plus


class Told(Speech):
    """One language: ``id`` or ``en``."""

    def say(self, name: str, **values: object) -> str:
        """A sentence of the page, else one of the report's, with its ``{names}`` filled in."""
        if name not in WORDS:
            return super().say(name, **values)
        text = WORDS[name][LANGUAGES.index(self.lang)]
        return text.format(**values) if values else text

    def share(self, part: int, whole: int) -> str:
        """A part of a whole in per cent; one that is not whole is never rounded to 100%."""
        said = super().share(part, whole)
        return self._nearly_all() if part < whole and said == self._decimal(ALL) + "%" else said

    def percent(self, ratio: float) -> str:
        """A ratio in per cent; between 0 and 1 it is never rounded to either."""
        said = super().percent(ratio)
        if 0 < ratio < 1 and said == self._decimal(ALL) + "%":
            return self._nearly_all()
        if 0 < ratio < 1 and said == self._decimal(Decimal(0)) + "%":
            return f"<{self._decimal(LEAST)}%"
        return said

    def _nearly_all(self) -> str:
        return f">{self._decimal(ALL - LEAST)}%"

    def signed_money(self, value: int) -> str:
        """A difference of money in round words: +Rp 1,2 miliar, or that nothing changes."""
        return self._signed(value, self.money(abs(value)))

    def signed_rupiah(self, value: int) -> str:
        """A difference of money in full."""
        return self._signed(value, self.rupiah(abs(value)))

    def _signed(self, value: int, words: str) -> str:
        if value == 0:
            return self.say("unchanged")
        return f"{'+' if value > 0 else MINUS}{words}"
