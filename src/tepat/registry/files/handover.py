"""What was read on this machine, handed over to an engine that runs elsewhere.

Files as they come are read by the embedded engine only: it guesses what a CSV means, takes cells
apart and numbers the rows in the order of their keys. What it made of them, in our own types, is
written as Parquet, part by part, and opened by the other engine as one input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact
from tepat.policy.model import Text, Variable
from tepat.registry.files.input import Input

TABLES = ("families", "members", "flags", "lists", "benefits", "findings", "kept")


def hand_over(given: Input, folder: Path, number: int) -> None:
    """Write the tables of a part that was read, each into a folder of its own."""
    for name in TABLES:
        table = getattr(given, name)
        if table is not None:
            path = folder / name / f"part-{number:04}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.to_parquet(path, compression="zstd")


def taken_over(
    con: Any, folder: Path, saved: Sequence[Mapping[str, Any]], variables: Mapping[str, Variable]
) -> Input:
    """All parts that were handed over, as one input of another engine.

    Args:
        con: the other engine.
        folder: where `hand_over` wrote.
        saved: what `Input.saved` gave of each part, in order.
        variables: the variables of the policy.
    """
    present: dict[str, dict[str, None]] = {}
    for part in saved:
        for name, columns in part["present"].items():
            present.setdefault(name, {}).update(dict.fromkeys(columns))
    tables = {
        name: con.read_parquet(f"{exact(folder)}/{name}/*.parquet", hive_partitioning=False)
        for name in TABLES
        if (folder / name).is_dir()
    }
    note = saved[-1]["unit_note"]
    return Input(
        con=con,
        **tables,
        present={name: tuple(columns) for name, columns in present.items()},
        files=[item for part in saved for item in part["files"]],
        unit_note=Text(*note) if note else None,
        rows={name: sum(part["rows"][name] for part in saved) for name in saved[0]["rows"]},
        variables=variables,
        prefix=saved[0]["prefix"],
    )
