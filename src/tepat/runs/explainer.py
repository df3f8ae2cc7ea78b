"""One family of a finished run explained in a fraction of a second.

`explain` makes its expressions anew for each family, which takes seconds. An explainer compiles
them once for a run, has the engine prepare the statements over empty tables, and then only puts
one family's rows into these. The compiled text can be kept with the run, so that the next process
begins within a second or two. What comes out is what `explain` says.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tepat.eligibility.plan import Plan, plan_programme
from tepat.eligibility.rules import decide
from tepat.engine.connect import few_rows, literal
from tepat.policy.compile import Counts
from tepat.policy.model import Policy
from tepat.runs.evidence import KEPT, Family, facts_from, family_of, heard, questions
from tepat.runs.explain import Case, explanation
from tepat.runs.export import family_number
from tepat.runs.folder import RunFolder

KEPT_AS = "explain.json"
UNITS = {"family": "decided_families", "member": "decided_members"}
# Statements are prepared over empty tables: what the engine learns of them then must not count.
SETTINGS = "SET disabled_optimizers = 'statistics_propagation,compressed_materialization'"
# What the text of a statement depends on, beside the run.
CODE = ("eligibility", "policy", "runs/evidence.py", "runs/explainer.py", "runs/what_if.py")


class Explainer:
    """Explains families of one run, one at a time; may be shared by threads.

    Raises:
        TepatError: ``run_missing`` where the folder is not a run.
    """

    def __init__(self, path: Path) -> None:
        import duckdb

        self.run = RunFolder(path)
        self.policy = self.run.policy()
        self.plans = _plans(self.run, self.policy)
        self._lock = threading.Lock()
        self._con = duckdb.connect(config={"autoinstall_known_extensions": False, "threads": 1})
        self._con.execute(SETTINGS)
        for sql in _empty_tables(self.run):
            self._con.execute(sql)
        for name, sql in (_kept(self.run) or statements(self.run)).items():
            self._con.execute(f"PREPARE {name} AS {sql}")

    def explain(self, family_key: str) -> dict[str, Any]:
        """What was decided about a family and why, as `explain.explain` says it.

        Raises:
            TepatError: ``family_unknown``.
        """
        with self._lock:
            family = family_of(self.run, family_number(self.run, family_key))
            return explanation(Case(self.run, self.policy, family, self._seen(family)), self._ask)

    def _seen(self, family: Family) -> Any:
        rows = self._answers(family.tables, ("family", "member", "who"))
        return heard(self.policy, self.plans, rows)

    def _ask(
        self, tables: dict[str, Any], plans: tuple[Plan, ...]
    ) -> dict[str, list[dict[str, Any]]]:
        units = sorted({plan.programme.unit for plan in plans})
        found = self._answers(tables, tuple(UNITS[unit] for unit in units))
        return {unit: found[UNITS[unit]] for unit in units}

    def _answers(
        self, tables: Mapping[str, Any], names: tuple[str, ...]
    ) -> dict[str, list[dict[str, Any]]]:
        """Run prepared statements on some rows, which are gone afterwards."""
        con = self._con
        con.execute("BEGIN")
        try:
            for table in KEPT:
                con.register("given", tables[table])
                con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
                con.unregister("given")
            return {
                name: con.execute(f"EXECUTE {name}").to_arrow_table().to_pylist() for name in names
            }
        finally:
            con.execute("ROLLBACK")


def statements(run: RunFolder) -> dict[str, str]:
    """The SQL of a run's questions and decisions, by name, over tables named as the run's."""
    import ibis

    con = ibis.duckdb.connect()
    for sql in _empty_tables(run):
        con.raw_sql(sql)
    policy, names = run.policy(), list(run.manifest["programmes"])
    as_of = date.fromisoformat(run.manifest["as_of"])
    facts = facts_from(run, {name: con.table(name) for name in KEPT})
    asked = questions(policy, facts, as_of, names)
    decided = decide(policy, facts, as_of, names)
    tables = {"family": asked.family, "member": asked.member, "who": asked.who}
    tables |= {UNITS["family"]: decided.families, UNITS["member"]: decided.members}
    with few_rows():
        return {name: str(con.compile(table)) for name, table in tables.items()}


def keep_statements(path: Path) -> None:
    """Write a run's statements into its folder, for explainers of other processes."""
    run = RunFolder(path)
    text = json.dumps({"stamp": _stamp(), "statements": statements(run)})
    unfinished = path / f".{KEPT_AS}.{os.getpid()}"
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path / KEPT_AS)
    finally:
        unfinished.unlink(missing_ok=True)


def _kept(run: RunFolder) -> dict[str, str] | None:
    """The statements that lie in the run's folder, if this code would write the same."""
    try:
        found = json.loads((run.path / KEPT_AS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return dict(found["statements"]) if found.get("stamp") == _stamp() else None


def _stamp() -> str:
    """A hash of what compiles the statements: our code, Ibis and the engine."""
    from importlib.metadata import version

    parts = [version("ibis-framework"), version("sqlglot"), version("duckdb")]
    root = Path(__file__).parents[1]
    for name in CODE:
        place = root / name
        for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            parts.append(file.read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _empty_tables(run: RunFolder) -> list[str]:
    return [
        f"CREATE TABLE {name} AS FROM read_parquet({literal(run.file(name))}) LIMIT 0"
        for name in KEPT
    ]


def _plans(run: RunFolder, policy: Policy) -> tuple[Plan, ...]:
    counts, as_of = Counts(), date.fromisoformat(run.manifest["as_of"])
    return tuple(
        plan_programme(policy, name, as_of, run.manifest["lists"], counts)
        for name in run.manifest["programmes"]
    )
