"""Put the report together."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_report(folder: Path, con: Any, boundaries: Path | None = None) -> None:
    """Write ``report.html`` into a run's folder."""
    (folder / "report.html").write_text("<!doctype html>\n", encoding="utf-8")
