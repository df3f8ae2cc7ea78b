"""What a reader of the page is warned of: who cannot be decided, and what a quota does.

All of it is told from counts of the simulation, programme by programme; where there is nothing to
warn of, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from tepat.runs.simulate.page.found import Found, Row
from tepat.runs.simulate.page.speech import Told
from tepat.runs.simulate.twins import SIDES


@dataclass(frozen=True)
class Notice:
    """A warning: what it is about, and what is so."""

    title: str
    text: str


def notices(found: Found, speech: Told) -> list[Notice]:
    """All warnings of a simulation."""
    told = (
        _undecided(found, speech),
        _roomy(found, speech),
        _roomy_today(found, speech),
        _binding(found, speech),
    )
    return [notice for notice in told if notice is not None]


def units(found: Found, programme: str, number: int, speech: Told) -> str:
    """So many families or persons, whichever a programme decides."""
    return speech.say(f"n_{found.manifest['about'][programme]['unit']}", n=speech.number(number))


def _told(found: Found, name: str, rows: list[Row], items: list[str], speech: Told) -> Notice:
    """The warning of a kind, and each programme with its own numbers."""
    listed = [
        f"{speech.of(found.title(row['programme']))}: {item}"
        for row, item in zip(rows, items, strict=True)
    ]
    text = " ".join([speech.say(f"warn_{name}"), *(f"{item}." for item in listed)])
    return Notice(speech.say(f"warn_{name}_heading"), text)


def _undecided(found: Found, speech: Told) -> Notice | None:
    """More that cannot be decided, or some that hold the programme today."""
    rows = [row for row in found.undecided if _is_worse(row)]
    if not rows:
        return None
    items = []
    for row in rows:
        name, held = row["programme"], row["undecided_holders"]
        merged = row.get("undecided_merged") is not None
        item = speech.say(
            "warn_undecided_merged" if merged else "warn_undecided_item",
            before=speech.number(_before(row)),
            after=units(found, name, row["undecided_after"], speech),
        )
        if held:
            item += speech.say("warn_undecided_held", held=speech.number(held))
        items.append(item)
    return _told(found, "undecided", rows, items, speech)


def _is_worse(row: Row) -> bool:
    return bool(row["undecided_holders"]) or int(row["undecided_after"]) > _before(row)


def _before(row: Row) -> int:
    """Today's number; of a programme into which others merge, whom one of them cannot decide."""
    merged = row.get("undecided_merged")
    return int(row["undecided_before"] if merged is None else merged)


def _roomy(found: Found, speech: Told) -> Notice | None:
    """Programmes that the reform touches and whose places suffice for all who are eligible."""
    pairs = [(row, found.quota(row["programme"])) for row in found.differing]
    wide = [(row, sides) for row, sides in pairs if _is_roomy(sides, "after")]
    if not wide:
        return None
    items = []
    for row, sides in wide:
        name, after = row["programme"], sides["after"]
        item = _for_so_many(found, after, speech)
        waited = sides["before"]["waiting"] if "before" in sides else 0
        if waited:
            item += speech.say("warn_roomy_waited", waiting=units(found, name, waited, speech))
        items.append(item)
    notice = _told(found, "roomy", [row for row, _ in wide], items, speech)
    if all(sides["after"]["source"] != "policy" for _, sides in wide):
        return notice
    return Notice(notice.title, f"{notice.text} {speech.say('warn_roomy_policy')}")


def _roomy_today(found: Found, speech: Told) -> Notice | None:
    """Programmes of which only today's places suffice for all, being the whole nation's."""
    pairs = [(row, found.quota(row["programme"])) for row in found.differing]
    wide = [
        (row, sides["before"])
        for row, sides in pairs
        if _is_national(sides, "before") and not _is_national(sides, "after")
    ]
    if not wide:
        return None
    items = [_for_so_many(found, before, speech) for _, before in wide]
    notice = _told(found, "roomy_today", [row for row, _ in wide], items, speech)
    return Notice(notice.title, f"{notice.text} {speech.say('warn_roomy_policy')}")


def _is_roomy(sides: dict[str, Row], side: str) -> bool:
    """Whether somebody competes for a programme's places and nobody waits."""
    return side in sides and bool(sides[side]["eligible"]) and not sides[side]["waiting"]


def _is_national(sides: dict[str, Row], side: str) -> bool:
    """Whether that is so with the places of the policy, which are those of the whole nation."""
    return _is_roomy(sides, side) and sides[side]["source"] == "policy"


def _for_so_many(found: Found, row: Row, speech: Told) -> str:
    """The places, and how many compete for them."""
    return speech.say(
        "warn_roomy_item",
        places=speech.number(row["places"]),
        eligible=units(found, row["programme"], row["eligible"], speech),
    )


def _binding(found: Found, speech: Told) -> Notice | None:
    """Programmes of which as many places are filled before and after, while others wait."""
    bound = []
    for row in found.differing:
        sides = found.quota(row["programme"])
        if all(side in sides and sides[side]["waiting"] for side in SIDES):
            before, after = (sides[side] for side in SIDES)
            if before["awarded"] == after["awarded"]:
                bound.append((row, before, after))
    if not bound:
        return None
    items = []
    for row, before, after in bound:
        name = row["programme"]
        item = speech.say(
            "warn_binding_item",
            places=speech.number(after["awarded"]),
            before=speech.number(before["eligible"]),
            after=units(found, name, after["eligible"], speech),
        )
        if not row["won"] and not row["lost"]:
            item += speech.say("warn_binding_same")
        else:
            won, lost = speech.number(row["won"]), speech.number(row["lost"])
            item += speech.say("warn_binding_moved", won=won, lost=lost)
            if moved := found.shares_moved(name):
                item += speech.say("warn_binding_shares", n=speech.number(moved))
        items.append(item)
    return _told(found, "binding", [row for row, _, _ in bound], items, speech)
