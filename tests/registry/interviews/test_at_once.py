"""The same interview sent twice at the same moment, by two connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tepat.registry.interviews import actions
from tepat.registry.interviews.content import Content, Member
from tepat.registry.models import Family, FamilyObservation, Interview
from tepat.staff.context import acting_as
from tests.registry.world import CIGENTUR, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = date(2025, 6, 1)


def both(work: Any) -> list[Any]:
    """What two threads get who start together."""
    start = Barrier(2)

    def one(_: int) -> Any:
        try:
            start.wait(20)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def test_a_registration_sent_twice_at_once_makes_one_family() -> None:
    operator = make_world()["village_operator"]
    with acting_as(operator.pk):
        begun = actions.begin_registration(
            place_id=CIGENTUR, observed_on=VISIT, acting_user=operator
        )

        def change(content: Content) -> None:
            content.add(Member("", name="Rukmini", sex=2, birth_date="1958-03-17", relation=1))

        actions.save(interview=begun.uuid, change=change, acting_user=operator)
        sure = [one.name for one in actions.to_check(begun, _content(begun))[1]]

    def send() -> Any:
        with acting_as(operator.pk):
            sent = actions.send(interview=begun.uuid, confirmed=sure, acting_user=operator)
            return sent.family and sent.family.pk

    families = both(send)
    with acting_as(operator.pk):
        assert set(families) == {Family.objects.get().pk}


def test_of_two_visits_sent_at_once_one_is_kept_and_one_is_held() -> None:
    world = make_world()
    users = iter((world["village_operator"], world["facilitator"]))
    with acting_as(world["village_operator"].pk):
        family = rukmini(world["village_operator"])
    begun = []
    for floor, user in enumerate((world["village_operator"], world["facilitator"]), 1):
        with acting_as(user.pk):
            one = actions.begin_check(family_id=family.pk, observed_on=VISIT, acting_user=user)
            actions.save(
                interview=one.uuid,
                change=lambda content, floor=floor: content.family.update(floor=floor),
                acting_user=user,
            )
            begun.append(one)
    waiting = iter(begun)

    def send() -> bool:
        user, own = next(users), next(waiting)
        with acting_as(user.pk):
            return actions.send(interview=own.uuid, confirmed=[], acting_user=user).held

    assert sorted(both(send)) == [False, True]
    with acting_as(world["kabupaten_verifier"].pk):
        assert FamilyObservation.objects.count() == 1
        assert Interview.objects.filter(state="held").count() == 1


def _content(begun: Interview) -> Content:
    return Content.opened(bytes(Interview.objects.get(pk=begun.pk).content))
