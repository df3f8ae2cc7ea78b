"""The database guards accounts, places and second factors against whoever goes around Python."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from tepat.staff.context import acting_as
from tepat.staff.models import Assignment, User
from tests.registry.world import BANDUNG, World, make_user, make_world
from tests.staff.signing_in import give_app

pytestmark = pytest.mark.django_db

BY_ADMINISTRATORS_ONLY = {
    "another role": "UPDATE staff_user SET role = 'auditor' WHERE id = {operator}",
    "one's own role": "UPDATE staff_user SET role = 'administrator' "
    "WHERE id = coalesce(tepat_user(), {operator})",
    "an ended account": "UPDATE staff_user SET is_active = false WHERE id = {operator}",
    "another name": "UPDATE staff_user SET name = 'X' WHERE id = {operator}",
    "a foreign password": "UPDATE staff_user SET password = 'x', must_change_password = true "
    "WHERE id = {operator}",
    "a new user": "INSERT INTO staff_user (username, name, email, role, is_active, password, "
    "created_at, must_change_password, session_round) "
    "VALUES ('new', 'New', '', 'auditor', true, '!', now(), true, 0)",
    "new places": "INSERT INTO staff_assignment (user_id, place_id, given_at, given_by_id) "
    "VALUES ({operator}, 1, now(), tepat_user())",
    "ended places": "UPDATE staff_assignment SET ended_at = now() WHERE user_id = {operator}",
}
BY_NOBODY = {
    "another account name": "UPDATE staff_user SET username = 'x1' WHERE id = {operator}",
    "a deleted user": "DELETE FROM staff_user WHERE id = {operator}",
    "deleted places": "DELETE FROM staff_assignment",
    "moved places": "UPDATE staff_assignment SET place_id = 1",
    "one's own places": "INSERT INTO staff_assignment (user_id, place_id, given_at, given_by_id) "
    "VALUES (tepat_user(), 1, now(), tepat_user())",
    "places given in another's name": "INSERT INTO staff_assignment "
    "(user_id, place_id, given_at, given_by_id) VALUES ({operator}, 1, now(), {operator})",
    "a system user": "UPDATE staff_user SET role = 'system' WHERE id = {operator}",
    "the system's password": "UPDATE staff_user SET password = 'x', must_change_password = true "
    "WHERE role = 'system'",
    "the system's places": "UPDATE staff_assignment SET ended_at = now() WHERE user_id = "
    "(SELECT id FROM staff_user WHERE role = 'system')",
    "a lasting password for another": "UPDATE staff_user SET password = 'x' WHERE id = {operator}",
    "sessions that begin again": "UPDATE staff_user SET session_round = -1 WHERE id = {operator}",
    "a factor for another": "INSERT INTO mfa_authenticator (user_id, type, data, created_at) "
    "VALUES ({operator}, 'totp', '{{}}', now())",
}


@pytest.fixture
def world() -> World:
    return make_world()


def run(world: World, statement: str, *, actor: str | None) -> None:
    filled = statement.format(operator=world["village_operator"].pk)
    with transaction.atomic(), connection.cursor() as cursor:
        if actor is None:
            cursor.execute(filled)
        else:
            with acting_as(world[actor].pk):
                cursor.execute(filled)


@pytest.mark.parametrize("actor", [None, "head_of_office", "auditor", "system"])
@pytest.mark.parametrize("what", BY_ADMINISTRATORS_ONLY)
def test_only_an_administrator_may_write(world: World, what: str, actor: str | None) -> None:
    with pytest.raises(ProgrammingError):
        run(world, BY_ADMINISTRATORS_ONLY[what], actor=actor)


@pytest.mark.parametrize("what", [one for one in BY_ADMINISTRATORS_ONLY if "own" not in one])
def test_an_administrator_may_write_the_same(world: World, what: str) -> None:
    run(world, BY_ADMINISTRATORS_ONLY[what], actor="administrator")
    assert User.objects.filter(username="administrator", is_active=True).exists()


@pytest.mark.parametrize("what", BY_NOBODY)
def test_not_even_an_administrator_may_write(world: World, what: str) -> None:
    with pytest.raises(
        Exception, match=r"permission denied|row-level|account|user|check|Session|password"
    ):
        run(world, BY_NOBODY[what], actor="administrator")


@pytest.mark.parametrize("column", ["role = 'auditor'", "is_active = false"])
def test_an_administrator_changes_neither_their_own_role_nor_their_end(
    world: World, column: str
) -> None:
    make_user("second_administrator", "administrator", None)
    own = f"UPDATE staff_user SET {column} WHERE id = tepat_user()"
    with pytest.raises(ProgrammingError, match="Nobody changes their own role"):
        run(world, own, actor="administrator")
    another = f"UPDATE staff_user SET {column} WHERE username = 'second_administrator'"
    run(world, another, actor="administrator")
    assert User.objects.get(username="administrator").role == "administrator"


def test_a_user_changes_their_own_password_and_ends_their_sessions(world: World) -> None:
    own = (
        "UPDATE staff_user SET password = 'x', session_round = session_round + 1 "
        "WHERE id = {operator}"
    )
    run(world, own, actor="village_operator")
    assert User.objects.get(username="village_operator").session_round == 1
    with pytest.raises(ProgrammingError, match="changed by its user"):
        run(world, own, actor="far_operator")
    with pytest.raises(ProgrammingError, match="changed by its user"):
        run(world, own, actor=None)


def test_a_login_may_note_its_time_before_anybody_acts(world: World) -> None:
    run(world, "UPDATE staff_user SET last_login = now() WHERE id = {operator}", actor=None)
    assert User.objects.get(username="village_operator").last_login is not None


def test_what_an_administrator_gives_is_seen_at_once_and_by_nobody_else(world: World) -> None:
    analyst, administrator = world["ministry_analyst"], world["administrator"]
    with acting_as(administrator.pk):
        Assignment.objects.create(user=analyst, place_id=BANDUNG, given_by=administrator)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tepat_places()")
            assert cursor.fetchone() == (0,), "an administrator reaches no place"


def test_a_second_factor_is_removed_by_its_user_or_an_administrator(world: World) -> None:
    from allauth.mfa.models import Authenticator

    verifier = world["kabupaten_verifier"]
    give_app(verifier)
    factors = Authenticator.objects.filter(user_id=verifier.pk)
    assert "JBSWY3" not in str(list(factors.values_list("data", flat=True))), "it lies sealed"
    for stranger in ("second_verifier", "system"):
        with acting_as(world[stranger].pk):
            assert factors.delete()[0] == 0
            assert factors.update(data={}) == 0
    with acting_as(world["administrator"].pk):
        assert factors.delete()[0] == 2
