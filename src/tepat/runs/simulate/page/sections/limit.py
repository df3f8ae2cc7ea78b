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

STEPWISE = 24  # a line of at most this many values is drawn in steps


def limit(found: Found, telling: Telling) -> list[Section]:
    """The section, where a budget was given."""
    asked = found.manifest.get("limit")
    if asked is None:
        return []
    speech = telling.speech
    return [
        Section("limit", speech.say("limit_title"), tuple(_lead(asked, telling)),
                (_curve(asked, telling),))
    ]  # fmt: skip


def _value(asked: dict[str, Any], value: int, telling: Telling) -> str:
    """A value of the line in words."""
    speech = telling.speech
    if asked["kind"] == "score":
        return speech.number(value)
    return measured(value, asked["unit"], speech.lang)


def _short(asked: dict[str, Any], value: int, telling: Telling) -> str:
    """A value for the end of an axis."""
    if is_money(asked["unit"]):
        return telling.speech.rupiah(value)
    return _value(asked, value, telling)


def _names(asked: dict[str, Any], telling: Telling) -> dict[str, str]:
    speech = telling.speech
    known = {"quota": "limit_quota", "score": "limit_score"}
    line = known.get(asked["line"])
    return {
        "programme": speech.of(asked["title"]),
        "line": speech.say(line) if line else lowered(called(asked["line"], speech.lang)),
        "budget": speech.rupiah(asked["budget"]),
    }


def _lead(asked: dict[str, Any], telling: Telling) -> list[str]:
    speech, names = telling.speech, _names(asked, telling)
    words = [speech.say("limit_lead", **names)]
    if asked["fits"] == "none":
        least = min(asked["points"], key=lambda point: int(point["cost"]))
        words.append(
            speech.say(
                "limit_none",
                value=_value(asked, least["value"], telling),
                cost=speech.rupiah(least["cost"]),
                **names,
            )
        )
    else:
        words.append(
            speech.say(
                "limit_all" if asked["fits"] == "all" else "limit_found",
                value=_value(asked, asked["value"], telling),
                cost=speech.rupiah(asked["cost"]),
                left=speech.rupiah(asked["budget"] - asked["cost"]),
                held=speech.say(f"n_{asked['holders']}", n=speech.number(asked["number"])),
                **names,
            )
        )
    if asked["now"]["value"] is not None:
        words.append(
            speech.say(
                "limit_now",
                value=_value(asked, asked["now"]["value"], telling),
                cost=speech.rupiah(asked["now"]["cost"]),
            )
        )
    if not asked["steady"]:
        words.append(speech.say("limit_unsteady"))
    return words


def _curve(asked: dict[str, Any], telling: Telling) -> Figure:
    speech, points = telling.speech, asked["points"]
    low, high = points[0]["value"], points[-1]["value"]
    most = max(asked["budget"], *(point["cost"] for point in points), 1)

    def at(value: int, cost: int) -> tuple[float, float]:
        return (value - low) / max(high - low, 1), cost / most

    chosen = None if asked["value"] is None else at(asked["value"], asked["cost"])
    caption = speech.say("limit_caption", **_names(asked, telling))
    about = "; ".join(
        f"{_value(asked, point['value'], telling)}: {speech.money(point['cost'])}"
        for point in points
    )
    curve = Curve(
        tuple(at(point["value"], point["cost"]) for point in points),
        len(points) <= STEPWISE and high - low < STEPWISE,
        chosen,
        (asked["budget"] / most, speech.say("limit_line", budget=speech.money(asked["budget"]))),
        (_short(asked, low, telling), _short(asked, high, telling)),
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
        [_row(asked, point, telling) for point in points],
        cards=True,
    )
    return Figure(caption, telling.pictures.curve(caption, f"{about}.", curve), table)


def _row(asked: dict[str, Any], point: dict[str, Any], telling: Telling) -> list[str | Markup]:
    speech = telling.speech
    name: str | Markup = _value(asked, point["value"], telling)
    if point["value"] == asked["value"]:
        name = Markup("<strong>{}</strong>").format(name)
    return [
        name,
        speech.rupiah(point["cost"]),
        speech.number(point["holders"]),
        speech.say("limit_yes" if point["cost"] <= asked["budget"] else "limit_no"),
    ]
