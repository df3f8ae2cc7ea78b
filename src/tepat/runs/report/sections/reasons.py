"""Why not: the conditions and exclusion grounds that stood in the way, by how often."""

from __future__ import annotations

from dataclasses import dataclass

from tepat.runs.report.content import Content, Programme
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import MARK, Drawn, Figure, Section, Table, columns
from tepat.runs.report.speech import Speech
from tepat.runs.statements import statement

MOST = 8


@dataclass(frozen=True)
class Reason:
    """One criterion of a programme and how often it stood in the way."""

    label: str
    name: str
    failed: int
    unknown: int
    only: int


def reasons(content: Content, drawn: Drawn) -> Section:
    """For each programme, its criteria by how often they were not met."""
    speech = drawn.speech
    groups = []
    for programme in content.programmes:
        found = _reasons(content, programme, speech)
        first = found[0] if found and found[0].failed + found[0].unknown else None
        short = (
            speech.say("reasons_short", first=first.label) if first else speech.say("reasons_clear")
        )
        groups.append((speech.of(programme.title), short, _figure(programme, found, drawn)))
    return Section(
        "reasons", speech.say("reasons_title"), (speech.say("reasons_lead"),), groups=tuple(groups)
    )


def criterion_label(content: Content, programme: str, name: str, speech: Speech) -> str:
    """A criterion as a statement; what differs from family to family is left open."""
    return speech.of(statement(content.policy, programme, name, content.as_of))


def _reasons(content: Content, programme: Programme, speech: Speech) -> list[Reason]:
    found = [
        Reason(
            criterion_label(content, programme.name, row["criterion"], speech),
            row["criterion"],
            int(row["failed"]),
            int(row["unknown"]),
            int(row["only_reason"]),
        )
        for row in content.rows_of("reasons", programme.name)
    ]
    return sorted(found, key=lambda r: (-(r.failed + r.unknown), -r.only, r.name))


def _figure(programme: Programme, found: list[Reason], drawn: Drawn) -> Figure:
    speech = drawn.speech
    title = speech.of(programme.title)
    caption = speech.say("reasons_caption", title=title)
    whole = sum(programme.count(n) for n in ("eligible", "not_eligible", "cannot_decide")) or 1
    shown = [reason for reason in found if reason.failed + reason.unknown][:MOST]
    rows = [
        BarRow(
            reason.label,
            (("no", reason.failed / whole), ("unknown", reason.unknown / whole)),
            speech.say(
                "failed_unknown",
                failed=speech.number(reason.failed),
                unknown=speech.number(reason.unknown),
            ),
            speech.say("only_note", n=speech.number(reason.only)),
        )
        for reason in shown
    ]
    first = shown[0] if shown else None
    about = (
        speech.say("reasons_about", first=first.label, n=rows[0].text)
        if first
        else speech.say("reasons_clear")
    )
    table = Table(
        caption,
        columns(
            speech.say("criterion"),
            speech.say("failed"),
            speech.say("unknown"),
            speech.say("only_reason"),
            kinds=(MARK, MARK),
        ),
        [[r.label, *(speech.number(n) for n in (r.failed, r.unknown, r.only))] for r in found],
        cards=True,
    )
    key = legend([("no", speech.say("failed")), ("unknown", speech.say("unknown"))])
    return Figure(caption, drawn.pictures.bars(caption, about, rows), table, key)
