"""Fixtures that several folders of tests share: a run, a database, a browser, data of others."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tepat.cli import RARELY
from tests import engines
from tests.engines import engine, java_with_spark, spark  # noqa: F401
from tests.needs import chromium_program, data_of_others

DEMO_FAMILIES = 300
DEMO_DATE = "2025-07-01"


def pytest_configure(config: pytest.Config) -> None:
    """Marks of our own; garbage is collected as the command does."""
    engines.declare(config)
    gc.set_threshold(*RARELY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gaps of an engine are expected to fail; tests on Spark stay in one process."""
    engines.apply_gaps(items)
    engines.keep_together(items)


def tepat(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user would and return what it said."""
    program = Path(sys.executable).with_name("tepat")
    return subprocess.run(
        [program, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "160", "NO_COLOR": "1"},
    )


def _succeed(*words: str | Path) -> None:
    done = tepat(*words)
    said = f"tepat {' '.join(map(str, words))} ended with {done.returncode}:"
    assert done.returncode == 0, f"{said}\n{done.stdout}\n{done.stderr}"


def made_once(base: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the workers of one test session share: the first makes it, the rest wait."""
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def session_folder(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """A scratch folder that is the same for all workers of this test session."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@pytest.fixture(scope="session")
def demo_people(session_folder: Path) -> Path:
    """An input folder of 300 synthetic families of one province. Read it, do not change it."""

    def make(folder: Path) -> None:
        _succeed(
            "population",
            folder,
            "--families",
            str(DEMO_FAMILIES),
            "--province",
            "32",
            "--seed",
            "7",
        )

    return made_once(session_folder, "demo_people", make)


@pytest.fixture(scope="session")
def demo_run(session_folder: Path, demo_people: Path) -> Path:
    """The run folder of `demo_people` with its quotas. Read it, do not change it."""

    def make(folder: Path) -> None:
        quota = demo_people / "quota.csv"
        _succeed("run", demo_people, "--out", folder, "--as-of", DEMO_DATE, "--quota", quota)

    return made_once(session_folder, "demo_run", make)


@pytest.fixture(scope="session")
def susenas() -> Path:
    """Folder of the Susenas 2020 roster of Jambi; skips where it is not at hand."""
    return data_of_others("susenas2020_jambi")


@pytest.fixture(scope="session")
def synthetic_survey() -> Path:
    """Folder of the World Bank's synthetic survey; skips where it is not at hand."""
    return data_of_others("wb_synthetic_survey")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, driven by Playwright."""
    program = chromium_program()
    # Playwright's loop runs in this thread; Django would refuse the database beside it.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The session's database, used as the application's role, under row-level security."""
    from django.db import connections
    from django.test import Client, TransactionTestCase

    from tests import database

    connection = connections["default"]
    sign_in = Client.force_login

    def whole_sign_in(client: Client, user: Any, backend: str | None = None) -> None:
        """As a login that has shown a second factor just now; see tests/staff for the others."""
        sign_in(client, user, backend)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()

    def anew(case: TransactionTestCase) -> None:
        connection.close()
        database.make_copy()

    with pytest.MonkeyPatch.context() as patch, database.cluster():
        with django_db_blocker.unblock():
            database.make_copy()
        connection.settings_dict["NAME"] = database.NAME
        patch.setattr(Client, "force_login", whole_sign_in)
        # After a test that commits: a new copy instead of emptied tables.
        patch.setattr(TransactionTestCase, "_fixture_teardown", anew)
        yield
        connection.close()
        database.drop_copy()
