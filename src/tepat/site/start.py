"""What a command does before it works with the database, and how it changes to the owner's role.

Order matters: first the keys, for they are not made where a database already is, then the server,
then Django, whose settings only compute where the server is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tepat.engine import database
from tepat.engine.errors import TepatError
from tepat.engine.home import tepat_home
from tepat.engine.keys import load_keys
from tepat.engine.quiet_log import be_quiet

SETTINGS = "tepat.site.settings"


def begin() -> None:
    """Make the database reachable and load the application, as the application's role.

    Raises:
        TepatError: ``database_unreachable``, or what keys and the embedded server say.
    """
    be_quiet()
    home = tepat_home()
    make_home(home)
    load_keys(home)
    if not database.has_own_server():
        database.ensure_database(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django

    django.setup()
    _connect()


def make_home(home: Path) -> None:
    """Make the folder of the installation; what is written from here on is for this user only.

    Raises:
        TepatError: ``not_writable``.
    """
    try:
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(0o711)  # the embedded server's account passes through
    except OSError as error:
        raise TepatError(
            "not_writable",
            f"Cannot make {home}.",
            f"{error.strerror}.",
            "Name a folder you may write to in TEPAT_HOME.",
        ) from error
    os.umask(0o077)


@contextmanager
def as_owner() -> Iterator[None]:
    """Be the role that owns the tables, for migrations; on leaving, the application's again.

    Raises:
        TepatError: ``owner_missing`` or ``database_unreachable``.
    """
    if database.has_own_server() and not os.environ.get("DATABASE_OWNER_URL"):
        raise TepatError(
            "owner_missing",
            "DATABASE_URL is set, but not DATABASE_OWNER_URL.",
            "The application's role may not change tables, so migrations need the owner's.",
            "Name the same database with the role tepat_owner in DATABASE_OWNER_URL.",
        )
    from django.db import connection

    from tepat.site.settings import database_settings

    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(database_settings(database.OWNER))
    try:
        _connect()
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def require_ready() -> None:
    """Refuse to serve or work on an old schema, with other keys, or in a role that sees too much.

    Raises:
        TepatError: ``schema_old``, ``keys_differ`` or ``role_too_strong``.
    """
    from tepat.site.health import missing_migrations

    missing = missing_migrations()
    if missing:
        raise TepatError(
            "schema_old",
            f"The database lacks {len(missing)} changes of this version; first {missing[0]}.",
            do="Run `tepat migrate`.",
        )
    _require_same_keys()
    _require_weak_role()


def _connect() -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise TepatError(
            "database_unreachable",
            "The database cannot be reached.",
            str(error).strip().splitlines()[0],
            "Look whether the server runs, and what DATABASE_URL and DATABASE_OWNER_URL say."
            if database.has_own_server()
            else "Run `tepat db status`, and read the logs it names.",
        ) from error


def _require_same_keys() -> None:
    from django.conf import settings

    from tepat.site.models import Installation

    kept = Installation.objects.first()
    ours = settings.KEYS.fingerprint()
    if kept is None or kept.key_fingerprint != ours:
        found = "none" if kept is None else kept.key_fingerprint
        raise TepatError(
            "keys_differ",
            "Numbers in this database were sealed with another key than this installation has.",
            f"The key's fingerprint is {ours}, the database says {found}.",
            "Give the former key in TEPAT_DATA_KEY, or put its file back from a copy.",
        )


def _require_weak_role() -> None:
    """Superusers and roles with BYPASSRLS are not bound, and owners can unbind themselves."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls OR pg_has_role(oid, "
            "(SELECT relowner FROM pg_class WHERE oid = 'staff_user'::regclass), 'member') "
            "FROM pg_roles WHERE rolname = current_user"
        )
        role, strong = cursor.fetchone()
    if strong:
        raise TepatError(
            "role_too_strong",
            f"The application would run as {role}, whom row-level security does not bind.",
            "It could then show anyone every family.",
            "Name the role tepat_app in DATABASE_URL, and the owner in DATABASE_OWNER_URL only.",
        )
