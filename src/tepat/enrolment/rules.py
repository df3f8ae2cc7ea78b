"""Who is in: overlaps, quotas and places, programme by programme in the order of the policy.

Pure: decisions in, awards out. An award bars a later programme that may not be held with it;
waiting does not. Within a kabupaten's share the order is the programme's own priority, then
decile, then score, then a tie-break that anyone can compute (see ``assessment.rules``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.eligibility.instalments import instalment_column
from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import ELIGIBLE
from tepat.enrolment.shares import NATIONAL, shares
from tepat.policy.model import Policy

AWARDED, WAITING, REFUSED = "awarded", "waiting", "refused"


@dataclass(frozen=True)
class Claims:
    """What allocation needs to know of some families; all of a kabupaten, or none.

    Attributes:
        families: the decisions of families.
        members: the decisions of persons.
        ranking: ``family_id``, ``score``; None where there are no scores.
        benefits: who holds what already; None where it was not given.
        taken: the awards made before, by programme.
    """

    families: Any
    members: Any
    ranking: Any | None
    benefits: Any | None
    taken: Mapping[str, Any]


def in_order(policy: Policy, plans: Iterable[Plan]) -> list[Plan]:
    """Programmes in the order in which the policy allocates them."""
    names = list(policy.programmes)
    return sorted(plans, key=lambda plan: names.index(plan.name))


def candidates(policy: Policy, plan: Plan, claims: Claims, *, ordered: bool = True) -> Any:
    """Eligible families or persons, what bars them and, if asked, what their order hangs on."""
    import ibis

    table = claims.families if plan.of_family else claims.members
    table = table.filter(table[f"{plan.name}__outcome"] == ELIGIBLE)
    key = table.family_key if plan.of_family else table.person_key
    seed = plan.rules.as_of.isoformat()
    columns = {
        "family_id": table.family_id,
        "family_key": table.family_key,
        "person_id": ibis.null("int64") if plan.of_family else table.person_id,
        "person_key": ibis.null("string") if plan.of_family else table.person_key,
        "province": table.province,
        "kabupaten": table.kabupaten,
        "decile": table.decile,
        "amount_year": table[f"{plan.name}__amount"],
    }
    columns |= {
        name: table[f"{plan.name}__{name}"]
        for name in [*_own_order(plan), "fixed"]
        if f"{plan.name}__{name}" in table.columns
    }
    if ordered:
        columns["tie"] = (ibis.literal(f"{seed}:") + key).hexdigest("md5")
    chosen = table.select(**columns)
    if ordered:
        chosen = _with_score(chosen, claims.ranking)
    return _with_bars(chosen, _barring(policy, plan, claims))


def _with_score(table: Any, ranking: Any | None) -> Any:
    import ibis

    if ranking is None:
        return table.mutate(score=ibis.null("int64"))
    scores = ranking.select(ranked_id=ranking.family_id, score=ranking.score)
    return table.left_join(scores, table.family_id == scores.ranked_id).drop("ranked_id")


def competing(candidates: Any) -> Any:
    """How many compete in each kabupaten: ``code``, ``number``; the code ``""`` is unknown."""
    free = candidates.filter(candidates.barred_by.isnull())
    return free.group_by(code=free.kabupaten.fill_null("")).agg(number=free.count())


def quota_lines(
    plan: Plan, quotas: Mapping[str, Mapping[str, int]], eligible: Mapping[str, int]
) -> dict[str, dict[str, int]] | None:
    """The quota line of each kabupaten; None where the programme has no quota.

    ``awarded`` is its last place: as many are given, and where few compete, that is less than the
    kabupaten may award. ``eligible`` is how many compete.

    Args:
        plan: the programme.
        quotas: by programme, then by kabupaten code (``""`` is national); a programme that is not
            named has the national quota of its policy file, if any.
        eligible: how many compete, by kabupaten code, in the whole country.
    """
    found = shares(quota(plan, quotas), eligible)
    if found is None:
        return None
    return {
        code: {"awarded": found.get(code, 0), "eligible": eligible[code]}
        for code in sorted(eligible)
    }


def quota(plan: Plan, quotas: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    """A programme's places by kabupaten code; empty where it has no quota."""
    if plan.name in quotas:
        return quotas[plan.name]
    rule = plan.programme.quota
    if rule is None or not plan.rules.in_force(rule.node):
        return {}
    return {NATIONAL: plan.rules.constant(rule.node)}


def _barring(policy: Policy, plan: Plan, claims: Claims) -> list[tuple[str, Any, str]]:
    """Earlier awards that bar this programme: its name, the table, and the key that must match."""
    found = []
    for other in policy.barred_with(plan.name):
        both_persons = not plan.of_family and policy.programmes[other].unit == "member"
        key = "person_id" if both_persons else "family_id"
        if other in claims.taken:
            awards = claims.taken[other]
            awarded = awards.filter(awards.status == AWARDED)
            found.append((other, awarded.select(key).distinct(), key))
        elif claims.benefits is not None:
            held = _held(claims.benefits, other, plan.rules.as_of)
            found.append((other, held.filter(held[key].notnull()).select(key).distinct(), key))
    return found


def _held(benefits: Any, programme: str, day: date) -> Any:
    import ibis

    today = ibis.literal(day, "date")
    return benefits.filter(
        (benefits.programme == programme)
        & (benefits["from"].isnull() | (benefits["from"] <= today))
        & (benefits["to"].isnull() | (benefits["to"] >= today))
    )


def _with_bars(table: Any, barred: Sequence[tuple[str, Any, str]]) -> Any:
    """The column ``barred_by``: the first programme that stands in the way, or null."""
    import ibis

    for name, other, key in barred:
        other = other.select(bar_id=other[key])
        joined = table.left_join(other, table[key] == other.bar_id)
        table = joined.mutate(**{f"bar__{name}": joined.bar_id.notnull()}).drop("bar_id")
    bars = [(table[f"bar__{name}"], name) for name, _, _ in barred]
    reason = ibis.cases(*bars, else_=ibis.null("string")) if bars else ibis.null("string")
    return table.mutate(barred_by=reason).drop(*(f"bar__{name}" for name, _, _ in barred))


def _own_order(plan: Plan) -> list[str]:
    return [f"priority{i}" for i in range(len(plan.programme.priority))]


def awards(plan: Plan, table: Any, lines: Any | None) -> Any:
    """Awards, waiting places and refusals of some candidates.

    Args:
        plan: the programme.
        table: what `candidates` gave.
        lines: ``line_code`` and ``line``, the quota line of each kabupaten; None without a quota.
    """
    import ibis

    if lines is None:
        ranked = table
        free = ranked.barred_by.isnull()
        status = ibis.cases((free, AWARDED), else_=REFUSED)
        shown, tied = ibis.null("int64"), ibis.null("boolean")
    else:
        ranked = _placed(plan, table)
        ranked = ranked.left_join(lines, ranked.kabupaten.fill_null("") == lines.line_code)
        free = ranked.barred_by.isnull()
        status = ibis.cases((~free, REFUSED), (ranked.place <= ranked.line, AWARDED), else_=WAITING)
        shown = ibis.cases((free, ranked.place), else_=ibis.null("int64"))
        tied = ibis.cases((free, ranked.tied), else_=ibis.null("boolean"))
    fixed = ranked.fixed if "fixed" in ranked.columns else None
    parts = ibis.cases(
        (
            (status == AWARDED) & ranked.amount_year.notnull(),
            instalment_column(plan, ranked.amount_year, fixed),
        ),
        else_=ibis.null("array<int64>"),
    )
    return ranked.select(
        programme=ibis.literal(plan.name),
        family_id=ranked.family_id,
        family_key=ranked.family_key,
        person_id=ranked.person_id,
        person_key=ranked.person_key,
        province=ranked.province,
        kabupaten=ranked.kabupaten,
        decile=ranked.decile,
        status=status,
        place=shown,
        tied=tied,
        amount_year=ranked.amount_year,
        instalments=parts,
        barred_by=ranked.barred_by,
    )


def _placed(plan: Plan, table: Any) -> Any:
    """Candidates with their place within the kabupaten, and whether others needed as much."""
    import ibis

    need = [table[name] for name in [*_own_order(plan), "decile", "score"]]
    order = [*(fact.asc(nulls_first=False) for fact in need), table.tie]
    share = [table.kabupaten, table.barred_by.isnull()]
    place = ibis.row_number().over(group_by=share, order_by=order) + 1
    alike = table.count().over(group_by=[*share, *need])
    return table.mutate(place=place.cast("int64"), tied=alike > 1)
