"""A value for every part of an address, so that the matrix can open every page.

A new kind of part needs a line in `SAMPLES`: who may reach which of two objects. Then all routes
with that part are covered, in both directions. Where one name means different things, the line is
for one route: `route.part`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from tepat.registry.interviews import photos
from tepat.registry.interviews.actions import begin_check
from tepat.registry.models import Family, ImportJob, ListLoad
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User
from tests.database import as_owner
from tests.registry.world import (
    BANDUNG,
    CIGENTUR,
    GARUT,
    KERTAJAYA,
    World,
    make_world,
    rukmini,
    say_of,
)

NEAR = frozenset(Role) - {Role.ADMINISTRATOR, Role.SYSTEM}
COUNTRY = frozenset({Role.MINISTRY_ANALYST, Role.MINISTRY_APPROVER, Role.AUDITOR})
NOBODY: frozenset[Role] = frozenset()
EVERYBODY = frozenset(Role)
# What only a family's page may say; no other page of an administrator holds it.
OF_A_FAMILY = ("Rukmini", "Asep Hidayat", "3204330101100007")


@dataclass(frozen=True)
class Sample:
    """An object near the users of the small country, and one far from most of them.

    `near_for` and `far_for` are the roles that reach them; for others they must not exist.
    """

    near: Any
    far: Any = None
    near_for: frozenset[Role] = NEAR
    far_for: frozenset[Role] = COUNTRY


@dataclass(frozen=True)
class Arranged:
    """The small country with a family near and one far, and the one who looks."""

    world: World
    near: Family
    far: Family
    actor: User | None


def arrange(actor: str | None) -> Arranged:
    """Make it all, in the test's transaction."""
    world = make_world()
    operator, far_operator = world["village_operator"], world["far_operator"]
    with acting_as(operator.pk):
        near = rukmini(operator)
    with acting_as(far_operator.pk):
        far = rukmini(far_operator, KERTAJAYA, number="3205140101100009")
    return Arranged(world, near, far, world[actor] if actor else None)


def _family(here: Arranged) -> Sample:
    return Sample(here.near.uuid, here.far.uuid)


def _place(here: Arranged) -> Sample:
    return Sample(CIGENTUR, KERTAJAYA)


def _passkey(here: Arranged) -> Sample:
    owner = here.actor or here.world["village_operator"]
    near, far = _new_passkey(owner), _new_passkey(here.world["far_operator"])
    return Sample(near, far, near_for=EVERYBODY, far_for=NOBODY)


def _new_passkey(user: User) -> int:
    as_owner(
        "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES "
        f"({user.pk}, 'webauthn', '{{\"name\": \"Telepon\"}}', now())"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM mfa_authenticator WHERE user_id = %s", [user.pk])
        return int(cursor.fetchone()[0])


def _user(here: Arranged) -> Sample:
    return Sample(here.world["facilitator"].pk, near_for=EVERYBODY)


def _interview(here: Arranged) -> Sample:
    """A draft belongs to its author alone, whatever places others have."""
    return Sample(
        _begun(here, "village_operator", here.near),
        _begun(here, "far_operator", here.far),
        near_for=frozenset({Role.VILLAGE_OPERATOR}),
        far_for=NOBODY,
    )


def _begun(here: Arranged, author: str, family: Family) -> uuid.UUID:
    user = here.world[author]
    with acting_as(user.pk):
        return begin_check(family_id=family.pk, observed_on=date(2025, 6, 1), acting_user=user).uuid


def _photo(here: Arranged) -> Sample:
    """Asked together with the near family, so the far one is nobody's."""
    return Sample(_kept(here, here.near), _kept(here, here.far), far_for=NOBODY)


def _kept(here: Arranged, family: Family) -> uuid.UUID:
    author = "village_operator" if family == here.near else "far_operator"
    interview, number = _begun(here, author, family), uuid.uuid4()
    as_owner(
        "INSERT INTO registry_photo (uuid, kind, interview_id, family_id, batch_id, taken_on, "
        f"file, home_id) SELECT '{number}', 'front', id, {family.pk}, "
        f"(SELECT max(id) FROM registry_batch), '2025-06-01', '{photos.keep(b'picture')}', home_id "
        f"FROM registry_interview WHERE uuid = '{interview}'"
    )
    return number


def _run(here: Arranged) -> Sample:
    """Finished runs of two kabupaten; the ministry's are others' business, too."""
    near, far = (_finished(here, place) for place in (BANDUNG, GARUT))
    return Sample(near, far, near_for=COUNTRY | {Role.KABUPATEN_VERIFIER})


def _finished(here: Arranged, place: int) -> int:
    folder = settings.HOME / "runs" / f"matrix-{place}"
    (folder / "summary").mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text("<h1>Laporan</h1>")
    (folder / "summary" / "programmes.csv").write_text("programme\n")
    as_owner(
        "INSERT INTO runs_run (place_id, as_of, known_by, programmes, quota, started_by_id, state, "
        "step, done, total, folder, finished_at) VALUES "
        f"({place}, '2025-07-01', now(), '{{}}', '', {here.world['ministry_analyst'].pk}, 'done', "
        f"'', 12, 12, 'matrix-{place}', now())"
    )
    with connection.cursor() as cursor, acting_as(here.world["system"].pk):
        cursor.execute("SELECT max(id) FROM runs_run")
        return int(cursor.fetchone()[0])


def _job(here: Arranged) -> Sample:
    """Files that two villages sent."""
    return Sample(
        _uploaded(here, "village_operator", CIGENTUR), _uploaded(here, "far_operator", KERTAJAYA)
    )


def _uploaded(here: Arranged, sender: str, place: int) -> int:
    user = here.world[sender]
    with acting_as(user.pk):
        job = ImportJob.objects.create(
            home_id=place,
            uploaded_by=user,
            source="matrix",
            as_of=date(2025, 7, 1),
            file_name="keluarga.csv",
            file_names=["keluarga.csv"],
            file_size=1,
            sha256=f"{place:064}",
        )
    return job.pk


def _erasure(here: Arranged) -> Sample:
    """What two kabupaten were asked to forget."""
    return Sample(_asked(here, here.near), _asked(here, here.far))


def _asked(here: Arranged, family: Family) -> int:
    as_owner(
        "INSERT INTO registry_erasure (person_id, family_id, reason, document, asked_by_id, "
        "asked_at, answer, home_id) SELECT person_id, family_id, 'permintaan', 'surat 1', "
        f"{here.world['second_verifier'].pk}, now(), '', home_id FROM registry_membership "
        f"WHERE family_id = {family.pk} AND relation = 5 LIMIT 1"
    )
    with acting_as(here.world["system"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_erasure WHERE family_id = %s", [family.pk])
        return int(cursor.fetchone()[0])


def _load(here: Arranged) -> Sample:
    """Lists about two kabupaten; those below them are not shown them."""
    near, far = (_listed(here, place) for place in (BANDUNG, GARUT))
    ours = {Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE}
    return Sample(near, far, near_for=COUNTRY | ours)


def _listed(here: Arranged, place: int) -> int:
    user = here.world["ministry_analyst"]
    with acting_as(user.pk):
        load = ListLoad.objects.create(
            home_id=place,
            ground="deceased",
            source="Dukcapil",
            date=date(2025, 6, 1),
            uploaded_by=user,
            file_name="daftar.csv",
            file_kind="csv",
            file_size=1,
            sha256=f"{place:064}",
        )
    return load.pk


def _flag(here: Arranged) -> Sample:
    """A finding on each of the families."""
    return Sample(say_of(here.near, source="near").pk, say_of(here.far, source="far").pk)


def _word(value: str) -> Callable[[Arranged], Sample]:
    return lambda here: Sample(value, near_for=EVERYBODY)


SAMPLES: dict[str, Callable[[Arranged], Sample]] = {
    "family": _family,
    "place": _place,
    "pk": _passkey,
    "user": _user,
    "which": _word("catatan"),
    "interview": _interview,
    "photo": _photo,
    "step": _word("house"),
    "event.kind": _word("kelahiran"),
    "interview_photo.kind": _word("front"),
    "erasure": _erasure,
    "job": _job,
    "load": _load,
    "flag": _flag,
    "run": _run,
    "run_download.table": _word("programmes"),
}
