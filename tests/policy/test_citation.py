"""Laws and sources of the policy in Indonesian: no English word is left on an Indonesian page."""

from __future__ import annotations

import re

from tepat.policy.citation import cited
from tepat.policy.load import load_policy

# Words that an Indonesian citation never has; names of people, papers and laws are not English.
ENGLISH = re.compile(
    r"\b(the|of|and|or|to|in|with|before|after|since|register|guideline|practice|assumed|press|"
    r"budget|families|children|million|trillion|January|February|March|May|June|July|August|"
    r"October|December|rules|list|others|used|held|lowest|via|programmes|amount|year|month)\b"
)


def cited_on_pages() -> set[str]:
    """What cards show of a policy: laws of conditions, components and grounds, and references."""
    policy = load_policy()
    found = {ground.law for ground in policy.grounds.values()}
    for programme in policy.programmes.values():
        found |= {condition.law for condition in programme.conditions}
        found |= {component.law for component in programme.components}
        found |= {
            value.period.reference
            for parameter in programme.parameters.values()
            for value in parameter.values
        }
    return found


def test_no_citation_of_the_policy_keeps_an_english_word_in_indonesian() -> None:
    left = {cited(one, "id") for one in cited_on_pages() if ENGLISH.search(cited(one, "id"))}
    assert left == set(), "Add the words to tepat/policy/citation.py."


def test_an_english_word_that_is_not_known_would_be_found() -> None:
    assert ENGLISH.search(cited("Law of the sea, 12 March 1982", "id"))


def test_a_law_keeps_its_name_and_an_english_page_its_words() -> None:
    source = "Kepmensos 79/HUK/2025; before 2025 the register of the lowest 40 %"
    assert cited(source, "id") == "Kepmensos 79/HUK/2025; sebelum 2025 data 40 % terbawah"
    assert cited(source, "en") == source
    assert cited("Poskota, 14 January 2025", "id") == "Poskota, 14 Januari 2025"
