"""Judge a finished run against the truth, and write the figures and a page."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tepat.engine.failures import engine_errors
from tepat.engine.manifest import file_hash, new_folder
from tepat.runs.accuracy.cube import has_ranks, placed
from tepat.runs.accuracy.decomposition import decomposition
from tepat.runs.accuracy.errors import COARSE, ERRORS, FINE, errors
from tepat.runs.accuracy.truth import UNIT, read_truth
from tepat.runs.folder import RunFolder

Progress = Callable[[str, int, int], None]
POOR = 40


@engine_errors()
def accuracy(
    folder: Path,
    *,
    truth: Path | None = None,
    unregistered: Path | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    poor: int = POOR,
    out: Path | None = None,
    memory: str | None = None,
    progress: Progress = lambda step, done, total: None,
) -> dict[str, Any]:
    """How well a run's ranking and awards find the poor; returns what accuracy.json holds.

    Args:
        folder: a finished run.
        truth: a file with ``family_key`` and true consumption a head; none means the run's own.
        unregistered: a file of the same kind with families that the register does not have.
        weight: a column of survey weights in these files. Without ``truth`` it is of
            ``unregistered``, beside which the run's own truth must be a full count.
        cluster: a column of enumeration areas in these files, likewise.
        poor: the poorest per cent whose losses are taken apart.
        out: a folder to write; None writes nothing.
        memory: how much the engine may take, such as 8GB; the rest spills to disk.
        progress: called with a step's name, steps done, steps in all.

    Raises:
        TepatError: ``run_missing``, ``truth_…``, ``bad_number``, ``exists``, ``not_writable``,
            ``disk_full``, ``memory_short``, ``file_unreadable``.
    """
    if not 1 <= poor <= 99:
        raise TepatError(
            "bad_number", f"--poor {poor} is no share.", do="Give a whole per cent from 1 to 99."
        )

    def judged(con: Any) -> dict[str, Any]:
        run = RunFolder(folder, con)
        found = judge(run, truth, unregistered, weight, cluster, poor, progress)
        return found | {"files": _named({"truth": truth, "unregistered": unregistered})}

    if out is None:
        with tempfile.TemporaryDirectory() as scratch:
            con = open_engine(Path(scratch), memory=memory)
            try:
                return judged(con)
            finally:
                con.disconnect()
    with new_folder(out) as place:
        con = open_engine(place / "scratch", memory=memory)
        try:
            found = judged(con)
            _write(place, found, RunFolder(folder, con))
        finally:
            con.disconnect()
        shutil.rmtree(place / "scratch", ignore_errors=True)
        return found


def judge(
    run: RunFolder,
    truth: Path | None,
    unregistered: Path | None,
    weight: str | None,
    cluster: str | None,
    poor: int,
    progress: Progress = lambda step, done, total: None,
) -> dict[str, Any]:
    """The figures of one run; see `accuracy`."""
    con = run.con
    progress("read", 0, 3)
    known = read_truth(run, truth, unregistered, weight, cluster)
    fine = has_ranks(run)
    progress("rank", 1, 3)
    table = placed(run, known, fine)
    progress("count", 2, 3)
    cuts = FINE if fine else COARSE
    sums = con.to_pyarrow(
        table.agg(
            families=table.count(),
            registered=table.count(where=table.registered),
            weight=table.weight.sum().cast("decimal(38,0)").cast("int64"),
            clusters=table.cluster.nunique(),
            counted=table.counted.sum(),
        )
    ).to_pylist()[0]
    return {
        "run": str(run.path),
        "as_of": run.manifest["as_of"],
        "families": sums["families"],
        "registered": sums["registered"],
        "weight": weight,
        "weight_sum": sums["weight"] / UNIT,
        "cluster": cluster,
        "clusters": sums["clusters"] if cluster else None,
        "counted": sums["counted"],
        "interval": _method(weight, cluster),
        "by_rank": fine,
        "poor": poor,
        "errors": errors(con, table, cuts, weighted=weight is not None, clustered=bool(cluster)),
        "lost": decomposition(run, table, poor),
    }


def _named(files: Mapping[str, Path | None]) -> dict[str, dict[str, str]]:
    """What was given, each by its name and hash."""
    return {
        name: {"name": str(path), "sha256": file_hash(path)}
        for name, path in files.items()
        if path is not None
    }


def _method(weight: str | None, cluster: str | None) -> str:
    if cluster:
        return "linearised between clusters, logit, Student's t"
    return "linearised between rows, logit, Student's t" if weight else "Wilson"


def _write(place: Path, found: dict[str, Any], run: RunFolder) -> None:
    from tepat.runs.accuracy.page import page

    with (place / "errors.csv").open("w", encoding="utf-8", newline="") as file:
        ends = [f"{name}{end}" for name in ERRORS for end in ("", "_low", "_high")]
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["group", "value", "cut", *ends])
        for row in found["errors"]:
            numbers = [row[name][key] for name in ERRORS for key in ("value", "low", "high")]
            writer.writerow([row["group"], row["value"], row["cut"], *numbers])
    with (place / "lost.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(
            file, ("programme", "fate", "families"), lineterminator="\n", extrasaction="ignore"
        )
        rows.writeheader()
        rows.writerows(found["lost"])
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (place / "accuracy.json").write_text(text + "\n", encoding="utf-8")
    (place / "accuracy.html").write_text(page(found, run.policy()), encoding="utf-8")
