"""Indonesian for everybody, English for who chose it here."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
SIGN_IN = {"id": 'lang="id"', "en": 'lang="en"'}


def page(client: Client, **headers: str) -> str:
    answer = client.get(reverse("front"), headers=headers)
    assert answer.headers["Content-Language"] in SIGN_IN
    return answer.content.decode()


def test_a_browser_that_prefers_english_is_answered_in_indonesian() -> None:
    assert SIGN_IN["id"] in page(Client(), accept_language="en-GB,en;q=0.9")


def test_english_is_shown_once_it_was_chosen_and_until_it_is_chosen_away() -> None:
    client = Client()
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert SIGN_IN["en"] in page(client, accept_language="id")
    client.post(reverse("set_language"), {"language": "id", "next": "/"})
    assert SIGN_IN["id"] in page(client, accept_language="en")


def test_a_cookie_with_nonsense_is_indonesian() -> None:
    client = Client()
    client.cookies["django_language"] = "xx'; drop"
    assert SIGN_IN["id"] in page(client)
