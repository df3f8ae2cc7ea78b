"""Exclusion error before and after, where true consumption is known."""

from __future__ import annotations

from markupsafe import Markup

from tepat.runs.report.page_parts import NUMBER, TEXT, Figure, Section, Table, columns
from tepat.runs.report.sections.deciles import counted
from tepat.runs.report.targeting import Share
from tepat.runs.simulate.page.found import Found, Row, Telling
from tepat.runs.simulate.page.pictures import Pair
from tepat.runs.simulate.page.sections.budget import key


def accuracy(found: Found, telling: Telling) -> Section:
    """The poorest tenth that is missed, for all aid and for each programme that differs."""
    speech, rows = telling.speech, found.rows("errors")
    title = speech.say("errors_title")
    if not rows:
        return Section("errors", title, (speech.say("errors_none"),))
    by_name: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_name.setdefault(row["programme"], {})[row["side"]] = row
    pairs = [_pair(_label(found, name, telling), sides, telling) for name, sides in by_name.items()]
    caption = speech.say("missed_caption")
    about = speech.say("missed_about", before=pairs[0].before_text, after=pairs[0].after_text)
    figure = Figure(
        caption,
        telling.pictures.pairs(caption, about, pairs),
        _table(found, rows, telling),
        key(telling),
        speech.say("errors_note"),
    )
    return Section("errors", title, (speech.say("errors_lead"),), (figure,))


def _label(found: Found, name: str, telling: Telling) -> str:
    speech = telling.speech
    return speech.of(found.title(name)) if name else speech.say("any_aid")


def _missed(row: Row | None) -> Share | None:
    return Share(row["poorest_missed"], row["poorest_tenth"]) if row else None


def _pair(label: str, sides: dict[str, Row], telling: Telling) -> Pair:
    before, after = (_missed(sides.get(side)) for side in ("before", "after"))
    return Pair(
        label,
        before.ratio if before else 0.0,
        after.ratio if after else 0.0,
        _words(before, telling),
        _words(after, telling),
        spans=(
            before.interval if before else (0.0, 0.0),
            after.interval if after else (0.0, 0.0),
        ),
    )


def _words(share: Share | None, telling: Telling) -> str:
    speech = telling.speech
    return speech.share(share.part, share.whole) if share else speech.say("no_holders")


def _table(found: Found, rows: list[Row], telling: Telling) -> Table:
    speech = telling.speech
    headings = ("side", "holders", "exclusion", "interval", "missed", "better_off")
    return Table(
        speech.say("errors_caption"),
        columns(
            speech.say("programme"),
            *(speech.say(name) for name in headings),
            kinds=(TEXT, *(NUMBER,) * 5),
        ),
        [_row(found, row, telling) for row in rows],
        cards=True,
    )


def _row(found: Found, row: Row, telling: Telling) -> list[str | Markup]:
    speech = telling.speech
    wrong = Share(row["outside"], row["holders"])
    low, high = wrong.interval
    return [
        _label(found, row["programme"], telling),
        speech.say(row["side"]),
        speech.number(row["holders"]),
        counted(speech, row["outside"], row["holders"]),
        speech.say("range", low=speech.percent(low), high=speech.percent(high)),
        counted(speech, row["poorest_missed"], row["poorest_tenth"]),
        counted(speech, row["better_off"], row["holders"]),
    ]
