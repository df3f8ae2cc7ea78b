"""How well the awards find the poor, where true consumption is known."""

from __future__ import annotations

from markupsafe import Markup

from tepat.runs.report.content import Content, Programme
from tepat.runs.report.drawing import BarRow
from tepat.runs.report.page_parts import Drawn, Figure, Section, Table, columns
from tepat.runs.report.sections.deciles import counted, grid, small
from tepat.runs.report.sections.totals import named
from tepat.runs.report.speech import Speech
from tepat.runs.report.targeting import Judged, Share, Targeting

Pairs = list[tuple[Programme, Judged]]


def truth(content: Content, drawn: Drawn) -> Section:
    """Exclusion and inclusion error by programme, and coverage by true decile."""
    speech, found = drawn.speech, content.targeting
    title = speech.say("truth_title")
    if found is None:
        return Section("truth", title, (speech.say("truth_none"),))
    lead = (
        speech.say("truth_lead", n=speech.number(found.known)),
        speech.say("truth_plain"),
        speech.say("truth_more"),
    )
    pairs = [
        (programme, found.programmes[programme.name])
        for programme in content.programmes
        if programme.name in found.programmes
    ]
    if not pairs:
        return Section("truth", title, (lead[0], speech.say("truth_nobody")))
    return Section("truth", title, lead, (_errors(pairs, drawn), _tenths(pairs, found, drawn)))


def _range(share: Share, speech: Speech) -> str:
    low, high = share.interval
    return speech.say("range", low=speech.percent(low), high=speech.percent(high))


def _errors(pairs: Pairs, drawn: Drawn) -> Figure:
    speech = drawn.speech
    rows = [
        BarRow(
            speech.of(programme.title),
            (("no", judged.error.ratio),),
            speech.share(judged.error.part, judged.error.whole),
            _range(judged.error, speech),
            span=judged.error.interval,
        )
        for programme, judged in pairs
    ]
    caption = speech.say("truth_caption")
    best, worst = (pick(pairs, key=lambda pair: pair[1].error.ratio) for pick in (min, max))
    about = speech.say(
        "truth_about",
        low=speech.percent(best[1].error.ratio),
        low_name=speech.of(best[0].title),
        high=speech.percent(worst[1].error.ratio),
        high_name=speech.of(worst[0].title),
    )
    return Figure(
        caption, drawn.pictures.bars(caption, about, rows), _table(pairs, caption, speech)
    )


def _table(pairs: Pairs, caption: str, speech: Speech) -> Table:
    return Table(
        caption,
        columns(
            speech.say("programme"),
            speech.say("holders"),
            speech.say("exclusion"),
            speech.say("inclusion"),
            speech.say("interval"),
            speech.say("missed"),
            speech.say("better_off"),
        ),
        [
            [
                named(programme, speech),
                speech.number(judged.families),
                counted(speech, judged.error.part, judged.error.whole),
                counted(speech, judged.error.part, judged.error.whole),
                _range(judged.error, speech),
                counted(speech, judged.missed.part, judged.missed.whole),
                counted(speech, judged.better_off.part, judged.better_off.whole),
            ]
            for programme, judged in pairs
        ],
        cards=True,
    )


def _tenths(pairs: Pairs, found: Targeting, drawn: Drawn) -> Figure:
    speech = drawn.speech
    pictures = [
        (programme, small(drawn, programme, list(zip(judged.tenths, found.sizes, strict=True))))
        for programme, judged in pairs
    ]
    caption = speech.say("tenths_caption")
    rows: list[list[str | Markup]] = [
        [speech.say("all_families"), *(speech.number(size) for size in found.sizes)]
    ]
    for programme, judged in pairs:
        cells = zip(judged.tenths, found.sizes, strict=True)
        rows.append([named(programme, speech), *(counted(speech, *cell) for cell in cells)])
    headings = [speech.say("decile", n=n) for n in range(1, 11)]
    table = Table(caption, columns(speech.say("programme"), *headings), rows)
    return Figure(caption, grid(pictures, speech), table, note=speech.say("tenths_note"), many=True)
