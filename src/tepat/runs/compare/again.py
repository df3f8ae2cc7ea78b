"""The old rules asked about the new facts: the steps between two runs' decisions.

Only families in which something changed are asked again. Each stands once for every decile it had
on the way from the old run to the new one, so that a single pass of the rules answers all steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.eligibility.facts import with_computed
from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import Facts, decide
from tepat.policy.model import Policy
from tepat.runs.compare.changes import STATES, beside, states
from tepat.runs.compare.pair import Pair

FAMILIES_AT_ONCE = 500_000
VARIANTS = 16  # more than the deciles and none
DECILE_STEPS = ("before", "own", "line", "after")


@dataclass(frozen=True)
class Asked:
    """Changed rows with the states of every step, and the plans whose bits the steps hold."""

    table: Any
    old_day: dict[str, Plan]
    new_day: dict[str, Plan]


def order_columns(pair: Pair) -> tuple[str, ...]:
    """The columns of decisions that hold a programme's own priorities."""
    most = max(len(programme.priority) for programme in pair.policies[0].programmes.values())
    return tuple(f"priority{i}" for i in range(most))


def ask_again(pair: Pair, table: Any) -> Asked:
    """Put ``outcome, failed, unknown`` of the steps 1 to 5 beside rows that both runs know.

    Steps 1 to 4 are the old rules on the old day with the new facts and the deciles ``before``,
    ``own``, ``line`` and ``after``; step 5 is the old rules on the new day. Columns are
    ``outcome_1`` and so on; ``priority0_4`` … hold the order of the queue at step 4.
    """
    asked = table.filter(table.family_b.notnull() & table.home_a.notnull())
    asked = asked.filter(asked.programme.isin(pair.both))
    homes = asked.select("family_b", *(f"decile_{step}" for step in DECILE_STEPS)).distinct()
    homes = pair.con.create_table("compare_homes", homes, temp=True, overwrite=True)
    policy, named = pair.policies[0], _named(pair, asked)
    days = [date.fromisoformat(run.manifest["as_of"]) for run in (pair.before, pair.after)]
    plans: list[dict[str, Plan]] = []
    for number, day in enumerate(days):
        names = [n for n in named if policy.programmes[n].is_in_force(day)]
        # without a new day the fifth step is the fourth
        again = number == 0 or (not pair.same_day)
        if again:
            plans.append(_one_day(pair, homes, policy, day, names, number))
        else:
            plans.append(plans[0])
    return Asked(_with_steps(pair, table, plans), plans[0], plans[1])


def _named(pair: Pair, asked: Any) -> list[str]:
    """The programmes in which something changed, in the policy's order."""
    rows = pair.con.to_pyarrow(asked.select("programme").distinct()).column("programme").to_pylist()
    return [name for name in pair.both if name in rows]


def _one_day(
    pair: Pair, homes: Any, policy: Policy, day: date, names: Sequence[str], number: int
) -> dict[str, Plan]:
    """Decide the changed families on one day, some at a time, into temporary tables."""
    con = pair.con
    steps = DECILE_STEPS if number == 0 else ("after",)
    variants = _variants(homes, steps)
    variants = con.create_table(f"compare_variants_{number}", variants, temp=True, overwrite=True)
    last = int(con.to_pyarrow(variants.place.max()).as_py() or 0)
    plans: dict[str, Plan] = {}
    for first in range(0, last + 1, FAMILIES_AT_ONCE):
        part = variants.filter(variants.place.between(first, first + FAMILIES_AT_ONCE - 1))
        facts = _facts(pair, part, policy, day)
        done = decide(policy, facts, day, names)
        for kind in ("families", "members"):
            name = f"compare_{kind}_{number}"
            if first == 0:
                con.create_table(name, getattr(done, kind), temp=True, overwrite=True)
            else:
                con.insert(name, getattr(done, kind))
        plans = {plan.name: plan for plan in done.plans}
    return plans


def _variants(homes: Any, steps: Sequence[str]) -> Any:
    """Each family once for every decile it had: ``family, decile, variant, place``."""
    import ibis

    every = [homes.select(family="family_b", decile=homes[f"decile_{step}"]) for step in steps]
    table = every[0]
    for more in every[1:]:
        table = table.union(more)
    table = table.distinct()
    dense = ibis.dense_rank().over(ibis.window(order_by=table.family))
    return table.mutate(variant=_variant(table.family, table.decile), place=dense.cast("int64"))


def _variant(family: Any, decile: Any) -> Any:
    return (family * VARIANTS + decile.fill_null(0)).cast("int64")


def _facts(pair: Pair, variants: Any, policy: Policy, day: date) -> Facts:
    """The new run's facts of some families, once for each decile."""
    run = pair.after
    families, members = run.table("families"), run.table("members")
    families = _repeated(families.drop("decile"), variants, decile=True)
    families = with_computed(policy, families, "family", day)
    members = with_computed(policy, _repeated(members, variants), "member", day)
    flags, benefits = (_repeated(run.table(n), variants) for n in ("flags", "benefits"))
    lists = pair.con.to_pyarrow(run.table("lists").select("ground").distinct())
    return Facts(
        families,
        members,
        flags,
        frozenset(lists.column("ground").to_pylist()),
        benefits if "benefits" in run.manifest["present"] else None,
    )


def _repeated(table: Any, variants: Any, decile: bool = False) -> Any:
    """Rows of a table once for each variant of their family, under the variant's numbers."""
    chosen = variants.select(of_family="family", new_number="variant", new_decile="decile")
    if "family_id" not in table.columns:
        return table
    person_too = "person_id" in table.columns
    joined = table.inner_join(chosen, table.family_id == chosen.of_family)
    columns: dict[str, Any] = {"family_id": joined.new_number}
    if person_too:
        columns["person_id"] = joined.person_id * VARIANTS + joined.new_number % VARIANTS
    if decile:
        columns["decile"] = joined.new_decile
    return joined.mutate(**columns).drop("of_family", "new_number", "new_decile")


def _with_steps(pair: Pair, table: Any, plans: Sequence[dict[str, Plan]]) -> Any:
    for step, decile in enumerate(DECILE_STEPS, start=1):
        columns = (*STATES, *order_columns(pair)) if step == 4 else STATES
        table = _with_step(pair, table, 0, decile, step, columns)
    table = _with_step(pair, table, 0 if plans[1] is plans[0] else 1, "after", 5, STATES)
    return table


def _with_step(
    pair: Pair, table: Any, number: int, decile: str, step: int, columns: Sequence[str]
) -> Any:
    con = pair.con
    own = table[f"decile_{decile}"].fill_null(0)
    numbered = table.select(
        "programme",
        "unit_key",
        number_of_family=table.family_b * VARIANTS + own,
        number_of_person=table.person_b * VARIANTS + own,
    )
    decided = (con.table(f"compare_families_{number}"), con.table(f"compare_members_{number}"))
    both = {name: pair.units[name] for name in pair.both}
    found = states(numbered, decided, ("number_of_family", "number_of_person"), both, columns)
    return beside(table, found, str(step))
