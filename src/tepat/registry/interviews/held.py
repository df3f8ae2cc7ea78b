"""A held interview: where its answers and those of others differ, question by question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tepat.registry.actions.writing import today
from tepat.registry.as_of import FamilyView
from tepat.registry.changes import BatchTold, Change, Changed, what_changed
from tepat.registry.interviews.content import Content, Member
from tepat.registry.models import Interview

PLACE = ("address", "latitude", "longitude")


@dataclass(frozen=True)
class Conflict:
    """One question to which the interview and somebody else gave different answers."""

    name: str
    variable: str
    member: Member | None
    mine: Any
    theirs: Any
    told: BatchTold | None


def since(interview: Interview) -> Changed:
    """What changed in the family since the interview was begun."""
    if interview.family_id is None or interview.base_version is None:
        return Changed((), ())
    return what_changed(interview.family_id, interview.base_version, today())


def conflicts(interview: Interview, content: Content) -> list[Conflict]:
    """Where a person has to decide; what only one side answered is no conflict."""
    changed = since(interview)
    told = {batch.batch_id: batch for batch in changed.batches}
    people = {one.person_id: one for one in content.members if one.person_id is not None}
    found = []
    for change in changed.changes:
        mine = _mine(change, content, people)
        if mine is None or mine[0] == change.after:
            continue
        owner = f"p{change.person_id}" if change.person_id else "family"
        member = people.get(change.person_id) if change.person_id else None
        found.append(
            Conflict(
                f"{owner}.{change.name}",
                change.name,
                member,
                mine[0],
                change.after,
                told.get(change.batch_id or 0),
            )
        )
    return found


def _mine(change: Change, content: Content, people: dict[int, Member]) -> tuple[Any] | None:
    """The interview's answer to what changed, in a tuple; None where it did not ask."""
    if change.what == "record" and change.person_id is None and change.name in PLACE:
        if "place" not in content.done:
            return None
        value = getattr(content, change.name)
        return (value if change.name == "address" else Decimal(value) if value else None,)
    if change.what != "fact":
        return None
    if change.person_id is None:
        answers = content.family
    elif change.person_id in people:
        answers = people[change.person_id].answers
    else:
        return None
    return (answers[change.name],) if change.name in answers else None


def take_theirs(content: Content, chosen: Iterable[Conflict]) -> None:
    """Leave these questions to what somebody else answered."""
    for one in chosen:
        if one.member is not None:
            one.member.answers.pop(one.variable, None)
        elif one.variable in PLACE:
            value = one.theirs
            kept = value if one.variable == "address" or value is None else str(value)
            setattr(content, one.variable, kept)
        else:
            content.family.pop(one.variable, None)


def living_members(content: Content, view: FamilyView | None) -> list[Member]:
    """Members of the draft who still belong to the family."""
    if view is None:
        return content.members
    living = {one.person_id for one in view.members}
    return [one for one in content.members if one.person_id in living]


def gone_members(content: Content, view: FamilyView | None) -> list[Member]:
    """Members of the draft who left or died meanwhile; their answers are not sent."""
    living = living_members(content, view)
    return [one for one in content.members if one not in living]
