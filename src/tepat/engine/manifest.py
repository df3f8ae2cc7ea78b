"""What makes a result repeatable: hashes of inputs, the code's version, folders written whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tepat.engine.errors import TepatError


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def code_version() -> str | None:
    """The git commit of the code, marked ``+`` where it was changed; None outside a checkout."""
    folder = Path(__file__).parent
    try:
        commit = _git(folder, "rev-parse", "--short=12", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changed else "")


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Write a folder beside its place and rename it when whole.

    Yields the folder to write into. If the block raises (Ctrl-C included), nothing is left.

    Raises:
        TepatError: ``exists`` where the place is taken, ``not_writable`` where it cannot be made.
    """
    if path.exists():
        raise TepatError(
            "exists",
            f"{path} exists.",
            "A result is never overwritten.",
            "Give another --out, or move the old folder away.",
        )
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.mkdir(parents=True)
    except OSError as error:
        raise TepatError(
            "not_writable",
            f"Cannot write {path}: {error.strerror}.",
            do="Choose a folder you may write to.",
        ) from error
    try:
        yield unfinished
        os.replace(unfinished, path)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
