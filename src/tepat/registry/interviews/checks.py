"""What does not go together in an interview, by the rules and words of the main job's checks.

Some of it stops the sending; the rest may be true and has to be confirmed by who asked: an
unmarried girl can be pregnant. Of a family that is known already, only rules on what was asked now
are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.engine.text import Text
from tepat.policy.model import Variable
from tepat.registry import numbers
from tepat.registry.as_of import FamilyView, MemberView
from tepat.registry.interviews.asking import as_sent
from tepat.registry.interviews.content import Content, Member
from tepat.registry.interviews.one_row import Cell, Row
from tepat.registry.rules.catalogue import NOTE, RULES
from tepat.registry.rules.rows import (
    HEAD,
    RowRule,
    as_meant,
    rules_of_families,
    rules_of_members,
)

# These cannot be true, so that nobody can confirm them.
STOPPING = frozenset(
    {
        "nik_form",
        "kk_form",
        "name_blank",
        "impossible_age",
        "birth_in_future",
        "two_heads",
        "no_members",
    }
)


@dataclass(frozen=True)
class Finding:
    """A rule that is broken, by whom, and in which column."""

    rule: str
    member: str | None
    who: str
    column: str

    @property
    def name(self) -> str:
        """Its name in a form."""
        return f"{self.rule}.{self.member or 'family'}"

    @property
    def says(self) -> Text:
        """What is wrong."""
        return RULES[self.rule].says

    @property
    def do(self) -> Text:
        """What to do."""
        return RULES[self.rule].do

    @property
    def stops(self) -> bool:
        """Whether it cannot be sent so."""
        return self.rule in STOPPING

    @property
    def asks(self) -> bool:
        """Whether somebody has to confirm it."""
        return not self.stops and RULES[self.rule].severity != NOTE


def family_facts(content: Content, view: FamilyView | None) -> dict[str, Any]:
    """What is known of the family, the answers of the draft before older ones."""
    known = {name: fact.value for name, fact in view.seen.facts.items()} if view else {}
    return {**known, **content.family}


def member_facts(member: Member, known: MemberView | None, on: date) -> dict[str, Any]:
    """What is known of a member, the answers of the draft before older ones."""
    facts = {name: fact.value for name, fact in known.seen.facts.items()} if known else {}
    return {**facts, **member.answers, "years": member.years(on), "sex": member.sex}


def known_member(member: Member, view: FamilyView | None) -> MemberView | None:
    """The member as the registry knows them."""
    if view is None or member.person_id is None:
        return None
    return next((one for one in view.members if one.person_id == member.person_id), None)


def findings(
    content: Content,
    view: FamilyView | None,
    *,
    variables: Mapping[str, Variable],
    today: date,
    observed_on: date,
) -> list[Finding]:
    """All that does not go together in a draft.

    Args:
        content: the draft.
        view: the family as it is known now; None for one that is registered.
        variables: of the policy.
        today: the day of the checking.
        observed_on: the day of the visit.
    """
    found = list(_of_family(content, view, variables))
    for member in content.members:
        known = known_member(member, view)
        facts = member_facts(member, known, today)
        row = {
            **dict.fromkeys((one for one in variables), None),
            **facts,
            **as_sent(member.answers, facts),
            **_identity(member, known),
            "today": today,
            "observed_on": observed_on,
            "is_head": member.relation == HEAD,
        }
        asked = None if known is None else frozenset(member.answers)
        for rule in _broken(rules_of_members(), row, variables, asked):
            found.append(Finding(rule.name, member.key, member.name or "", rule.column))
    return sorted(found, key=lambda one: (not one.stops, not one.asks))


def _identity(member: Member, known: MemberView | None) -> dict[str, Any]:
    if known is None:
        wrong = numbers.nik_findings(member.nik, member.sex, member.born) if member.nik else None
    else:
        wrong = known.record["nik_findings"] if known.record.get("nik_token") else None
    return {
        "nik": "",
        "name": member.name or None,
        "birth_date": member.born,
        "relation": member.relation,
        "wrong": wrong,
        "masked": "",
    }


def _of_family(
    content: Content, view: FamilyView | None, variables: Mapping[str, Variable]
) -> Iterator[Finding]:
    facts = family_facts(content, view)
    row = {
        **dict.fromkeys((one for one in variables), None),
        **facts,
        **as_sent(content.family, facts),
        "kk_number": "",
        "masked": "",
        "wrong": numbers.kk_findings(content.kk_number) if content.kk_number else None,
    }
    asked = None if view is None else frozenset(content.family)
    for rule in _broken(rules_of_families(), row, variables, asked):
        yield Finding(rule.name, None, "", rule.column)
    if view is None:
        yield from _make_up(content)
    size = content.family.get("family_size")
    if size is not None and size != len(content.members):
        yield Finding("family_size_differs", None, "", "family_size")


def _make_up(content: Content) -> Iterator[Finding]:
    heads = sum(one.relation == HEAD for one in content.members)
    if not content.members:
        yield Finding("no_members", None, "", "members")
    elif heads == 0:
        yield Finding("no_head", None, "", "relation")
    elif heads > 1:
        yield Finding("two_heads", None, "", "relation")


def _broken(
    rules: list[RowRule],
    row: Mapping[str, Any],
    variables: Mapping[str, Variable],
    asked: frozenset[str] | None,
) -> Iterator[RowRule]:
    """Rules that a row breaks; of a known row, only those that need something asked now."""
    for rule in rules:
        names = {name for need in rule.needs for name in need.split("|")}
        if asked is not None and not names & asked:
            continue
        if not all(as_meant(name, variables.get(name)) for name in names):
            continue
        broken: Cell = rule.broken(Row(row))
        if broken.value is True:
            yield rule
