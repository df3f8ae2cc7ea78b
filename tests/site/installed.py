"""What tests do inside an installation of its own: people, files, steps of an import.

Run as ``python -m tests.site.installed WHAT …`` with the installation's environment; what it says
last is JSON.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from tests.site.running import environment

_EMPTY = (
    "create temp table kept as select * from places_place where id = 1",
    "truncate places_place, places_within, places_code cascade",
    "insert into places_place select * from kept",
    "insert into places_within (place_id, ancestor_id) values (1, 1)",
)
ROOT = Path(__file__).resolve().parents[2]


def make_room_for_people(socket: str) -> None:
    """Take away the places that a migration loaded, for the small country of the tests."""
    from tests import database

    with psycopg.connect(
        host=socket, user="tepat_owner", dbname="tepat", autocommit=True
    ) as connection:
        for statement in (database.AS_OWNER, *_EMPTY):
            connection.execute(statement.encode())


def do(home: Path, *words: str) -> Any:
    """Do something in an installation, and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.site.installed", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env=environment(home),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _people() -> dict[str, str]:
    """A small country with a family, and a session of each user by name."""
    from django.test import Client

    from tepat.staff.context import acting_as
    from tests.registry.world import make_world, rukmini

    world = make_world()
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
    sessions = {"family": str(family.uuid)}
    for name in ("village_operator", "facilitator"):
        client = Client()
        client.force_login(
            world[name], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        sessions[name] = client.cookies["sessionid"].value
    return sessions


def _send() -> int:
    """A file on its way; returns the import's number."""
    from tepat.staff.context import acting_as
    from tests.registry.imports.sending import family, member, send

    world = _world()
    with acting_as(world["kabupaten_verifier"].pk):
        return send(world, [family("F1")], [member("P1", "F1")]).pk


def _step(name: str, job: str) -> str:
    """A person's step of an import: ``match`` or ``approve``."""
    from tepat.registry.imports import actions
    from tepat.staff.context import acting_as

    user = _world()[{"match": "kabupaten_verifier", "approve": "head_of_office"}[name]]
    with acting_as(user.pk):
        getattr(actions, name)(job=int(job), acting_user=user)
    return name


def _world() -> Any:
    from tepat.staff.models import User
    from tests.registry.world import World

    return World({user.username: user for user in User.objects.all()})


def main(what: str, *words: str) -> None:
    """Do one thing as the application's role."""
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "tepat.site.settings"
    import django

    django.setup()
    from django.db import connection

    ours = dict(connection.settings_dict)
    importlib.import_module("tests.registry.world")  # would have the tests' own server be used
    connection.settings_dict.update(ours)
    found = {"people": _people, "send": _send, "step": _step}[what](*words)  # type: ignore[operator]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
