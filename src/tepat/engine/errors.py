"""Errors are product text: a code, what happened, why, and what to do."""

from __future__ import annotations

from tepat.engine.text import Text


class TepatError(Exception):
    """An error a person can act on.

    Args:
        code: short stable name, such as ``file_missing``.
        what: what happened, with the place (file, line, column) where there is one.
        why: the reason; empty where ``what`` says it all.
        do: what the reader can do about it.

    What a page may show is given as `Text`, in both languages; what only a command prints may be
    English alone. The attributes are English.
    """

    def __init__(
        self, code: str, what: str | Text, why: str | Text = "", do: str | Text = ""
    ) -> None:
        self.code = code
        self._said = {"what": what, "why": why, "do": do}
        english = self.in_language("en")
        self.what, self.why, self.do = english["what"], english["why"], english["do"]
        super().__init__(" ".join(part for part in (self.what, self.why, self.do) if part))

    def as_dict(self) -> dict[str, str]:
        """The four parts, for ``--json``."""
        return self.in_language("en")

    def in_language(self, lang: str) -> dict[str, str]:
        """The four parts in ``id`` or ``en``."""
        said = {
            name: text.get(lang) if isinstance(text, Text) else text
            for name, text in self._said.items()
        }
        return {"code": self.code, **said}
