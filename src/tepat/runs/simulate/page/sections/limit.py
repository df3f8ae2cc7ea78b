"""What fits a budget: the curve of cost over the line, and the line that was found."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from tepat.policy.called import called
from tepat.policy.phrases import lowered
from tepat.policy.wording import is_money, measured
from tepat.runs.report.page_parts import NUMBER, Figure, Section, Table, columns
from tepat.runs.simulate.page.found import Found, Telling
from tepat.runs.simulate.page.pictures import Curve
from tepat.runs.simulate.page.speech import Told
from tepat.runs.simulate.search import ALL_TRIED


def limit(found: Found, telling: Telling) -> list[Section]:
    """The section, where a budget was given."""
    asked = found.manifest.get("limit")
    if asked is None:
        return []
    speech = telling.speech
    return [
        Section("limit", speech.say("limit_title"), tuple(sentences(asked, speech)),
                (_curve(asked, telling),))
    ]  # fmt: skip


def _value(asked: dict[str, Any], value: int, speech: Told) -> str:
    """A value of the line in words."""
    if asked["kind"] == "score":
        return speech.number(value)
    return measured(value, asked["unit"], speech.lang)


def _short(asked: dict[str, Any], value: int, speech: Told) -> str:
    """A value for the end of an axis."""
    return speech.rupiah(value) if is_money(asked["unit"]) else _value(asked, value, speech)


def _names(asked: dict[str, Any], speech: Told) -> dict[str, str]:
    known = {"quota": "limit_quota", "score": "limit_score"}
    line = known.get(asked["line"])
    return {
        "programme": speech.of(asked["title"]),
        "line": speech.say(line) if line else lowered(called(asked["line"], speech.lang)),
        "budget": speech.rupiah(asked["budget"]),
    }


def sentences(asked: dict[str, Any], speech: Told) -> list[str]:
    """What was searched, what fits, and how sure that is."""
    names = _names(asked, speech)
    words = [speech.say("limit_lead", **names)]
    if asked["fits"] == "none":
        least = min(asked["points"], key=lambda point: int(point["cost"]))
        value, cost = _value(asked, least["value"], speech), speech.rupiah(least["cost"])
        words.append(speech.say("limit_none", value=value, cost=cost, **names))
    else:
        words.append(
            speech.say(
                "limit_all" if asked["fits"] == "all" else "limit_found",
                value=_value(asked, asked["value"], speech),
                cost=speech.rupiah(asked["cost"]),
                left=speech.rupiah(asked["budget"] - asked["cost"]),
                held=speech.say(f"n_{asked['holders']}", n=speech.number(asked["number"])),
                **names,
            )
        )
    words += _doubts(asked, speech)
    if asked["now"]["value"] is not None:
        value, cost = asked["now"]["value"], speech.rupiah(asked["now"]["cost"])
        words.append(speech.say("limit_now", value=_value(asked, value, speech), cost=cost))
    return words


def _doubts(asked: dict[str, Any], speech: Told) -> list[str]:
    """How sure the answer is: what was tried, and whether another value could fit."""
    points, words = asked["points"], list[str]()
    every = points[-1]["value"] - points[0]["value"] + 1 == len(points)
    exact = every or asked["kind"] != "parameter"
    if len(points) > 1 and len({point["cost"] for point in points}) == 1:
        words.append("limit_flat")
    if not asked["steady"]:
        words.append("limit_unsteady")
    elif asked["fits"] == "line":
        words.append("limit_step")
    if not exact:
        words.append("limit_between" if asked["steady"] else "limit_untried")
    elif not asked["steady"] and asked["fits"] != "none":
        words.append("limit_largest" if asked["kind"] == "quota" else "limit_every")
    return [speech.say(word, tried=speech.number(len(points))) for word in words]


def _curve(asked: dict[str, Any], telling: Telling) -> Figure:
    speech, points = telling.speech, asked["points"]
    low, high = points[0]["value"], points[-1]["value"]
    most = max(asked["budget"], *(point["cost"] for point in points), 1)

    def at(value: int, cost: int) -> tuple[float, float]:
        return (value - low) / max(high - low, 1), cost / most

    chosen = None if asked["value"] is None else at(asked["value"], asked["cost"])
    caption = speech.say("limit_caption", **_names(asked, speech))
    about = "; ".join(
        f"{_value(asked, point['value'], speech)}: {speech.money(point['cost'])}"
        for point in points
    )
    curve = Curve(
        tuple(at(point["value"], point["cost"]) for point in points),
        len(points) <= ALL_TRIED and high - low < ALL_TRIED,
        chosen,
        (asked["budget"] / most, speech.say("limit_line", budget=speech.money(asked["budget"]))),
        (_short(asked, low, speech), _short(asked, high, speech)),
        speech.say("limit_top", cost=speech.money(most)),
    )
    table = Table(
        caption,
        columns(
            speech.say("limit_value"),
            speech.say("amount_year"),
            speech.say("holders"),
            speech.say("limit_fits"),
            kinds=(NUMBER,) * 3,
        ),
        [_row(asked, point, speech) for point in points],
        cards=True,
    )
    return Figure(caption, telling.pictures.curve(caption, f"{about}.", curve), table)


def _row(asked: dict[str, Any], point: dict[str, Any], speech: Told) -> list[str | Markup]:
    name: str | Markup = _value(asked, point["value"], speech)
    if point["value"] == asked["value"]:
        name = Markup("<strong>{}</strong>").format(name)
    return [
        name,
        speech.rupiah(point["cost"]),
        speech.number(point["holders"]),
        speech.say("limit_yes" if point["cost"] <= asked["budget"] else "limit_no"),
    ]
