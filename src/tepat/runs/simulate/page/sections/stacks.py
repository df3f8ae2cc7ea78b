"""How many programmes one family holds, before and after, and what that costs."""

from __future__ import annotations

from markupsafe import Markup

from tepat.policy.wording import number
from tepat.runs.report.page_parts import NUMBER, Figure, Section, Table, columns
from tepat.runs.simulate.page.found import Found, Row, Telling
from tepat.runs.simulate.page.sections.budget import key, pair
from tepat.runs.simulate.twins import SIDES


def stacks(found: Found, telling: Telling) -> Section:
    """Families and rupiah by the number of programmes that a family holds."""
    speech = telling.speech
    return Section(
        "stacks",
        speech.say("stacks_title"),
        (speech.say("stacks_lead"),),
        (_families(found, telling), _money(found, telling)),
        tables=(_moves(found, telling),),
    )


def _name(row: Row, telling: Telling) -> str:
    speech, n = telling.speech, row["programmes"]
    if n == 0:
        return speech.say("no_programme")
    return speech.say("one_programme") if n == 1 else speech.say("n_programmes", n=n)


def _families(found: Found, telling: Telling) -> Figure:
    speech, rows = telling.speech, found.rows("stacks")
    most = max((row[f"families_{side}"] for row in rows for side in SIDES), default=1)
    pairs = [
        pair(
            _name(row, telling),
            row["families_before"],
            row["families_after"],
            most,
            (speech.number(row["families_before"]), speech.number(row["families_after"])),
        )
        for row in rows
    ]
    caption = speech.say("stacks_caption")
    means = [_mean(rows, side, telling) for side in SIDES]
    about = speech.say("stacks_about", before=means[0], after=means[1])
    picture = telling.pictures.pairs(caption, about, pairs)
    return Figure(caption, picture, _table(caption, rows, "families", telling), key(telling), about)


def _mean(rows: list[Row], side: str, telling: Telling) -> str:
    """Programmes per family, in hundredths."""
    families = sum(row[f"families_{side}"] for row in rows) or 1
    held = sum(row["programmes"] * row[f"families_{side}"] for row in rows)
    hundredths = (held * 100 + families // 2) // families
    whole, part = divmod(hundredths, 100)
    comma = "." if telling.speech.lang == "en" else ","
    return f"{number(whole, telling.speech.lang)}{comma}{part:02}"


def _money(found: Found, telling: Telling) -> Figure:
    speech = telling.speech
    rows = [row for row in found.rows("stacks") if row["money_before"] or row["money_after"]]
    most = max((row[f"money_{side}"] for row in rows for side in SIDES), default=1)
    pairs = [
        pair(
            _name(row, telling),
            row["money_before"],
            row["money_after"],
            most,
            (speech.money(row["money_before"]), speech.money(row["money_after"])),
        )
        for row in rows
    ]
    caption = speech.say("stacks_money")
    about = "; ".join(f"{p.label}: {p.before_text}, {p.after_text}" for p in pairs) + "."
    picture = telling.pictures.pairs(caption, about, pairs)
    table = _table(caption, found.rows("stacks"), "money", telling)
    return Figure(caption, picture, table, key(telling))


def _table(caption: str, rows: list[Row], what: str, telling: Telling) -> Table:
    speech = telling.speech
    say = speech.rupiah if what == "money" else speech.number
    names = [f"{what}_{side}" for side in SIDES]
    return Table(
        caption,
        columns(speech.say("number_of"), *(speech.say(n) for n in names), kinds=(NUMBER,) * 2),
        [[_name(row, telling), *(say(row[name]) for name in names)] for row in rows],
        cards=True,
    )


def _moves(found: Found, telling: Telling) -> Table:
    """From today's number of programmes to the reform's."""
    speech, pairs = telling.speech, found.rows("stacking")
    counts = {(row["aid_before"], row["aid_after"]): row["families"] for row in pairs}
    size = range(len(found.rows("stacks")))
    body: list[list[str | Markup]] = [
        [str(one), *(speech.number(counts.get((one, other), 0)) for other in size)] for one in size
    ]
    caption = speech.say("moves_caption")
    return Table(caption, columns(speech.say("number_of"), *map(str, size)), body)
