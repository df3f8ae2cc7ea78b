"""Decisions in the order in which they matter, and one line of each that is folded away."""

from __future__ import annotations

from datetime import date
from typing import Any

from tepat.console.decision_page import cards_of
from tepat.console.family_page import told_once
from tepat.engine.text import Text

LIMIT = Text("Desil keluarga 6, batas 4", "Family decile 6, limit 4")
UNSURE = Text("Ada bukti kepemilikan tanah", "There is proof of the land")
ASK = Text("tanyakan dan catat: Bukti tanah.", "ask and record: proof of the land.")


def card(name: str, state: str, *conditions: tuple[str, Text], **more: Any) -> dict[str, Any]:
    """A decision as `runs.cards` makes it."""
    told = [{"state": one, "says": says} for one, says in conditions]
    return {
        "name": name,
        "answers": [(state, Text("", ""))],
        "conditions": told,
        "next": None,
        **more,
    }


def test_what_helps_now_stands_first_and_open_and_the_rest_is_folded() -> None:
    cards = [
        card("no", "no", ("unknown", UNSURE), ("no", LIMIT)),
        card("unknown", "unknown", ("unknown", UNSURE), next=ASK),
        card("waiting", "waiting"),
        card("yes", "yes", ("yes", LIMIT)),
        card("no again", "no", ("no", UNSURE)),
    ]
    found = cards_of(cards)
    names = [one["name"] for one in found]
    assert names == ["yes", "waiting", "unknown", "no", "no again"]
    assert [one["open"] for one in found] == [True, True, False, False, False]
    assert all(one["fold"] for one in found)


def test_a_folded_decision_says_what_stands_in_the_way_in_one_line() -> None:
    failed, unknown, open_one = cards_of(
        [
            card("no", "no", ("unknown", UNSURE), ("no", LIMIT)),
            card("unknown", "unknown", ("unknown", UNSURE), next=ASK),
            card("yes", "yes", ("yes", LIMIT)),
        ]
    )[::-1]
    assert failed["brief"] == LIMIT, "what failed, before what is not known"
    assert unknown["brief"].id == "Tanyakan dan catat: Bukti tanah."
    assert open_one["brief"] is None


def test_a_day_and_source_that_all_facts_share_is_told_once() -> None:
    survey = Text("Survei lapangan", "Ground check")

    def rows(*days: int) -> list[dict[str, Any]]:
        return [{"label": "", "when": date(2025, 3, day), "source": survey} for day in days]

    alike, apart = rows(7, 7), rows(7, 8)
    told = told_once(alike)
    assert told is not None and told.id == "7 Maret 2025 · Survei lapangan"
    assert all("when" not in row for row in alike)
    assert told_once(apart) is None
    assert all("when" in row for row in apart)
