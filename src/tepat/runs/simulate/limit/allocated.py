"""One programme of the merged policy, allocated again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.engine.connect import rows_of
from tepat.enrolment.rules import AWARDED, Claims, awards, candidates, competing, quota_lines
from tepat.policy.compile import whole
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import Twins


def held(con: Any, awards: Any) -> dict[str, int]:
    """What awards cost a year, and how many are held."""
    mine = awards.filter(awards.status == AWARDED)
    found = mine.agg(cost=whole(mine.amount_year.sum()), holders=mine.count())
    row = rows_of(con, found)[0]
    return {"cost": row["cost"] or 0, "holders": row["holders"]}


class Allocated:
    """One programme of the merged policy, allocated again behind those that come earlier."""

    def __init__(self, tables: Tables, twins: Twins, called: str) -> None:
        self.tables, self.twins, self.called = tables, twins, called

    def queue(self) -> Any:
        """Everybody who competes, with their place, as if there were places for all."""
        tables = self.tables
        decided = {t: tables.table(f"{t}_decisions") for t in ("family", "member")}
        decisions = {"families": decided["family"], "members": decided["member"]}
        return self.awards(tables.plan(self.called), decisions, "limit_queue", everybody=True)

    def awards(
        self, plan: Plan, decisions: Mapping[str, Any], name: str, everybody: bool = False
    ) -> Any:
        """The programme's awards, from decisions that may differ from those of the pass."""
        desk, policy = self.tables.state.desk, self.twins.policy
        claims = self._claims(decisions)
        path = desk.folder / name / "candidates.parquet"
        asked = desk.keep(f"{name}_candidates", partial(candidates, policy, plan, claims), path)
        eligible = {
            row["code"]: row["number"]
            for row in desk.rows(f"{name}_competing", partial(competing, asked))
        }
        if everybody:
            everywhere = {code: {"awarded": number} for code, number in eligible.items()}
            return awards(plan, asked, self._lines(everywhere))
        lines = quota_lines(plan, self.twins.quotas, eligible)
        return awards(plan, asked, None if lines is None else self._lines(lines))

    def _claims(self, decisions: Mapping[str, Any]) -> Claims:
        """What is known besides: awards of programmes that allocate earlier, and benefits."""
        tables, policy = self.tables, self.twins.policy
        table, order = tables.table("awards"), list(policy.programmes)
        taken = {
            other: table.filter(table.programme == other)
            for other in policy.barred_with(self.called)
            if other in self.twins.names and order.index(other) < order.index(self.called)
        }
        given = "benefits" in tables.manifest["present"]
        return Claims(
            decisions["families"],
            decisions["members"],
            tables.table("ranking"),
            tables.table("benefits") if given else None,
            taken,
        )

    def _lines(self, lines: Mapping[str, Mapping[str, int]]) -> Any:
        """The places of each kabupaten as a table, which a statement written out can name."""
        import pyarrow as pa

        codes = pa.array(list(lines), pa.string())
        numbers = pa.array([line["awarded"] for line in lines.values()], pa.int64())
        table = pa.table({"line_code": codes, "line": numbers})
        return self.tables.con.create_table("limit_shares", table, temp=True, overwrite=True)
