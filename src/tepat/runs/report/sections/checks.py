"""What was not checked: lists that were not loaded, absent columns, programmes not in force."""

from __future__ import annotations

from markupsafe import Markup

from tepat.registry.rules.catalogue import RULES
from tepat.runs.report.content import Content
from tepat.runs.report.page_parts import TEXT, Drawn, Section, Table, columns
from tepat.runs.report.speech import Speech

Cells = list[list[str | Markup]]


def checks(content: Content, drawn: Drawn) -> Section:
    """Tables of what is not known because nobody looked."""
    speech = drawn.speech
    tables = [_lists(content, speech), _rules(content, speech)]
    unseen = [table for table in tables if table.rows]
    lead = (speech.say("checks_lead"),) if unseen else (speech.say("checks_none"),)
    silent = _not_in_force(content, speech)
    if silent.rows:
        unseen.append(silent)
    return Section("checks", speech.say("checks_title"), lead, tables=tuple(unseen))


def _lists(content: Content, speech: Speech) -> Table:
    concerned: dict[str, list[str]] = {}
    for programme in content.programmes:
        for ground in content.manifest["programmes"][programme.name]["not_checked"]:
            concerned.setdefault(ground, []).append(speech.of(programme.title))
    grounds = content.policy.grounds
    rows: Cells = [
        [
            speech.of(grounds[name].title) if name in grounds else name,
            speech.of(grounds[name].list) if name in grounds else "",
            ", ".join(programmes),
        ]
        for name, programmes in sorted(concerned.items())
    ]
    return Table(
        speech.say("lists_caption"),
        columns(
            speech.say("list_ground"),
            speech.say("list_source"),
            speech.say("list_programmes"),
            kinds=(TEXT, TEXT),
        ),
        rows,
        cards=True,
    )


def _rules(content: Content, speech: Speech) -> Table:
    names = content.manifest.get("not_checked_rules", [])
    rows: Cells = [
        [
            speech.of(RULES[name].says) if name in RULES else name,
            Markup("<code>{}</code>").format(name),
        ]
        for name in names
    ]
    headings = columns(speech.say("rule"), speech.say("code"), kinds=(TEXT,))
    return Table(speech.say("rules_caption"), headings, rows)


def _not_in_force(content: Content, speech: Speech) -> Table:
    rows: Cells = []
    for name in content.manifest.get("not_in_force", {}):
        programme = content.policy.programmes[name]
        spans = [speech.period(p.start, p.end) for p in programme.in_force]
        title = Markup("{} <code>{}</code>").format(speech.of(programme.title), name)
        rows.append([title, "; ".join(spans)])
    return Table(
        speech.say("not_in_force_caption", day=speech.day(content.manifest["as_of"])),
        columns(speech.say("programme"), speech.say("in_force"), kinds=(TEXT,)),
        rows,
    )
