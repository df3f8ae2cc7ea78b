"""Tests use the database as the application does, and leave nothing to one another."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, connection, transaction
from django.utils.timezone import now

from tepat.engine import database as roles
from tests import database


def value_of(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_django_is_the_application_which_cannot_pass_row_level_security() -> None:
    assert value_of("select current_user") == roles.APPLICATION
    assert value_of("select rolbypassrls from pg_roles where rolname = current_user") is False
    for refused in ("set role tepat_owner", "create table mine (number int)"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            value_of(refused)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_after_it(turn: int) -> None:
    assert Session.objects.count() == 0
    Session.objects.create(session_key=f"try{turn}", expire_date=now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_after_it(turn: int) -> None:
    assert Session.objects.count() == 0
    assert value_of("select count(*) from places_place") == 1, "what migrations made is there"
    Session.objects.create(session_key=f"try{turn}", expire_date=now())
    with database.connect() as other:
        assert other.execute("select count(*) from django_session").fetchone() == (1,)
