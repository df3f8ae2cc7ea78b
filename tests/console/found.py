"""Findings for tests of pages, as the checks would make them, without a check."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from tepat.registry.models import Family, Finding, Membership
from tepat.registry.quality.figures import count_villages
from tepat.staff.context import acting_as
from tests.registry.world import CIGENTUR, CIPAKU, KERTAJAYA, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed(user: Any) -> Client:
    """A browser in which a user is signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def page(user: Any, route: str, query: str = "", **where: Any) -> Any:
    """A page as a user sees it."""
    return signed(user).get(reverse(route, kwargs=where or None) + query)


def find(world: World, family: Family, *rules: tuple[str, str], of: int | None = None) -> list[int]:
    """Make findings on a family, or on the member with a relation; returns their ids."""
    made = []
    with acting_as(world["system"].pk):
        member = None
        if of is not None:
            member = Membership.objects.get(family=family, relation=of, valid_to=None).person_id
        for rule, severity in rules:
            made.append(
                Finding.objects.create(
                    rule=rule,
                    severity=severity,
                    family=family,
                    person_id=member,
                    home_id=family.home_id,
                ).pk
            )
    return made


def count(world: World) -> None:
    """Count the villages, as the worker does."""
    with acting_as(world["system"].pk):
        count_villages([CIGENTUR, CIPAKU, KERTAJAYA], day=date(2026, 1, 1))
