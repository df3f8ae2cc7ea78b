"""One language of a simulation's page: its own sentences, and numbers as the report says them."""

from __future__ import annotations

from tepat.runs.report.speech import LANGUAGES, Speech
from tepat.runs.simulate.page.words import WORDS

MINUS = "−"  # U+2212, as wide as a plus


class Told(Speech):
    """One language: ``id`` or ``en``."""

    def say(self, name: str, **values: object) -> str:
        """A sentence of the page, else one of the report's, with its ``{names}`` filled in."""
        if name not in WORDS:
            return super().say(name, **values)
        text = WORDS[name][LANGUAGES.index(self.lang)]
        return text.format(**values) if values else text

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
