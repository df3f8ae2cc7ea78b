"""Whom a programme cannot decide, before and after; nothing where it decides everybody."""

from __future__ import annotations

from markupsafe import Markup

from tepat.runs.report.page_parts import NUMBER, Figure, Section, Table, columns
from tepat.runs.simulate.page.found import Found, Row, Telling
from tepat.runs.simulate.page.sections.budget import key, named, pair
from tepat.runs.simulate.page.warned import units
from tepat.runs.simulate.twins import SIDES

KEYS = tuple(f"undecided_{side}" for side in SIDES)
COLUMNS = (*KEYS, "undecided_holders")


def undecided(found: Found, telling: Telling) -> list[Section]:
    """A picture of the programmes that differ; the table has all that cannot decide somebody."""
    speech, rows = telling.speech, found.undecided
    if not rows:
        return []
    caption = speech.say("undecided_caption")
    table = Table(
        caption,
        columns(
            speech.say("programme"),
            *(speech.say(name) for name in COLUMNS),
            kinds=(NUMBER,) * 3,
        ),
        [_row(found, row, telling) for row in rows],
        cards=True,
    )
    title, lead = speech.say("undecided_title"), (speech.say("undecided_lead"),)
    names = {row["programme"] for row in found.differing}
    drawn = [row for row in rows if row["programme"] in names]
    if not drawn:
        return [Section("undecided", title, lead, tables=(table,))]
    most = max(row[name] for row in drawn for name in KEYS)
    pairs = [
        pair(
            speech.of(found.title(row["programme"])),
            row[KEYS[0]],
            row[KEYS[1]],
            most,
            (
                units(found, row["programme"], row[KEYS[0]], telling.speech),
                units(found, row["programme"], row[KEYS[1]], telling.speech),
            ),
        )
        for row in drawn
    ]
    about = "; ".join(f"{p.label}: {p.before_text}, {p.after_text}" for p in pairs) + "."
    picture = telling.pictures.pairs(caption, about, pairs)
    return [Section("undecided", title, lead, (Figure(caption, picture, table, key(telling)),))]


def _row(found: Found, row: Row, telling: Telling) -> list[str | Markup]:
    name, speech = row["programme"], telling.speech
    return [
        named(found, row, telling),
        *(units(found, name, row[one], speech) for one in COLUMNS),
    ]
