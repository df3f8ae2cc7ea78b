"""Administrators make, change, end and unlock accounts; what they do stays written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tepat.audit.models import Entry
from tepat.engine.errors import TepatError
from tepat.staff import actions, queries
from tepat.staff.context import acting_as
from tepat.staff.models import Assignment, Role, User
from tests.registry.world import BANDUNG, CIGENTUR, KERTAJAYA, PASEH, World, make_user, make_world
from tests.staff.signing_in import begins_session, give_app, give_password

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world["administrator"], backend=BACKEND)
    return client


def entries(world: World, verb: str) -> list[Entry]:
    with acting_as(world["auditor"].pk):
        return list(Entry.objects.filter(verb=verb))


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_new_user_gets_a_password_once_and_sees_nothing_until_given_places(
    world: World, client: Client
) -> None:
    given = {"username": "Siti.N", "name": "Siti", "email": "", "role": "village_operator"}
    text = text_of(client.post(reverse("user_new"), given))
    user = User.objects.get(username="siti.n")
    password = text.split("<strong>")[1].split("</strong>")[0]
    assert user.must_change_password
    assert user.check_password(password)
    assert password not in text_of(client.get(reverse("user", args=[user.pk])))
    newcomer = Client()
    give_password(newcomer, "siti.n", password)
    assert begins_session(newcomer)
    with acting_as(user.pk):
        assert not list(Assignment.objects.filter(user=user))
    entry = entries(world, "create_user")[0]
    assert (entry.subject_id, entry.details) == (user.pk, {"role": "village_operator"})
    assert password not in str(entry.__dict__)


@pytest.mark.parametrize(
    "changed",
    [
        {"username": "auditor"},
        {"username": "-x"},
        {"username": ""},
        {"name": ""},
        {"role": "system"},
        {"role": "king"},
        {"email": "not an address"},
    ],
)
def test_a_wrong_new_user_is_not_made_and_the_form_says_why(
    client: Client, changed: dict[str, str]
) -> None:
    given = {"username": "siti", "name": "Siti", "email": "", "role": "facilitator"}
    before = User.objects.count()
    answer = client.post(reverse("user_new"), given | changed)
    assert answer.status_code == 422
    assert "Ada yang perlu diperbaiki" in text_of(answer)
    assert User.objects.count() == before
    assert client.post(reverse("user_new"), given).status_code == 200, "the rest of it is right"


def test_places_are_found_by_name_and_code_given_and_ended(world: World, client: Client) -> None:
    user = world["facilitator"]
    address = reverse("user_places", args=[user.pk])
    assert "Garut, Jawa Barat" in text_of(client.get(address, {"cari": "ker"}))
    assert "Cibatu" in text_of(client.get(address, {"cari": "32.05.14"}))
    assert "Tidak ada wilayah lain" in text_of(client.get(address, {"cari": "%"}))
    client.post(address, {"do": "give", "place": [KERTAJAYA, PASEH, "x"]})
    held = {place.id for place in queries.places_of([user.pk])[user.pk]}
    assert held == {PASEH, KERTAJAYA}
    client.post(address, {"do": "end", "place": [PASEH]})
    assert [place.id for place in queries.places_of([user.pk])[user.pk]] == [KERTAJAYA]
    assert entries(world, "give_places")[0].details == {"places": [KERTAJAYA]}
    assert entries(world, "end_places")[0].details == {"places": [PASEH]}


def test_an_ended_place_is_out_of_sight_at_once(world: World) -> None:
    from django.db import connection

    user, administrator = world["village_operator"], world["administrator"]

    def reach() -> int:
        with acting_as(user.pk), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tepat_places()")
            return int(cursor.fetchone()[0])

    assert reach() == 1
    told = {"user_id": user.pk, "acting_user": administrator}
    actions.end_places(place_ids=[CIGENTUR], **told)
    assert reach() == 0
    actions.give_places(place_ids=[BANDUNG], **told)
    assert reach() == 4


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_manages_users(world: World, role: Role) -> None:
    actor, user = world[role.value], world["far_operator"]
    with pytest.raises(TepatError, match="may not manage users"):
        actions.give_places(user_id=user.pk, place_ids=[1], acting_user=actor)
    with pytest.raises(TepatError, match="may not manage users"):
        actions.create_user(username="x1", name="X", email="", role="auditor", acting_user=actor)


def test_an_administrator_gives_itself_nothing(world: World, client: Client) -> None:
    own = world["administrator"]
    client.post(reverse("user_places", args=[own.pk]), {"do": "give", "place": [1]})
    assert not Assignment.objects.filter(user=own).exists()
    given = {"name": "Admin", "email": "", "role": "ministry_analyst"}
    answer = client.post(reverse("user_change", args=[own.pk]), given, follow=True)
    assert "Tidak seorang pun memberi dirinya" in text_of(answer)
    assert User.objects.get(pk=own.pk).role == "administrator"


def test_the_last_administrator_stays(world: World) -> None:
    own = world["administrator"]
    make_user("second_administrator", "administrator", None)
    second = User.objects.get(username="second_administrator")
    told: dict[str, Any] = {"left_on": timezone.localdate(), "reason": "pindah"}
    with pytest.raises(TepatError, match="their own account"):
        actions.deactivate_user(user_id=own.pk, acting_user=own, **told)
    actions.deactivate_user(user_id=own.pk, acting_user=second, **told)
    # The one who ended is stopped by the database, though the object still says administrator.
    with pytest.raises(Exception, match=r"last administrator|Only an administrator"):
        actions.deactivate_user(user_id=second.pk, acting_user=own, **told)
    assert User.objects.get(pk=second.pk).is_active


def test_a_leaver_is_ended_with_date_and_reason(world: World, client: Client) -> None:
    user = world["facilitator"]
    address = reverse("user_deactivate", args=[user.pk])
    tomorrow = timezone.localdate() + timedelta(days=1)

    def day(one: Any) -> dict[str, int]:
        return {"left_on_day": one.day, "left_on_month": one.month, "left_on_year": one.year}

    assert client.post(address, day(tomorrow) | {"reason": "x"}).status_code == 422
    assert client.post(address, day(timezone.localdate())).status_code == 422
    assert User.objects.get(pk=user.pk).is_active
    done = client.post(address, day(timezone.localdate()) | {"reason": "Pindah ke Garut"})
    assert done.status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert not Assignment.objects.filter(user=user, ended_at=None).exists()
    page = text_of(client.get(reverse("user", args=[user.pk])))
    assert "Pindah ke Garut" in page
    assert "Akun ini sudah berakhir" in page
    assert entries(world, "deactivate_user")[0].reason == "Pindah ke Garut"


def test_a_lost_telephone_is_replaced_and_all_sessions_end(world: World, client: Client) -> None:
    from allauth.mfa.models import Authenticator

    user = world["auditor"]
    give_app(user)
    theirs = Client()
    theirs.force_login(user, backend=BACKEND)
    assert theirs.get(reverse("audit")).status_code == 200
    client.post(reverse("user_factor", args=[user.pk]), {"reason": "Telepon hilang"})
    assert not Authenticator.objects.filter(user_id=user.pk).exists()
    assert theirs.get(reverse("audit")).url.startswith(reverse("account_login"))


def test_the_list_is_filtered_and_searched_and_no_name_stands_in_an_address(
    world: World, client: Client
) -> None:
    def names(**filters: str) -> set[str]:
        page = client.get(reverse("users"), filters).context["page"]
        return {user.username for user in page}

    everybody = names()
    assert "system" not in everybody
    assert names(peran="auditor") == {"auditor"}
    assert names(wilayah="garut") == {"far_operator"}
    assert "village_operator" in names(wilayah="3204")
    assert names(wilayah="atlantis") == set()
    assert names(status="berhenti") == set()
    found = client.post(reverse("user_search"), {"nama": "operator far"})
    assert "Far Operator" in text_of(found)
    assert "Village Operator" not in text_of(found)
    assert found.request["QUERY_STRING"] == ""


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_users(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        make_user(f"more{number}", "village_operator", CIGENTUR)
    with django_assert_max_num_queries(22):
        page = client.get(reverse("users")).context["page"]
    assert len(page.object_list) == 50


@pytest.mark.parametrize("number", ["system", "unknown"])
def test_the_system_and_nobody_have_no_page(world: World, client: Client, number: str) -> None:
    pk = world["system"].pk if number == "system" else 10**9
    for name in ("user", "user_change", "user_places", "user_deactivate", "user_password"):
        assert client.get(reverse(name, args=[pk])).status_code == 404
