"""What each programme came to, and what it costs."""

from __future__ import annotations

from markupsafe import Markup

from tepat.runs.report.content import Content, Programme
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import MARK, NUMBER, TEXT, Drawn, Figure, Section, Table, columns
from tepat.runs.report.speech import Speech

PARTS = (("yes", "awarded"), ("wait", "waiting"), ("no", "refused"), ("unknown", "cannot_decide"))
COUNTS = ("eligible", "not_eligible", "cannot_decide", "awarded", "waiting", "refused")


def named(programme: Programme, speech: Speech) -> Markup:
    """A programme's title, with its short name as it stands in the files."""
    return Markup("{} <code>{}</code>").format(speech.of(programme.title), programme.name)


def units(programme: Programme, number: int, speech: Speech) -> str:
    """A number of families or people, as the programme counts."""
    return speech.say(f"n_{programme.unit}", n=speech.number(number))


def totals(content: Content, drawn: Drawn) -> Section:
    """Awards, waiting places and refusals; then the budget."""
    speech = drawn.speech
    return Section(
        "totals",
        speech.say("totals_title"),
        (speech.say("totals_lead"),),
        (_outcomes(content, drawn),),
    )


def _outcomes(content: Content, drawn: Drawn) -> Figure:
    speech = drawn.speech
    most = max((p.totals["amount_year"] or 0 for p in content.programmes), default=0)
    rows = [_row(programme, most, speech) for programme in content.programmes]
    caption = speech.say("totals_caption")
    about = speech.say("totals_about", money=speech.rupiah(content.amount_year))
    headings = (speech.say("outcome"), speech.say("amount_year"))
    return Figure(
        caption,
        drawn.pictures.bars(caption, about, rows, headings),
        _table(content, speech),
        legend([(css, speech.say(word)) for css, word in PARTS]),
        _without_money(content, speech),
    )


def _row(programme: Programme, most: int, speech: Speech) -> BarRow:
    whole = max(sum(programme.count(name) for _, name in PARTS), 1)
    amount = programme.totals["amount_year"]
    return BarRow(
        speech.of(programme.title),
        tuple((css, programme.count(name) / whole) for css, name in PARTS),
        units(programme, programme.count("awarded"), speech),
        second=(0, speech.say(programme.kind))
        if amount is None
        else (amount / max(most, 1), speech.money(amount)),
    )


def _table(content: Content, speech: Speech) -> Table:
    return Table(
        speech.say("totals_caption"),
        columns(
            speech.say("programme"),
            speech.say("unit"),
            *(speech.say(name) for name in COUNTS),
            speech.say("amount_year"),
            kinds=(TEXT, NUMBER, NUMBER, MARK, MARK, MARK, MARK, NUMBER),
        ),
        [
            [
                named(programme, speech),
                speech.say(programme.unit),
                *(speech.number(programme.count(name)) for name in COUNTS),
                speech.rupiah(programme.totals["amount_year"]),
            ]
            for programme in content.programmes
        ],
        cards=True,
    )


def _without_money(content: Content, speech: Speech) -> str:
    names = [speech.of(p.title) for p in content.programmes if p.totals["amount_year"] is None]
    day = speech.day(content.manifest["as_of"])
    if not names:
        return speech.say("budget_note_all", day=day)
    return speech.say("budget_note", day=day, names=", ".join(names))
