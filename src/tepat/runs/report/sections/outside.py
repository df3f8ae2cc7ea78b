"""Families outside what the ranking model was fitted on."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from tepat.runs.report.content import Content
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.page_parts import Drawn, Figure, Section, Table, columns
from tepat.runs.report.sections.deciles import counted
from tepat.runs.report.speech import Speech

MOST = 12
ANY = ""


def outside(content: Content, drawn: Drawn) -> list[Section]:
    """Columns with values that the survey never held; nothing where the run did not count them."""
    found = content.manifest.get("outside")
    if not found or ANY not in found["counts"]:
        return []
    speech, counts = drawn.speech, found["counts"]
    families, beyond = counts[ANY]["families"], counts[ANY]["outside"]
    lead = [
        speech.say("outside_lead", n=speech.number(beyond), share=speech.share(beyond, families))
    ]
    warned = [row["column"] for row in found["warnings"]]
    lead.append(
        speech.say(
            "outside_warn", names=", ".join(_label(content, name, speech) for name in warned)
        )
        if warned
        else speech.say("outside_fine")
    )
    figure = _figure(content, drawn, counts)
    return [Section("outside", speech.say("outside_title"), tuple(lead), (figure,))]


def _label(content: Content, name: str, speech: Speech) -> str:
    known = content.policy.variables.get(name)
    return speech.of(known.label) if known else name


def _figure(content: Content, drawn: Drawn, counts: dict[str, dict[str, Any]]) -> Figure:
    speech = drawn.speech
    order = sorted(
        (name for name in counts if name != ANY),
        key=lambda name: (-counts[name]["outside"], -counts[name]["unknown"], name),
    )
    rows = [
        BarRow(
            _label(content, name, speech),
            (
                ("no", counts[name]["outside"] / max(counts[name]["families"], 1)),
                ("unknown", counts[name]["unknown"] / max(counts[name]["families"], 1)),
            ),
            speech.share(counts[name]["outside"], counts[name]["families"]),
        )
        for name in order[:MOST]
    ]
    caption = speech.say("outside_caption")
    cells: list[list[str | Markup]] = [
        [
            Markup("{} <code>{}</code>").format(_label(content, name, speech), name),
            counted(speech, counts[name]["outside"], counts[name]["families"]),
            counted(speech, counts[name]["unknown"], counts[name]["families"]),
        ]
        for name in order
    ]
    table = Table(
        caption,
        columns(speech.say("column"), speech.say("outside_never"), speech.say("unknown")),
        cells,
    )
    about = speech.say("outside_about", first=rows[0].label, share=rows[0].text)
    key = legend([("no", speech.say("outside_never")), ("unknown", speech.say("unknown"))])
    return Figure(caption, drawn.pictures.bars(caption, about, rows), table, key)
