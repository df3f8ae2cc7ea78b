"""Why each award was won or lost: the last step at which the answer turned.

From the run before to the run after the facts are exchanged one kind at a time, always in this
order: the family's own facts, its score, the line between deciles, the model, the day, the rules,
the queue. The cause is the step after which the answer stayed as it is now. In another order a
change with several causes could carry another name; see docs/compare.md.
"""

from __future__ import annotations

from typing import Any

from tepat.eligibility.rules import ELIGIBLE
from tepat.enrolment.rules import REFUSED
from tepat.runs.compare.again import Asked
from tepat.runs.compare.changes import ENTERED, from_rows
from tepat.runs.compare.deciles import APART, NEW_MODEL, SUPPLIED, Way
from tepat.runs.compare.pair import BEGUN, Pair
from tepat.runs.folder import forgotten_families

CAUSES = (
    "programme_begun",
    "programme_ended",
    "family_new",
    "family_gone",
    "person_new",
    "person_gone",
    "forgotten",
    "record",
    "flag",
    "facts",
    "own_score",
    "decile_line",
    "model",
    "score_or_model",
    "decile_supplied",
    "day",
    "policy",
    "code",
    "own_place",
    "queue",
    "quota_line",
    "overlap",
    "unclear",
)
LAST = 6  # the run after


def with_cause(pair: Pair, table: Any, found: Way) -> Any:
    """Changed rows with ``cause`` and ``turned``, the step at which eligibility turned or null."""
    import ibis

    table = table.mutate(
        outcome_0=table.outcome_a,
        failed_0=table.failed_a,
        unknown_0=table.unknown_a,
        outcome_6=table.outcome_b,
        failed_6=table.failed_b,
        unknown_6=table.unknown_b,
    )
    erased = _forgotten(pair, table)
    table = table.mutate(turned=erased.ifelse(ibis.null("int64"), _turned(table)))
    named = ibis.cases(
        *_beginnings(pair, table),
        *_strangers(table),
        (_forgotten(pair, table), "forgotten"),
        *((table.turned == step, name) for step, name in _steps(pair, table, found).items()),
        (_other_status(table) == REFUSED, "overlap"),
        *_in_the_queue(table),
        else_="unclear",
    )
    return table.mutate(cause=named)


def _is_eligible(table: Any, step: int) -> Any:
    """Whether the unit was eligible at a step; a step that was not asked is as the one before."""
    value = table[f"outcome_{step}"]
    for before in range(step - 1, -1, -1):
        value = value.coalesce(table[f"outcome_{before}"])
    return (value == ELIGIBLE).fill_null(False)


def _turned(table: Any) -> Any:
    """The last step at which the unit became what it is in the run after; null without a turn."""
    import ibis

    eligible = [_is_eligible(table, step) for step in range(LAST + 1)]
    turns = [
        (eligible[step] != eligible[step - 1], ibis.literal(step, "int64"))
        for step in range(LAST, 0, -1)
    ]
    same = eligible[0] == eligible[LAST]
    return ibis.cases((same, ibis.null("int64")), *turns, else_=ibis.null("int64"))


def _beginnings(pair: Pair, table: Any) -> list[tuple[Any, str]]:
    return [
        (table.programme == name, "programme_begun" if how == BEGUN else "programme_ended")
        for name, how in pair.alone.items()
    ]


def _strangers(table: Any) -> list[tuple[Any, str]]:
    """Families and persons that one of the runs does not know."""
    new, entered = table.family_a.isnull(), table.change == ENTERED
    gone = table.family_b.isnull()
    return [
        (entered & new & table.home_a.isnull(), "family_new"),
        (entered & new, "person_new"),
        (~entered & gone & table.home_b.isnull(), "family_gone"),
        (~entered & gone, "person_gone"),
    ]


def _forgotten(pair: Pair, table: Any) -> Any:
    """Families in which somebody was erased: what decided about them is gone from the run."""
    import ibis

    found = ibis.literal(False)
    for side, run in (("a", pair.before), ("b", pair.after)):
        numbers = sorted(forgotten_families(run.path))
        if numbers:
            found = found | table[f"family_{side}"].isin(numbers).fill_null(False)
    return found


def _steps(pair: Pair, table: Any, found: Way) -> dict[int, Any]:
    import ibis

    last: dict[str, Any] = {SUPPLIED: "decile_supplied", APART: "score_or_model"}
    last[NEW_MODEL] = ibis.ifelse(table.sure, "model", "score_or_model")
    return {
        1: _kind_of_fact(pair, table),
        2: "own_score",
        3: "decile_line",
        4: last.get(found.kind, "model"),
        5: "day",
        6: "code" if pair.same_policy else "policy",
    }


def way_bits(table: Any, step: Any) -> tuple[Any, Any]:
    """The failed and unknown bits of the side of a turn that is not eligible."""
    import ibis

    def at(name: str) -> Any:
        cases = []
        for number in range(1, LAST + 1):
            side = (table.change == ENTERED).ifelse(
                _kept(table, name, number - 1), table[f"{name}_{number}"]
            )
            cases.append((step == number, side))
        return ibis.cases(*cases, else_=ibis.null("int64"))

    return at("failed"), at("unknown")


def _kept(table: Any, name: str, step: int) -> Any:
    value = table[f"{name}_{step}"]
    for before in range(step - 1, -1, -1):
        value = value.coalesce(table[f"{name}_{before}"])
    return value


def _kind_of_fact(pair: Pair, table: Any) -> Any:
    """Whether the record, an institution's finding, or an answer stood in the way."""
    import ibis

    failed, unknown = way_bits(table, table.turned)
    records, flags = [], []
    for name in pair.both:
        programme = pair.policies[0].programmes[name]
        criteria = pair.before.manifest["programmes"][name]["criteria"]
        grounds = [c for c in criteria if c in programme.excluded_by]
        own = table.programme == name
        record = _mask(criteria, ["record_in_order"])
        records.append((own, ((failed | unknown) & record) != 0))
        flags.append((own, ((failed | unknown) & _mask(criteria, grounds)) != 0))
    return ibis.cases(
        (ibis.cases(*records, else_=False), "record"),
        (ibis.cases(*flags, else_=False), "flag"),
        else_="facts",
    )


def _mask(criteria: list[str], chosen: list[str]) -> int:
    return sum(1 << index for index, name in enumerate(criteria) if name in chosen)


def _other_status(table: Any) -> Any:
    """The status in the run that did not award it."""
    return (table.change == ENTERED).ifelse(table.status_a, table.status_b)


def _in_the_queue(table: Any) -> list[tuple[Any, str]]:
    """Own place, then the others, then the line: the last of them at which the answer turned."""
    entered = table.change == ENTERED
    own, others = table.inside_own, table.inside_others
    return [
        (others != entered, "quota_line"),
        (own != entered, "queue"),
        (table.status_a.notnull() & table.status_b.notnull(), "own_place"),
    ]


def criteria_of(pair: Pair, asked: Asked, table: Any) -> Any:
    """Long rows ``programme, unit_key, criterion``: what stood in the way where it turned."""
    table = table.filter(table.turned.notnull())
    failed, unknown = way_bits(table, table.turned)
    entered = table.change == ENTERED
    rows = table.select(
        "programme",
        "unit_key",
        way=failed | unknown,
        side=table.turned - entered.ifelse(1, 0).cast("int64"),
    )
    names = [
        (name, side, 1 << index, criterion)
        for name in pair.both
        for sides, criteria in _bit_names(pair, asked, name)
        for side in sides
        for index, criterion in enumerate(criteria)
    ]
    bits = from_rows(names, of_programme="string", of_side="int64", bit="int64", criterion="string")
    joined = rows.inner_join(bits, [rows.programme == bits.of_programme, rows.side == bits.of_side])
    return joined.filter((joined.way & joined.bit) != 0).select(
        "programme", "unit_key", "criterion"
    )


def _bit_names(pair: Pair, asked: Asked, name: str) -> list[tuple[tuple[int, ...], list[str]]]:
    """The names of the bits at the steps of a programme."""
    old = list(pair.before.manifest["programmes"][name]["criteria"])
    new = list(pair.after.manifest["programmes"][name]["criteria"])
    later = [c.name for c in asked.new_day[name].criteria] if name in asked.new_day else old
    return [((0, 1, 2, 3, 4), old), ((5,), later), ((6,), new)]
