"""Whom each programme reaches, decile by decile."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from tepat.runs.report.content import Content, Programme
from tepat.runs.report.page_parts import Drawn, Figure, Section, Table, columns
from tepat.runs.report.sections.totals import named
from tepat.runs.report.speech import Speech

DECILES = tuple(str(n) for n in range(1, 11))
Counts = dict[str, tuple[int, int]]  # decile -> families awarded, all families


def deciles(content: Content, drawn: Drawn) -> Section:
    """Share of the families of each decile that hold an award."""
    speech = drawn.speech
    found = {p.name: _counts(content, p.name) for p in content.programmes}
    if not any(part for counts in found.values() for part, _ in counts.values()):
        return Section("deciles", speech.say("deciles_title"), (speech.say("deciles_empty"),))
    pictures = [(p, small(drawn, p, _pairs(found[p.name]))) for p in content.programmes]
    figure = Figure(
        speech.say("deciles_caption"),
        grid(pictures, speech),
        _table(content, found, speech),
        many=True,
    )
    return Section("deciles", speech.say("deciles_title"), (speech.say("deciles_lead"),), (figure,))


def _counts(content: Content, programme: str) -> Counts:
    return {
        row["decile"]: (int(row["awarded"]), int(row["families"]))
        for row in content.rows_of("deciles", programme)
    }


def _pairs(counts: Counts) -> list[tuple[int, int]]:
    return [counts.get(decile, (0, 0)) for decile in DECILES]


def small(drawn: Drawn, programme: Programme, pairs: Sequence[tuple[int, int]]) -> Markup | None:
    """Ten columns for one programme; None where nobody holds it."""
    if not any(part for part, _ in pairs):
        return None
    speech, title = drawn.speech, drawn.speech.of(programme.title)
    shares = [part / whole if whole else 0.0 for part, whole in pairs]
    words = [speech.share(part, whole) for part, whole in pairs]
    about = speech.say("deciles_about", title=title, values=", ".join(words))
    top = words[max(range(len(shares)), key=lambda i: shares[i])]
    return drawn.pictures.columns(title, about, shares, top)


def grid(pictures: Sequence[tuple[Programme, Markup | None]], speech: Speech) -> Markup:
    """Small pictures side by side, each under its title."""
    cells = [
        Markup('<li><p class="name">{}</p>{}</li>').format(
            speech.of(programme.title),
            picture
            if picture is not None
            else Markup('<p class="quiet">{}</p>').format(speech.say("deciles_none")),
        )
        for programme, picture in pictures
    ]
    return Markup('<ul class="grid">{}</ul>').format(Markup("").join(cells))


def counted(speech: Speech, part: int, whole: int) -> Markup:
    """A number over its share."""
    return Markup("{}<small>{}</small>").format(speech.number(part), speech.share(part, whole))


def _table(content: Content, counts: dict[str, Counts], speech: Speech) -> Table:
    everyone: dict[str, int] = {}
    for found in counts.values():
        everyone |= {decile: whole for decile, (_, whole) in found.items()}
    kept = [*DECILES, *([""] if "" in everyone else [])]
    headings = [
        speech.say("decile", n=decile) if decile else speech.say("decile_unknown")
        for decile in kept
    ]
    rows: list[list[str | Markup]] = [
        [speech.say("all_families"), *(speech.number(everyone.get(d, 0)) for d in kept)]
    ]
    rows += [
        [
            named(programme, speech),
            *(
                counted(speech, *counts[programme.name].get(d, (0, everyone.get(d, 0))))
                for d in kept
            ),
        ]
        for programme in content.programmes
    ]
    return Table(speech.say("deciles_caption"), columns(speech.say("programme"), *headings), rows)
