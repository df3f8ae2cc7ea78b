"""The place in the queue: own order, the others, the quota line.

Both runs found the unit eligible, one awarded it and the other let it wait or refused it. Three
steps lead from the queue before to the queue after: the unit's own new place in the old queue, the
others' new places under the old line of its kabupaten, and the new line.
"""

from __future__ import annotations

import functools
from typing import Any

from tepat.enrolment.rules import AWARDED, WAITING
from tepat.runs.compare.again import order_columns
from tepat.runs.compare.changes import beside, from_rows, states
from tepat.runs.compare.pair import Pair


def with_queue(pair: Pair, table: Any) -> Any:
    """``inside_own`` and ``inside_others``: whether a place was won at these two steps.

    Also ``quota_before`` and ``quota_after``: the line of the kabupaten in which the row's family
    now lives, null where a run had no line there.
    """
    table = _with_lines(pair, table)
    table = _with_last(pair, table)
    own, tie = _own(pair, table), table.own_tie
    no_line = table.quota_before.isnull()
    # one who had a place is compared with the first beyond the line: the line without oneself
    had_place = (table.status_a == AWARDED) & table.kabupaten_a.identical_to(table.place_now)
    before_last = _before(pair, own, tie, table, "last")
    before_next = table.found_next.isnull() | _before(pair, own, tie, table, "next")
    inside = had_place.ifelse(before_next, before_last)
    inside = (table.quota_before == 0).ifelse(False, inside)
    others = table.place_b <= table.quota_before
    return table.mutate(
        inside_own=no_line | inside.fill_null(False), inside_others=no_line | others
    )


def _own(pair: Pair, table: Any) -> list[Any]:
    """What the unit's place hangs on, from its new facts under the old rules and model."""
    own = [table[f"{name}_4"] for name in order_columns(pair)]
    return [*own, table.decile_queue, table.score_own]


def _before(pair: Pair, own: list[Any], tie: Any, table: Any, at: str) -> Any:
    """Whether the own order comes before that of the family at a place of the old queue."""
    theirs = [
        *(table[f"{name}_{at}"] for name in order_columns(pair)),
        table[f"decile_{at}"],
        table[f"score_{at}"],
    ]
    each = list(zip(own, theirs, strict=True))
    last = tie < table[f"tie_{at}"]

    def step(rest: Any, both: tuple[Any, Any]) -> Any:
        mine, other = both
        less = (mine < other).fill_null(mine.notnull() & other.isnull())
        return less | (mine.identical_to(other) & rest)

    return functools.reduce(step, reversed(each), last)


def _with_lines(pair: Pair, table: Any) -> Any:
    """The quota lines of both runs in the kabupaten where the family lives now."""
    import ibis

    table = table.mutate(place_now=table.kabupaten_b.coalesce(table.kabupaten_a))
    for run, name in ((pair.before, "quota_before"), (pair.after, "quota_after")):
        rows = [
            (programme, code, line["awarded"])
            for programme, lines in run.manifest["lines"].items()
            for code, line in lines.items()
        ]
        limited = [programme for programme, lines in run.manifest["lines"].items() if lines]
        lines = from_rows(rows, of_programme="string", of_place="string", **{name: "int64"})
        table = table.left_join(
            lines,
            [
                table.programme == lines.of_programme,
                table.place_now.fill_null("") == lines.of_place,
            ],
        ).drop("of_programme", "of_place")
        # a kabupaten in which nobody competed had no places
        limited_here = table.programme.isin(limited) if limited else ibis.literal(False)
        zero = limited_here.ifelse(ibis.literal(0, "int64"), ibis.null("int64"))
        table = table.mutate(**{name: table[name].coalesce(zero)})
    return table


def _with_last(pair: Pair, table: Any) -> Any:
    """The last inside the old line of each kabupaten (``…_last``) and the next one (``…_next``)."""
    con, found = pair.con, _at_the_line(pair)
    found = con.create_table("compare_line", found, temp=True, overwrite=True)
    names = [n for n in found.columns if n not in ("programme", "line_place", "beyond")]
    for at, beyond in (("last", False), ("next", True)):
        side = found.filter(found.beyond == beyond).drop("beyond")
        side = side.rename({f"{name}_{at}": name for name in names} | {"of_programme": "programme"})
        joined = table.left_join(
            side,
            [
                table.programme == side.of_programme,
                table.place_now.fill_null("") == side.line_place,
            ],
        )
        table = joined.drop("of_programme", "line_place")
    return table


def _at_the_line(pair: Pair) -> Any:
    """The families or persons of the old run at the quota lines, with what they were ordered by."""
    import ibis

    run = pair.before
    awards = run.table("awards").filter(lambda t: t.place.notnull())
    code = awards.kabupaten.fill_null("")
    awarded = awards.mutate(unit_key=awards.person_key.coalesce(awards.family_key), line_place=code)
    chosen = awarded.filter(awarded.status.isin([AWARDED, WAITING]))
    ends = chosen.group_by(["programme", "line_place"]).agg(
        last=chosen.place.max(where=chosen.status == AWARDED).fill_null(0)
    )
    ends = ends.rename(end_programme="programme", end_place="line_place")
    joined = chosen.inner_join(
        ends, [chosen.programme == ends.end_programme, chosen.line_place == ends.end_place]
    )
    at = joined.filter((joined.place == joined.last) | (joined.place == joined.last + 1))
    seed = run.manifest["as_of"]
    at = at.select(
        "programme",
        "unit_key",
        "line_place",
        "family_id",
        "person_id",
        beyond=at.place > at.last,
        tie=(ibis.literal(f"{seed}:") + at.unit_key).hexdigest("md5"),
        found=ibis.literal(True),
    )
    at = pair.con.create_table("compare_at_line", at, temp=True, overwrite=True)
    decided = (run.table("family_decisions"), run.table("member_decisions"))
    known = {name: pair.units[name] for name in pair.both}
    if names := order_columns(pair):
        order = states(at, decided, ("family_id", "person_id"), known, names)
        at = beside(at, order, "").rename({name: f"{name}_" for name in names})
    ranking = run.table("ranking")
    ranking = ranking.select(ranked_id="family_id", decile="decile", score="score")
    at = at.left_join(ranking, at.family_id == ranking.ranked_id)
    return at.drop("unit_key", "family_id", "person_id", "ranked_id")
