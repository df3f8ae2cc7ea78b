"""Who may open what: every route, for every role, with objects near and far, as the database's
application role. A new route is in it by itself, or fails here with what to do.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import get_resolver

from tepat.staff.models import Role
from tests.site.matrix import Route, Visitor, problems_of, routes, undeclared
from tests.site.samples import arrange

pytestmark = pytest.mark.django_db
ACTORS = [None, *(role.value for role in Role if role != Role.SYSTEM)]
MISTAKES = {
    None: {"claims_only": "not the login"},
    "kabupaten_verifier": {"shows_families_to_all": "neither an access row nor an entry"},
    "village_operator": {
        "opens_any_family": "out of reach gave 200",
        "claims_only": "gave 200, and not 403",
    },
    "facilitator": {"opens_any_family": "no access row", "forbids_everything": "got 500"},
    "auditor": {"lets_everybody_write": "POST of an auditor", "opens_any_family": "no access row"},
    "administrator": {"shows_families_to_all": "sees 'Rukmini'"},
}


def found(urlconf: str) -> list[Route]:
    return list(routes(get_resolver(urlconf).url_patterns))


def test_every_route_says_whom_it_lets_in_and_has_samples() -> None:
    said = undeclared(found("tepat.site.urls"))
    assert not said, "\n".join(said)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_route_does_for_this_role_what_it_says(actor: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tepat_app",)
    every = found("tepat.site.urls")
    assert len(every) > 40
    said = problems_of(Visitor(arrange(actor)), every)
    assert not said, "\n".join(said)


def test_the_matrix_reports_a_view_that_declares_nothing_and_a_part_without_sample() -> None:
    said = undeclared(found("tests.site.unguarded")[:7])
    assert [one.split(":")[0] for one in said] == ["undeclared", "of_unknown_kind"]
    assert "@allowed" in said[0]
    assert "SAMPLES" in said[1]


@pytest.mark.parametrize("actor", MISTAKES)
def test_the_matrix_reports_an_unguarded_view(actor: str | None, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.site.unguarded"
    said = problems_of(Visitor(arrange(actor)), found("tests.site.unguarded")[:7])
    for name, words in MISTAKES[actor].items():
        assert any(line.startswith(f"{name}:") and words in line for line in said), (name, said)
