"""The simulation that stands at ``--out`` already: found again, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.manifest import file_hash, is_taken


def existing(
    out: Path, arguments: dict[str, Any], hashes: tuple[str, str]
) -> dict[str, Any] | None:
    """What simulation.json at a place holds, if it is the very same simulation; None if none is.

    Args:
        out: the place.
        arguments: of the simulation that is asked for.
        hashes: of the policy and the reform.

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
    changed = [item["path"] for item in kept.get("inputs", []) if _changed(item)]
    if (kept["policy_hash"], kept["reform"]["hash"]) != hashes:
        changed.append("the policy or the reform")
    if changed:
        made = kept["made_at"]
        raise _taken(f"{out} holds this simulation, made {made}, but {changed[0]} changed since.")
    return kept


def _taken(what: str) -> TepatError:
    return TepatError(
        "exists", what, "Nothing is overwritten.", "Give another --out, or move it away."
    )


def _changed(item: dict[str, Any]) -> bool:
    """Whether a file of the input is gone or holds something else now."""
    path = Path(item["path"])
    return not path.is_file() or file_hash(path) != str(item["sha256"])
