"""The command line on the registry: `tepat snapshot`."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from tepat.cli_options import NewFolder
from tepat.cli_policy import AsJson, answer, day_of
from tepat.engine.errors import TepatError
from tepat.engine.progress import shown

JAKARTA = ZoneInfo("Asia/Jakarta")


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("snapshot")(snapshot_command)


def snapshot_command(
    out: NewFolder,
    as_of: Annotated[str, typer.Option("--as-of", help="Day on which facts are true.")],
    known_by: Annotated[
        str | None,
        typer.Option(help="Only what was known by then: 2025-03-31 or 2025-03-31T17:00+07:00."),
    ] = None,
    place: Annotated[str | None, typer.Option(help="Code of a place; the country if none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the registry as it was on a day, as files that `tepat run` reads."""
    from tepat.site.start import begin, require_ready

    day = day_of(as_of, "--as-of")
    moment = moment_of(known_by) if known_by else None
    begin()
    require_ready()
    from tepat.registry.actions.snapshots import take_snapshot
    from tepat.staff.models import User

    with shown(as_json) as progress:
        manifest = take_snapshot(
            out=out,
            as_of=day,
            known_by=moment,
            place=place,
            acting_user=User.objects.get(username="system"),
            progress=progress,
        )
    if as_json:
        answer(manifest)
        return
    rows = manifest["rows"]
    print(
        f"{rows['families']:,} families and {rows['members']:,} members as of "
        f"{manifest['as_of']}, known by {manifest['known_by']}, in {out}."
    )
    print(f"Next: tepat run {out} --out RUN --as-of {manifest['as_of']}")


def moment_of(text: str) -> datetime:
    """A moment that a user gave; without a zone that of Jakarta, a day alone means until its end.

    Raises:
        TepatError: ``time_unreadable``.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise TepatError(
            "time_unreadable",
            f"--known-by {text} is not a moment.",
            do="Write a day, 2025-03-31, or a day and a time, 2025-03-31T17:00.",
        ) from error
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", text):
        found = datetime.combine(found.date(), time()) + timedelta(days=1, microseconds=-1)
    return found if found.tzinfo is not None else found.replace(tzinfo=JAKARTA)
