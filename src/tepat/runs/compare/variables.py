"""Which facts changed behind a change: of the family, of its members, of its score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tepat.assessment.rules import columns_needed
from tepat.policy.language import Node
from tepat.policy.model import Policy, Programme
from tepat.runs.compare.changes import from_rows
from tepat.runs.compare.deciles import SAME, Way
from tepat.runs.compare.pair import Pair

MEMBERS, AID = "members", "benefits"  # who belongs to the family; what it holds already
NOT_FACTS = ("family_id", "family_key", "person_id", "person_key", "observed_on", "source", "score")


def changed_variables(pair: Pair, table: Any, criteria: Any, found: Way) -> Any:
    """``programme, unit_key, variables``: names with blanks between, in order.

    Args:
        table: changed rows with their cause.
        criteria: long rows of what stood in the way.
        found: how the deciles hang together.
    """
    con = pair.con
    rows = table.filter(table.turned.isin([1, 2])).select(
        "programme", "unit_key", "family_a", "family_b", "turned"
    )
    rows = con.create_table("compare_asked_facts", rows, temp=True, overwrite=True)
    homes = rows.filter(rows.family_a.notnull() & rows.family_b.notnull())
    homes = homes.select("family_a", "family_b").distinct()
    homes = con.create_table("compare_fact_homes", homes, temp=True, overwrite=True)
    moved = _of_families(pair, homes).union(_of_members(pair, homes)).distinct()
    moved = con.create_table("compare_moved", moved, temp=True, overwrite=True)
    found_rows = _behind_criteria(pair, rows, criteria, moved)
    found_rows = found_rows.union(_behind_scores(pair, rows, moved, found)).distinct()
    grouped = found_rows.group_by(["programme", "unit_key"])
    return grouped.agg(
        variables=found_rows.variable.group_concat(sep=" ", order_by=found_rows.variable)
    )


def _of_families(pair: Pair, homes: Any) -> Any:
    one, other = (run.table("families") for run in (pair.before, pair.after))
    return _different(homes, one, other, "family")


def _different(homes: Any, one: Any, other: Any, of: str) -> Any:
    """Long rows ``family_b, variable`` of families whose fact is not what it was."""
    import ibis

    names = [n for n in one.columns if n in other.columns and n not in NOT_FACTS]
    one = one.select(id_one="family_id", **{f"{n}_one": n for n in names})
    other = other.select(id_other="family_id", **{f"{n}_other": n for n in names})
    joined = homes.inner_join(one, homes.family_a == one.id_one)
    joined = joined.inner_join(other, joined.family_b == other.id_other)
    return _unpacked(joined, names, ibis.literal(True))


def _unpacked(joined: Any, names: Sequence[str], both: Any) -> Any:
    import ibis

    none = ibis.null("string")
    found = [
        ibis.ifelse(
            both & ~joined[f"{n}_one"].identical_to(joined[f"{n}_other"]), ibis.literal(n), none
        )
        for n in names
        if joined[f"{n}_one"].type() == joined[f"{n}_other"].type()
    ]
    if "present_one" in joined.columns:
        found.append(ibis.ifelse(~both, ibis.literal(MEMBERS), none))
    rows = joined.select("family_b", variable=ibis.array(found).unnest())
    return rows.filter(rows.variable.notnull())


def _of_members(pair: Pair, homes: Any) -> Any:
    """The same of members, matched by person_key; who came or went is ``members``."""
    one, other = (run.table("members") for run in (pair.before, pair.after))
    names = [n for n in one.columns if n in other.columns and n not in (*NOT_FACTS, "kk_number")]
    one = one.inner_join(homes.rename(home_one="family_b"), one.family_id == homes.family_a)
    one = one.select(
        "home_one", key_one="person_key", present_one="family_id", **{f"{n}_one": n for n in names}
    )
    here = homes.rename(home_other="family_b", was="family_a")
    other = other.inner_join(here, other.family_id == here.home_other)
    other = other.select(
        "home_other",
        key_other="person_key",
        present_other="family_id",
        **{f"{n}_other": n for n in names},
    )
    joined = one.outer_join(
        other, [one.home_one == other.home_other, one.key_one == other.key_other]
    )
    joined = joined.mutate(family_b=joined.home_one.coalesce(joined.home_other))
    return _unpacked(joined, names, joined.present_one.notnull() & joined.present_other.notnull())


def _behind_criteria(pair: Pair, rows: Any, criteria: Any, moved: Any) -> Any:
    """The changed facts that the criteria in the way read."""
    policy = pair.policies[0]
    pairs = [
        (name, criterion, variable)
        for name in pair.both
        for criterion in pair.before.manifest["programmes"][name]["criteria"]
        for variable in sorted(read_by(policy, policy.programmes[name], criterion))
    ]
    reads = from_rows(pairs, of_programme="string", of_criterion="string", reads="string")
    mine = rows.filter(rows.turned == 1)
    mine = mine.inner_join(
        criteria.rename(c_programme="programme", c_unit="unit_key"),
        [mine.programme == criteria.programme, mine.unit_key == criteria.unit_key],
    )
    joined = mine.inner_join(
        reads, [mine.programme == reads.of_programme, mine.criterion == reads.of_criterion]
    )
    joined = joined.inner_join(
        moved.rename(m_family="family_b"),
        [joined.family_b == moved.family_b, joined.reads == moved.variable],
    )
    return joined.select("programme", "unit_key", "variable")


def _behind_scores(pair: Pair, rows: Any, moved: Any, found: Way) -> Any:
    """The changed facts that the score reads; from the kept parts of the score where they are."""
    mine = rows.filter(rows.turned == 2)
    if found.kind == SAME and pair.before.has("contributions") and pair.after.has("contributions"):
        one, other = (run.table("contributions") for run in (pair.before, pair.after))
        homes = mine.select("family_a", "family_b").distinct()
        parts = _different(homes, one, other, "score").rename(m_family="family_b")
    else:
        names = columns_needed(found.old) if found.old is not None else []
        parts = moved.filter(moved.variable.isin(names)).rename(m_family="family_b")
    joined = mine.inner_join(parts, mine.family_b == parts.m_family)
    return joined.select("programme", "unit_key", "variable")


def read_by(policy: Policy, programme: Programme, criterion: str) -> set[str]:
    """The facts that a criterion reads, with those from which they are computed."""
    if criterion == "record_in_order":
        return {"blocked", "data_ok", "roster_size", MEMBERS}
    if criterion == "in_place":
        return {"province", "kabupaten", "kecamatan", "village"}
    if criterion in policy.grounds:
        ground = policy.grounds[criterion]
        rules = [ground.rule] if ground.rule else []
        return _read(policy, programme, (rule.node for rule in rules)) | {MEMBERS}
    nodes = [c.rule.node for c in programme.conditions if c.name == criterion]
    if criterion == "amount_known" and programme.amount is not None:
        nodes = [programme.amount.node]
    return _read(policy, programme, nodes)


def _read(policy: Policy, programme: Programme, nodes: Iterable[Node]) -> set[str]:
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        for node in waiting.pop().walk():
            if node.kind == "variable":
                name = str(node.value)
                found.add(name)
                computed = policy.variables[name].computed
                if computed is not None:
                    found |= set(computed.names("variable"))
            elif node.kind == "counted_members":
                waiting += [component.who.node for component in programme.components]
            if node.kind in ("any", "all", "count", "sum", "counted_members", "roster_size"):
                found |= {MEMBERS, "data_ok"}
    return found
