"""What the YAML parser complains of, in the words of somebody who wrote a policy file."""

from __future__ import annotations

import re
from typing import Any

from tepat.policy.thousands import advice, is_grouped

ABOVE = "see also the line above"
# what the parser says, what that means, what to do; the first that fits is told
_KNOWN = (
    ("mapping values are not allowed", "A colon stands where none is expected.",
     f"Put texts with a colon in quotes; {ABOVE}."),
    ("could not find expected ':'", "A line stands here without 'name: value'.",
     f"Is a colon or a quote missing? {ABOVE.capitalize()}."),
    ("found unexpected end of stream", "A quote is opened and not closed.",
     "Close it; a text may hold quotes of the other kind."),
    ("found unexpected document separator", "A quote is opened and not closed.", "Close it."),
    ("expected ',' or '}'", "A brace '{' is not closed, or a comma is missing.",
     f"Put texts with a colon or a comma in quotes; {ABOVE}."),
    ("expected ',' or ']'", "A bracket '[' is not closed, or a comma is missing.",
     f"Put texts with a colon or a comma in quotes; {ABOVE}."),
    ("expected the node content", "A value is missing here, or a bracket is not closed.",
     f"Look at brackets and commas; {ABOVE}."),
    ("expected <block end>", "This line does not fit those above it.",
     "Begin names that belong together in one column; close quotes and brackets above."),
    ("found unknown escape character", "A backslash means something else in double quotes.",
     "Use single quotes around a text with a backslash."),
    ("found undefined alias", "'*' asks for an undefined alias.",
     "Put texts that begin with '*' in quotes."),
    ("found another document", "The file holds another document after '---'.",
     "Keep one in a file."),
)  # fmt: skip
_STARTS = re.compile(r"found character '(.+)' that cannot start any token")


def plain_words(said: str, text: str, line: int) -> tuple[str, str]:
    """What is wrong and what to do.

    Args:
        said: the parser's own words.
        text: the whole file.
        line: where the parser stopped, counted from 1.
    """
    written = (text.splitlines() or [""])[min(line, len(text.splitlines()) or 1) - 1]
    starts = _STARTS.search(said)
    if starts and starts[1] in ("\\t", "\t"):
        begins = written[: len(written) - len(written.lstrip())]
        where = "begins with" if "\t" in begins else "holds"
        return f"Line {line} {where} a tab.", "Use spaces."
    if starts:
        return f"A text cannot begin with '{starts[1]}'.", "Put it in quotes."
    if "duplicate key" in said:
        return _twice(said, written)
    for words, what, do in _KNOWN:
        if words in said:
            return what, do
    return f"Not readable as YAML: {said}.", ""


def _twice(said: str, written: str) -> tuple[str, str]:
    key = re.search(r'duplicate key "(.*?)"', said)
    name = key[1] if key else ""
    numbers = [found for found in re.findall(r"\d[\d,]*\d", written) if is_grouped(found)]
    if name.isdigit() and numbers:
        return f"The commas of {numbers[0]} part it into several values.", advice(numbers[0])
    return f"The name '{name}' stands twice (a duplicate key).", "Keep one of them."


def line_of(error: Any) -> int:
    """The line, counted from 1, at which a parser's error is told."""
    mark = error.problem_mark or error.context_mark
    if "end of stream" in str(error.problem) and error.context_mark:
        mark = error.context_mark  # where the quote was opened
    return mark.line + 1 if mark else 1
