"""The comparison as one self-contained HTML file in the report's style, in both languages."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.places.boundary_files import Boundaries, read_boundaries
from tepat.places.outlines import Outline, outline
from tepat.policy.model import Policy, Text
from tepat.runs.compare.words import COMPARE_WORDS
from tepat.runs.report.drawing import Pictures
from tepat.runs.report.page import rendered
from tepat.runs.report.page_parts import Drawn, Section, Table, columns
from tepat.runs.report.speech import LANGUAGES, Speech


@dataclass(frozen=True)
class View:
    """What the page shows: the figures, the policy of the later run, and shapes for the map."""

    found: dict[str, Any]
    policies: tuple[Policy, Policy]
    boundaries: Boundaries | None = None

    def title(self, programme: str) -> Text:
        """A programme's name."""
        for policy in reversed(self.policies):
            if programme in policy.programmes:
                return policy.programmes[programme].title
        return Text(programme, programme)

    def programmes(self) -> list[dict[str, Any]]:
        """The rows of the programmes."""
        rows: list[dict[str, Any]] = self.found["programmes"]
        return rows

    def total(self, name: str, *, both: bool = False) -> int:
        """A number of awards over all programmes, or over those of both runs."""
        alone: Mapping[str, str] = self.found["only_one"]
        kept = [r for r in self.programmes() if not (both and r["programme"] in alone)]
        return sum(row[name] or 0 for row in kept)

    def level(self) -> str:
        """The places to show: provinces, or kabupaten where there is only one province."""
        if self.boundaries is not None:
            return "province" if self.boundaries.level == 2 else "kabupaten"
        rows = [*self.found["held"]["before"], *self.found["held"]["after"]]
        return "province" if len({r["province"] for r in rows} - {None}) > 1 else "kabupaten"

    def by_place(self) -> dict[str, dict[str, int]]:
        """Awards before, after, entered and left of each place of the level shown."""
        level, alone = self.level(), self.found["only_one"]
        places: dict[str, dict[str, int]] = {}

        def add(row: Mapping[str, Any], key: str, name: str) -> None:
            none = {"before": 0, "after": 0, "entered": 0, "left": 0}
            places.setdefault(row[level] or "", none)[key] += row[name]

        for side in ("before", "after"):
            for row in self.found["held"][side]:
                add(row, side, "units")
        for row in self.found["places"]:
            if row["programme"] not in alone:
                add(row, "entered", "entered")
                add(row, "left", "left")
        return dict(sorted(places.items()))


def view(
    found: dict[str, Any], policies: tuple[Policy, Policy], boundaries: Path | None = None
) -> View:
    """The figures ready to be shown.

    Raises:
        TepatError: ``boundaries_…`` where that file cannot be used.
    """
    if boundaries is None:
        return View(found, policies)
    codes = {
        row[level]
        for side in ("before", "after")
        for row in found["held"][side]
        for level in ("province", "kabupaten")
        if row[level]
    }
    return View(found, policies, read_boundaries(boundaries, codes))


def page(shown: View) -> str:
    """The whole page as text."""
    outlined = None
    if shown.boundaries is not None:
        outlined = outline(shown.boundaries, set(shown.by_place()))
    versions = [_version(shown, Speech(lang, COMPARE_WORDS), outlined) for lang in LANGUAGES]
    return rendered(versions, outlined)


def _version(shown: View, speech: Speech, outlined: Outline | None) -> dict[str, Any]:
    found = shown.found
    before, after = found["before"], found["after"]
    days = [speech.day(run["as_of"]) for run in (before, after)]
    day = days[0] if days[0] == days[1] else speech.say("days", before=days[0], after=days[1])
    return {
        "lang": speech.lang,
        "say": speech.say,
        "key": _key(shown, speech),
        "lead": _lead(shown, speech),
        "as_of": day,
        "input": f"{before['folder']}, {after['folder']}",
        "unit_note": "",
        "sections": sections(shown, Drawn(speech, Pictures(speech.lang)), outlined),
        "repeat": _repeat(shown, speech),
        "files": _files(shown, speech),
    }


def in_report(shown: View, lang: str) -> Section:
    """Who entered and left since an earlier run, as one section of the later run's report."""
    from tepat.runs.compare.sections import causes, flows, places

    speech = Speech(lang, COMPARE_WORDS)
    drawn = Drawn(speech, Pictures(lang))
    parts = (flows(shown, drawn), causes(shown, drawn), places(shown, drawn, None))
    return Section(
        "since",
        speech.say("since_title", day=speech.day(shown.found["before"]["as_of"])),
        (_lead(shown, speech), speech.say("since_lead")),
        tuple(figure for part in parts for figure in part.figures),
        tuple(group for part in parts for group in part.groups),
        tuple(table for part in parts for table in part.tables),
    )


def sections(shown: View, drawn: Drawn, outlined: Outline | None) -> list[Section]:
    """The parts of the comparison's own page."""
    from tepat.runs.compare.sections import causes, deciles, facts, flows, notes, places

    return [
        flows(shown, drawn),
        causes(shown, drawn),
        facts(shown, drawn),
        places(shown, drawn, outlined),
        deciles(shown, drawn),
        notes(shown, drawn),
    ]


def _lead(shown: View, speech: Speech) -> str:
    families = {name: speech.number(n) for name, n in shown.found["families"].items()}
    entered, left = shown.total("entered"), shown.total("left")
    if not entered and not left:
        return speech.say("nothing", both=families["both"])
    return speech.say("lead", entered=speech.number(entered), left=speech.number(left), **families)


def _key(shown: View, speech: Speech) -> list[tuple[str, str]]:
    entered, left = shown.total("entered"), shown.total("left")
    money = shown.total("rupiah_after") - shown.total("rupiah_before")
    return [
        (speech.number(entered), speech.say("key_entered")),
        (speech.number(left), speech.say("key_left")),
        (speech.number(shown.total("after") - entered), speech.say("key_stayed")),
        (("+" if money > 0 else "") + speech.money(money), speech.say("key_money_more")),
    ]


def _repeat(shown: View, speech: Speech) -> list[tuple[str, str]]:
    found = shown.found
    command = shlex.join(
        ["tepat", "compare", found["before"]["folder"], found["after"]["folder"], "--out", "DIR"]
    )
    same = speech.say("policy_same" if found["same_policy"] else "policy_other")
    hashes = dict.fromkeys(found[side]["policy_hash"] for side in ("before", "after"))
    codes = dict.fromkeys(
        found[side]["code"] or speech.say("no_code") for side in ("before", "after")
    )
    return [
        (speech.say("command"), command),
        (speech.say("file"), speech.say("who_file")),
        (same, ", ".join(hashes)),
        (speech.say("code_version"), ", ".join(codes)),
    ]


def _files(shown: View, speech: Speech) -> Table:
    return Table(
        speech.say("runs_caption"),
        columns(
            speech.say("run"),
            speech.say("day"),
            speech.say("made_at"),
            speech.say("records"),
            speech.say("families"),
            kinds=("text", "text", "text"),
        ),
        [
            [
                run["folder"],
                speech.day(run["as_of"]),
                run["made_at"],
                run["input"],
                speech.number(run["families"]),
            ]
            for run in (shown.found["before"], shown.found["after"])
        ],
    )
