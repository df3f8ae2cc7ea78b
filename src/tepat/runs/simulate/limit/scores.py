"""The score up to which the aid reaches within a budget, among those awarded."""

from __future__ import annotations

from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.compile import whole
from tepat.runs.simulate.limit.running import Running, in_order
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.search import Search

SHOWN = 24  # points of a curve


def no_score(programme: str) -> TepatError:
    """What to say where there is no score to search."""
    return TepatError(
        "limit_score",
        f"No family that holds '{programme}' has a score.",
        "Scores come from a model; deciles alone do not order families within one.",
        "Give --model, or search another line.",
    )


def search_scores(
    programme: str, budget: int, tables: Tables, called: str
) -> tuple[Search, dict[int, int], str]:
    """The highest score up to which the aid reaches within the budget; ties stay together.

    Args:
        programme: its own name.
        budget: rupiah a year.
        tables: what the pass left.
        called: the programme's name in the merged policy.

    Raises:
        TepatError: ``limit_score`` where families have no score.
    """
    con = tables.con
    lines = in_order(tables.state.desk, "limit_scores", lambda: _scores(tables, called), ["score"])
    costs, numbers = Running(con, lines), Running(con, lines, "number")
    if not costs.length:
        raise no_score(programme)
    fitting, last = costs.fitting(budget), costs.length - 1
    wanted = {round(i * last / (SHOWN - 1)) for i in range(SHOWN)}
    wanted |= {i for i in (fitting - 1, fitting) if 0 <= i <= last}
    cost, number = (sums.first(i + 1 for i in wanted) for sums in (costs, numbers))
    shown = lines.filter(lines.line.isin(sorted(wanted))).select("line", "score")
    rows = con.to_pyarrow(shown.order_by("line")).to_pylist()
    score = {row["line"]: int(row["score"]) for row in rows}
    return (
        Search(
            score[fitting - 1] if fitting else None,
            {score[i]: cost[i + 1] for i in score},
            True,
            fitting > last,
        ),
        {score[i]: number[i + 1] for i in score},
        "score",
    )


def _scores(tables: Tables, called: str) -> Any:
    """For each score of those awarded: what they get together, and how many they are."""
    table, ranking = tables.table("awards"), tables.table("ranking")
    mine = table.filter((table.programme == called) & (table.status == "awarded"))
    scores = ranking.select(ranked_id=ranking.family_id, score=ranking.score)
    joined = mine.inner_join(scores, mine.family_id == scores.ranked_id)
    known = joined.filter(joined.score.notnull())
    return known.group_by("score").agg(
        amount=whole(known.amount_year.sum()).fill_null(0), number=known.count()
    )
