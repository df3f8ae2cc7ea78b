"""Who gains and who loses: all families, by decile, by province, by kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from tepat.places.tiles import place_name
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import NUMBER, Figure, Section, Table, columns
from tepat.runs.simulate.families import CLASSES, LESS, LOST, MORE, WON
from tepat.runs.simulate.page.found import Found, Row, Telling
from tepat.runs.simulate.page.pictures import Sides

MOST_PLACES = 20
LOSING, GAINING = (LESS, LOST), (MORE, WON)
COUNTS = ("families", *CLASSES, "helped_before", "helped_after", "money_before", "money_after")
Name = Callable[[Row], str]


def families(found: Found, telling: Telling) -> Section:
    """All families, class by class."""
    speech, totals = telling.speech, found.totals
    most = max((totals[name] for name in (WON, LOST, MORE, LESS)), default=0) or 1
    rows = [
        BarRow(
            speech.say(name),
            ((name, totals[name] / most),),
            speech.number(totals[name]),
            speech.share(totals[name], totals["families"]),
        )
        for name in (WON, MORE, LESS, LOST)
    ]
    caption = speech.say("families_caption")
    about = "; ".join(f"{row.label}: {row.text}" for row in rows) + "."
    table = Table(
        caption,
        columns(speech.say("class"), speech.say("families_count"), speech.say("share")),
        [
            [
                speech.say(name),
                speech.number(totals[name]),
                speech.share(totals[name], totals["families"]),
            ]
            for name in CLASSES
        ],
    )
    figure = Figure(caption, telling.pictures.bars(caption, about, rows), table)
    return Section(
        "families", speech.say("families_title"), (speech.say("families_lead"),), (figure,)
    )


def deciles(found: Found, telling: Telling) -> Section:
    """Decile by decile."""
    speech = telling.speech

    def name(row: Row) -> str:
        known = row["decile"] is not None
        return speech.say("decile", n=row["decile"]) if known else speech.say("decile_unknown")

    return Section(
        "deciles",
        speech.say("deciles_title"),
        (speech.say("deciles_lead"),),
        (_sides("deciles_caption", found.rows("deciles"), name, telling),),
    )


def provinces(found: Found, telling: Telling) -> Section:
    """Province by province; the picture shows those where most changes."""
    speech, rows = telling.speech, found.rows("provinces")
    title = speech.say("provinces_title")
    if not any(row["province"] for row in rows):
        return Section("provinces", title, (speech.say("provinces_none"),))
    if all(row["province"] is None or len(row["province"]) == 2 for row in rows):
        changed = sorted(rows, key=lambda row: (-_changing(row), row["province"] or ""))
    else:
        changed = rows
    shown = changed[:MOST_PLACES]
    note = ""
    if len(shown) < len(rows):
        note = speech.say("most_changed", n=speech.number(len(shown)))

    def name(row: Row) -> str:
        return place_name(row["province"]) if row["province"] else speech.say("unknown_place")

    figure = _sides("provinces_caption", rows, name, telling, shown, note)
    return Section("provinces", title, (), (figure,))


def kinds(found: Found, telling: Telling) -> Section:
    """Kind by kind."""
    speech = telling.speech
    return Section(
        "kinds",
        speech.say("kinds_title"),
        (speech.say("kinds_lead"),),
        (_sides("kinds_caption", found.rows("kinds"), lambda r: speech.say(r["kind"]), telling),),
    )


def _changing(row: Row) -> float:
    return float(sum(row[name] for name in (*LOSING, *GAINING)) / max(row["families"], 1))


def _share(row: Row, names: Sequence[str]) -> float:
    return float(sum(row[name] for name in names) / max(row["families"], 1))


def _sides(
    caption_name: str,
    rows: list[Row],
    name: Name,
    telling: Telling,
    shown: list[Row] | None = None,
    note: str = "",
) -> Figure:
    """Bars to both sides: shares of the families of each row that lose and that gain."""
    speech, shown = telling.speech, rows if shown is None else shown
    caption = speech.say(caption_name)
    longest = max((_share(r, side) for r in shown for side in (LOSING, GAINING)), default=0)
    table = _table(caption, rows, name, telling)
    if not longest:
        quiet = Markup('<p class="quiet">{}</p>').format(speech.say("nothing_moves"))
        return Figure(caption, quiet, table)
    drawn = [
        Sides(
            name(row),
            _parts(row, LOSING, longest),
            _parts(row, GAINING, longest),
            _said(row, LOSING, telling),
            _said(row, GAINING, telling),
        )
        for row in shown
    ]
    worst = max(shown, key=lambda row: _share(row, LOSING))
    best = max(shown, key=lambda row: _share(row, GAINING))
    about = speech.say(
        "sides_about",
        caption=caption,
        lose=_said(worst, LOSING, telling),
        lose_name=name(worst),
        gain=_said(best, GAINING, telling),
        gain_name=name(best),
    )
    headings = (speech.say("lose"), speech.say("gain"))
    key = legend([(c, speech.say(c)) for c in (LOST, LESS, MORE, WON)])
    return Figure(
        caption, telling.pictures.sides(caption, about, drawn, headings), table, key, note
    )


def _parts(row: Row, names: Sequence[str], longest: float) -> tuple[tuple[str, float], ...]:
    return tuple((name, _share(row, (name,)) / longest) for name in names)


def _said(row: Row, names: Sequence[str], telling: Telling) -> str:
    return telling.speech.share(sum(row[name] for name in names), row["families"])


def _table(caption: str, rows: list[Row], name: Name, telling: Telling) -> Table:
    speech = telling.speech
    words = [speech.say("families_count"), *(speech.say(n) for n in COUNTS[1:])]
    return Table(
        caption,
        columns(speech.say("group"), *words, speech.say("difference"), kinds=(NUMBER,) * 12),
        [[name(row), *_cells(row, telling)] for row in rows],
    )


def _cells(row: Row, telling: Telling) -> list[str | Markup]:
    speech = telling.speech
    before, after = row["money_before"] or 0, row["money_after"] or 0
    return [
        *(speech.number(row[name]) for name in COUNTS[:-2]),
        speech.rupiah(before),
        speech.rupiah(after),
        speech.signed_rupiah(after - before),
    ]
