"""The page on accuracy, in the report's style: curves, groups, and where the poor are lost."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tepat.places.tiles import place_name
from tepat.policy.model import Policy
from tepat.runs.accuracy.cube import GROUPS
from tepat.runs.accuracy.decomposition import ANY, FATES
from tepat.runs.accuracy.errors import ERRORS, GROUP_CUTS
from tepat.runs.accuracy.words import ACCURACY_WORDS
from tepat.runs.report.curves import Curve, curves
from tepat.runs.report.drawing import BarRow, Pictures, legend
from tepat.runs.report.page import rendered
from tepat.runs.report.page_parts import Drawn, Figure, Section, Table, columns
from tepat.runs.report.speech import LANGUAGES, NONE, Speech

Found = Mapping[str, Any]
LINES = (("k1", "exclusion"), ("k2", "by_rank"), ("k3", "unregistered"), ("k4", "inclusion"))
MARKS = {"k1": "■", "k2": "◆", "k3": "▲", "k4": "●"}
LOOKS = dict(
    zip(FATES, ("yes", "wait", "unknown", "no", "s2", "s4", "none"), strict=True)
)  # class of each fate
VALUES = {"area": {"1": "urban", "2": "rural"}, "yes_no": {"1": "yes", "0": "no"}}


def page(found: Found, policy: Policy) -> str:
    """The whole page as text."""
    versions = [_version(found, policy, Speech(lang, ACCURACY_WORDS)) for lang in LANGUAGES]
    return rendered(versions)


def _version(found: Found, policy: Policy, speech: Speech) -> dict[str, Any]:
    return {
        "lang": speech.lang,
        "say": speech.say,
        "key": _key(found, speech),
        "lead": _lead(found, speech),
        "as_of": speech.day(found["as_of"]),
        "input": found["run"],
        "unit_note": "",
        "sections": sections(found, policy, Drawn(speech, Pictures(speech.lang))),
        "repeat": _repeat(found, speech),
        "files": _files(found, speech),
    }


def sections(found: Found, policy: Policy, drawn: Drawn) -> list[Section]:
    """The parts of the judgement, for its own page or for another."""
    return [
        _curve(found, drawn),
        _groups(found, drawn),
        _lost(found, policy, drawn),
        _method(found, drawn.speech),
    ]


def _share(entry: Mapping[str, Any], speech: Speech) -> str:
    return NONE if entry["value"] is None else speech.percent(entry["value"])


def _range(entry: Mapping[str, Any], speech: Speech) -> str:
    if entry["low"] is None:
        return ""
    return speech.say("range", low=speech.percent(entry["low"]), high=speech.percent(entry["high"]))


def _cell(entry: Mapping[str, Any], speech: Speech) -> Markup:
    return Markup("{}<small>{}</small>").format(_share(entry, speech), _range(entry, speech))


def _rows(found: Found, group: str) -> list[Mapping[str, Any]]:
    return [row for row in found["errors"] if row["group"] == group]


def _at(found: Found, cut: int) -> Mapping[str, Any]:
    """The whole's row at the cut-off nearest to the one asked."""
    return min(_rows(found, ""), key=lambda row: (abs(row["cut"] - cut), row["cut"]))


def _lead(found: Found, speech: Speech) -> str:
    row = _at(found, found["poor"])
    return speech.say(
        "lead",
        n=speech.number(found["families"]),
        poor=row["cut"],
        missed=_share(row["exclusion"], speech),
        rank=_share(row["by_rank"], speech),
        outside=_share(row["unregistered"], speech),
    )


def _key(found: Found, speech: Speech) -> list[tuple[str, str]]:
    row = _at(found, found["poor"])
    return [
        (speech.number(found["families"]), speech.say("key_known")),
        (speech.number(found["families"] - found["registered"]), speech.say("key_outside")),
        (_share(row["exclusion"], speech), f"{speech.say('key_exclusion')} ({row['cut']}%)"),
        (_share(row["inclusion"], speech), f"{speech.say('key_inclusion')} ({row['cut']}%)"),
    ]


def _curve(found: Found, drawn: Drawn) -> Section:
    speech, rows = drawn.speech, _rows(found, "")
    everyone = found["families"] == found["registered"]
    shown = [line for line in LINES if not everyone or line[1] in ("exclusion", "inclusion")]

    def point(row: Mapping[str, Any], name: str) -> tuple[float, float, float | None, float | None]:
        entry = row[name]
        ends = [None if entry[end] is None else 100 * entry[end] for end in ("low", "high")]
        return row["cut"], 100 * entry["value"], ends[0], ends[1]

    lines = [
        Curve(
            css,
            speech.say(name),
            tuple(point(row, name) for row in rows if row[name]["value"] is not None),
        )
        for css, name in shown
    ]
    caption = speech.say("curve_caption")
    about = speech.say(
        "curve_about",
        first=rows[0]["cut"],
        first_value=_share(rows[0]["exclusion"], speech),
        last=rows[-1]["cut"],
        last_value=_share(rows[-1]["exclusion"], speech),
    )
    table = Table(
        caption,
        columns(speech.say("cut"), *(speech.say(name) for name in ERRORS)),
        [[f"{row['cut']}%", *(_cell(row[name], speech) for name in ERRORS)] for row in rows],
    )
    picture = curves(drawn.pictures, caption, about, lines, speech.say("curve_across"))
    key = legend([(css, f"{MARKS[css]} {speech.say(name)}") for css, name in shown])
    note = "" if found["by_rank"] else speech.say("whole_deciles")
    figure = Figure(caption, picture, table, key, note)
    return Section("curve", speech.say("curve_title"), (speech.say("curve_lead"),), (figure,))


def value_name(group: str, value: str | None, speech: Speech) -> str:
    """A group's value in words."""
    if value is None:
        return speech.say("value_unknown")
    if group == "province":
        return place_name(value)
    words = VALUES["area" if group == "area" else "yes_no"]
    if group in ("area", "female_head", "disability") and value in words:
        return speech.say(f"value_{words[value]}")
    return value


def _groups(found: Found, drawn: Drawn) -> Section:
    speech = drawn.speech
    cut = min(GROUP_CUTS, key=lambda known: abs(known - found["poor"]))
    groups = []
    for group in GROUPS:
        rows = [row for row in _rows(found, group) if row["cut"] == cut]
        known = [row for row in rows if row["exclusion"]["value"] is not None]
        if len(known) > 1:
            groups.append(_group(group, known, cut, drawn))
    lead = (speech.say("groups_lead", cut=cut),)
    return Section("groups", speech.say("groups_title"), lead, groups=tuple(groups))


def _group(
    group: str, rows: Sequence[Mapping[str, Any]], cut: int, drawn: Drawn
) -> tuple[str, str, Figure]:
    speech = drawn.speech
    title = speech.say(f"group_{group}")
    caption = speech.say("group_caption", group=title, cut=cut)
    bars = [
        BarRow(
            value_name(group, row["value"], speech),
            (
                ("no", row["by_rank"]["value"]),
                ("unknown", row["unregistered"]["value"]),
            ),
            _share(row["exclusion"], speech),
            _range(row["exclusion"], speech),
            span=None
            if row["exclusion"]["low"] is None
            else (row["exclusion"]["low"], row["exclusion"]["high"]),
        )
        for row in rows
    ]
    named = [row for row in rows if row["value"] is not None] or rows
    low, high = (pick(named, key=lambda row: row["exclusion"]["value"]) for pick in (min, max))
    ends = {"low": _share(low["exclusion"], speech), "high": _share(high["exclusion"], speech)}
    about = speech.say(
        "group_about",
        low_name=value_name(group, low["value"], speech),
        high_name=value_name(group, high["value"], speech),
        **ends,
    )
    table = Table(
        caption,
        columns(title, speech.say("poor_families"), *(speech.say(name) for name in ERRORS)),
        [
            [
                value_name(group, row["value"], speech),
                speech.number(round(row["exclusion"]["whole"])),
                *(_cell(row[name], speech) for name in ERRORS),
            ]
            for row in rows
        ],
    )
    key = legend([("no", speech.say("by_rank")), ("unknown", speech.say("unregistered"))])
    figure = Figure(caption, drawn.pictures.bars(caption, about, bars), table, key)
    return title, speech.say("group_short", **ends), figure


def _lost(found: Found, policy: Policy, drawn: Drawn) -> Section:
    speech = drawn.speech
    by_programme: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in found["lost"]:
        by_programme.setdefault(row["programme"], {})[row["fate"]] = row
    order = [ANY, *(name for name in by_programme if name != ANY)]
    rows, cells = [], []
    for name in order:
        fates = by_programme[name]
        whole = sum(row["weight"] for row in fates.values()) or 1
        shares = {fate: fates[fate]["weight"] / whole for fate in FATES}
        label = speech.say("any") if name == ANY else speech.of(policy.programmes[name].title)
        rows.append(
            BarRow(
                label,
                tuple((LOOKS[fate], share) for fate, share in shares.items()),
                speech.say("n_reached", share=speech.percent(round(shares["reached"], 4))),
            )
        )
        numbers = [
            Markup("{}<small>{}</small>").format(
                speech.number(fates[fate]["families"]), speech.percent(round(share, 4))
            )
            for fate, share in shares.items()
        ]
        cells.append([label, *numbers])
    first = by_programme[ANY]
    whole = sum(row["weight"] for row in first.values()) or 1
    about = speech.say(
        "lost_about",
        reached=speech.percent(round(first["reached"]["weight"] / whole, 4)),
        outside=speech.percent(round(first["not_registered"]["weight"] / whole, 4)),
    )
    caption = speech.say("lost_caption")
    table = Table(
        caption, columns(speech.say("programme"), *(speech.say(fate) for fate in FATES)), cells
    )
    key = legend([(LOOKS[fate], speech.say(fate)) for fate in FATES])
    figure = Figure(caption, drawn.pictures.bars(caption, about, rows), table, key)
    lead = (speech.say("lost_lead", poor=found["poor"]),)
    return Section("lost", speech.say("lost_title"), lead, (figure,))


def _method(found: Found, speech: Speech) -> Section:
    kind = "clusters" if found["cluster"] else "rows" if found["weight"] else "Wilson"
    said = speech.say(f"method_{kind}", n=speech.number(found["clusters"]))
    full = (speech.say("method_counted", n=speech.number(found["counted"])),)
    lead = (said, *(full if found["counted"] else ()), speech.say("method_lines"))
    return Section("method", speech.say("method_title"), lead)


def _repeat(found: Found, speech: Speech) -> list[tuple[str, str]]:
    words = ["tepat", "accuracy", found["run"], "--out", "DIR", "--poor", str(found["poor"])]
    for name, file in found["files"].items():
        words += [f"--{name}", file["name"]]
    for name in ("weight", "cluster"):
        if found[name]:
            words += [f"--{name}", found[name]]
    return [(speech.say("command"), shlex.join(words))]


def _files(found: Found, speech: Speech) -> Table:
    rows: list[list[str | Markup]] = [
        [file["name"], Markup("<code>{}</code>").format(file["sha256"])]
        for file in found["files"].values()
    ]
    return Table(
        speech.say("files_caption"),
        columns(speech.say("file"), speech.say("sha256"), kinds=("text",)),
        rows or [[speech.say("own_truth"), NONE]],
    )
