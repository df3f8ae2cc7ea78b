"""The simulation that stands at ``--out`` already: found again, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.manifest import is_taken
from tepat.runs.since import changed_since


def existing(
    out: Path,
    arguments: dict[str, Any],
    hashes: tuple[str, str],
    files: Callable[[], list[Path]],
) -> dict[str, Any] | None:
    """What simulation.json at a place holds, if it is the very same simulation; None if none is.

    Args:
        out: the place.
        arguments: of the simulation that is asked for.
        hashes: of the policy and the reform.
        files: the files that it would read today; asked where all files of last time are the same.

    Raises:
        TepatError: ``exists`` where something else stands there.
    """
    if not is_taken(out):
        return None
    try:
        kept = json.loads((out / "simulation.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if not isinstance(kept, dict) or kept.get("arguments") != arguments:
        what = "a simulation with other arguments" if kept else "something that is no simulation"
        raise _taken(f"{out} holds {what}.")
    changed = _since(kept, hashes, files)
    if changed is not None:
        raise _taken(f"{out} holds this simulation, made {kept['made_at']}, but {changed} since.")
    return kept


def _since(
    kept: dict[str, Any], hashes: tuple[str, str], files: Callable[[], list[Path]]
) -> str | None:
    """The first thing that is not as it was; None where all is."""
    if (kept["policy_hash"], kept["reform"]["hash"]) != hashes:
        return "the policy or the reform changed"
    return changed_since(kept, files)


def _taken(what: str) -> TepatError:
    return TepatError(
        "exists", what, "Nothing is overwritten.", "Give another --out, or move it away."
    )
