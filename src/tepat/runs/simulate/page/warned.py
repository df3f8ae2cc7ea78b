"""What a reader of the page is warned of: who cannot be decided, and what a quota does.

All of it is told from counts of the simulation, programme by programme; where there is nothing to
warn of, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from tepat.runs.simulate.page.found import Found, Row
from tepat.runs.simulate.page.speech import Told

SIDES = ("before", "after")


@dataclass(frozen=True)
class Notice:
    """A warning: what it is about, and what is so."""

    title: str
    text: str


def notices(found: Found, speech: Told) -> list[Notice]:
    """All warnings of a simulation."""
    told = (_undecided(found, speech), _roomy(found, speech), _binding(found, speech))
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
    rows = [row for row in found.undecided if _is_worse(found, row)]
    if not rows:
        return None
    items = []
    for row in rows:
        name, held = row["programme"], row["undecided_holders"]
        item = speech.say(
            "warn_undecided_item",
            before=speech.number(row["undecided_before"]),
            after=units(found, name, row["undecided_after"], speech),
        )
        if held:
            item += speech.say("warn_undecided_held", held=speech.number(held))
        items.append(item)
    return _told(found, "undecided", rows, items, speech)


def _is_worse(found: Found, row: Row) -> bool:
    """Of a programme into which others merge, today's number is that of all of them."""
    known = {r["programme"]: r["undecided_before"] for r in found.undecided}
    before = sum(known.get(name, 0) for name in (row["programme"], *found.merged(row["programme"])))
    return bool(row["undecided_holders"]) or int(row["undecided_after"]) > before


def _roomy(found: Found, speech: Told) -> Notice | None:
    """Programmes that the reform touches and whose places suffice for all who are eligible."""
    pairs = [(row, found.quota(row["programme"])) for row in found.differing]
    wide = [
        (row, sides)
        for row, sides in pairs
        if "after" in sides and sides["after"]["eligible"] and not sides["after"]["waiting"]
    ]
    if not wide:
        return None
    items = []
    for row, sides in wide:
        name, after = row["programme"], sides["after"]
        item = speech.say(
            "warn_roomy_item",
            places=speech.number(after["places"]),
            eligible=units(found, name, after["eligible"], speech),
        )
        waited = sides["before"]["waiting"] if "before" in sides else 0
        if waited:
            item += speech.say("warn_roomy_waited", waiting=units(found, name, waited, speech))
        items.append(item)
    notice = _told(found, "roomy", [row for row, _ in wide], items, speech)
    if all(sides["after"]["source"] != "policy" for _, sides in wide):
        return notice
    return Notice(notice.title, f"{notice.text} {speech.say('warn_roomy_policy')}")


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
        elif moved := found.shares_moved(name):
            item += speech.say("warn_binding_shares", n=speech.number(moved))
        items.append(item)
    return _told(found, "binding", [row for row, _, _ in bound], items, speech)
