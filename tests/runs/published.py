"""A registry of synthetic families, and runs of it as the worker does them, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection

from tepat.engine import database as roles
from tepat.places.models import Place
from tepat.registry.models import Family
from tepat.runs import work
from tepat.runs.actions import start_run
from tepat.runs.models import Run
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User
from tepat.staff.queries import system_id
from tests import database
from tests.registry.loaded import Loader, prepare
from tests.registry.world import make_user

DAY = date(2025, 7, 1)


@dataclass(frozen=True)
class Country:
    """Users by role, and two kabupaten: `near` is that of the verifier and the operator."""

    users: dict[str, User]
    near: Place
    far: Place
    village: Place

    def __getitem__(self, name: str) -> User:
        return self.users[name]


def fill_registry(people: Path, scratch: Path) -> None:
    """Put the families of an input folder into the registry, as one import would."""
    folder = prepare(people, scratch / "prepared")
    (scratch / "load").mkdir()
    with database.connect(roles.OWNER) as owner, owner.transaction():
        loader = Loader(owner, scratch / "load")
        batch = loader.batch()
        loader.places(folder)
        loader.families(folder, batch)
        loader.flags(folder, batch)
        loader.stamp(batch)


def make_country() -> Country:
    """Users for what is in the registry."""
    with acting_as(system_id()), connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.ancestor_id, min(f.home_id) FROM registry_family AS f "
            "JOIN places_within AS w ON w.place_id = f.home_id "
            "JOIN places_place AS p ON p.id = w.ancestor_id AND p.level = 2 "
            "GROUP BY 1 ORDER BY count(*) DESC LIMIT 2"
        )
        (near, village), (far, far_village) = cursor.fetchall()
    where = {
        Role.VILLAGE_OPERATOR: village,
        Role.KABUPATEN_VERIFIER: near,
        Role.MINISTRY_ANALYST: 1,
        Role.MINISTRY_APPROVER: 1,
        Role.AUDITOR: 1,
    }
    wanted = [(role.value, role.value, place) for role, place in where.items()]
    wanted.append(("far_operator", Role.VILLAGE_OPERATOR.value, far_village))
    wanted.append(("administrator", Role.ADMINISTRATOR.value, None))
    for name, role, place in wanted:
        make_user(name, role, place)
    users = {name: User.objects.get(username=name) for name, _, _ in wanted}
    return Country(
        users, Place.objects.get(pk=near), Place.objects.get(pk=far), Place.objects.get(pk=village)
    )


def done_run(
    country: Country,
    *,
    quota: str = "",
    day: date = DAY,
    place: int = 1,
    programmes: tuple[str, ...] = (),
) -> Run:
    """A run that the ministry started and the worker finished."""
    run = start_run(
        place=Place.objects.get(pk=place),
        as_of=day,
        programmes=programmes,
        quota=quota,
        acting_user=country["ministry_analyst"],
    )
    work.perform(run.pk)
    return as_worker(run)


def as_worker(run: Run) -> Run:
    """The run as it is now."""
    with acting_as(system_id()):
        return Run.objects.get(pk=run.pk)


def families_in(place: Place) -> list[Family]:
    """The families that live in a place."""
    with acting_as(system_id()):
        within = "SELECT place_id FROM places_within WHERE ancestor_id = %s"
        return list(Family.objects.extra(where=[f"home_id IN ({within})"], params=[place.pk]))
