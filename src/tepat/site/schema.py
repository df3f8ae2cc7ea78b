"""`tepat migrate`: bring the database to the shape that this version of the code needs."""

from __future__ import annotations

from tepat.engine import database
from tepat.engine.errors import TepatError
from tepat.site.start import as_owner


def migrate(*, demo: bool = False) -> list[str]:
    """Apply what is missing, as the owner, and note what the database is; returns what was applied.

    The installed list of places is loaded as well, where it is not there yet.

    Args:
        demo: whether a new database is a demonstration. An old one stays what it is.

    Raises:
        TepatError: ``roles_missing``, ``migration_failed`` or ``keys_differ``.
    """
    from django.core.management import call_command
    from django.db import DatabaseError

    from tepat.places.load import load_packaged
    from tepat.site.health import missing_migrations

    with as_owner():
        _require_roles()
        missing = missing_migrations()
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise TepatError(
                "migration_failed",
                "The database could not be changed to the shape that this version needs.",
                str(error).strip().splitlines()[0],
                "What was applied before stays. Put right what is said, and run it again.",
            ) from error
        _note_what_it_is(demo)
        load_packaged()
    return missing


def is_demo() -> bool:
    """Whether the database says that it is a demonstration."""
    from tepat.site.models import Installation

    return Installation.objects.filter(is_demo=True).exists()


def _note_what_it_is(demo: bool) -> None:
    from django.conf import settings

    from tepat.site.models import Installation

    fingerprint = settings.KEYS.fingerprint()
    Installation.objects.get_or_create(
        id=1, defaults={"is_demo": demo, "key_fingerprint": fingerprint}
    )


def _require_roles() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [[*database.ROLES]])
        missing = sorted(set(database.ROLES) - {row[0] for row in cursor.fetchall()})
    if missing:
        raise TepatError(
            "roles_missing",
            f"The database server has no role {', '.join(missing)}.",
            "Each role has its own rights, and Tepat cannot make roles on a server of your own.",
            "Have the server's administrator make them once, as docs/deploying.md says.",
        )
