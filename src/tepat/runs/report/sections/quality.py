"""What is wrong with the record, and what to do about it."""

from __future__ import annotations

from markupsafe import Markup

from tepat.policy.model import Text
from tepat.registry.rules.catalogue import RULES
from tepat.runs.report.content import Content, Row
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import NUMBER, TEXT, Drawn, Figure, Section, Table, columns
from tepat.runs.report.speech import Speech

MOST = 12
SIGNS = {"error": ("no", "✕"), "warning": ("unknown", "!"), "note": ("plain", "–")}
LEVELS = tuple(SIGNS)


def quality(content: Content, drawn: Drawn) -> Section:
    """Families held back, and findings by rule."""
    speech, found = drawn.speech, content.rows("findings")
    found.sort(key=lambda row: (LEVELS.index(row["severity"]), -int(row["findings"]), row["rule"]))
    figures = (_figure(found, drawn),) if found else ()
    lead = _lead(content, speech)
    if not found:
        lead = (*lead, speech.say("quality_none"))
    return Section("quality", speech.say("quality_title"), lead, figures)


def _lead(content: Content, speech: Speech) -> tuple[str, ...]:
    counts = content.helped
    held = (
        speech.say(
            "quality_lead",
            blocked=speech.number(counts.blocked),
            share=speech.share(counts.blocked, content.families),
        )
        if counts.blocked
        else speech.say("quality_lead_none")
    )
    rest = speech.say(
        "quality_members",
        members=speech.number(counts.left_out),
        decile=speech.number(counts.without_decile),
    )
    return held, rest


def says(row: Row, speech: Speech) -> str:
    """What a finding says, in words."""
    rule = RULES.get(row["rule"])
    return speech.of(rule.says) if rule else row["rule"]


def _do(row: Row, speech: Speech) -> str:
    rule = RULES.get(row["rule"])
    return speech.of(rule.do if rule else Text("", ""))


def _column(row: Row) -> Markup:
    return Markup("<code>{}</code>").format(".".join(filter(None, (row["table"], row["column"]))))


def _figure(found: list[Row], drawn: Drawn) -> Figure:
    speech = drawn.speech
    shown = sorted(found, key=lambda row: -int(row["findings"]))[:MOST]
    most = int(shown[0]["findings"]) or 1
    rows = [
        BarRow(
            f"{says(row, speech)}",
            ((SIGNS[row["severity"]][0], int(row["findings"]) / most),),
            speech.say("n_findings", n=speech.number(int(row["findings"]))),
            speech.say("n_families", n=speech.number(int(row["families"]))),
        )
        for row in shown
    ]
    caption = speech.say("quality_caption")
    about = speech.say(
        "quality_about",
        n=len(found),
        first=says(shown[0], speech),
        number=speech.number(int(shown[0]["findings"])),
    )
    key = legend([(css, speech.say(level)) for level, (css, _) in SIGNS.items()])
    return Figure(caption, drawn.pictures.bars(caption, about, rows), _table(found, speech), key)


def _table(found: list[Row], speech: Speech) -> Table:
    return Table(
        speech.say("quality_table"),
        columns(
            speech.say("finding"),
            speech.say("severity"),
            speech.say("column"),
            speech.say("times"),
            speech.say("families"),
            speech.say("what_to_do"),
            kinds=(TEXT, TEXT, NUMBER, NUMBER, TEXT),
        ),
        [
            [
                says(row, speech),
                Markup('<span class="tag {}">{} {}</span>').format(
                    *SIGNS[row["severity"]], speech.say(row["severity"])
                ),
                _column(row),
                speech.number(int(row["findings"])),
                speech.number(int(row["families"])),
                _do(row, speech),
            ]
            for row in found
        ],
        cards=True,
    )
