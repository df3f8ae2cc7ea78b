"""Texts of policy files: which characters and lengths are refused, so that pages stay readable.

Control characters, and those that turn the direction of writing, can make a title look like
another one, or a terminal do what nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

TITLES = ("title", "name", "label")
SOURCES = ("reference", "law", "cites")
MOST_TITLE, MOST_SOURCE, MOST_TEXT = 200, 300, 2_000
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TURNS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def hidden(text: str) -> str:
    """What the first character is called that may not stand in a text; nothing where none does."""
    found = _HIDDEN.search(text)
    if found is None:
        return ""
    kind = "changes the direction of writing" if found[0] in _TURNS else "is a control character"
    return f"U+{ord(found[0]):04X}, which {kind}"


def hidden_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a file with such a character, counted from 1, and what it is called."""
    if not _HIDDEN.search(text.replace("\r\n", "\n")):
        return
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if name := hidden(line):
            yield number, name


def hidden_values(data: Any, line: int = 1) -> Iterator[tuple[int, str]]:
    """The same for what escapes such as ``\\u202e`` have become in a parsed file."""
    places = getattr(getattr(data, "lc", None), "data", None) or {}
    pairs: list[tuple[Any, Any]] = []
    if isinstance(data, Mapping):
        pairs = list(data.items())
    elif isinstance(data, list):
        pairs = list(enumerate(data))
    for key, value in pairs:
        at = places[key][0] + 1 if key in places else line
        for text in (key, value):
            if isinstance(text, str) and (name := hidden(text)):
                yield at, name
        if isinstance(value, Mapping | list):
            yield from hidden_values(value, at)


def too_long(key: str, text: str) -> str:
    """What is wrong with the length of a text under a key; nothing where it is right."""
    most = MOST_TITLE if key in TITLES else MOST_SOURCE if key in SOURCES else MOST_TEXT
    if not text.strip():
        return f"'{key}' is blank."
    if len(text) > most:
        return f"'{key}' has {len(text)} characters; at most {most} are shown."
    return ""
