"""A small country for tests of the record: two kabupaten, three villages, a user for each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from tepat.registry.actions.families import NewMember, register_family
from tepat.registry.actions.members import Told
from tepat.registry.actions.people import FamilyFacts, PersonFacts
from tepat.registry.actions.writing import open_batch
from tepat.registry.models import Family, Flag, FlagList
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User
from tests.database import as_owner

PROVINCE, BANDUNG, GARUT = 2, 3, 4
PASEH, CIBATU = 5, 6
CIGENTUR, CIPAKU, KERTAJAYA = 10, 11, 20
# id, level, kind, parent, name, code
PLACES = (
    (PROVINCE, 1, "province", 1, "Jawa Barat", "32"),
    (BANDUNG, 2, "kabupaten", PROVINCE, "Bandung", "3204"),
    (GARUT, 2, "kabupaten", PROVINCE, "Garut", "3205"),
    (PASEH, 3, "kecamatan", BANDUNG, "Paseh", "320433"),
    (CIBATU, 3, "kecamatan", GARUT, "Cibatu", "320514"),
    (CIGENTUR, 4, "desa", PASEH, "Cigentur", "3204332001"),
    (CIPAKU, 4, "desa", PASEH, "Cipaku", "3204332002"),
    (KERTAJAYA, 4, "desa", CIBATU, "Kertajaya", "3205142001"),
)
WHERE = {
    Role.VILLAGE_OPERATOR: CIGENTUR,
    Role.FACILITATOR: PASEH,
    Role.KABUPATEN_VERIFIER: BANDUNG,
    Role.HEAD_OF_OFFICE: BANDUNG,
    Role.MINISTRY_ANALYST: 1,
    Role.MINISTRY_APPROVER: 1,
    Role.AUDITOR: 1,
}
REGISTERED = date(2025, 1, 10)


@dataclass(frozen=True)
class World:
    """Users by name: each role's value, and `far_operator` in the other kabupaten."""

    users: dict[str, User]

    def __getitem__(self, name: str) -> User:
        return self.users[name]


def make_places() -> None:
    """The tree, its codes and its closure; only the owner may write them."""
    parents = {place[0]: place[3] for place in PLACES}
    within = []
    for place in parents:
        above: int | None = place
        while above is not None:
            within.append((place, above))
            above = parents.get(above)
    as_owner(
        "INSERT INTO places_place (id, level, kind, parent_id, name) VALUES "
        + ", ".join(str(place[:5]) for place in PLACES)
    )
    as_owner(
        "INSERT INTO places_code (place_id, scheme, code, valid_from, source) VALUES "
        + ", ".join(
            f"({place[0]}, 'kemendagri', '{place[5]}', '2000-01-01', '')" for place in PLACES
        )
    )
    as_owner(
        "INSERT INTO places_within (place_id, ancestor_id) VALUES " + ", ".join(map(str, within))
    )


def make_world() -> World:
    """Places, and a user for each role; operators can sign in without a second factor."""
    make_places()
    wanted: list[tuple[str, str, int | None]] = [
        *((role.value, role.value, place) for role, place in WHERE.items()),
        ("far_operator", Role.VILLAGE_OPERATOR.value, KERTAJAYA),
        ("second_verifier", Role.KABUPATEN_VERIFIER.value, BANDUNG),
        ("administrator", Role.ADMINISTRATOR.value, None),
    ]
    for name, role, place in wanted:
        make_user(name, role, place)
    return World({user.username: user for user in User.objects.all()})


def make_user(name: str, role: str, place: int | None) -> None:
    """A user with a place, as the owner makes the first ones."""
    called, secret = name.replace("_", " ").title(), make_password("a long password for tests")
    as_owner(
        "INSERT INTO staff_user (username, name, email, role, is_active, password, created_at, "
        "must_change_password, session_round) "
        f"VALUES ('{name}', '{called}', '', '{role}', true, '{secret}', now(), false, 0)"
    )
    if place is not None:
        as_owner(
            "INSERT INTO staff_assignment (user_id, place_id, given_at) "
            f"SELECT id, {place}, now() FROM staff_user WHERE username = '{name}'"
        )


def rukmini(user: User, place: int = CIGENTUR, *, number: str = "3204330101100007") -> Family:
    """A grandmother with a son and two grandchildren; the caller acts as `user`."""
    members = [
        (PersonFacts("Rukmini", _nik(number, 1), 2, date(1958, 3, 17)), 1),
        (PersonFacts("Asep Hidayat", _nik(number, 2), 1, date(1991, 6, 2)), 3),
        (PersonFacts("Dewi Lestari", _nik(number, 3), 2, date(2012, 2, 9)), 5),
        (PersonFacts("Rizki", None, 1, date(2016, 5, 30)), 5),
    ]
    return register_family(
        facts=FamilyFacts(place, number, "Kp. Pasir RT 02 RW 05"),
        members=[NewMember(facts, relation) for facts, relation in members],
        answers=None,
        told=Told(REGISTERED, "wawancara"),
        acting_user=user,
    )


def say_of(
    family: Family,
    person_id: int | None = None,
    *,
    ground: str = "company_officer",
    source: str = "AHU",
    on: date = date(2025, 6, 1),
) -> Flag:
    """A list of an institution that names a family or one of its members, loaded by the system."""
    system = User.objects.get(username="system")
    told = {"ground": ground, "source": source, "date": on}
    with (
        acting_as(system.pk),
        open_batch(kind="list", source=source, acting_user=system) as batch,
    ):
        FlagList.objects.create(**told, place_id=1, batch=batch)
        return Flag.objects.create(
            **told,
            family=family,
            person_id=person_id,
            valid_from=on,
            batch=batch,
            home_id=family.home_id,
        )


def _nik(number: str, place: int) -> str:
    """A NIK of its own for each member, in the form of one."""
    day = {1: "570358", 2: "020691", 3: "490212"}[place]
    return f"320433{day}{number[-4:]}"
