"""The worked reform of docs/simulation.md as files, and small reforms as text."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from tepat.runs.request import Request
from tepat.runs.simulate import Ask, simulate
from tests.house.repository import text_of

PAGE = text_of(Path("docs/simulation.md"))
FILES = dict(
    re.findall(r"^File `(small_children_first/[^`]+)`:\n```yaml\n(.*?)^```", PAGE, re.M | re.S)
)
DAY = "2025-07-01"
HEAD = """\
title: {id: Coba, en: Try}
reference: Nobody
confidence: K
from: 2025-07-01
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder; returns the folder of the first."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / next(iter(files)).split("/")[0]


def reform(folder: Path, name: str, text: str) -> Path:
    """A reform of the shipped policy, with its head."""
    return write(folder, {f"{name}/reform.yaml": f"reform: {name}\n{HEAD}{text}"})


def simulated(
    people: Path,
    what: Path,
    out: Path,
    day: str = DAY,
    asked: Any = None,
    progress: Any = lambda step, done, total: None,
    **more: Any,
) -> dict[str, Any]:
    """Simulate with the quotas of the people; ``asked`` is more of the run, ``more`` of the ask."""
    given = {"quota": people / "quota.csv"} | (asked or {})
    request = Request(people, out, date.fromisoformat(day), **given)
    return simulate(Ask(request, what, **more), progress)
