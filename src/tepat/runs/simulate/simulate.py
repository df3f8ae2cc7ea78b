"""Simulate a reform: the policy as it is and as it would be, on the same families, in one pass.

Written is one folder: simulation.json, summary/*.csv, simulation.html and the policy used. The
tables of the families are not kept: they are those of the input.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tepat import __version__
from tepat.engine.connect import open_engine
from tepat.engine.desk import Desk
from tepat.engine.errors import TepatError
from tepat.engine.failures import engine_errors
from tepat.engine.manifest import code_version, file_hash
from tepat.enrolment.quota import read_quota
from tepat.policy.load import load_policy
from tepat.policy.model import Policy
from tepat.policy.reform import Reform, find_reform, load_reform
from tepat.registry.files.parts import Part
from tepat.runs.request import Progress, Request, State
from tepat.runs.run import in_force
from tepat.runs.simulate import figures
from tepat.runs.simulate.changes import described
from tepat.runs.simulate.errors import COLUMNS as ERROR_COLUMNS
from tepat.runs.simulate.errors import errors
from tepat.runs.simulate.existing import existing
from tepat.runs.simulate.families import beside
from tepat.runs.simulate.limit import Limit, find_limit, no_score, read_limit
from tepat.runs.simulate.one_pass import Tables, one_pass, timed
from tepat.runs.simulate.page import page
from tepat.runs.simulate.quotas import COLUMNS as QUOTA_COLUMNS
from tepat.runs.simulate.quotas import LINE_COLUMNS, quota_lines, quotas
from tepat.runs.simulate.twins import Quotas, Twins, make_twins
from tepat.runs.simulate.undecided import with_undecided
from tepat.runs.steps import cut_input, dated, input_files, look_first
from tepat.runs.work_folder import WorkFolder, work_folder

FIGURES = (
    "totals", "programmes", "quotas", "quota_lines", "deciles", "provinces", "kinds", "stacking",
    "stacks", "errors",
)  # fmt: skip
COLUMNS = {  # of tables that may be empty
    "quotas": QUOTA_COLUMNS,
    "quota_lines": LINE_COLUMNS,
    "kinds": figures.KIND_COLUMNS,
    "errors": ERROR_COLUMNS,
}
WRITTEN = "written"  # the last step: what follows it only takes away
OF_RUNS = ("programmes", "present", "lines", "lists", "not_in_force", "members_read")
NOTHING: Progress = lambda step, done, total: None  # noqa: E731


@dataclass(frozen=True)
class Ask:
    """What is to be simulated: a run's request, the reform, and the reform's own places."""

    request: Request
    reform: Path
    reform_quota: Path | None = None
    limit_budget: int | None = None
    limit_by: str | None = None
    limit_range: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The arguments as text, for simulation.json."""
        own = {
            key: str(value)
            for key, value in vars(self).items()
            if key != "request" and value is not None
        }
        return self.request.as_dict() | own


def simulate(ask: Ask, progress: Progress = NOTHING) -> dict[str, Any]:
    """Simulate a reform and return what simulation.json holds.

    Raises:
        TepatError: nothing was written.
    """
    request = ask.request
    base = load_policy(request.policy)
    reform = load_reform(find_reform(ask.reform, request.policy), base)
    _has_begun(reform, request.as_of)
    before, _ = in_force(base, (), request.as_of)
    later = reform.policy.programmes
    after = [name for name, p in later.items() if p.is_in_force(request.as_of)]  # it may end all
    quotas = _quotas(ask, base, reform)
    limit = _limit(ask, reform, after, quotas[1])
    twins = make_twins(base, reform, request.as_of, before, after, quotas)
    begun = _begun(ask, base, reform)
    hashes = base.hash, reform.hash
    kept = existing(request.out, ask.as_dict(), hashes, lambda: _files(ask))
    if kept is not None:
        return kept
    with engine_errors():
        parts = cut_input(request, twins.policy.variables)
    files = _files(ask)
    made_of = {"files": dated(files), "parts": [part.as_dict() for part in parts]}
    with work_folder(request.out, begun | made_of) as work, engine_errors():
        work.lasting = len(parts) > 1
        if work.finished(WRITTEN) is None:  # else only the tidying was cut short
            state = _opened(request, work, parts, progress, twins)
            state.manifest = begun | _about(base, reform, twins, state.con, request.as_of)
            state.manifest["files"] = [str(path) for path in files]
            try:
                found = _found(state, twins, base, reform, limit)
            finally:
                state.con.disconnect()
            if ask.reform_quota is not None:
                state.manifest["inputs"].append(_hashed("reform_quota", ask.reform_quota))
            kept = {n: part for n, part in state.manifest.items() if n not in OF_RUNS} | found
            _write(work.folder, kept, reform)
            work.finish(WRITTEN, {})
        _tidy(work.folder)
        text = (work.folder / "simulation.json").read_text(encoding="utf-8")
    simulated: dict[str, Any] = json.loads(text)
    return simulated


def _opened(
    request: Request, work: WorkFolder, parts: list[Part], progress: Progress, twins: Twins
) -> State:
    """The engine and what the steps hand on to each other."""
    scratch = work.folder / "scratch"
    con = open_engine(scratch, memory=request.memory)
    return State(
        request, twins.policy, con, work, Desk(con, scratch), parts, progress, twins.names, {},
        twins.quotas, {},
    )  # fmt: skip


def _found(
    state: State, twins: Twins, base: Policy, reform: Reform, limit: Limit | None
) -> dict[str, Any]:
    """The figures: one pass over the families, then both sides compared."""
    tables = one_pass(state)
    state.progress("compare", 5, 7)
    with timed(state, "compare"):
        found = _compared(tables, twins, reform)
    if limit is not None:
        state.progress("limit", 6, 7)
        with timed(state, "limit"):
            found["limit"] = find_limit(limit, tables, twins, base, reform)
    found["seconds"] = state.seconds
    return found


def _files(ask: Ask) -> list[Path]:
    return [*input_files(ask.request), *([ask.reform_quota] if ask.reform_quota else [])]


def _hashed(name: str, path: Path) -> dict[str, Any]:
    return {"path": str(path), "sha256": file_hash(path), "table": name}


def _limit(ask: Ask, reform: Reform, programmes: list[str], quotas: Quotas) -> Limit | None:
    """The budget to fit, where one was given."""
    if ask.limit_budget is not None:
        found = read_limit(
            ask.limit_budget, ask.limit_by, ask.limit_range, reform, programmes, quotas
        )
        if found.kind == "score" and ask.request.model is None:
            raise no_score(found.programme)
        return found
    if ask.limit_by is not None or ask.limit_range is not None:
        raise TepatError(
            "limit_budget",
            "A line to search was given, but no budget.",
            do="Add --limit-budget RUPIAH.",
        )
    return None


def _has_begun(reform: Reform, day: date) -> None:
    if day < reform.start:
        raise TepatError(
            "reform_not_begun",
            f"The reform begins on {reform.start}; on {day} nothing of it holds.",
            do=f"Give --as-of {reform.start} or later.",
        )


def _quotas(ask: Ask, base: Policy, reform: Reform) -> tuple[Quotas, Quotas]:
    """Places before and after the reform, by programme."""
    request = ask.request
    names = {**base.programmes, **reform.policy.programmes}
    given = look_first(request, replace(base, programmes=names))
    after = {name: places for name, places in given.items() if name in reform.policy.programmes}
    for merge in reform.merged:
        if merge.places_of in given and merge.into not in given:
            after[merge.into] = given[merge.places_of]
    if ask.reform_quota is not None:
        after |= read_quota(ask.reform_quota, reform.policy.programmes)
    else:
        _one_quota(given, base, reform, request.as_of)
    return given, after


def _one_quota(given: Quotas, base: Policy, reform: Reform, day: date) -> None:
    """Refuse a reform that changes a quota which a file gives as well."""
    for name in reform.changed:
        if name not in given:
            continue
        old, new = (p.programmes[name] for p in (base, reform.policy))
        known = [
            [p.parameters[n].on(day) for n in (p.quota.names("parameter") if p.quota else ())]
            for p in (old, new)
        ]
        values = [[v.value if v else None for v in side] for side in known]
        if values[0] != values[1]:
            raise TepatError(
                "quota_both",
                f"The reform changes the quota of '{name}', and the quota file gives it too.",
                "It cannot be told which of them the reform means.",
                "Give the reform's places as a file of their own: --reform-quota FILE.",
            )


def _begun(ask: Ask, base: Policy, reform: Reform) -> dict[str, Any]:
    """What a simulation hangs on, its input aside."""
    return {
        "tepat": __version__,
        "code": code_version(),
        "as_of": ask.request.as_of.isoformat(),
        "arguments": ask.as_dict(),
        "policy_hash": base.hash,
        "reform": described(base, reform, ask.request.as_of),
    }


def _about(base: Policy, reform: Reform, twins: Twins, con: Any, day: date) -> dict[str, Any]:
    return {
        "engine": f"duckdb {con.version}",
        "made_at": datetime.now(UTC).isoformat("T", "seconds"),
        "about": {
            name: {
                "name": {"id": p.title.id, "en": p.title.en},
                "unit": p.unit,
                "kind": p.kind,
                "money": p.gives_money,
                "before": name in twins.before,
                "after": name in twins.after,
            }
            for name, p in {**reform.policy.programmes, **base.programmes}.items()
            if name in twins.before or name in twins.after or name in reform.added
        },
        "differing": twins.differing(),
    }


def _compared(tables: Tables, twins: Twins, reform: Reform) -> dict[str, Any]:
    """Lay both sides beside each other, family by family, and count."""
    con = tables.con
    table, kinds = beside(tables, twins)
    rows = figures.programmes(con, twins, table)
    rows = with_undecided(tables, twins, reform, rows)
    pairs = figures.stacking(con, table)
    return {
        "totals": figures.totals(con, table),
        "programmes": figures.same_money(con, twins, tables.table("awards"), rows),
        "quotas": quotas(tables, twins),
        "quota_lines": quota_lines(tables, twins),
        "deciles": figures.by(con, table, "decile"),
        "provinces": figures.by(con, table, "province"),
        "kinds": figures.by_kind(con, table, kinds),
        "stacking": pairs,
        "stacks": figures.stacks(pairs),
        "errors": errors(tables, twins, table),
    }


def _csv(path: Path, rows: figures.Rows, columns: Sequence[str] = ()) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _tidy(folder: Path) -> None:
    """Keep the figures only; the families are those of the input."""
    for name in ("scratch", "facts", "ranking", "decisions", "awards", "findings", "scores"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _write(folder: Path, found: dict[str, Any], reform: Reform) -> None:
    """The figures as JSON, CSV and a page, and the policy and reform that they come from."""
    text = json.dumps(found, ensure_ascii=False, indent=1, default=str)
    (folder / "simulation.json").write_text(text + "\n", encoding="utf-8")
    (folder / "summary").mkdir(exist_ok=True)
    for name in FIGURES:
        part = found[name] if isinstance(found[name], list) else [found[name]]
        _csv(folder / "summary" / f"{name}.csv", part, COLUMNS.get(name, ()))
    if "limit" in found:
        _csv(folder / "summary" / "limit.csv", found["limit"]["points"])
    for name, words in reform.policy.files.items():
        path = folder / "policy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    (folder / "simulation.html").write_text(page(found), encoding="utf-8")
