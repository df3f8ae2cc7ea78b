"""An account rests after wrong attempts; the office it is in does not, and no password is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tepat.audit.models import Entry
from tepat.staff import actions, lockout
from tepat.staff.context import acting_as
from tests.registry.world import World, make_world
from tests.staff.signing_in import (
    PASSWORD,
    begins_session,
    code_now,
    give_app,
    give_password,
    sign_in,
    wrong_code,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any) -> World:
    settings.AXES_ENABLED = True
    return make_world()


def wrongly(name: str, times: int, password: str = "a wrong password") -> Any:
    """So many wrong passwords, each from another browser, in other letters."""
    for attempt in range(times):
        client = Client(headers={"user-agent": f"browser {attempt}"})
        written = name.upper() if attempt % 2 else name
        answer = give_password(client, written, password)
    return answer


def test_an_account_rests_after_eight_and_the_page_says_how_long(world: World) -> None:
    assert wrongly("village_operator", 7).status_code == 200
    locked = wrongly("village_operator", 1)
    assert locked.status_code == 429
    assert "15 menit lagi" in locked.content.decode()
    client = Client()
    assert give_password(client, "village_operator").status_code == 429, "though it is right"
    assert not begins_session(client)


def test_colleagues_at_the_same_address_are_not_locked(world: World) -> None:
    wrongly("village_operator", 40)
    client = Client()
    give_password(client, "facilitator")
    assert begins_session(client)


def test_attempts_while_it_rests_do_not_prolong_the_rest(world: World) -> None:
    from axes.models import AccessAttempt

    wrongly("village_operator", 8)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert "1 menit lagi" in wrongly("village_operator", 3).content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    client = Client()
    give_password(client, "village_operator")
    assert begins_session(client)


def test_a_right_password_lets_old_mistakes_be_forgotten(world: World) -> None:
    wrongly("village_operator", 7)
    sign_in(world["village_operator"])
    assert wrongly("village_operator", 7).status_code == 200


def test_wrong_codes_count_like_wrong_passwords(world: World) -> None:
    verifier = world["kabupaten_verifier"]
    give_app(verifier)
    client = Client()
    give_password(client, verifier.username)
    for _ in range(7):
        answer = client.post(reverse("mfa_authenticate"), {"code": wrong_code()})
        assert answer.status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": wrong_code()}).status_code == 429
    right = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert right.status_code == 429, "a right code does not help while the account rests"
    assert not begins_session(client)


def test_an_administrator_unlocks_and_it_is_written_down(world: World) -> None:
    wrongly("village_operator", 9)
    operator, administrator = world["village_operator"], world["administrator"]
    assert lockout.locked_accounts([operator.username, "facilitator"]) == {operator.username}
    actions.unlock_user(user_id=operator.pk, acting_user=administrator)
    client = Client()
    give_password(client, operator.username)
    assert begins_session(client)
    with acting_as(administrator.pk):
        assert Entry.objects.filter(verb="unlock_user", subject_id=operator.pk).exists()


def test_no_password_and_no_code_is_kept_anywhere(world: World) -> None:
    from axes.models import AccessAttempt, AccessLog

    secret = "kuda-lompat-pagar"
    wrongly("village_operator", 2, secret)
    wrongly(secret, 2)  # typed into the box of the name
    verifier = world["kabupaten_verifier"]
    give_app(verifier)
    client = Client()
    give_password(client, verifier.username)
    code = wrong_code()
    client.post(reverse("mfa_authenticate"), {"code": code})
    sign_in(world["facilitator"])
    kept = str([*AccessAttempt.objects.values(), *AccessLog.objects.values()])
    for word in (secret, secret.upper(), PASSWORD, f"code={code}"):
        assert word not in kept
    assert "village_operator" in kept, "the attempts are there"
    assert AccessAttempt.objects.filter(username__startswith="?").exists()
