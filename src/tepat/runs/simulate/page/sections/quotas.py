"""Places, who competes for them and who waits, before and after."""

from __future__ import annotations

from markupsafe import Markup

from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import NUMBER, TEXT, Figure, Section, Table, columns
from tepat.runs.simulate.page.found import Found, Row, Telling
from tepat.runs.simulate.page.sections.budget import named
from tepat.runs.simulate.page.warned import units
from tepat.runs.simulate.twins import SIDES

COUNTS = ("places", "eligible", "awarded", "waiting", "empty")


def quotas(found: Found, telling: Telling) -> list[Section]:
    """Where a programme has a quota: bars of those that differ, and a table of all."""
    speech = telling.speech
    if not found.quotas:
        return []
    table = Table(
        speech.say("places_caption"),
        columns(
            speech.say("programme"),
            speech.say("side"),
            *(speech.say(f"places_{name}") for name in (*COUNTS, "short")),
            kinds=(TEXT, *(NUMBER,) * 6),
        ),
        _rows(found, telling),
        cards=True,
    )
    title, lead = speech.say("places_title"), (speech.say("places_lead"),)
    drawn = [row for row in found.quotas if row["programme"] in found.manifest["differing"]]
    if not drawn:
        return [Section("quotas", title, lead, tables=(table,))]
    return [Section("quotas", title, lead, (_figure(found, drawn, table, telling),))]


def _figure(found: Found, drawn: list[Row], table: Table, telling: Telling) -> Figure:
    """For each side those who get a place and those who wait."""
    speech = telling.speech
    longest = max(*(row["eligible"] for row in drawn), 1)
    bars = [
        BarRow(
            f"{speech.of(found.title(row['programme']))}, {speech.say(row['side']).lower()}",
            (("yes", row["awarded"] / longest), ("wait", row["waiting"] / longest)),
            speech.say(
                "n_of", part=speech.number(row["awarded"]), whole=speech.number(row["eligible"])
            ),
            speech.say("n_waiting", n=units(found, row["programme"], row["waiting"], speech)),
        )
        for row in drawn
    ]
    caption = speech.say("places_caption")
    about = "; ".join(f"{bar.label}: {bar.text}, {bar.note}" for bar in bars) + "."
    marks = legend([("yes", speech.say("places_awarded")), ("wait", speech.say("places_waiting"))])
    return Figure(caption, telling.pictures.bars(caption, about, bars), table, marks)


def _rows(found: Found, telling: Telling) -> list[list[str | Markup]]:
    """A row for each side; one for both where they are the same."""
    rows: list[list[str | Markup]] = []
    for name in dict.fromkeys(row["programme"] for row in found.quotas):
        sides = found.quota(name)
        same = name not in found.manifest["differing"]
        for side in SIDES[:1] if same else SIDES:
            if side in sides:
                word = "both_sides" if same else side
                rows.append(_row(found, sides[side], word, telling))
    return rows


def _row(found: Found, row: Row, word: str, telling: Telling) -> list[str | Markup]:
    speech = telling.speech
    return [
        named(found, row, telling),
        speech.say(word),
        *(speech.number(row[name]) for name in COUNTS),
        speech.say("n_of", part=speech.number(row["short"]), whole=speech.number(row["kabupaten"])),
    ]
