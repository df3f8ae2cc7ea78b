"""Where the aid goes: tiles, a true map or bars, and the numbers of every place."""

from __future__ import annotations

from collections.abc import Callable

from tepat.runs.report.content import Content
from tepat.runs.report.drawing import BarRow
from tepat.runs.report.helped import KABUPATEN, PROVINCE, Place
from tepat.runs.report.maps import Measure, Outline, outline, tile_map, true_map
from tepat.runs.report.page_parts import TEXT, Drawn, Figure, Section, Table, columns
from tepat.runs.report.provinces import place_name
from tepat.runs.report.speech import Speech

MOST_BARS = 30
SHAPES = "place"


def drawn_level(content: Content) -> str:
    """The level of places to show: that of the boundaries file, else what the run spans."""
    if content.boundaries is None:
        return content.helped.level()
    return PROVINCE if content.boundaries.level == 2 else KABUPATEN


def places(content: Content, drawn: Drawn, outlined: Outline | None) -> Section:
    """Share of families helped, and rupiah per family."""
    speech = drawn.speech
    level = drawn_level(content)
    found = content.helped.places(level)
    title = speech.say("places_title")
    if not any(found):
        return Section("places", title, (speech.say("places_none"),))
    lead = [speech.say("places_lead")]
    if content.boundaries and content.boundaries.renamed:
        lead.append(speech.say("renamed", names=", ".join(content.boundaries.renamed)))
    names = {code: _name(code, speech, outlined) for code in found}
    table = _table(found, names, level, speech)
    if outlined is not None or (level == PROVINCE and content.helped.fits_tiles()):
        figures = _maps(found, names, level, drawn, outlined)
        figures[0] = _with(figures[0], table)
        figures[1] = _with(figures[1], table)
    else:
        figures = [_bars(found, names, drawn, table)]
    tables = (_by_programme(content, speech),) if level == PROVINCE else ()
    return Section("places", title, tuple(lead), tuple(figures), tables=tables)


def outlined_places(content: Content) -> Outline | None:
    """The shapes of the boundaries file, projected; None where none was given."""
    if content.boundaries is None:
        return None
    return outline(content.boundaries, set(content.helped.places(drawn_level(content))))


def _with(figure: Figure, table: Table) -> Figure:
    return Figure(figure.caption, figure.picture, table, figure.legend, figure.note)


def _name(code: str, speech: Speech, outlined: Outline | None) -> str:
    if not code:
        return speech.say("unknown_place")
    if outlined and code in outlined.names:
        return outlined.names[code]
    return place_name(code)


def _measures(
    found: dict[str, Place], names: dict[str, str], level: str, speech: Speech
) -> list[Measure]:
    shares = {code: p.share for code, p in found.items() if code and p.share is not None}
    money = {
        code: float(p.amount_per_family)
        for code, p in found.items()
        if code and p.amount_per_family is not None
    }

    def rupiah(value: float) -> str:
        return speech.money(round(value))

    def few(value: float) -> str:
        return speech.compact(round(value))

    def measure(
        caption: str,
        values: dict[str, float],
        text: Callable[[float], str],
        short: Callable[[float], str],
    ) -> Measure:
        low, high = (pick(values, key=lambda code: values[code]) for pick in (min, max))
        about = speech.say(
            "map_about",
            caption=caption,
            low=text(values[low]),
            low_place=names[low],
            high=text(values[high]),
            high_place=names[high],
        )
        places = speech.say(f"n_{level}", n="{n}")
        return Measure(caption, about, values, text, short, speech.say("no_data"), places)

    return [
        measure(speech.say("share_caption"), shares, speech.percent, speech.percent),
        measure(speech.say("money_caption"), money, rupiah, few),
    ]


def _maps(
    found: dict[str, Place],
    names: dict[str, str],
    level: str,
    drawn: Drawn,
    outlined: Outline | None,
) -> list[Figure]:
    speech, figures = drawn.speech, []
    notes = ([] if outlined else [speech.say("tiles_note")], [speech.say("money_note")])
    for measure, note in zip(_measures(found, names, level, speech), notes, strict=True):
        picture = (
            true_map(drawn.pictures, measure, outlined, SHAPES)
            if outlined
            else tile_map(drawn.pictures, measure)
        )
        figures.append(Figure(measure.title, picture, None, measure.legend(), note=" ".join(note)))
    return figures


def _bars(found: dict[str, Place], names: dict[str, str], drawn: Drawn, table: Table) -> Figure:
    speech = drawn.speech
    known = [place for code, place in found.items() if code]
    shown = sorted(known, key=lambda p: (-p.families, p.code))[:MOST_BARS]
    shown.sort(key=lambda place: place.code)
    share = next(iter(_measures(found, names, KABUPATEN, speech)))
    rows = [
        BarRow(
            names[place.code],
            (("plain", place.share or 0.0),),
            speech.share(place.helped, place.families),
            speech.say("per_family_short", money=speech.money(place.amount_per_family or 0)),
        )
        for place in shown
    ]
    note = speech.say("money_note")
    if len(shown) < len(known):
        note = f"{speech.say('most_families', n=len(shown))} {note}"
    return Figure(
        f"{speech.say('share_caption')}; {speech.say('money_caption').lower()}",
        drawn.pictures.bars(share.title, share.about, rows),
        table,
        note=note,
    )


def _table(found: dict[str, Place], names: dict[str, str], level: str, speech: Speech) -> Table:
    return Table(
        f"{speech.say('share_caption')}; {speech.say('money_caption').lower()}",
        columns(
            speech.say(level),
            speech.say("code"),
            speech.say("families"),
            speech.say("helped"),
            speech.say("share"),
            speech.say("amount_year"),
            speech.say("per_family"),
            kinds=(TEXT,),
        ),
        [
            [
                names[code],
                code or "–",
                speech.number(place.families),
                speech.number(place.helped),
                speech.share(place.helped, place.families),
                speech.rupiah(place.amount_year),
                speech.rupiah(place.amount_per_family or 0),
            ]
            for code, place in found.items()
        ],
    )


def _by_programme(content: Content, speech: Speech) -> Table:
    """The numbers of summary/provinces.csv."""
    codes = list(content.helped.places(PROVINCE))
    counted = {
        (row["province"], row["programme"]): int(row["awarded"])
        for row in content.rows("provinces")
    }
    return Table(
        speech.say("programmes_by_place"),
        columns(speech.say("province"), *(speech.of(p.title) for p in content.programmes)),
        [
            [
                _name(code, speech, None),
                *(speech.number(counted.get((code, p.name), 0)) for p in content.programmes),
            ]
            for code in codes
        ],
    )
