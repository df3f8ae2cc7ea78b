"""A family that moves while somebody writes about it is written about where it lives then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection

from tepat.places.models import Place
from tepat.registry.actions.families import move_family
from tepat.registry.actions.members import Told
from tepat.registry.models import Family, Finding
from tepat.runs import publish as publishing
from tepat.runs import work
from tepat.runs.actions import start_run
from tepat.runs.models import Decision
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id
from tests.registry.world import CIPAKU, World, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0


@contextmanager
def moving(world: World, family: int) -> Iterator[None]:
    """Somebody else has moved the family and commits a while after the block began to wait."""
    moved, failed = threading.Event(), []

    def move() -> None:
        facilitator = world["facilitator"]
        try:
            with acting_as(facilitator.pk):
                move_family(
                    family_id=family,
                    place_id=CIPAKU,
                    address="Kp. Baru",
                    told=Told(date(2025, 8, 1), "surat pindah"),
                    acting_user=facilitator,
                )
                moved.set()
                _until_somebody_waits()
        except Exception as error:
            failed.append(error)
            raise
        finally:
            moved.set()
            connection.close()

    mover = threading.Thread(target=move)
    mover.start()
    assert moved.wait(PATIENCE)
    yield
    mover.join(PATIENCE)
    assert failed == []


def _until_somebody_waits() -> None:
    """Until another waits for this transaction; five seconds at most, for where nobody does."""
    pause = threading.Event()
    for _ in range(50):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        pause.wait(0.1)


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.HOME = tmp_path / "home"
    return make_world()


@pytest.fixture
def family(world: World) -> int:
    with acting_as(world["village_operator"].pk):
        return rukmini(world["village_operator"]).pk


def test_decisions_of_a_run_follow_a_family_that_moves_while_they_are_published(
    world: World, family: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_run(
        place=Place.objects.get(pk=1),
        as_of=date(2025, 7, 1),
        programmes=("lpg_3kg",),
        acting_user=world["ministry_analyst"],
    )

    def meanwhile(*words: Any) -> None:
        with moving(world, family):
            publishing.publish(*words)

    monkeypatch.setattr(work, "publish", meanwhile)
    work.perform(run.pk)
    with acting_as(system_id()):
        assert Family.objects.get(pk=family).home_id == CIPAKU
        homes = Decision.objects.filter(family_id=family).values_list("home_id", flat=True)
        assert set(homes) == {CIPAKU}


def test_a_finding_follows_a_family_that_moves_while_it_is_checked(
    world: World, family: int
) -> None:
    with moving(world, family), acting_as(system_id()), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO registry_finding (rule, severity, family_id, "column", value_shown, '
            "home_id, note) SELECT 'nik_form', 'error', id, 'nik', '', home_id, '' "
            "FROM registry_family"
        )
    with acting_as(system_id()):
        assert Finding.objects.get().home_id == CIPAKU
