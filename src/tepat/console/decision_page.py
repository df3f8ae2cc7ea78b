"""Decisions of all programmes about one family, in the order in which they matter to a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tepat.engine.text import Text

RANKS = ("yes", "waiting", "unknown", "no")  # what helps now stands first


def cards_of(decisions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Decisions for the partial: what helps now open and first, the rest one line each."""
    cards = [{**one, "fold": True} for one in decisions]
    for card in cards:
        states = {state for state, _ in card["answers"]}
        card["rank"] = min(RANKS.index(state) for state in states)
        card["open"] = bool(states & {"yes", "waiting"})
        card["brief"] = None if card["open"] else _brief(card)
    return sorted(cards, key=lambda card: int(card["rank"]))


def _brief(card: Mapping[str, Any]) -> Text | None:
    """What stands in the way, in one line: the next step, or the first condition that failed."""
    against = [one for one in card["conditions"] if one["state"] in ("no", "unknown")]
    failed = [one for one in against if one["state"] == "no"]
    if not failed and card.get("next"):
        step: Text = card["next"]
        return Text(*(step.get(lang)[:1].upper() + step.get(lang)[1:] for lang in ("id", "en")))
    first = next(iter(failed or against), None)
    return first["says"] if first else None
