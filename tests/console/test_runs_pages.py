"""The pages of runs: starting, watching, results, the report, and a family's decisions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tepat.places.models import Place
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.models import Family
from tepat.runs import work
from tepat.runs.actions import start_run
from tepat.runs.models import Run
from tepat.staff.context import acting_as
from tests.console.browsing import faults_of, signed_in
from tests.registry.world import KERTAJAYA, World, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 7, 1)
QUOTA = "programme,place,quota\nsembako,3204,0\npkh,,5\n"


def client_of(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def living(world: World, name: str, *, number: str, **where: int) -> Family:
    """A poor family with a house that was looked at."""
    with acting_as(world[name].pk):
        family = rukmini(world[name], number=number, **where)
        record_answers(
            family_id=family.pk,
            family=Answers({"floor": 8, "floor_area": 20, "decile": 1}, DAY, "survei lapangan"),
            people={},
            base_version=Family.objects.get(pk=family.pk).version,
            acting_user=world[name],
        )
        return family


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.HOME = tmp_path / "home"
    made = make_world()
    living(made, "village_operator", number="3204330101100007")
    living(made, "far_operator", number="3205140101100009", place=KERTAJAYA)
    return made


def started(world: World, place: int = 1, quota: str = QUOTA) -> Run:
    return start_run(
        place=Place.objects.get(pk=place),
        as_of=DAY,
        quota=quota,
        acting_user=world["ministry_analyst"],
    )


def finished(world: World, place: int = 1) -> Run:
    run = started(world, place)
    work.perform(run.pk)
    with acting_as(work.worker_user()):
        found = Run.objects.get(pk=run.pk)
    assert (found.state, found.error) == ("done", None)
    return found


def test_the_pages_of_a_run_are_sound_in_every_form(
    world: World, browser: Any, live_server: Any
) -> None:
    run = finished(world)
    waiting = started(world)
    here = {"run": run.pk}
    with signed_in(browser, live_server.url, world["ministry_analyst"]) as context:
        for name, address in {
            "runs": reverse("runs"),
            "run_start": reverse("run_start"),
            "run": reverse("run", kwargs=here),
            "run_watch": reverse("run", kwargs={"run": waiting.pk}),
            "run_stop": reverse("run_stop", kwargs={"run": waiting.pk}),
        }.items():
            assert faults_of(context, live_server.url + address, name) == []
    with acting_as(world["village_operator"].pk):
        family = Family.objects.get()
    with signed_in(browser, live_server.url, world["village_operator"]) as context:
        address = reverse("family_decisions", kwargs={"family": family.uuid})
        assert faults_of(context, live_server.url + address, "run_family") == []
