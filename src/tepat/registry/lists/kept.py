"""The file of a list: sealed until it was read, opened in a folder of its own, then removed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tepat.engine.errors import TepatError
from tepat.registry.actions.people import sealer
from tepat.registry.imports.uploads import Upload, disk_error


def _folder(kind: str, load: int) -> Path:
    return Path(settings.FILES) / kind / f"list-{load}"


def keep(load: int, upload: Upload) -> None:
    """Seal a list and write it down. Raises TepatError ``disk_full``."""
    folder = _folder("uploads", load)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / "list.new"
        with draft.open("wb") as file:
            draft.chmod(0o600)
            file.write(sealer().seal_bytes(upload.content))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / "list")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise disk_error(error) from error


@contextmanager
def opened(load: int, kind: str) -> Iterator[Path]:
    """The list in clear, in a folder that is made for this and removed after it.

    Raises:
        TepatError: ``upload_gone``, ``seal_broken`` or ``disk_full``.
    """
    folder = _folder("work", load)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True, mode=0o700)
        path = folder / f"list.{kind}"
        path.write_bytes(sealer().open_bytes((_folder("uploads", load) / "list").read_bytes()))
        yield path
    except FileNotFoundError as error:
        raise TepatError(
            "upload_gone",
            "The file of this list is no longer there.",
            "Files are removed when a list has been decided.",
            "Upload it again.",
        ) from error
    except OSError as error:
        raise disk_error(error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove(load: int) -> None:
    """Remove what a list has on disk."""
    for kind in ("work", "uploads"):
        shutil.rmtree(_folder(kind, load), ignore_errors=True)
