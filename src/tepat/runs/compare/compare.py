"""Compare two runs: find the changes, ask the old rules again, name the causes, write the folder.

``who.parquet`` is long: one row for each award that only one of the runs holds, with keys and no
names. The tables of figures are CSV; ``compare.html`` shows them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tepat.engine.connect import open_engine, write_parquet
from tepat.engine.errors import TepatError
from tepat.engine.failures import engine_errors
from tepat.engine.manifest import new_folder
from tepat.runs.compare.again import ask_again
from tepat.runs.compare.causes import criteria_of, with_cause
from tepat.runs.compare.changes import beside, changed, moved_deciles, states, statuses
from tepat.runs.compare.deciles import way, with_deciles
from tepat.runs.compare.figures import figures, write_figures
from tepat.runs.compare.page import View, page, view
from tepat.runs.compare.pair import Pair, open_pair
from tepat.runs.compare.queue import with_queue
from tepat.runs.compare.variables import changed_variables

Progress = Callable[[str, int, int], None]
STEPS = ("match", "ask again", "explain", "write")
WHO = "who.parquet"


@engine_errors()
def compare(
    before: Path,
    after: Path,
    out: Path | None = None,
    *,
    boundaries: Path | None = None,
    memory: str | None = None,
    progress: Progress = lambda step, done, total: None,
) -> dict[str, Any]:
    """Say who entered and who left between two runs, and why; returns what compare.json holds.

    Args:
        before: the folder of the earlier run.
        after: the folder of the later run.
        out: a folder to write; None writes nothing.
        boundaries: a TopoJSON or GeoJSON file for a true map.
        memory: how much the engine may take, such as 8GB; the rest spills to disk.
        progress: called with a step's name, steps done, steps in all.

    Raises:
        TepatError: ``run_missing``, ``run_unfinished``, ``run_damaged``, ``programmes_differ``,
            ``families_differ``, ``exists``, ``not_writable``, ``boundaries_…``,
            ``disk_full``, ``memory_short``, ``file_unreadable``.
    """
    if out is None:
        with tempfile.TemporaryDirectory() as scratch:
            con = open_engine(Path(scratch), memory=memory)
            try:
                return _compared(open_pair(before, after, con), progress)[0]
            finally:
                con.disconnect()
    with new_folder(out) as folder:
        con = open_engine(folder / "scratch", memory=memory)
        try:
            shown = compare_into(folder, open_pair(before, after, con), boundaries, progress)
        finally:
            con.disconnect()
        shutil.rmtree(folder / "scratch", ignore_errors=True)
        return shown.found


def compare_into(
    folder: Path,
    pair: Pair,
    boundaries: Path | None = None,
    progress: Progress = lambda step, done, total: None,
    called: Path | None = None,
) -> View:
    """Compare two runs and write the tables, the figures and the page into a folder.

    ``called`` is where the later run will lie, if it is not there yet.
    """
    found, who = _compared(pair, progress)
    if called is not None:
        found["after"]["folder"] = str(called)
    progress(STEPS[3], 3, len(STEPS))
    write_parquet(pair.con, who, folder / WHO)
    write_figures(folder, found)
    text = json.dumps(found, ensure_ascii=False, indent=1, default=str)
    (folder / "compare.json").write_text(text + "\n", encoding="utf-8")
    shown = view(found, pair.policies, boundaries)
    (folder / "compare.html").write_text(page(shown), encoding="utf-8")
    return shown


def _compared(pair: Pair, progress: Progress) -> tuple[dict[str, Any], Any]:
    con = pair.con
    progress(STEPS[0], 0, len(STEPS))
    moves = moved_deciles(pair)
    _need_common_families(pair, moves)
    table = _sides(pair, changed(pair))
    found = way(pair)
    table = con.create_table("compare_deciles", with_deciles(pair, table, found), temp=True)
    table = table.rename(decile_line="line")
    progress(STEPS[1], 1, len(STEPS))
    asked = ask_again(pair, table)
    table = con.create_table("compare_asked", asked.table, temp=True)
    progress(STEPS[2], 2, len(STEPS))
    table = table.mutate(own_tie=_own_tie(pair, table))
    table = con.create_table("compare_queue", with_queue(pair, table), temp=True)
    table = con.create_table("compare_caused", with_cause(pair, table, found), temp=True)
    criteria = criteria_of(pair, asked, table)
    criteria = con.create_table("compare_criteria", criteria, temp=True)
    who = _who(pair, table, criteria, changed_variables(pair, table, criteria, found))
    who = con.create_table("compare_who", who, temp=True)
    return figures(pair, who, moves, found), who


def _sides(pair: Pair, table: Any) -> Any:
    """Changed rows with what each run decided and allocated."""
    for side, run in (("a", pair.before), ("b", pair.after)):
        decisions = (run.table("family_decisions"), run.table("member_decisions"))
        known = {n: u for n, u in pair.units.items() if n in run.manifest["programmes"]}
        numbers = (f"family_{side}", f"person_{side}")
        table = beside(table, states(table, decisions, numbers, known), side)
        table = statuses(run, table, side)
        table = pair.con.create_table(f"compare_side_{side}", table, temp=True)
    return table


def _own_tie(pair: Pair, table: Any) -> Any:
    import ibis

    seed = pair.before.manifest["as_of"]
    return (ibis.literal(f"{seed}:") + table.unit_key).hexdigest("md5")


def _need_common_families(pair: Pair, moves: list[dict[str, Any]]) -> None:
    """Refuse runs of different people: nobody entered or left, for they never met."""
    here = {side: sum(r["families"] for r in moves if r[f"here_{side}"]) for side in "ab"}
    both = sum(r["families"] for r in moves if r["here_a"] and r["here_b"])
    if both == 0 and here["a"] and here["b"]:
        raise TepatError(
            "families_differ",
            f"{pair.before.path} and {pair.after.path} have no family in common.",
            "Families are matched by family_key, letter by letter.",
            "Compare runs of the same registry, whose keys stay the same from one to the next.",
        )


def _who(pair: Pair, table: Any, criteria: Any, variables: Any) -> Any:
    """The long table of who entered and left: keys, cause, and the numbers behind it."""
    grouped = criteria.group_by(["programme", "unit_key"]).agg(
        criteria=criteria.criterion.group_concat(sep=" ", order_by=criteria.criterion)
    )
    table = beside(beside(table, grouped, "found"), variables, "found")
    return table.select(
        "programme",
        "family_key",
        "person_key",
        "change",
        "cause",
        criteria=table.criteria_found,
        variables=table.variables_found,
        province=table.province_b.coalesce(table.province_a),
        kabupaten=table.kabupaten_b.coalesce(table.kabupaten_a),
        outcome_before=table.outcome_a,
        outcome_after=table.outcome_b,
        status_before=table.status_a,
        status_after=table.status_b,
        barred_by=table.barred_by_b.coalesce(table.barred_by_a),
        score_before=table.score_before,
        score_own=table.score_own,
        score_after=table.score_after,
        decile_before=table.decile_before,
        decile_own=table.decile_own,
        decile_line=table.decile_line,
        decile_after=table.decile_after,
        place_before=table.place_a,
        place_after=table.place_b,
        quota_before=table.quota_before,
        quota_after=table.quota_after,
        amount_before=table.amount_year_a,
        amount_after=table.amount_year_b,
    ).order_by("programme", "change", "family_key", "person_key")
