"""The questions of the policy that comes with the installation, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from tepat.engine.text import Text
from tepat.policy import wording
from tepat.policy.model import Variable

YES, NO = Text("Ya", "Yes"), Text("Tidak", "No")
NO_ANSWER = Text("Tidak tahu atau tidak menjawab", "Does not know or does not answer")
NOT_ASKED = Text("Tidak ditanyakan", "Not asked")


@cache
def variables() -> dict[str, Variable]:
    """Every variable of the policy."""
    from tepat.policy.load import load_policy

    return load_policy().variables


def worded(name: str, value: Any) -> Text:
    """An answer as people say it; None is a question that was not answered."""
    if value is None:
        return NO_ANSWER
    variable = variables().get(name)
    if isinstance(value, bool):
        return YES if value else NO
    if variable is not None and variable.type == "code" and value in variable.codes:
        return variable.codes[value].label
    if variable is not None and variable.type == "number":
        return Text(*(wording.answer(value, variable, lang) for lang in ("id", "en")))
    return Text(str(value), str(value))
