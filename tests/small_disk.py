"""A disk with little room, for tests of what happens when it is full."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(kilobytes: int, owner: int = 0) -> Iterator[Path]:
    """A folder on a disk of its own; skips where this user may not mount one.

    Args:
        kilobytes: all the room there is.
        owner: the user id that owns the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="tepat-small-"))
    folder.chmod(0o755)
    options = f"size={kilobytes}k,uid={owner},mode=0700"
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"this user may not mount a small disk: {done.stderr.strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Write until there is no room; the file that takes it all."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while free := os.statvfs(folder).f_bavail:
            file.write(os.urandom(free * os.statvfs(folder).f_frsize))
    return ballast
