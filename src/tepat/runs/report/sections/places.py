"""Where the aid goes: tiles, a true map or bars, and the numbers of every place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from tepat.places.outlines import Outline, outline
from tepat.places.tiles import TILES, place_name
from tepat.runs.report.content import Content
from tepat.runs.report.drawing import BarRow
from tepat.runs.report.helped import KABUPATEN, PROVINCE, Place
from tepat.runs.report.maps import Measure, tile_map, true_map
from tepat.runs.report.page_parts import TEXT, Drawn, Figure, Section, Table, columns
from tepat.runs.report.speech import NONE, Speech

MOST_BARS = 30
SHAPES = "place"
SHARE = ("code", "families", "helped", "share")
MONEY = ("code", "families", "amount_year", "per_family")


@dataclass(frozen=True)
class Shown:
    """The places of one level, with their names in one language."""

    level: str
    found: dict[str, Place]
    names: dict[str, str]
    speech: Speech
    outlined: Outline | None

    def table(self, caption: str, headings: tuple[str, ...]) -> Table:
        """One row for each place, with the columns of these headings."""
        rows: list[list[str | Markup]] = [
            [self.names[code], *(self._cell(place, heading) for heading in headings)]
            for code, place in self.found.items()
        ]
        words = [self.speech.say(heading) for heading in headings]
        return Table(caption, columns(self.speech.say(self.level), *words, kinds=(TEXT,)), rows)

    def _cell(self, place: Place, heading: str) -> str:
        speech = self.speech
        match heading:
            case "code":
                return place.code or NONE
            case "share":
                return speech.share(place.helped, place.families)
            case "amount_year":
                return speech.rupiah(place.amount_year)
            case "per_family":
                return speech.rupiah(place.amount_per_family or 0)
            case _:
                return speech.number(getattr(place, heading))


def drawn_level(content: Content) -> str:
    """The level of places to show: that of the boundaries file, else what the run spans."""
    if content.boundaries is None:
        return content.helped.level()
    return PROVINCE if content.boundaries.level == 2 else KABUPATEN


def outlined_places(content: Content) -> Outline | None:
    """The shapes of the boundaries file, projected; None where none was given."""
    if content.boundaries is None:
        return None
    return outline(content.boundaries, set(content.helped.places(drawn_level(content))))


def places(content: Content, drawn: Drawn, outlined: Outline | None) -> Section:
    """Share of families helped, and rupiah per family."""
    speech, level = drawn.speech, drawn_level(content)
    title, found = speech.say("places_title"), content.helped.places(level)
    if not any(found):
        return Section("places", title, (speech.say("places_none"),))
    names = {code: _name(code, speech, outlined) for code in found}
    shown = Shown(level, found, names, speech, outlined)
    if outlined is not None or (level == PROVINCE and content.helped.fits_tiles()):
        figures = _maps(shown, drawn)
    else:
        figures = [_bars(shown, drawn)]
    tables = (_by_programme(content, speech),) if level == PROVINCE else ()
    return Section("places", title, _lead(content, shown), tuple(figures), tables=tables)


def _lead(content: Content, shown: Shown) -> tuple[str, ...]:
    speech, lead = shown.speech, [shown.speech.say("places_lead")]
    if content.boundaries and content.boundaries.renamed:
        lead.append(speech.say("renamed", names=", ".join(content.boundaries.renamed)))
    if shown.outlined:
        absent = [code for code in shown.found if code and code not in shown.outlined.names]
        if absent:
            listed = speech.say(f"n_{shown.level}", n=speech.number(len(absent)))
            lead.append(speech.say("not_on_map", places=listed))
    return tuple(lead)


def _name(code: str, speech: Speech, outlined: Outline | None) -> str:
    if not code:
        return speech.say("unknown_place")
    if outlined and code in outlined.names:
        return outlined.names[code]
    return place_name(code)


def _measures(shown: Shown) -> tuple[Measure, Measure]:
    speech, known = shown.speech, [place for code, place in shown.found.items() if code]
    shares = {p.code: p.share for p in known if p.share is not None}
    money = {p.code: float(p.amount_per_family) for p in known if p.amount_per_family is not None}

    def rupiah(value: float) -> str:
        return speech.money(round(value))

    def few(value: float) -> str:
        return speech.compact(round(value))

    return (
        _measure(shown, speech.say("share_caption"), shares, speech.percent, speech.percent),
        _measure(shown, speech.say("money_caption"), money, rupiah, few),
    )


def _measure(
    shown: Shown,
    caption: str,
    values: dict[str, float],
    text: Callable[[float], str],
    short: Callable[[float], str],
) -> Measure:
    speech = shown.speech
    low, high = (pick(values, key=lambda code: values[code]) for pick in (min, max))
    about = speech.say(
        "map_about",
        caption=caption,
        low=text(values[low]),
        low_place=shown.names[low],
        high=text(values[high]),
        high_place=shown.names[high],
    )
    places = speech.say(f"n_{shown.level}", n="{n}")
    return Measure(caption, about, values, text, short, speech.say("no_data"), places)


def _maps(shown: Shown, drawn: Drawn) -> list[Figure]:
    speech, outlined, figures = shown.speech, shown.outlined, []
    notes = ("" if outlined else speech.say("tiles_note"), speech.say("money_note"))
    for measure, note, headings in zip(_measures(shown), notes, (SHARE, MONEY), strict=True):
        picture = (
            true_map(drawn.pictures, measure, outlined, SHAPES)
            if outlined
            else tile_map(drawn.pictures, measure)
        )
        table = shown.table(measure.title, headings)
        key = measure.legend(outlined.names if outlined else TILES)
        figures.append(Figure(measure.title, picture, table, key, note))
    return figures


def _bars(shown: Shown, drawn: Drawn) -> Figure:
    speech = shown.speech
    known = [place for code, place in shown.found.items() if code]
    most = sorted(known, key=lambda p: (-p.families, p.code))[:MOST_BARS]
    share, money = _measures(shown)
    highest = max(money.values.values(), default=0) or 1
    rows = [
        BarRow(
            shown.names[place.code],
            (("plain", place.share or 0.0),),
            speech.share(place.helped, place.families),
            second=(
                (place.amount_per_family or 0) / highest,
                speech.money(place.amount_per_family or 0),
            ),
        )
        for place in sorted(most, key=lambda place: place.code)
    ]
    note = speech.say("money_note")
    if len(most) < len(known):
        note = f"{speech.say('most_families', n=len(most))} {note}"
    caption = speech.say("both_caption")
    headings = (share.title, money.title)
    picture = drawn.pictures.bars(caption, f"{share.about} {money.about}", rows, headings)
    return Figure(caption, picture, shown.table(caption, (*SHARE, *MONEY[2:])), note=note)


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
