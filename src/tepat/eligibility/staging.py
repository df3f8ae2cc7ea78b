"""Facts laid out for decisions: flags, benefits and counts beside each family and member.

All programmes share these tables; the members are grouped once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tepat.eligibility import components as chosen
from tepat.eligibility.plan import PLACE_COLUMNS, Plan, plan_programme
from tepat.policy.compile import IBIS_TYPES, Counts, Rules, Tally, with_columns
from tepat.policy.language import Node
from tepat.policy.meaning import LARGEST_ROSTER
from tepat.policy.model import Policy


@dataclass(frozen=True)
class Facts:
    """What is known, as Ibis tables.

    ``families`` has ``family_id``, ``blocked`` and ``roster_size``; ``members`` has ``person_id``,
    ``family_id`` and ``data_ok`` (true, or unknown where the record has an error). ``lists`` names
    the grounds whose list was loaded. Flags and benefits are None where no such table was given.
    """

    families: Any
    members: Any
    flags: Any | None = None
    lists: frozenset[str] = frozenset()
    benefits: Any | None = None


@dataclass(frozen=True)
class Staged:
    """Families with what is counted over their members, members with what is known of them.

    ``bits`` gives each exclusion ground its bit in the columns ``hit`` and ``contested``.
    """

    families: Any
    members: Any
    plans: tuple[Plan, ...]
    bits: dict[str, int]


def stage(policy: Policy, facts: Facts, as_of: date, programmes: Sequence[str]) -> Staged:
    """Lay out the facts for programmes that are in force on a day."""
    counts = Counts()
    plans = tuple(plan_programme(policy, name, as_of, facts.lists, counts) for name in programmes)
    bits = _ground_bits(plans)
    facts = _complete(policy, facts, plans)
    families = _with_benefits(_with_family_flags(facts, bits), facts, plans, as_of, "family")
    members = _with_flags(facts, bits)
    members = _with_benefits(members, facts, plans, as_of, "member")
    members = _with_family_facts(members, families, _family_names(policy, plans))
    members = _with_ground_rules(policy, members, bits, Rules(as_of, {}))
    members = members.mutate(**_qualifying(plans, members, bits))
    members = members.mutate(**_components_as_bits(plans, members))
    families = _with_counts(families, members, plans, counts, bits)
    return Staged(families, _beside(members, families, counts), plans, bits)


def _ground_bits(plans: Iterable[Plan]) -> dict[str, int]:
    """A bit for each exclusion ground that a programme uses."""
    names = dict.fromkeys(c.name for plan in plans for c in plan.criteria if c.ground)
    return {name: 1 << index for index, name in enumerate(names)}


def _complete(policy: Policy, facts: Facts, plans: Sequence[Plan]) -> Facts:
    """Facts with a column for every variable that a rule names."""
    names = {str(n.value) for plan in plans for n in _all_nodes(plan) if n.kind == "variable"}
    used = [policy.variables[name] for name in sorted(names)]
    kinds: dict[str, dict[str, str]] = {
        of: {v.name: IBIS_TYPES[v.type] for v in used if v.of == of} for of in ("family", "member")
    }
    kinds["family"] |= dict.fromkeys(PLACE_COLUMNS.values(), "string") | {"decile": "int64"}
    families = with_columns(facts.families, kinds["family"])
    # a roster that no family has cannot be counted within the bounds of the language
    too_large = families.roster_size > LARGEST_ROSTER
    return replace(
        facts,
        families=families.mutate(blocked=families.blocked | too_large),
        members=with_columns(facts.members, kinds["member"]),
    )


def _with_flags(facts: Facts, bits: dict[str, int]) -> Any:
    """Members with the grounds found against them: ``hit`` and, while contested, ``contested``."""
    members = facts.members
    if facts.flags is None or not bits:
        return members.mutate(hit=_zero(), contested=_zero())
    found = _flag_bits(facts.flags.filter(facts.flags.person_id.notnull()), "person_id", bits)
    joined = members.left_join(found, members.person_id == found.flag_id)
    return _filled(joined.drop("flag_id"), "hit", "contested")


def _with_family_flags(facts: Facts, bits: dict[str, int]) -> Any:
    families = facts.families
    if facts.flags is None or not bits:
        return families.mutate(family_hit=_zero(), family_contested=_zero())
    whole = facts.flags.filter(facts.flags.person_id.isnull() & facts.flags.family_id.notnull())
    found = _flag_bits(whole, "family_id", bits)
    found = found.rename(family_hit="hit", family_contested="contested")
    joined = families.left_join(found, families.family_id == found.flag_id)
    return _filled(joined.drop("flag_id"), "family_hit", "family_contested")


def _flag_bits(flags: Any, key: str, bits: dict[str, int]) -> Any:
    import ibis

    flags = flags.filter(flags.ground.isin(list(bits)))
    bit = ibis.cases(*((flags.ground == name, value) for name, value in bits.items()), else_=0)
    flags = flags.mutate(bit=bit.cast("int64"))
    grouped = flags.group_by(flag_id=flags[key]).agg(
        hit=flags.bit.bit_or(where=~flags.contested.fill_null(False)),
        contested=flags.bit.bit_or(where=flags.contested.fill_null(False)),
    )
    return grouped


def _filled(table: Any, *names: str) -> Any:
    return table.mutate(**{name: table[name].fill_null(0).cast("int64") for name in names})


def _zero() -> Any:
    import ibis

    return ibis.literal(0, "int64")


def _with_benefits(table: Any, facts: Facts, plans: Sequence[Plan], as_of: date, unit: str) -> Any:
    """Columns ``holds__…`` and ``held__…`` for the programmes that rules ask about."""
    wanted = {
        (n.kind, str(n.value))
        for plan in plans
        for n in _all_nodes(plan)
        if n.kind in ("holds", "held") and n.member == (unit == "member")
    }
    names = [f"{kind}__{name}" for kind, name in sorted(wanted)]
    if facts.benefits is None or not wanted:
        return with_columns(table, dict.fromkeys(names, "boolean"))
    import ibis

    key = "person_id" if unit == "member" else "family_id"
    day = ibis.literal(as_of, "date")
    b = facts.benefits.filter(facts.benefits[key].notnull())
    b = b.filter(b["from"].isnull() | (b["from"] <= day))  # no known start: it has begun
    tests = {"held": ibis.literal(True), "holds": b["to"].isnull() | (b["to"] >= day)}
    columns = {
        f"{kind}__{name}": b.count(where=tests[kind] & (b.programme == name)) > 0
        for kind, name in sorted(wanted)
    }
    grouped = b.group_by(benefit_id=b[key]).agg(**columns)
    joined = table.left_join(grouped, table[key] == grouped.benefit_id).drop("benefit_id")
    return joined.mutate(**{name: joined[name].fill_null(False) for name in names})


def _all_nodes(plan: Plan) -> list[Node]:
    rules = [c.condition.rule for c in plan.criteria if c.condition]
    rules += [c.component.who for c in plan.components] + list(plan.programme.priority)
    rules += [plan.programme.amount] if plan.programme.amount else []
    rules += [c.ground.rule for c in plan.criteria if c.ground and c.ground.rule]
    return [node for rule in rules for node in rule.node.walk()]


def _family_names(policy: Policy, plans: Sequence[Plan]) -> list[str]:
    """The facts of families that rules about members may need."""
    names = {str(n.value) for plan in plans for n in _all_nodes(plan) if n.kind == "variable"}
    held = {
        f"{n.kind}__{n.value}"
        for plan in plans
        for n in _all_nodes(plan)
        if n.kind in ("holds", "held") and not n.member
    }
    of_family = {name for name in names if policy.variables[name].of == "family"}
    return sorted(of_family | held)


def _with_family_facts(members: Any, families: Any, names: Sequence[str]) -> Any:
    wanted = [
        "blocked",
        "roster_size",
        "province",
        "kabupaten",
        "kecamatan",
        "village",
        "family_hit",
        "family_contested",
        "decile",
        "as_of_day",
        *names,
    ]
    kept = [name for name in dict.fromkeys(wanted) if name in families.columns]
    other = families.select("family_id", *kept).rename(of_family="family_id")
    members = members.drop(*[name for name in kept if name in members.columns])
    members = members.left_join(other, members.family_id == other.of_family).drop("of_family")
    # a flag on the family as a whole speaks of each of its members
    return members.mutate(
        hit=members.hit | members.family_hit.fill_null(0),
        contested=members.contested | members.family_contested.fill_null(0),
    )


def _with_ground_rules(policy: Policy, members: Any, bits: dict[str, int], rules: Rules) -> Any:
    """Grounds that a fact of the interview shows: a hit where the fact says so."""
    hit = members.hit
    for name, bit in bits.items():
        rule = policy.grounds[name].rule
        if rule is not None:
            found = rules.on(members).value(rule.node).fill_null(False)
            hit = hit | found.ifelse(bit, 0).cast("int64")
    return members.mutate(hit=hit)


def _qualifying(plans: Sequence[Plan], members: Any, bits: dict[str, int]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for plan in plans:
        if plan.of_family and plan.components:
            mask = person_mask(plan, bits)
            columns |= chosen.qualifying(
                plan, members, members.data_ok, found_against(members.hit, members.contested, mask)
            )
    return columns


def _components_as_bits(plans: Sequence[Plan], members: Any) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for plan in plans:
        if plan.of_family and plan.components:
            columns |= chosen.as_bits(plan, members)
    return columns


def person_mask(plan: Plan, bits: dict[str, int]) -> int:
    """The grounds of a programme that take a single person out."""
    return sum(bits[c.name] for c in plan.criteria if c.ground and c.ground.reach == "person")


def found_against(hit: Any, contested: Any, mask: int) -> Any:
    """Whether a ground was found: yes, no, or unknown while it is contested."""
    import ibis

    if not mask:
        return ibis.literal(False)
    return ibis.cases(
        ((hit & mask) != 0, True), ((contested & mask) != 0, ibis.null("boolean")), else_=False
    )


def _with_counts(
    families: Any, members: Any, plans: Sequence[Plan], counts: Counts, bits: dict[str, int]
) -> Any:
    """Families with everything that is counted over their members."""
    tally, columns = Tally(counts.tests(members), marks=counts.marks(members)), counts.sums(members)
    for plan in plans:
        if plan.of_family and plan.components:
            chosen.add_counts(plan, members, tally)
    if bits:
        certain, possible = members.hit, members.hit | members.contested
        columns |= {"any_hit": certain.bit_or(), "any_contested": members.contested.bit_or()}
        for mask in sorted({person_mask(plan, bits) for plan in plans if plan.of_family} - {0}):
            tally.marks[f"stay{mask}"] = (certain & mask) == 0
            tally.marks[f"surely_stay{mask}"] = (possible & mask) == 0
    packed = tally.grouped()
    if not packed and not columns:
        return families
    grouped = members.group_by(grouped_id=members.family_id).agg(**columns, **packed)
    joined = families.left_join(grouped, families.family_id == grouped.grouped_id)
    filled = _filled(joined.drop("grouped_id"), *columns, *packed)
    counted = filled.mutate(**tally.counted(filled)).drop(*packed)
    places: dict[str, Any] = {}
    for plan in plans:
        if plan.of_family and plan.components:
            places |= chosen.filled_columns(plan, counted)
    return counted.mutate(**places) if places else counted


def _beside(members: Any, families: Any, counts: Counts) -> Any:
    """Members with the counts of their family, for programmes that decide persons."""
    names = [
        n
        for n in families.columns
        if n.startswith(tuple(f"{v[0]}_" for v in counts.wanted.values()))
    ]
    names += [n for n in ("any_hit", "any_contested") if n in families.columns]
    names += [] if "family_key" in members.columns else ["family_key"]
    if not names:
        return members
    other = families.select("family_id", *names).rename(of_family="family_id")
    return members.left_join(other, members.family_id == other.of_family).drop("of_family")
