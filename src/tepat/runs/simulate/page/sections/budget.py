"""Money and recipients of each programme, before and after."""

from __future__ import annotations

from markupsafe import Markup

from tepat.runs.report.drawing import legend
from tepat.runs.report.page_parts import NUMBER, Figure, Section, Table, columns
from tepat.runs.report.speech import NONE
from tepat.runs.simulate.page.found import Found, Row, Telling
from tepat.runs.simulate.page.pictures import Pair
from tepat.runs.simulate.page.warned import units
from tepat.runs.simulate.twins import SIDES

COUNTS = ("holders_before", "holders_after", "entered", "left", "paid_more", "paid_less")
UNDECIDED = ("undecided_before", "undecided_after")
MONEY = ("money_before", "money_after", "difference")
KEYS = {"entered": "won", "left": "lost", "paid_more": "more", "paid_less": "less"}


def budget(found: Found, telling: Telling) -> Section:
    """Pictures of the programmes that differ; the table has all."""
    speech = telling.speech
    figures = [_holders(found, telling)] if found.differing else []
    return Section(
        "budget",
        speech.say("budget_title"),
        (speech.say("budget_lead"),),
        (_money(found, telling), *figures),
    )


def key(telling: Telling) -> Markup:
    """The key of before and after."""
    speech = telling.speech
    return legend([("before", speech.say("before")), ("after", speech.say("after"))])


def pair(
    label: str, before: int, after: int, most: int, words: tuple[str, str], note: str = ""
) -> Pair:
    """Two whole numbers as bars."""
    return Pair(label, before / max(most, 1), after / max(most, 1), *words, note=note)


def _money(found: Found, telling: Telling) -> Figure:
    speech, totals = telling.speech, found.totals
    rows = [row for row in found.differing if found.money(row["programme"])]
    every = {"programme": None} | {f"money_{s}": totals[f"money_{s}"] or 0 for s in SIDES}
    most = max(int(row[f"money_{side}"]) for row in [*rows, every] for side in SIDES)
    pairs = [
        pair(
            speech.of(found.title(row["programme"])) if row["programme"] else
            speech.say("all_programmes"),
            row["money_before"],
            row["money_after"],
            most,
            (speech.money(row["money_before"]), speech.money(row["money_after"])),
            speech.signed_money(row["money_after"] - row["money_before"]),
        )
        for row in [every, *rows]
    ]  # fmt: skip
    caption = speech.say("budget_caption")
    about = speech.say(
        "budget_about",
        before=speech.rupiah(every["money_before"]),
        after=speech.rupiah(every["money_after"]),
    )
    return Figure(
        caption,
        telling.pictures.pairs(caption, about, pairs),
        _money_table(found, telling),
        key(telling),
        speech.say("assumed_take_up", day=speech.day(found.manifest["as_of"])),
    )


def _holders(found: Found, telling: Telling) -> Figure:
    speech, rows = telling.speech, found.differing
    most = max(row[f"holders_{side}"] for row in rows for side in SIDES)
    pairs = [
        pair(
            speech.of(found.title(row["programme"])),
            row["holders_before"],
            row["holders_after"],
            most,
            (_people(row["holders_before"], telling), _people(row["holders_after"], telling)),
            f"{speech.say('entered')} {speech.number(row['won'])}, "
            f"{speech.say('left').lower()} {speech.number(row['lost'])}",
        )
        for row in rows
    ]
    caption = speech.say("holders_caption")
    about = "; ".join(f"{p.label}: {p.before_text}, {p.after_text}" for p in pairs) + "."
    return Figure(
        caption,
        telling.pictures.pairs(caption, about, pairs),
        _holders_table(found, telling),
        key(telling),
    )


def _people(number: int, telling: Telling) -> str:
    return telling.speech.say("n_family", n=telling.speech.number(number))


def named(found: Found, row: Row, telling: Telling) -> Markup:
    """A programme's title, with its short name."""
    title = telling.speech.of(found.title(row["programme"]))
    return Markup("{} <code>{}</code>").format(title, row["programme"])


def _money_table(found: Found, telling: Telling) -> Table:
    speech, totals = telling.speech, found.totals
    rows: list[list[str | Markup]] = [
        [speech.say("all_programmes"), *_money_cells(totals, telling)]
    ]
    for row in found.rows("programmes"):
        in_kind: list[str | Markup] = [speech.say("in_kind"), speech.say("in_kind"), ""]
        cells = _money_cells(row, telling) if found.money(row["programme"]) else in_kind
        rows.append([named(found, row, telling), *cells])
    return Table(
        speech.say("budget_caption"),
        columns(speech.say("programme"), *(speech.say(n) for n in MONEY), kinds=(NUMBER,) * 3),
        rows,
        cards=True,
    )


def _money_cells(row: Row, telling: Telling) -> list[str | Markup]:
    speech = telling.speech
    before, after = row["money_before"] or 0, row["money_after"] or 0
    return [speech.rupiah(before), speech.rupiah(after), speech.signed_rupiah(after - before)]


def _holders_table(found: Found, telling: Telling) -> Table:
    speech, totals = telling.speech, found.totals
    every = {"holders_before": totals["helped_before"], "holders_after": totals["helped_after"]}
    rows: list[list[str | Markup]] = [
        [speech.say("any_programme"), *_counts(found, {**totals, **every}, telling)]
    ]
    rows += [
        [named(found, row, telling), *_counts(found, row, telling)]
        for row in found.rows("programmes")
    ]
    names = _columns(found)
    return Table(
        speech.say("holders_caption"),
        columns(speech.say("programme"), *(speech.say(n) for n in names), kinds=(NUMBER,) * 8),
        rows,
        cards=True,
    )


def _columns(found: Found) -> tuple[str, ...]:
    """The columns; who cannot be decided stands beside them where there is anybody."""
    return (*COUNTS, *UNDECIDED) if found.undecided else COUNTS


def _counts(found: Found, row: Row, telling: Telling) -> list[str | Markup]:
    cells: list[str | Markup] = [
        telling.speech.number(row[KEYS.get(name, name)]) for name in COUNTS
    ]
    if found.undecided:  # families or persons, beside counts of families; of all aid there is none
        cells += [
            units(found, row["programme"], row[name], telling.speech) if name in row else NONE
            for name in UNDECIDED
        ]
    return cells
