"""Put the page together, in the report's style: both languages in it, no script, nothing outside.

It is made of simulation.json alone.
"""

from __future__ import annotations

import shlex
from typing import Any

from markupsafe import Markup

from tepat.runs.report.page import rendered
from tepat.runs.report.page_parts import Section, Table, columns
from tepat.runs.report.speech import LANGUAGES
from tepat.runs.simulate.page.found import Found, Telling
from tepat.runs.simulate.page.pictures import Compared
from tepat.runs.simulate.page.sections.accuracy import accuracy
from tepat.runs.simulate.page.sections.budget import budget
from tepat.runs.simulate.page.sections.families import deciles, families, kinds, provinces
from tepat.runs.simulate.page.sections.limit import limit
from tepat.runs.simulate.page.sections.quotas import quotas
from tepat.runs.simulate.page.sections.reform import assumed, changes
from tepat.runs.simulate.page.sections.stacks import stacks
from tepat.runs.simulate.page.sections.undecided import undecided
from tepat.runs.simulate.page.speech import Told
from tepat.runs.simulate.page.warned import notices

OPTIONS = (
    "mapping", "deciles", "model", "quota", "reform_quota", "truth", "policy", "limit_budget",
    "limit_by", "limit_range",
)  # fmt: skip


def page(manifest: dict[str, Any]) -> str:
    """The whole page as text."""
    found = Found(manifest)
    return rendered(
        [_version(found, Telling(Told(lang), Compared(lang))) for lang in LANGUAGES],
        package="tepat.runs.simulate.page",
        template="simulation.html",
        styles=("compared.css",),
    )


def _version(found: Found, telling: Telling) -> dict[str, Any]:
    """The page in one language."""
    speech = telling.speech
    return {
        "lang": speech.lang,
        "say": speech.say,
        "title": speech.of(found.reform["title"]),
        "summary": speech.of(found.reform["summary"]),
        "key": _key_figures(found, telling),
        "lead": _lead(found, telling),
        "as_of": speech.day(found.manifest["as_of"]),
        "input": found.manifest["arguments"]["input"],
        "unit_note": speech.of(found.manifest.get("unit_note")),
        "notices": notices(found, telling.speech),
        "sections": _sections(found, telling),
        "assumed": assumed(found, telling),
        "repeat": _repeat(found, telling),
        "files": _files(found, telling),
    }


def _sections(found: Found, telling: Telling) -> list[Section]:
    sections = [make(found, telling) for make in (changes, budget, families)]
    sections += [*undecided(found, telling), *quotas(found, telling)]
    others = (deciles, provinces, kinds, accuracy, stacks)
    sections += [make(found, telling) for make in others]
    return [*sections, *limit(found, telling)]


def _lead(found: Found, telling: Telling) -> str:
    speech, totals = telling.speech, found.totals
    before, after = (totals[f"money_{side}"] or 0 for side in ("before", "after"))
    families = speech.number(totals["families"])
    if found.nothing_changes:
        return speech.say("lead_nothing", families=families, before=speech.money(before))
    return speech.say(
        "lead_same" if before == after else "lead",
        before=speech.money(before),
        after=speech.money(after),
        difference=speech.signed_money(after - before),
        families=families,
        **{name: speech.number(totals[name]) for name in ("more", "won", "less", "lost")},
    )


def _key_figures(found: Found, telling: Telling) -> list[tuple[str, str]]:
    """The few numbers at the top: value and what it is."""
    speech, totals = telling.speech, found.totals
    change = (totals["money_after"] or 0) - (totals["money_before"] or 0)
    moved = f"{speech.number(totals['more'])} / {speech.number(totals['less'])}"
    return [
        (speech.signed_money(change), speech.say("key_money")),
        (moved, speech.say("key_moved")),
        (speech.number(totals["won"]), speech.say("key_won")),
        (speech.number(totals["lost"]), speech.say("key_lost")),
    ]


def command(manifest: dict[str, Any]) -> str:
    """The command that repeats the simulation, quoted for a shell."""
    given = manifest["arguments"]
    words = ["tepat", "simulate", given["input"], "--reform", given["reform"]]
    words += ["--as-of", given["as_of"], "--out", "SIMULATION"]
    for name in OPTIONS:
        if given.get(name):
            words += [f"--{name.replace('_', '-')}", given[name]]
    return shlex.join(words)


def _repeat(found: Found, telling: Telling) -> list[tuple[str, str]]:
    manifest, speech = found.manifest, telling.speech
    return [
        (speech.say("command"), command(manifest)),
        (speech.say("policy_hash"), manifest["policy_hash"]),
        (speech.say("reform_hash"), manifest["reform"]["hash"]),
        (
            speech.say("code_version"),
            f"Tepat {manifest['tepat']}, {manifest['code'] or speech.say('no_code')}",
        ),
        (speech.say("engine"), manifest["engine"]),
        (speech.say("made_at"), manifest["made_at"]),
    ]


def _files(found: Found, telling: Telling) -> Table:
    speech = telling.speech
    names = ("file", "table_name", "rows", "sha256")
    return Table(
        speech.say("files_caption"),
        columns(*(speech.say(name) for name in names), kinds=("text", "number", "text")),
        [
            [
                file["path"],
                file["table"],
                speech.number(file.get("rows")),
                Markup("<code>{}</code>").format(file["sha256"]),
            ]
            for file in found.manifest["inputs"]
        ],
    )
