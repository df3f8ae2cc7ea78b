"""Style sheets, scripts and pictures, gathered in one folder under names that carry their hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tepat.engine.errors import TepatError


def gather() -> bool:
    """Gather the files again where one has changed; returns whether that was so.

    Raises:
        TepatError: ``front_end_missing``.
    """
    from django.conf import settings
    from django.core.management import call_command

    for folder in map(Path, settings.STATICFILES_DIRS):
        if not any(folder.rglob("*.css")):
            raise TepatError(
                "front_end_missing",
                f"The style sheet and the scripts are not in {folder}.",
                do="Run `make setup`, which compiles them.",
            )
    stamp, state = Path(settings.STATIC_ROOT) / ".gathered", _state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)
    return True


def _state() -> str:
    """A line for each source file: its name, size and time; hashed, to be short."""
    from django.contrib.staticfiles.finders import get_finders

    lines = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            lines.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
