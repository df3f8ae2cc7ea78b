"""The files of this repository, as the house tests see them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {".git", ".venv", "var", "node_modules"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files under version control, relative to the root; all files where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
        names = [Path(name) for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
    kept = (name for name in names if not NOT_OURS & set(name.parts))
    return tuple(sorted(name for name in kept if (ROOT / name).is_file()))


def python_files(folder: str = "") -> list[Path]:
    """Python files at or below a folder, relative to the root."""
    return [
        name for name in tracked_files() if name.suffix == ".py" and name.is_relative_to(folder)
    ]


@cache
def text_of(name: Path) -> str:
    """Text of a file; empty for a file that is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def collect(checked: object, names: list[Path]) -> str:
    """All problems that a check finds in these files, one to a line."""
    assert callable(checked)
    assert names, "no files to check: the folder is empty or the list of files is wrong"
    return "\n".join(problem for name in names for problem in checked(name, text_of(name)))
