"""What was observed: the answers of an interview or a ground check, kept as they were given."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from tepat.engine.errors import TepatError
from tepat.registry.actions.writing import (
    WRITERS,
    locked_family,
    not_after_today,
    open_batch,
    require_role,
)
from tepat.registry.models import AskedSet, Batch, FamilyObservation, PersonObservation
from tepat.registry.models.batches import BatchKind
from tepat.staff.models import User


@dataclass(frozen=True)
class Answers:
    """Answers to what was asked: a key for each question, None where there was no answer."""

    values: Mapping[str, Any]
    observed_on: date
    source: str
    uuid: uuid.UUID = field(default_factory=uuid.uuid4)  # made by the sender


def asked_set(columns: list[str]) -> int:
    """The id of a set of asked columns, made where it is new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_askedset (columns) VALUES (%s) ON CONFLICT DO NOTHING",
            [sorted(columns)],
        )
    return AskedSet.objects.values_list("pk", flat=True).get(columns=sorted(columns))


def add_family_answers(
    family_id: int, answers: Answers, *, batch: Batch, home_id: int, base: int | None = None
) -> None:
    """Keep answers about a family."""
    _add(FamilyObservation, {"family_id": family_id}, answers, batch, home_id, base)


def add_person_answers(
    person_id: int, answers: Answers, *, batch: Batch, home_id: int, base: int | None = None
) -> None:
    """Keep answers about a person."""
    _add(PersonObservation, {"person_id": person_id}, answers, batch, home_id, base)


def _add(
    model: type[Any],
    owner: dict[str, int],
    answers: Answers,
    batch: Batch,
    home_id: int,
    base: int | None,
) -> None:
    known = {one.name for one in model._meta.concrete_fields}
    unknown = sorted(set(answers.values) - known)
    if unknown:
        raise TepatError(
            "question_unknown",
            f"The registry has no column for {', '.join(unknown)}.",
            do="Use the names of policy/variables.yaml.",
        )
    model.objects.bulk_create(
        [
            model(
                uuid=answers.uuid,
                observed_on=answers.observed_on,
                source=answers.source,
                asked_id=asked_set(list(answers.values)),
                base_version=base,
                batch=batch,
                home_id=home_id,
                **owner,
                **answers.values,
            )
        ]
    )


def record_answers(
    *,
    family_id: int,
    family: Answers | None,
    people: Mapping[int, Answers],
    base_version: int | None,
    acting_user: User,
) -> bool:
    """Keep the answers of one visit; the same sending twice is kept once.

    Args:
        family_id: the family that was visited.
        family: the answers about the family and its house.
        people: the answers about its members, by person.
        base_version: the family's version that the interviewer saw.
        acting_user: who writes.

    Returns:
        whether the answers were new.

    Raises:
        TepatError: ``family_changed`` where somebody changed the family meanwhile; the caller
            keeps the sending and shows both versions.
    """
    require_role(acting_user, WRITERS, "record an interview")
    sent = [one for one in (family, *people.values()) if one is not None]
    for one in sent:
        not_after_today(one.observed_on)
    if not sent or _already_here(sent):
        return False
    with open_batch(
        kind=BatchKind.INTERVIEW, source=sent[0].source, acting_user=acting_user
    ) as batch:
        locked = locked_family(family_id, base_version, batch)
        home = locked.home_id
        if family is not None:
            add_family_answers(family_id, family, batch=batch, home_id=home, base=base_version)
        for person_id, answers in people.items():
            add_person_answers(person_id, answers, batch=batch, home_id=home, base=base_version)
        from tepat.audit.actions import record

        record(
            actor_id=acting_user.pk,
            verb="record_answers",
            subject="family",
            subject_id=family_id,
            home_id=home,
            details={"batch": batch.pk, "columns": sum(len(one.values) for one in sent)},
        )
    return True


def _already_here(sent: list[Answers]) -> bool:
    ids = [one.uuid for one in sent]
    return (
        FamilyObservation.objects.filter(uuid__in=ids).exists()
        or PersonObservation.objects.filter(uuid__in=ids).exists()
    )
