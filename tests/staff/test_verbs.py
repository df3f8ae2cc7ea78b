"""Every act, subject, reason and page that the code writes down has a name for its readers."""

from __future__ import annotations

import re
from pathlib import Path

import tepat
from tepat.staff.verbs import PAGES, REASONS, SUBJECTS, VERBS, page_name

SOURCES = Path(tepat.__file__).parent
WORDS = {
    "verb": (VERBS, re.compile(r'verb="([a-z_]+)"|(?<!\.)_tell\((?:\w+, )?"([a-z_]+)"')),
    "subject": (SUBJECTS, re.compile(r'subject="([a-z_]+)"()')),
    "reason": (REASONS, re.compile(r'reason="([a-z]+)"|^REASON = "([a-z]+)"', re.MULTILINE)),
    "page": (PAGES, re.compile(r'[( ]page="([a-z_]+)"()')),
}


def nameless(code: str) -> set[tuple[str, str]]:
    """Words that the code writes down and no reader is told the meaning of."""
    return {
        (kind, word)
        for kind, (names, pattern) in WORDS.items()
        for found in pattern.findall(code)
        if (word := "".join(found)) and word not in names
    }


def test_each_word_that_is_written_down_has_a_name_in_both_languages() -> None:
    found = {word for one in SOURCES.rglob("*.py") for word in nameless(one.read_text())}
    assert found == set(), "Add these to tepat/staff/verbs.py."
    for names in (VERBS, SUBJECTS, REASONS, PAGES):
        assert all(text.id and text.en for text in names.values())


def test_a_word_without_a_name_is_found_and_shown_as_it_is_written() -> None:
    code = 'record(actor_id=1, verb="fly_away", subject="bird")\naccess(page="nest")'
    assert nameless(code) == {("verb", "fly_away"), ("subject", "bird"), ("page", "nest")}
    assert page_name("nest_of_birds").id == "nest of birds"
