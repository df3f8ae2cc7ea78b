"""The page on which a ministry loads its boundaries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tepat.places.models import BoundaryFile, Outline
from tests.places.test_boundaries import TWO
from tests.registry.world import BANDUNG, GARUT, World, make_world

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world() -> World:
    return make_world()


def send(world: World, name: str, content: str, **more: Any) -> Any:
    client = Client()
    client.force_login(world[name], backend=BACKEND)
    file = SimpleUploadedFile("batas.json", content.encode())
    given = {"file": file, "source": "Badan peta", "code_property": "", **more}
    return client, client.post(reverse("boundaries"), given)


@pytest.mark.parametrize("name", ["ministry_analyst", "administrator"])
def test_boundaries_are_loaded_shown_and_told(world: World, name: str) -> None:
    client, answer = send(world, name, json.dumps(TWO))
    assert answer.status_code == 302
    assert set(Outline.objects.values_list("place_id", flat=True)) == {BANDUNG, GARUT}
    told = client.get(answer.url.split("#")[0]).content.decode()
    assert "Nowhere" in told and "Badan peta" in told and "<path" in told
    assert BoundaryFile.objects.get().loaded_by_id == world[name].pk


def test_a_file_that_is_no_map_is_refused_with_what_to_do(world: World) -> None:
    _, answer = send(world, "ministry_analyst", "<svg onload=alert(1)>")
    assert answer.status_code == 422
    assert "boundaries_invalid" in answer.content.decode()
    assert not BoundaryFile.objects.exists()


def test_others_may_not_load_boundaries(world: World) -> None:
    _, answer = send(world, "kabupaten_verifier", json.dumps(TWO))
    assert answer.status_code == 403
    assert not BoundaryFile.objects.exists()
