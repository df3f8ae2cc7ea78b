"""Nobody borrows the owner's rights, and nobody forges history by going around the application."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from tepat.engine.database import APPLICATION, READER
from tepat.staff.context import acting_as
from tests import database
from tests.registry.world import World, make_world, rukmini

# What readers of the registry may call: what row-level security itself asks, and two questions.
FOR_READERS = {
    "tepat_user", "tepat_role", "tepat_sees_all", "tepat_places", "tepat_may_write", "runs_above",
    "places_code_on",
}  # fmt: skip
OURS = "^(tepat|audit|staff|registry|runs|places)_"
BORROW = """
create function pg_temp.evil() returns boolean language plpgsql as
$$ begin update staff_user set role = 'administrator'; return false; end $$;
create temp table t (id bigint, person_id bigint, valid_from date, valid_to date,
    superseded_by_id bigint);
grant all on t to public;
create trigger x after insert on t referencing new table as added for each statement
    execute function registry_apart('person_id', 'registry_person', 'pg_temp.evil()');
insert into t values (1, 1, '2020-01-01', '2021-01-01', null);
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", [APPLICATION, READER])
def test_a_trigger_function_cannot_be_hung_on_a_table_of_ones_own(role: str) -> None:
    with (
        database.connect(role) as other,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        other.execute(BORROW)


def _rows(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "allowed"), [(READER, FOR_READERS), ("public", set())])
def test_functions_of_ours_are_called_by_the_application_alone(
    role: str, allowed: set[str]
) -> None:
    names = _rows(
        f"select distinct proname from pg_proc where proname ~ '{OURS}' "
        f"and has_function_privilege('{role}', oid, 'execute')"
    )
    assert {name for (name,) in names} <= allowed, "revoke it in the migration that makes it"


@pytest.mark.django_db
def test_trigger_functions_are_called_by_nobody() -> None:
    names = _rows(
        f"select proname from pg_proc where proname ~ '{OURS}' and prorettype = 'trigger'::regtype "
        f"and has_function_privilege('{APPLICATION}', oid, 'execute')"
    )
    assert names == [], "revoke it in the migration that makes it"


@pytest.mark.django_db
def test_readers_see_no_session_password_or_queue() -> None:
    for table in ("django_session", "staff_cache", "procrastinate_jobs", "mfa_authenticator"):
        assert _rows(f"select has_table_privilege('{READER}', '{table}', 'select')") == [(False,)]
    assert _rows(
        f"select has_column_privilege('{READER}', 'staff_user', 'password', 'select')"
    ) == [(False,)]


@pytest.fixture
def world() -> World:
    made = make_world()
    with acting_as(made["village_operator"].pk):
        rukmini(made["village_operator"])
    return made


FORGED = {
    "a batch in another's name": (
        "insert into registry_batch (uuid, kind, source, made_by_id, made_at) select "
        "gen_random_uuid(), 'event', 'x', id, now() from staff_user where username = 'auditor'",
        "one's own name",
    ),
    "a key destroyed without an erasure": (
        "update registry_family set salt = null",
        "keeps its key",
    ),
    "a family removed": ("delete from registry_family", "permission denied"),
    "what was asked, changed afterwards": (
        "update registry_askedset set columns = '{floor}'",
        "permission denied",
    ),
    "a list removed": ("delete from registry_flaglist", "permission denied"),
    "an erasure asked for in another's name": (
        "insert into registry_erasure (person_id, family_id, reason, document, asked_by_id, "
        "asked_at, answer, home_id) select p.id, f.id, 'x', 'x', 1, now(), '', f.home_id "
        "from registry_person as p, registry_family as f limit 1",
        "row-level security",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", FORGED)
def test_the_application_cannot_forge(world: World, what: str) -> None:
    statement, says = FORGED[what]
    with (
        acting_as(world["village_operator"].pk),
        connection.cursor() as cursor,
        pytest.raises(Exception, match=says),
        transaction.atomic(),
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_audit_row_cannot_be_dated_back(world: World) -> None:
    user = world["village_operator"].pk
    with acting_as(user), connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_entry (at, actor_id, verb, subject, reason, evidence, override, "
            "details) values ('2001-01-01', %s, 'forge', 'x', '', '', false, '{}') returning at",
            [user],
        )
        assert cursor.fetchone()[0].year > 2001
