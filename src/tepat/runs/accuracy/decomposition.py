"""Where the poor are lost: each poor family in one place, for each programme.

In the order in which a family meets them: not registered; an error in its record; a condition
other than the rank; the rank; a fact that nobody knows; the quota or another award; reached. A
family that a rule leaves out is counted with the rule even if its rank is wrong too: a better
ranking would not have helped it.
"""

from __future__ import annotations

from typing import Any

from tepat.eligibility.rules import ELIGIBLE
from tepat.enrolment.rules import AWARDED
from tepat.policy.model import Policy
from tepat.runs.folder import RunFolder

REACHED, QUOTA, UNKNOWN, RANK, RULES, RECORD, OUTSIDE = range(7)
FATES = ("reached", "quota", "unknown_fact", "rank", "rules", "record", "not_registered")
ANY = "any"


def decomposition(run: RunFolder, table: Any, cut: int) -> list[dict[str, Any]]:
    """Rows ``programme, fate, weight, families`` of the poorest ``cut`` per cent.

    The programme ``any`` asks whether at least one award other than a price subsidy reaches the
    family, and takes the fate that is nearest to being reached.
    """
    con = run.con
    poor = table.filter(table.true_place < cut).select("family_id", "registered", "weight")
    poor = con.create_table("accuracy_poor", poor, temp=True, overwrite=True)
    fates = con.create_table("accuracy_fates", _fates(run, poor), temp=True, overwrite=True)
    programmes = run.manifest["programmes"]
    given = [name for name, about in programmes.items() if about["kind"] != "subsidy"]
    answers = []
    for name in [*programmes, ANY]:
        columns = [fates[n] for n in given] if name == ANY else [fates[name]]
        answers += _counted(con, fates, name, columns)
    return answers


def _counted(con: Any, fates: Any, name: str, columns: list[Any]) -> list[dict[str, Any]]:
    import ibis

    if not columns:
        return []
    fate = columns[0] if len(columns) == 1 else ibis.least(*columns)
    rows = fates.select(fate=fate, weight=fates.weight)
    grouped = rows.group_by("fate").agg(
        weight=rows.weight.sum().cast("decimal(38,0)").cast("int64"), families=rows.count()
    )
    found = {row["fate"]: row for row in con.to_pyarrow(grouped).to_pylist()}
    none = {"weight": 0, "families": 0}
    return [
        {
            "programme": name,
            "fate": word,
            "weight": found.get(number, none)["weight"],
            "families": found.get(number, none)["families"],
        }
        for number, word in enumerate(FATES)
    ]


def _fates(run: RunFolder, poor: Any) -> Any:
    """A column for each programme: the fate of each poor family."""
    import ibis

    policy, programmes = run.policy(), run.manifest["programmes"]
    awards = run.table("awards")
    held = awards.filter(awards.status == AWARDED)
    held = held.group_by(held_id=held.family_id).agg(
        **{f"{name}__held": held.count(where=held.programme == name) for name in programmes}
    )
    blocked = run.table("families").select(blocked_id="family_id", blocked="blocked")
    table = poor.left_join(blocked, poor.family_id == blocked.blocked_id).drop("blocked_id")
    table = table.left_join(held, table.family_id == held.held_id).drop("held_id")
    for unit, name in (("family", "family_decisions"), ("member", "member_decisions")):
        decided = _decided(run, policy, run.table(name), unit)
        if decided is not None:
            joined = table.left_join(decided, table.family_id == decided.decided_id)
            table = joined.drop("decided_id")
    columns = {
        name: ibis.cases(
            (~table.registered, OUTSIDE),
            ((table[f"{name}__held"] > 0).fill_null(False), REACHED),
            (table.blocked.fill_null(False), RECORD),
            else_=table[f"{name}__fate"].fill_null(RULES),
        ).cast("int64")
        for name in programmes
    }
    return table.select("weight", **columns)


def _decided(run: RunFolder, policy: Policy, decisions: Any, unit: str) -> Any | None:
    """What the rules say of each family; of its best-placed member where people are decided."""
    columns: dict[str, Any] = {}
    for name, about in run.manifest["programmes"].items():
        if about["unit"] == unit:
            fate = _said(policy, name, about["criteria"], decisions)
            columns[f"{name}__fate"] = fate if unit == "family" else fate.min()
    if not columns:
        return None
    if unit == "family":
        return decisions.select(decided_id=decisions.family_id, **columns)
    return decisions.group_by(decided_id=decisions.family_id).agg(**columns)


def _said(policy: Policy, name: str, criteria: list[str], table: Any) -> Any:
    """Rules before the rank, then what is unknown; who is eligible and holds nothing waits."""
    import ibis

    rank = _mask(criteria, rank_criteria(policy, name))
    record = _mask(criteria, ["record_in_order"])
    failed, unknown = table[f"{name}__failed"], table[f"{name}__unknown"]
    return ibis.cases(
        (table[f"{name}__outcome"] == ELIGIBLE, QUOTA),
        ((failed & ~rank) != 0, RULES),
        (failed != 0, RANK),
        ((unknown & record) != 0, RECORD),
        ((unknown & rank) == unknown, RANK),
        else_=UNKNOWN,
    ).cast("int64")


def rank_criteria(policy: Policy, name: str) -> list[str]:
    """The conditions of a programme that read the decile or the score."""
    return [
        condition.name
        for condition in policy.programmes[name].conditions
        if {"decile", "score"} & set(condition.rule.names("variable"))
    ]


def _mask(criteria: list[str], chosen: list[str]) -> int:
    return sum(1 << index for index, name in enumerate(criteria) if name in chosen)
