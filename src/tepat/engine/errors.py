"""Errors are product text: a code, what happened, why, and what to do."""


class TepatError(Exception):
    """An error a person can act on.

    Args:
        code: short stable name, such as ``file_missing``.
        what: what happened, with the place (file, line, column) where there is one.
        why: the reason; empty where ``what`` says it all.
        do: what the reader can do about it.
    """

    def __init__(self, code: str, what: str, why: str = "", do: str = "") -> None:
        self.code, self.what, self.why, self.do = code, what, why, do
        super().__init__(" ".join(part for part in (what, why, do) if part))

    def as_dict(self) -> dict[str, str]:
        """The four parts, for ``--json``."""
        return {"code": self.code, "what": self.what, "why": self.why, "do": self.do}
