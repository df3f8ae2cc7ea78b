"""The parts of the comparison's page: each a picture with its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from tepat.places.outlines import Outline
from tepat.places.tiles import TILES, place_name
from tepat.runs.compare.causes import CAUSES
from tepat.runs.compare.page import View
from tepat.runs.report.drawing import BarRow, legend
from tepat.runs.report.maps import Measure, tile_map, true_map
from tepat.runs.report.page_parts import TEXT, Drawn, Figure, Section, Table, columns
from tepat.runs.report.sections.places import SHAPES
from tepat.runs.report.speech import NONE, Speech
from tepat.runs.statements import statement

FLOWS = (("yes", "stayed"), ("wait", "entered"), ("no", "left"))
MOST_FACTS, MOST_BARS, TEN = 12, 30, range(1, 11)
OWN_WORDS = ("members", "blocked", "data_ok", "roster_size", "starting_point")


def _signed(sign: str, number: int, speech: Speech) -> str:
    """A number with its sign; zero has none."""
    return f"{sign}{speech.number(number)}" if number else "0"


def _both_ways(label: str, cell: Mapping[str, int], most: int, speech: Speech) -> BarRow:
    """One bar: what entered, then what left, on one scale."""
    return BarRow(
        label,
        (("wait", cell["entered"] / most), ("no", cell["left"] / most)),
        f"{_signed('+', cell['entered'], speech)}  {_signed('−', cell['left'], speech)}",
    )


def _most(cells: Iterable[Mapping[str, int]]) -> int:
    return max((cell["entered"] + cell["left"] for cell in cells), default=0) or 1


def _ways(speech: Speech) -> Markup:
    return legend([(css, speech.say(word)) for css, word in FLOWS[1:]])


def _named(shown: View, name: str, speech: Speech) -> Markup:
    return Markup("{} <code>{}</code>").format(speech.of(shown.title(name)), name)


def _units(row: Mapping[str, Any], speech: Speech) -> str:
    return speech.say(f"n_{row['unit']}", n=speech.number(row["after"]))


def flows(shown: View, drawn: Drawn) -> Section:
    """Who stayed, entered and left in each programme."""
    speech = drawn.speech
    rows = []
    for row in shown.programmes():
        stayed = row["after"] - row["entered"]
        whole = max(stayed + row["entered"] + row["left"], 1)
        parts = zip(FLOWS, (stayed, row["entered"], row["left"]), strict=True)
        numbers = {name: speech.number(row[name]) for name in ("entered", "left")}
        alone = shown.found["only_one"].get(row["programme"])
        rows.append(
            BarRow(
                speech.of(shown.title(row["programme"])),
                tuple((css, number / whole) for (css, _), number in parts),
                speech.say("in_out", **numbers)
                if row["entered"] or row["left"]
                else speech.say("no_change"),
                speech.say(alone) if alone else _units(row, speech),
            )
        )
    caption = speech.say("flows_caption")
    totals = {name: speech.number(shown.total(name)) for name in ("entered", "left")}
    picture = drawn.pictures.bars(caption, speech.say("flows_about", **totals), rows)
    key = legend([(css, speech.say(word)) for css, word in FLOWS])
    figure = Figure(caption, picture, _flow_table(shown, speech, caption), key)
    return Section("flows", speech.say("flows_title"), (speech.say("flows_lead"),), (figure,))


def _flow_table(shown: View, speech: Speech, caption: str) -> Table:
    counts, money = ("before", "left", "entered", "after"), ("rupiah_before", "rupiah_after")
    headings = [speech.say(name) for name in ("unit", *counts, *money)]

    def rupiah(value: int | None) -> str:
        return NONE if value is None else speech.rupiah(value)

    return Table(
        caption,
        columns(speech.say("programme"), *headings, kinds=(TEXT,)),
        [
            [
                _named(shown, row["programme"], speech),
                speech.say(row["unit"]),
                *(speech.number(row[name]) for name in counts),
                *(rupiah(row[name]) for name in money),
            ]
            for row in shown.programmes()
        ],
        cards=True,
    )


Counts = dict[str, dict[str, int]]  # cause -> change -> units


def _by_cause(rows: Iterable[Mapping[str, Any]]) -> Counts:
    found: Counts = {}
    for row in rows:
        cell = found.setdefault(row["cause"], {"entered": 0, "left": 0})
        cell[row["change"]] += row["units"]
    return {cause: found[cause] for cause in CAUSES if cause in found}


def causes(shown: View, drawn: Drawn) -> Section:
    """Why awards entered and left, over all programmes of both runs and for each."""
    speech, alone = drawn.speech, shown.found["only_one"]
    title = speech.say("causes_title")
    rows = shown.found["causes"]
    every = _by_cause(row for row in rows if row["programme"] not in alone)
    if not every:
        return Section("causes", title, (speech.say("nobody"),))
    groups = []
    for row in shown.programmes():
        mine = _by_cause(r for r in rows if r["programme"] == row["programme"])
        if mine:
            name = speech.of(shown.title(row["programme"]))
            numbers = {key: speech.number(row[key]) for key in ("entered", "left")}
            caption = speech.say("causes_group", title=name)
            groups.append((name, speech.say("in_out", **numbers), _causes(mine, caption, drawn)))
    figure = _causes(every, speech.say("causes_caption"), drawn)
    return Section(
        "causes",
        title,
        (speech.say("causes_lead"),),
        (figure,),
        tuple(groups),
        (_all(shown, speech),),
    )


def _causes(found: Counts, caption: str, drawn: Drawn) -> Figure:
    speech = drawn.speech
    most = _most(found.values())
    rows = [
        _both_ways(speech.say(f"cause_{cause}"), cell, most, speech)
        for cause, cell in found.items()
    ]
    first = {
        change: max(found, key=lambda cause: found[cause][change]) for change in ("entered", "left")
    }
    about = speech.say(
        "causes_about", **{change: speech.say(f"cause_{cause}") for change, cause in first.items()}
    )
    table = Table(
        caption,
        columns(
            speech.say("cause"),
            speech.say("meaning"),
            speech.say("entered"),
            speech.say("left"),
            kinds=(TEXT,),
        ),
        [
            [
                speech.say(f"cause_{cause}"),
                speech.say(f"why_{cause}"),
                speech.number(cell["entered"]),
                speech.number(cell["left"]),
            ]
            for cause, cell in found.items()
        ],
        cards=True,
    )
    return Figure(caption, drawn.pictures.bars(caption, about, rows), table, _ways(speech))


def _all(shown: View, speech: Speech) -> Table:
    found = {
        row["programme"]: _by_cause(
            r for r in shown.found["causes"] if r["programme"] == row["programme"]
        )
        for row in shown.programmes()
    }
    used = [cause for cause in CAUSES if any(cause in counts for counts in found.values())]
    none = {"entered": 0, "left": 0}

    def cell(counts: Counts, cause: str) -> Markup:
        mine = counts.get(cause, none)
        signs = (_signed("+", mine["entered"], speech), _signed("−", mine["left"], speech))
        return Markup("{}<small>{}</small>").format(*signs)

    return Table(
        speech.say("causes_all"),
        columns(speech.say("programme"), *(speech.say(f"cause_{cause}") for cause in used)),
        [
            [_named(shown, name, speech), *(cell(counts, cause) for cause in used)]
            for name, counts in found.items()
        ],
    )


def fact_label(shown: View, name: str, speech: Speech) -> str:
    """A variable's label; pairs of a model have two."""
    if " & " in name:
        return " & ".join(fact_label(shown, part, speech) for part in name.split(" & "))
    if name in OWN_WORDS:
        return speech.say(f"{name}_fact")
    for policy in reversed(shown.policies):
        if name in policy.variables:
            return speech.of(policy.variables[name].label)
    return name


def facts(shown: View, drawn: Drawn) -> Section:
    """The facts that changed behind the changes, and the conditions that turned."""
    speech = drawn.speech
    counted: Counter[str] = Counter()
    split: Counts = {}
    for row in shown.found["variables"]:
        counted[row["variable"]] += row["units"]
        cell = split.setdefault(row["variable"], {"entered": 0, "left": 0})
        cell[row["change"]] += row["units"]
    title, tables = speech.say("facts_title"), _criteria(shown, speech)
    if not counted:
        return Section("facts", title, (speech.say("facts_none"),), tables=tables)
    order = sorted(counted, key=lambda name: (-counted[name], name))
    most = _most(split.values())
    rows = [
        _both_ways(fact_label(shown, name, speech), split[name], most, speech)
        for name in order[:MOST_FACTS]
    ]
    caption = speech.say("facts_caption")
    table = Table(
        caption,
        columns(speech.say("fact"), speech.say("entered"), speech.say("left")),
        [
            [
                Markup("{} <code>{}</code>").format(fact_label(shown, name, speech), name),
                *(speech.number(split[name][key]) for key in ("entered", "left")),
            ]
            for name in order
        ],
    )
    about = speech.say("facts_about", first=fact_label(shown, order[0], speech))
    figure = Figure(caption, drawn.pictures.bars(caption, about, rows), table, _ways(speech))
    return Section("facts", title, (speech.say("facts_lead"),), (figure,), tables=tables)


def _criteria(shown: View, speech: Speech) -> tuple[Table, ...]:
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for row in shown.found["criteria"]:
        cell = counted.setdefault((row["programme"], row["criterion"]), {"entered": 0, "left": 0})
        cell[row["change"]] += row["units"]
    if not counted:
        return ()
    day = date.fromisoformat(shown.found["after"]["as_of"])

    def said(programme: str, name: str) -> str:
        policy = next(p for p in reversed(shown.policies) if programme in p.programmes)
        return speech.of(statement(policy, programme, name, day))

    return (
        Table(
            speech.say("criteria_caption"),
            columns(
                speech.say("programme"),
                speech.say("criterion"),
                speech.say("entered"),
                speech.say("left"),
                kinds=(TEXT,),
            ),
            [
                [
                    _named(shown, programme, speech),
                    said(programme, name),
                    speech.number(cell["entered"]),
                    speech.number(cell["left"]),
                ]
                for (programme, name), cell in sorted(
                    counted.items(), key=lambda item: (item[0][0], -sum(item[1].values()))
                )
            ],
        ),
    )


def places(shown: View, drawn: Drawn, outlined: Outline | None) -> Section:
    """Entered and left by place: tiles, a true map, or bars."""
    speech, level, found = drawn.speech, shown.level(), shown.by_place()
    title = speech.say("places_title")
    known = {code: cell for code, cell in found.items() if code}
    if not known:
        return Section("places", title, (speech.say("places_none"),))
    lead = [speech.say("places_lead")]
    if not any(cell["entered"] + cell["left"] for cell in found.values()):
        lead.append(speech.say("places_quiet"))
    names = {code: _place(code, speech, outlined) for code in found}
    table = _place_table(found, names, level, speech)
    tiled = level == "province" and 2 * sum(code in TILES for code in known) > len(known)
    if outlined is None and not tiled:
        figures = [_place_bars(known, names, table, drawn)]
    else:
        figures = [
            _place_map(known, names, level, part, table, drawn, outlined)
            for part in (("entered", "after"), ("left", "before"))
        ]
    return Section("places", title, tuple(lead), tuple(figures))


def _place(code: str, speech: Speech, outlined: Outline | None) -> str:
    if not code:
        return speech.say("unknown_place")
    if outlined is not None and code in outlined.names:
        return outlined.names[code]
    return place_name(code)


def _place_table(
    found: Mapping[str, Mapping[str, int]], names: Mapping[str, str], level: str, speech: Speech
) -> Table:
    headings = ("before", "left", "entered", "after")
    return Table(
        speech.say("places_title"),
        columns(
            speech.say(level), speech.say("code"), *(speech.say(h) for h in headings), kinds=(TEXT,)
        ),
        [
            [names[code], code or NONE, *(speech.number(cell[h]) for h in headings)]
            for code, cell in found.items()
        ],
    )


def _shares(found: Mapping[str, Mapping[str, int]], part: tuple[str, str]) -> dict[str, float]:
    return {code: cell[part[0]] / cell[part[1]] for code, cell in found.items() if cell[part[1]]}


def _place_map(
    known: Mapping[str, Mapping[str, int]],
    names: Mapping[str, str],
    level: str,
    part: tuple[str, str],
    table: Table,
    drawn: Drawn,
    outlined: Outline | None,
) -> Figure:
    speech = drawn.speech
    caption, values = speech.say(f"{part[0]}_caption"), _shares(known, part)
    percent: Callable[[float], str] = speech.percent
    about = caption
    if values:
        low, high = (pick(values, key=lambda code: values[code]) for pick in (min, max))
        about = speech.say(
            "map_about",
            caption=caption,
            low=percent(values[low]),
            low_place=names[low],
            high=percent(values[high]),
            high_place=names[high],
        )
    measure = Measure(
        caption,
        about,
        values,
        percent,
        percent,
        speech.say("no_data"),
        speech.say(f"n_{level}", n="{n}"),
    )
    if outlined is not None:
        picture = true_map(drawn.pictures, measure, outlined, SHAPES)
        return Figure(caption, picture, table, measure.legend(outlined.names))
    picture = tile_map(drawn.pictures, measure)
    return Figure(caption, picture, table, measure.legend(TILES), speech.say("tiles_note"))


def _place_bars(
    known: Mapping[str, Mapping[str, int]], names: Mapping[str, str], table: Table, drawn: Drawn
) -> Figure:
    speech = drawn.speech
    shown = sorted(known, key=lambda code: (-known[code]["entered"] - known[code]["left"], code))
    shown = sorted(shown[:MOST_BARS])
    most = _most(known[code] for code in shown)
    rows = [_both_ways(names[code], known[code], most, speech) for code in shown]
    caption = speech.say("places_title")
    return Figure(caption, drawn.pictures.bars(caption, caption, rows), table, _ways(speech))


def deciles(shown: View, drawn: Drawn) -> Section:
    """Where the families of each decile went."""
    speech = drawn.speech
    cells: Counter[tuple[int | None, int | None]] = Counter()
    for row in shown.found["deciles"]:
        cells[row["decile_before"], row["decile_after"]] += row["families"]
    caption = speech.say("moves_caption")
    rows, sums = [], Counter[str]()
    for before in TEN:
        mine = {after: n for (b, after), n in cells.items() if b == before}
        kinds = {
            "wait": sum(n for after, n in mine.items() if after is not None and after < before),
            "yes": mine.get(before, 0),
            "no": sum(n for after, n in mine.items() if after is not None and after > before),
            "unknown": mine.get(None, 0),
        }
        sums.update(kinds)
        whole = max(sum(kinds.values()), 1)
        rows.append(
            BarRow(
                speech.say("decile", n=before),
                tuple((css, number / whole) for css, number in kinds.items()),
                speech.say("n_same", n=speech.share(kinds["yes"], whole)),
            )
        )
    about = speech.say(
        "moves_about",
        same=speech.number(sums["yes"]),
        poorer=speech.number(sums["wait"]),
        better=speech.number(sums["no"]),
    )
    words = {"wait": "poorer", "yes": "same_decile", "no": "better", "unknown": "no_decile"}
    key = legend([(css, speech.say(word)) for css, word in words.items()])
    figure = Figure(
        caption, drawn.pictures.bars(caption, about, rows), _moves(cells, caption, speech), key
    )
    return Section("deciles", speech.say("deciles_title"), (speech.say("deciles_lead"),), (figure,))


def _moves(
    cells: Mapping[tuple[int | None, int | None], int], caption: str, speech: Speech
) -> Table:
    kept: list[int | None] = [*TEN, None]

    def name(decile: int | None) -> str:
        return speech.say("decile_unknown") if decile is None else speech.say("decile", n=decile)

    return Table(
        caption,
        columns(speech.say("decile_from"), *(name(after) for after in kept)),
        [
            [name(before), *(speech.number(cells.get((before, after), 0)) for after in kept)]
            for before in kept
        ],
    )


def notes(shown: View, drawn: Drawn) -> Section:
    """What was not compared, and how the deciles hang together."""
    speech, found = drawn.speech, shown.found
    way = found["deciles_by"]
    lead = [speech.say(f"way_{way['kind']}", why=way["why"])]
    if not found["left_out"]:
        return Section("notes", speech.say("notes_title"), (speech.say("notes_none"), *lead))
    table = Table(
        speech.say("left_out_caption"),
        columns(speech.say("programme"), speech.say("reason_left_out"), kinds=(TEXT,)),
        [[_named(shown, name, speech), why] for name, why in found["left_out"].items()],
    )
    return Section("notes", speech.say("notes_title"), tuple(lead), tables=(table,))
