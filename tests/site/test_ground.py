"""No database, no room: which error is answered how, and what of the request is left."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.contrib import messages
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from tepat.audit.actions import record
from tepat.audit.models import Entry
from tepat.engine.errors import TepatError
from tepat.site.ground import database_is_away, disk_is_full
from tepat.staff.context import acting_as
from tepat.staff.permissions import READERS, allowed
from tests.registry.world import World, make_world

Raised = Callable[[], BaseException]


def of_django(kind: type[Exception], cause: BaseException) -> BaseException:
    error = kind("words of the database")
    error.__cause__ = cause
    return error


AWAY: dict[str, Raised] = {
    "refused": lambda: of_django(OperationalError, psycopg.OperationalError("refused")),
    "told to end": lambda: of_django(OperationalError, psycopg.errors.AdminShutdown()),
    "starting": lambda: of_django(OperationalError, psycopg.errors.CannotConnectNow()),
    "too many": lambda: of_django(OperationalError, psycopg.errors.TooManyConnections()),
    "closed": lambda: InterfaceError("connection already closed"),
}
FULL: dict[str, Raised] = {
    "database": lambda: of_django(OperationalError, psycopg.errors.DiskFull()),
    "machine": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "quota": lambda: OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    "said": lambda: TepatError("disk_full", "The disk is full."),
}
OTHER: dict[str, Raised] = {
    "deadlock": lambda: of_django(OperationalError, psycopg.errors.DeadlockDetected()),
    "a row": lambda: of_django(IntegrityError, psycopg.errors.CheckViolation()),
    "a file": lambda: OSError(errno.ENOENT, os.strerror(errno.ENOENT)),
    "a mistake": lambda: ValueError("mistake"),
}


def _save(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Tersimpan dengan baik.")
    return HttpResponse()


def _raise(which: Raised, request: HttpRequest) -> HttpResponse:
    record(actor_id=request.user.pk, verb="half_done", subject="test")
    _save(request)
    raise which()


def _view(which: Raised) -> Any:
    return allowed(READERS)(lambda request: _raise(which, request))


urlpatterns: list[Any] = [
    path(f"{kind}/{number}/", _view(which), name=f"{kind}{number}")
    for kind, found in (("away", AWAY), ("full", FULL), ("other", OTHER))
    for number, which in enumerate(found.values())
] + [path("fine/", allowed(READERS)(_save)), path("", include("tepat.site.urls"))]
handler500 = "tepat.site.ground.broken"


@pytest.mark.parametrize("name", [*AWAY, *FULL, *OTHER])
def test_an_error_is_one_of_three_kinds(name: str) -> None:
    error = {**AWAY, **FULL, **OTHER}[name]()
    assert database_is_away(error) == (name in AWAY)
    assert disk_is_full(error) == (name in FULL)


@pytest.fixture
def client(settings: Any, world: World) -> Client:
    settings.ROOT_URLCONF = __name__
    made = Client(raise_request_exception=False)
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    made.force_login(world["village_operator"], backend=backend)
    return made


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("away", 503, "Basis data sedang tidak terjangkau"),
        ("full", 507, "Ruang simpan server habis"),
        ("other", 500, "Ada kesalahan di sistem"),
    ],
)
def test_each_kind_has_its_page_and_nothing_is_half_done(
    client: Client, world: World, kind: str, status: int, words: str
) -> None:
    number = 0
    answer = client.post(f"/{kind}/{number}/")
    text = answer.content.decode()
    assert answer.status_code == status and words in text
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert "messages" not in answer.cookies, "it was saved, said the view; it is not true any more"
    assert "messages" in client.post("/fine/").cookies
    with acting_as(world["village_operator"].pk):
        assert not Entry.objects.filter(verb="half_done").exists()
    client.cookies["django_language"] = "en"
    assert words not in client.post(f"/{kind}/{number}/").content.decode()


@pytest.mark.django_db
def test_an_error_that_we_wrote_ourselves_keeps_its_words_and_says_507(client: Client) -> None:
    answer = client.post(f"/full/{list(FULL).index('said')}/")
    assert answer.status_code == 507 and "The disk is full." in answer.content.decode()
