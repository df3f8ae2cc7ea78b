"""The steps of one interview in their order: which there are, and which were saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tepat.engine.text import Text
from tepat.registry.actions.writing import today
from tepat.registry.as_of import Fact, FamilyView
from tepat.registry.interviews.asking import applying
from tepat.registry.interviews.checks import family_facts, known_member, member_facts
from tepat.registry.interviews.content import Content, Member
from tepat.registry.interviews.groups import FAMILY_STEPS, MEMBER_STEPS, Step

ALWAYS = ("place", "who")  # these have fields of their own


@dataclass(frozen=True)
class Item:
    """One step of an interview."""

    slug: str
    step: Step
    member: Member | None
    questions: tuple[str, ...]
    saved: bool
    answers: Mapping[str, Any]
    known: Mapping[str, Fact]

    @property
    def answered(self) -> int:
        """How many of its questions were asked."""
        return sum(name in self.answers for name in self.questions)


@dataclass(frozen=True)
class Section:
    """Steps about the home, or about one member."""

    title: Text | None
    member: Member | None
    items: tuple[Item, ...]


def sections(content: Content, view: FamilyView | None) -> list[Section]:
    """The family's place, each member, then the rest about the house."""
    family = [item for step in FAMILY_STEPS if (item := _family_item(step, content, view))]
    people = [
        Section(
            None,
            member,
            tuple(
                item for step in MEMBER_STEPS if (item := _member_item(step, member, content, view))
            ),
        )
        for member in content.members
    ]
    first = Section(Text("Tempat", "Place"), None, tuple(family[:1]))
    rest = Section(Text("Rumah dan penghidupan", "House and livelihood"), None, tuple(family[1:]))
    return [first, *people, rest]


def items(content: Content, view: FamilyView | None) -> list[Item]:
    """All steps in their order."""
    return [item for section in sections(content, view) for item in section.items]


def _family_item(step: Step, content: Content, view: FamilyView | None) -> Item | None:
    facts = family_facts(content, view)
    asked = tuple(applying(step.questions, facts))
    if not asked and step.name not in ALWAYS:
        return None
    saved = step.name in content.done
    known = view.seen.facts if view else {}
    return Item(step.name, step, None, asked, saved, content.family, known)


def _member_item(
    step: Step, member: Member, content: Content, view: FamilyView | None
) -> Item | None:
    seen = known_member(member, view)
    asked = tuple(applying(step.questions, member_facts(member, seen, today())))
    if step.name == "who" and member.person_id is None:
        asked = ()  # who is registered was found
    if not asked and step.name not in ALWAYS:
        return None
    slug = f"{member.key}-{step.name}"
    known = seen.seen.facts if seen else {}
    return Item(slug, step, member, asked, slug in content.done, member.answers, known)
