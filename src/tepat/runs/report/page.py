"""Put the report together: one HTML file, both languages in it, that needs nothing else.

The page has no script. The language is the page's anchor: ``#en`` and everything inside it shows
English, anything else Indonesian. Its security policy allows the one style sheet by its hash and
nothing from outside.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tepat.places.outlines import Outline
from tepat.runs.report.content import Content, gather
from tepat.runs.report.drawing import Pictures
from tepat.runs.report.page_parts import Drawn, Section, Table, columns
from tepat.runs.report.sections.checks import checks
from tepat.runs.report.sections.deciles import deciles
from tepat.runs.report.sections.outside import outside
from tepat.runs.report.sections.places import SHAPES, outlined_places, places
from tepat.runs.report.sections.quality import quality
from tepat.runs.report.sections.quotas import quotas
from tepat.runs.report.sections.reasons import reasons
from tepat.runs.report.sections.totals import totals
from tepat.runs.report.sections.truth import truth
from tepat.runs.report.speech import LANGUAGES, Speech

Since = Callable[[str], Section]
REPORT = "tepat.runs.report"
OPTIONS = ("mapping", "deciles", "model", "quota", "truth", "policy", "boundaries", "against")


def write_report(
    folder: Path, con: Any, boundaries: Path | None = None, since: Since | None = None
) -> None:
    """Write ``report.html`` into a run's folder.

    Args:
        folder: a run whose tables, summary and run.json are written.
        con: the engine in which the tables are opened.
        boundaries: a TopoJSON or GeoJSON file; with it the maps show true shapes.
        since: gives a section on what changed since an earlier run, in a language.

    Raises:
        TepatError: ``boundaries_…`` where that file cannot be used.
    """
    content = gather(folder, con, boundaries)
    (folder / "report.html").write_text(page(content, since), encoding="utf-8")


def page(content: Content, since: Since | None = None) -> str:
    """The whole page as text."""
    outlined = outlined_places(content)
    versions = [_version(content, Speech(lang), outlined) for lang in LANGUAGES]
    if since is not None:
        for version in versions:
            version["sections"].insert(1, since(version["lang"]))
    return rendered(versions, outlined)


def rendered(
    versions: list[dict[str, Any]],
    outlined: Outline | None = None,
    *,
    package: str = REPORT,
    template: str = "page.html",
    styles: tuple[str, ...] = (),
) -> str:
    """A page of both languages in the report's style; ``versions`` are as `_version` makes them.

    A page that says more has a template of its own, which extends the report's, and styles that
    are added to it; ``package`` holds them.
    """
    templates, loader = _templates(package), _loader(package)
    sheets = ("style.css", *styles)
    style = "".join(loader.get_source(templates, name)[0] for name in sheets)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return templates.get_template(template).render(
        style=Markup(style),
        style_hash=f"sha256-{digest}",
        shapes=outlined.shapes(SHAPES) if outlined else Markup(""),
        versions=versions,
    )


@cache
def _loader(package: str) -> ChoiceLoader:
    return ChoiceLoader([PackageLoader(name) for name in (package, REPORT)])


@cache
def _templates(package: str) -> Environment:
    return Environment(
        loader=_loader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _version(content: Content, speech: Speech, outlined: Outline | None) -> dict[str, Any]:
    """The page in one language."""
    drawn = Drawn(speech, Pictures(speech.lang))
    return {
        "lang": speech.lang,
        "say": speech.say,
        "key": _key_figures(content, speech),
        "lead": _lead(content, speech),
        "as_of": speech.day(content.manifest["as_of"]),
        "input": content.manifest["arguments"]["input"],
        "unit_note": speech.of(content.manifest.get("unit_note")),
        "sections": _sections(content, drawn, outlined),
        "repeat": _repeat(content, speech),
        "files": _files(content, speech),
    }


def _sections(content: Content, drawn: Drawn, outlined: Outline | None) -> list[Section]:
    return [
        totals(content, drawn),
        places(content, drawn, outlined),
        deciles(content, drawn),
        truth(content, drawn),
        quotas(content, drawn),
        reasons(content, drawn),
        quality(content, drawn),
        *outside(content, drawn),
        checks(content, drawn),
    ]


def _lead(content: Content, speech: Speech) -> str:
    total = content.helped.total
    return speech.say(
        "lead",
        families=speech.number(content.families),
        members=speech.number(int(content.manifest["rows"]["members"])),
        helped=speech.number(total.helped),
        share=speech.share(total.helped, total.families),
        money=speech.money(content.amount_year),
    )


def _key_figures(content: Content, speech: Speech) -> list[tuple[str, str]]:
    """The few numbers at the top: value and what it is."""
    total = content.helped.total
    return [
        (speech.number(content.families), speech.say("key_families")),
        (speech.number(total.helped), speech.say("key_helped")),
        (speech.money(content.amount_year), speech.say("key_money")),
        (speech.number(content.helped.blocked), speech.say("key_blocked")),
    ]


def command(manifest: dict[str, Any]) -> str:
    """The command that repeats the run, quoted for a shell."""
    given = manifest["arguments"]
    words = ["tepat", "run", given["input"], "--out", "RUN", "--as-of", given["as_of"]]
    for name in OPTIONS:
        if given.get(name):
            words += [f"--{name}", given[name]]
    if given.get("programmes"):
        words += ["--programmes", ",".join(given["programmes"])]
    return shlex.join(words)


def _repeat(content: Content, speech: Speech) -> list[tuple[str, str]]:
    manifest = content.manifest
    return [
        (speech.say("command"), command(manifest)),
        (speech.say("policy_hash"), manifest["policy_hash"]),
        (
            speech.say("code_version"),
            f"Tepat {manifest['tepat']}, {manifest['code'] or speech.say('no_code')}",
        ),
        (speech.say("engine"), manifest["engine"]),
        (speech.say("made_at"), manifest["made_at"]),
    ]


def _files(content: Content, speech: Speech) -> Table:
    return Table(
        speech.say("files_caption"),
        columns(
            speech.say("file"),
            speech.say("table_name"),
            speech.say("rows"),
            speech.say("sha256"),
            kinds=("text", "number", "text"),
        ),
        [
            [
                file["path"],
                file["table"],
                speech.number(file.get("rows")),
                Markup("<code>{}</code>").format(file["sha256"]),
            ]
            for file in content.manifest["inputs"]
        ],
    )
