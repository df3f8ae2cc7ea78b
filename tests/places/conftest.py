"""Databases for tests of places: the owner's transaction, and four editions of real lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from tests.needs import data_of_others

# When the decrees took effect whose lists the files of others follow.
DAYS = {2018: date(2017, 12, 29), 2022: date(2022, 2, 14), 2023: date(2022, 11, 9)}


@contextmanager
def connected_as(role: str) -> Iterator[None]:
    """Django's connection in another role, and the application's again."""
    from django.db import connection

    connection.close()
    before, connection.settings_dict["USER"] = connection.settings_dict["USER"], role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = before


@pytest.fixture
def owner(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction of the owner, taken back after the test."""
    from django.db import transaction

    with django_db_blocker.unblock(), connected_as("tepat_owner"), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def history(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[int, dict[str, Any]]]:
    """Three older lists and then the installed one, loaded in turn; the reports by year."""
    folder = data_of_others("regions")
    from tepat.places.bps import load_provinces
    from tepat.places.load import load_edition, package_folder
    from tepat.places.sources import read_edition
    from tests import database

    with django_db_blocker.unblock(), connected_as("tepat_owner"):
        reports = {}
        for year, day in DAYS.items():
            file = folder / f"kemendagri_{year}.csv.gz"
            reports[year] = load_edition(read_edition(file, day=day, source=f"the list of {year}"))
        reports[2025] = load_edition(read_edition(package_folder()))
        load_provinces()
    yield reports
    with django_db_blocker.unblock():
        from django.db import connection

        connection.close()
        database.make_copy()
