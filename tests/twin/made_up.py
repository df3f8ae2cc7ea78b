"""A small made-up policy, and random rules for it: every construct of the rule language.

The real programmes use only part of the language. Here a generator writes rules of all kinds over
a dozen variables; what the loader refuses (such as products that could grow too large) is left
out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from tepat.engine.errors import TepatError
from tepat.policy.load import policy_from_files
from tepat.policy.model import Policy

VARIABLES = """
decile: {of: family, type: number, label: &label {id: x, en: x}, minimum: 1, maximum: 10,
  sensitivity: personal}
area: {of: family, type: number, decimals: 1, label: *label, minimum: 0, maximum: 99,
  sensitivity: personal}
debt: {of: family, type: number, label: *label, minimum: -50, maximum: 50, sensitivity: personal}
remote: {of: family, type: yes_no, label: *label, sensitivity: personal}
visited: {of: family, type: date, label: *label, sensitivity: personal}
floor_kind: {of: family, type: code, label: *label, sensitivity: personal,
  codes: {1: {name: tile, id: t, en: t}, 2: {name: earth, id: e, en: e},
    3: {name: wood, id: w, en: w}},
  groups: {poor: [earth, wood]}}
birth_date: {of: member, type: date, label: *label, sensitivity: personal}
age: {of: member, type: number, label: *label, minimum: 0, maximum: 125, sensitivity: personal,
  computed: age(birth_date)}
wage: {of: member, type: number, label: *label, minimum: -5, maximum: 40, sensitivity: personal}
works: {of: member, type: yes_no, label: *label, sensitivity: personal}
level: {of: member, type: code, label: *label, sensitivity: personal,
  codes: {1: {name: low, id: l, en: l}, 2: {name: middle, id: m, en: m},
    3: {name: high, id: h, en: h}},
  groups: {above: [middle, high]}}
"""
GROUND = """
{name}:
  name: {{id: x, en: x}}
  says: {{id: x, en: x}}
  reach: {reach}
  list: a list
  required: {required}
  {rule}
  appeal: {{id: x, en: x}}
  law: none
  confidence: K
"""
AMOUNTS = """
limit: {unit: n, values: [{from: 2019-01-01, value: 4, reference: none, confidence: K},
  {from: 2022-01-01, value: 6, reference: none, confidence: K}]}
size: {unit: n, values: [{from: 2019-01-01, value: 7.25, reference: none, confidence: K}]}
start: {unit: date, values: [{from: 2019-01-01, value: 2020-02-29, reference: none, confidence: K}]}
grant: {unit: rupiah, values: [{from: 2019-01-01, value: 1000, reference: none, confidence: K}]}
bonus: {unit: rupiah, values: [{from: 2021-06-01, value: 500, reference: none, confidence: K}]}
few: {unit: persons, values: [{from: 2019-01-01, value: 2, reference: none, confidence: K}]}
"""
PROGRAMME = """
programme: {name}
name: {{id: x, en: x}}
law: none
confidence: K
unit: {unit}
place: {place}
in_force: {{from: 2019-01-01, reference: none, confidence: K}}
conditions:
{conditions}
components:
{components}
{amount}
excluded_by: [soft, personal, strict, strict_person]
"""
NUMBERS_OF_MEMBER = ("age", "wage")
NUMBERS_OF_FAMILY = (
    "decile",
    "area",
    "debt",
    "roster_size",
    "limit",
    "size",
    "few",
    "1",
    "0",
    "12",
)


class Writer:
    """Writes random rules as text."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def truth(self, depth: int, *, member: bool, counting: bool = True) -> str:
        """A yes-or-no rule, at most so deep."""
        kinds = ["compare", "compare", "in", "fact", "dates", "holds"]
        if depth > 0:
            kinds += ["and", "or", "not", "compare"] + ["any", "all"] * counting
        kind = self.chance.choice(kinds)
        if kind in ("and", "or"):
            parts = [self.truth(depth - 1, member=member, counting=counting) for _ in "ab"]
            return f"({parts[0]} {kind} {parts[1]})"
        if kind == "not":
            return f"(not {self.truth(depth - 1, member=member, counting=counting)})"
        if kind in ("any", "all"):
            word = {"any": "any member", "all": "all members"}[kind]
            return f"{word} ({self.truth(depth - 1, member=True, counting=False)})"
        if kind == "compare":
            sides = [self.number(depth, member=member, counting=counting) for _ in "ab"]
            return f"{sides[0]} {self.chance.choice(['<', '<=', '>', '>=', '=', '!='])} {sides[1]}"
        if kind == "in":
            return self._within(depth, member=member, counting=counting)
        return self._fact(kind, member=member)

    def _within(self, depth: int, *, member: bool, counting: bool) -> str:
        coded = ["floor_kind in poor", "floor_kind not in tile, wood", "floor_kind = earth"]
        coded += ["level in above", "level != middle", "level in low, high"] * member
        number = self.number(depth - 1, member=member, counting=counting)
        ranged = [f"{number} in 1..few + limit", f"{number} not in 1, 0, limit"]
        return f"({self.chance.choice([*coded, *ranged])})"

    def _fact(self, kind: str, *, member: bool) -> str:
        if kind == "fact":
            return self.chance.choice(["remote", "remote = false"] + ["works"] * member)
        if kind == "holds":
            return self.chance.choice(["holds(one)", "held(one)"] + ["holds(two)"] * member)
        day = self.chance.choice(["visited"] + ["birth_date"] * member)
        return self.chance.choice(
            [f"{day} >= start", f"{day} in start..as_of", f"age({day}) <= limit"]
        )

    def number(self, depth: int, *, member: bool, counting: bool) -> str:
        """A rule that gives a number."""
        if depth <= 0 or self.chance.random() < 0.3:
            return self.chance.choice([*NUMBERS_OF_FAMILY, *(NUMBERS_OF_MEMBER * member)])
        kind = self.chance.choice(["+", "-", "*", "/", "min", "max", "floor", "-1"])
        if counting and self.chance.random() < 0.4:
            return self._counted(depth)
        one, other = (self.number(depth - 1, member=member, counting=counting) for _ in "ab")
        if kind in ("min", "max"):
            return f"{kind}({one}, {other})"
        if kind == "floor":
            return f"floor({one})"
        return f"(-{one})" if kind == "-1" else f"({one} {kind} {other})"

    def _counted(self, depth: int) -> str:
        if self.chance.random() < 0.5:
            return f"count members ({self.truth(depth - 1, member=True, counting=False)})"
        return f"sum members ({self.number(depth - 1, member=True, counting=False)})"


def made_up_policy(seed: int, conditions: int) -> Policy:
    """A family programme ``one`` and a personal programme ``two`` with random rules."""
    writer = Writer(seed)
    files = {"variables.yaml": VARIABLES, "exclusions.yaml": _grounds()}
    for name in ("one", "two"):
        files[f"programmes/{name}/amounts.yaml"] = AMOUNTS
        files[f"programmes/{name}/programme.yaml"] = _programme(name, ["remote"], ["works"], "")
    accepted: dict[str, list[list[str]]] = {}
    for name in ("one", "two"):
        member = name == "two"
        wanted = [(conditions, member, True), (5, True, False)]
        accepted[name] = [
            _accepted(files, name, writer, count, member=of_member, counting=counting)
            for count, of_member, counting in wanted
        ]
    for name, (rules, who) in accepted.items():
        amount = "amount: floor(max(0, decile * grant)) + few * count members (works)"
        files[f"programmes/{name}/programme.yaml"] = _programme(name, rules, who, amount)
    return policy_from_files(files)


def _accepted(
    files: dict[str, str], name: str, writer: Writer, count: int, *, member: bool, counting: bool
) -> list[str]:
    """Random rules that the loader takes."""
    found: list[str] = []
    while len(found) < count:
        rule = writer.truth(3, member=member, counting=counting)
        condition, who = (rule, "works") if counting else ("remote", rule)
        tried = {f"programmes/{name}/programme.yaml": _programme(name, [condition], [who], "")}
        if _loads({**files, **tried}):
            found.append(rule)
    return found


def _loads(files: dict[str, str]) -> bool:
    """Whether the loader takes a policy."""
    try:
        policy_from_files(files)
    except TepatError:
        return False
    return True


def _grounds() -> str:
    return "".join(
        GROUND.format(name=name, reach=reach, required=required, rule=rule)
        for name, reach, required, rule in (
            ("soft", "family", "false", "rule: wage > 38"),
            ("personal", "person", "false", "rule: level = high and works and wage > 20"),
            ("strict", "family", "true", ""),
            ("strict_person", "person", "true", ""),
        )
    )


def _programme(name: str, rules: Sequence[str], who: Sequence[str], amount: str) -> str:
    conditions = "".join(
        f"  c{i}: {{rule: '{rule}', says: {{id: x, en: x}}, law: none, confidence: K}}\n"
        for i, rule in enumerate(rules)
    )
    counted = "counted_members in 1..limit"
    if name == "one":
        conditions += f"  c_counted: {{rule: '{counted}', says: {{id: x, en: x}}}}\n"
    caps = ["", ", at_most: few", "", ", at_most: 1", ", at_most: few"]
    sums = ["grant", "bonus", "grant + 1", "grant", "1"]
    components = "".join(
        f"  k{i}: {{name: {{id: x, en: x}}, who: '{rule}', amount: {sums[i]}{caps[i]}}}\n"
        for i, rule in enumerate(who)
    )
    unit = "family" if name == "one" else "member"
    place = "'3204'" if name == "one" else "'32'"
    text = PROGRAMME.format(
        name=name,
        unit=unit,
        place=place,
        conditions=conditions,
        components=components,
        amount=amount,
    )
    return text.replace("excluded_by", "at_most: limit\nexcluded_by") if name == "one" else text
