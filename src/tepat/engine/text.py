"""A text in both languages of the screens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One text in Indonesian and in English."""

    id: str
    en: str

    def get(self, lang: str) -> str:
        """The text in ``id`` or ``en``."""
        return self.en if lang == "en" else self.id

    def filled(self, **values: object) -> Text:
        """The text with values in place of their names in braces."""
        return Text(self.id.format(**values), self.en.format(**values))
