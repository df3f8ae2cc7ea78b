"""The quota line of each programme, and of each kabupaten."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from tepat.enrolment.shares import places_given
from tepat.runs.report.content import Content, Programme
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import Drawn, Figure, Section, Table, columns
from tepat.runs.report.sections.totals import named, units
from tepat.runs.report.speech import Speech

LONGEST = 8


@dataclass(frozen=True)
class Line:
    """One kabupaten's quota of one programme, and what came of it.

    ``quota`` is the kabupaten's own; None where it shares the nation's.
    """

    kabupaten: str
    quota: int | None
    competing: int
    awarded: int
    waiting: int


def quotas(content: Content, drawn: Drawn) -> Section:
    """Quota lines, for programmes that have a quota."""
    speech = drawn.speech
    title = speech.say("quotas_title")
    limited = [p for p in content.programmes if p.quota]
    lines = {p.name: _lines(content, p.name) for p in limited}
    if not limited:
        return Section("quotas", title, (speech.say("quotas_none"),))
    groups = tuple(
        (
            speech.of(programme.title),
            speech.say(
                "quota_short",
                awarded=speech.number(programme.count("awarded")),
                waiting=speech.number(programme.count("waiting")),
            ),
            _kabupaten(programme, lines[programme.name], drawn),
        )
        for programme in limited
        if lines[programme.name]
    )
    overview = _overview(limited, lines, drawn)
    lead = (speech.say("quotas_lead"), speech.say("quotas_words"))
    return Section("quotas", title, lead, (overview,), groups)


def _lines(content: Content, programme: str) -> list[Line]:
    return [
        Line(
            row["kabupaten"],
            int(row["quota"]) if row["quota"] else None,
            int(row["eligible"]),
            int(row["awarded"]),
            int(row["waiting"]),
        )
        for row in content.rows_of("quotas", programme)
    ]


def _key(speech: Speech) -> list[tuple[str, str]]:
    words = (("yes", "awarded"), ("wait", "waiting"), ("line", "quota_line"))
    return [(css, speech.say(word)) for css, word in words]


def _overview(limited: list[Programme], lines: dict[str, list[Line]], drawn: Drawn) -> Figure:
    speech = drawn.speech
    sums = {name: _sum(found) for name, found in lines.items()}
    rows = [
        _row(
            speech.of(p.title),
            sums[p.name],
            sums[p.name].competing,
            speech,
            units(p, sums[p.name].waiting, speech),
        )
        for p in limited
    ]
    caption = speech.say("quotas_caption")
    table = Table(
        caption,
        columns(
            speech.say("programme"),
            speech.say("quota"),
            speech.say("competing"),
            speech.say("awarded"),
            speech.say("waiting_short"),
            speech.say("quota_empty"),
            speech.say("kabupaten"),
        ),
        [_totals(p, sums[p.name], len(lines[p.name]), speech) for p in limited],
        cards=True,
    )
    picture = drawn.pictures.bars(caption, speech.say("quotas_about"), rows)
    return Figure(caption, picture, table, legend(_key(speech)))


def _totals(programme: Programme, line: Line, places: int, speech: Speech) -> list[str | Markup]:
    """A programme's quota, those who compete for it, the places filled, and those left empty."""
    quota = places_given(programme.quota)
    empty = speech.number(quota - line.awarded)
    counts = [speech.number(quota), *_numbers(line, speech), empty, speech.number(places)]
    return [named(programme, speech), *counts]


def _sum(found: list[Line]) -> Line:
    return Line(
        "",
        None,
        sum(line.competing for line in found),
        sum(line.awarded for line in found),
        sum(line.waiting for line in found),
    )


def _row(label: str, line: Line, longest: int, speech: Speech, waiting: str) -> BarRow:
    longest = max(longest, 1)
    return BarRow(
        label,
        (("yes", line.awarded / longest), ("wait", line.waiting / longest)),
        speech.say("n_of", part=speech.number(line.awarded), whole=speech.number(line.competing)),
        speech.say("n_waiting", n=waiting),
        mark=line.awarded / longest if line.waiting else None,
    )


def _numbers(line: Line, speech: Speech) -> list[str]:
    counts = (line.competing, line.awarded, line.waiting)
    return [speech.number(value) for value in counts]


def _kabupaten(programme: Programme, lines: list[Line], drawn: Drawn) -> Figure:
    speech = drawn.speech
    longest = sorted(lines, key=lambda line: (-line.waiting, -line.competing, line.kabupaten))
    shown = longest[:LONGEST]
    most = max((line.competing for line in shown), default=1)
    title = speech.of(programme.title)
    caption = speech.say("quota_group", title=title)
    rows = [
        _row(_place(line, speech), line, most, speech, units(programme, line.waiting, speech))
        for line in shown
    ]
    own = any(line.quota is not None for line in lines)
    words = (*(["quota_own"] if own else []), "competing", "awarded", "waiting_short")
    table = Table(
        speech.say("quota_table", title=title),
        columns(speech.say("kabupaten"), *(speech.say(word) for word in words)),
        [
            [
                _place(line, speech),
                *([speech.number(line.quota)] if own else []),
                *_numbers(line, speech),
            ]
            for line in lines
        ],
    )
    picture = drawn.pictures.bars(caption, speech.say("quotas_about"), rows)
    return Figure(caption, picture, table, legend(_key(speech)))


def _place(line: Line, speech: Speech) -> str:
    return line.kabupaten or speech.say("unknown_place")
