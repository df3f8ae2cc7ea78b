"""From the decile before to the decile after, in steps: own facts, the line, the model.

For a family of both runs four deciles are known: ``before``; ``own``, its own new facts scored by
the old model among the other families of the old run; ``line``, the same score among the families
of the new run; ``after``. The first step is what the family itself changed, the second what all
others changed, the third what the new model changed. All are exact: ``own`` compares with the last
family on the poor side of each cut and the first beyond it, ``line`` ranks the new run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.assessment.model import Model
from tepat.assessment.rules import (
    DECILES,
    columns_needed,
    load_model,
    rank_and_decile,
    score_expression,
)
from tepat.engine.manifest import file_hash
from tepat.runs.compare.pair import Pair
from tepat.runs.folder import RunFolder

MOST_UNSURE = 0.01
SAME, SUPPLIED, MIXED, NEW_MODEL, APART = "same", "supplied", "mixed", "new_model", "apart"


@dataclass(frozen=True)
class Way:
    """How the deciles of two runs hang together.

    ``kind``: ``same`` model, deciles ``supplied`` to both, ``mixed`` (one supplied, one computed),
    a ``new_model`` whose effect can be told apart, or one that cannot (``apart``), then ``why``.
    ``unsure`` families of the two runs have kept facts that do not give their own score again.
    """

    kind: str
    old: Model | None = None
    new: Model | None = None
    why: str = ""
    unsure: int = 0


def way(pair: Pair) -> Way:
    """How far the change of a decile can be taken apart."""
    old, new = pair.models
    if old is None and new is None:
        return Way(SUPPLIED)
    if old is None or new is None:
        return Way(MIXED)
    if old == new:
        return Way(SAME)
    first, second = kept_model(pair.before), kept_model(pair.after)
    if first is None or second is None:
        return Way(APART, why="model_lost")
    own = ((pair.before, first), (pair.after, second))
    for run, model in ((pair.after, first), *own):
        if lacking := [c for c in columns_needed(model) if c not in run.table("families").columns]:
            return Way(APART, why=f"columns_lost {' '.join(lacking)}")
    wrong = [_not_repeated(run, model) for run, model in own]
    families = sum(int(run.manifest["rows"]["families"]) for run, _ in own)
    if sum(wrong) > MOST_UNSURE * families:
        return Way(APART, why="scores_differ", unsure=sum(wrong))
    return Way(NEW_MODEL, first, second, unsure=sum(wrong))


def kept_model(run: RunFolder) -> Model | None:
    """The model of a run: as the run kept it, else the file it was given while it is unchanged."""
    kept = run.path / "scores" / "model.json"
    if kept.is_file():
        return load_model(kept)
    for item in run.manifest["inputs"]:
        path = Path(str(item["path"]))
        if item.get("table") == "model" and path.is_file() and file_hash(path) == item["sha256"]:
            return load_model(path)
    return None


def _not_repeated(run: RunFolder, model: Model) -> int:
    """Families whose kept facts do not give their score: a fact that cannot be is not kept."""
    families = run.table("families")
    scored = families.select(own_id=families.family_id, again=score_expression(model, families))
    ranked = run.table("ranking")
    joined = ranked.inner_join(scored, ranked.family_id == scored.own_id)
    wrong = joined.filter(~joined.score.identical_to(joined.again)).count()
    return int(run.con.to_pyarrow(wrong).as_py())


def with_deciles(pair: Pair, table: Any, found: Way) -> Any:
    """Changed rows with ``decile_before, decile_own, decile_line, decile_after`` and the scores.

    The deciles are those of the family that the row has in the new run (``family_b``).
    ``decile_queue`` is its own decile in the old queue: a supplied one counts as its own.
    """
    import ibis

    table = _ranked(pair, table)
    if found.kind == SAME:
        own = _own(pair, table, table.score_after)
        return table.mutate(
            score_own=table.score_after,
            decile_own=own,
            line=table.decile_after,
            decile_queue=own,
            sure=ibis.literal(True),
        )
    if found.kind == NEW_MODEL and found.old is not None and found.new is not None:
        table = _scored_again(pair, table, found.old, found.new)
        own = table.sure.ifelse(_own(pair, table, table.score_own), table.decile_before)
        line = table.sure.ifelse(table.line, table.decile_before)
        return table.mutate(decile_own=own, line=line, decile_queue=own)
    return table.mutate(
        score_own=table.score_after,
        decile_own=table.decile_before,
        line=table.decile_before,
        decile_queue=table.decile_after,
        sure=ibis.literal(True),
    )


def _ranked(pair: Pair, table: Any) -> Any:
    """The rank of the row's new family in both runs."""
    families, ranked = pair.after.table("families"), pair.after.table("ranking")
    keys = families.select(now_id=families.family_id, now_key=families.family_key)
    after = ranked.select(
        after_id=ranked.family_id, score_after=ranked.score, decile_after=ranked.decile
    )
    ranked = pair.before.table("ranking")
    before = ranked.select(
        before_key=ranked.family_key,
        score_before=ranked.score,
        rank_before=ranked.rank,
        decile_before=ranked.decile,
    )
    table = table.left_join(keys, table.family_b == keys.now_id).drop("now_id")
    table = table.left_join(after, table.family_b == after.after_id).drop("after_id")
    # a family that is gone has its decile of before all the same
    table = table.mutate(now_key=table.now_key.coalesce(table.family_key))
    return table.left_join(before, table.now_key == before.before_key).drop("before_key")


def _scored_again(pair: Pair, table: Any, old: Model, new: Model) -> Any:
    """The old model's score on new facts, and the decile it gives among the new families.

    ``sure`` says whether the kept facts give the new model's score again.
    """
    families = pair.after.table("families")
    scored = families.select(
        "family_id",
        "family_key",
        score=score_expression(old, families),
        new_score=score_expression(new, families),
    )
    scored = pair.con.create_table("compare_scored", scored, temp=True, overwrite=True)
    again = rank_and_decile(pair.con, scored, pair.after.manifest["as_of"])
    again = again.select(again_id="family_id", score_own="score", line="decile")
    table = table.left_join(again, table.family_b == again.again_id).drop("again_id")
    news = scored.select(of_id="family_id", new_score="new_score")
    table = table.left_join(news, table.family_b == news.of_id)
    sure = table.new_score.identical_to(table.score_after)
    return table.mutate(sure=sure).drop("of_id", "new_score")


def _own(pair: Pair, table: Any, score: Any) -> Any:
    """The decile that a score has among the other families of the old run."""
    import ibis

    seed = pair.before.manifest["as_of"]
    tie = (ibis.literal(f"{seed}:") + table.now_key).hexdigest("md5")
    decile = ibis.literal(1, "int64")
    for last, at_last, beyond in _cuts(pair.before):
        was_inside = table.rank_before.fill_null(last + 1) <= last
        inside = was_inside.ifelse(_ahead(score, tie, beyond), _ahead(score, tie, at_last))
        decile = decile + inside.ifelse(0, 1).cast("int64")
    return score.isnull().ifelse(ibis.null("int64"), decile)


def _ahead(score: Any, tie: Any, other: tuple[int, str] | None) -> Any:
    """Whether (score, tie) comes before another family; nobody beyond the end."""
    import ibis

    if other is None:
        return ibis.literal(True)
    return (score < other[0]) | ((score == other[0]) & (tie < other[1]))


def _cuts(run: RunFolder) -> list[tuple[int, tuple[int, str] | None, tuple[int, str] | None]]:
    """For each of the nine cuts: its last rank, the family there, and the one after it."""
    import ibis

    con, ranked = run.con, run.table("ranking")
    total = int(con.to_pyarrow(ranked.rank.max()).as_py() or 0)
    ends = [-(-total * k // DECILES) for k in range(1, DECILES)]  # last r with (r-1)*10//n < k
    seed = run.manifest["as_of"]
    at = ranked.filter(ranked["rank"].isin([r for end in ends for r in (end, end + 1)]))
    rows = con.to_pyarrow(
        at.select("rank", "score", tie=(ibis.literal(f"{seed}:") + at.family_key).hexdigest("md5"))
    ).to_pylist()
    stands = {row["rank"]: (row["score"], row["tie"]) for row in rows}
    return [(end, stands.get(end), stands.get(end + 1)) for end in ends]
