"""What a reform does, by plain Python: lists and sorting, no engine, and no code of a simulation.

Families are decided by the slow twin under a policy folder that was edited by hand, allocated with
lists, and counted one by one.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from tepat.policy.model import Policy
from tests.chain import real
from tests.twin.reading import Family
from tests.twin.twin import Twin

SIDES = ("before", "after")
MERGED = ("pkh", "sembako")  # by the reform of the shipped policy
SHOWN = ("won", "lost", "more", "less", "same", "none")
HARD = [
    "difficulty_seeing", "difficulty_hearing", "difficulty_walking", "difficulty_hands",
    "difficulty_remembering", "difficulty_speaking", "difficulty_learning", "difficulty_self_care",
    "difficulty_sadness", "difficulty_behaviour",
]  # fmt: skip
Held = dict[int, dict[str, int]]  # family -> programme -> rupiah a year


class ByHand:
    """The families of a run, to be decided under any policy.

    Args:
        run: a finished run, whose facts and ranking are taken.
        day: the day of the decision.
    """

    def __init__(self, run: Path, day: date) -> None:
        self.day = day
        # of each policy that was asked, by programme
        self.undecided: list[Counter[str]] = []
        self.unknown: list[dict[str, set[int]]] = []  # the families of these
        self.places: list[dict[str, dict[str, int]]] = []
        self.families: dict[int, Family] = real.families(run)
        self.people = real.members(run)
        self.lists = frozenset(row["ground"] for row in real.table(run, "facts/lists/*.parquet"))
        self.scores = {
            row["family_id"]: row["score"] for row in real.table(run, "ranking/*.parquet")
        }

    def holds(self, policy: Policy, quotas: Mapping[str, int]) -> Held:
        """What each family holds under a policy."""
        held: Held = defaultdict(dict)
        awarded: dict[str, set[int]] = {}
        self.undecided.append(Counter())
        self.unknown.append(defaultdict(set))
        self.places.append({})
        for name, programme in policy.programmes.items():
            if not programme.is_in_force(self.day):
                continue
            queue = defaultdict(list)
            twin = Twin(policy, programme, self.day, self.lists)
            for number, family in self.families.items():
                barred = self._barred(policy, name, number, family, awarded)
                for index, answer in enumerate(twin.decide(family)):
                    if answer.outcome == "cannot_decide":
                        self.undecided[-1][name] += 1
                        self.unknown[-1][name].add(number)
                    if answer.outcome == "eligible" and not barred:
                        person = None if programme.unit == "family" else index
                        place = self._place(twin, family, number, person)
                        queue[family.facts["kabupaten"]].append((place, number, answer.amount))
            awarded[name] = set()
            for number, amount in self._inside(policy, name, quotas, queue):
                awarded[name].add(number)
                held[number][name] = held[number].get(name, 0) + (amount or 0)
        return held

    def _barred(
        self, policy: Policy, name: str, number: int, family: Family, awarded: dict[str, set[int]]
    ) -> bool:
        for other in policy.barred_with(name):
            if other in awarded:
                if number in awarded[other]:
                    return True
            elif any(
                b.programme == other
                and (b.start is None or b.start <= self.day)
                and (b.end is None or b.end >= self.day)
                for b in family.benefits
            ):
                return True
        return False

    def _place(
        self, twin: Twin, family: Family, number: int, person: int | None
    ) -> tuple[Any, ...]:
        last = Fraction(10**18)
        reading = twin._reading(family, person)
        own = [reading.value(rule.node) for rule in twin.programme.priority]
        numbers = [None if span is None else span.low for span in own]
        numbers += [family.facts["decile"], self.scores[number]]
        key = family.facts["family_key"]
        if person is not None:
            key = self.people[number][person]["person_key"]
        tie = hashlib.md5(f"{self.day.isoformat()}:{key}".encode()).hexdigest()
        return (*(last if n is None else Fraction(n) for n in numbers), tie)

    def _inside(
        self, policy: Policy, name: str, quotas: Mapping[str, int], queue: dict[str, list[Any]]
    ) -> list[tuple[int, int]]:
        quota = quotas.get(name)
        programme = policy.programmes[name]
        if quota is None and programme.quota is not None:
            known = programme.parameters[programme.quota.text].on(self.day)
            quota = None if known is None else int(known.value)  # type: ignore[arg-type]
        sizes = {code: len(waiting) for code, waiting in queue.items()}
        share = shared(quota, sizes)
        if quota is not None:
            self.places[-1][name] = filled(quota, sizes, share)
        return [
            (number, amount)
            for code, waiting in queue.items()
            for _, number, amount in sorted(waiting, key=lambda item: item[0])[: share[code]]
        ]


def shared(quota: int | None, sizes: dict[str, int]) -> dict[str, int]:
    """Largest remainder; everybody where there is no quota."""
    total = sum(sizes.values())
    if quota is None or total <= quota:
        return dict(sizes)
    share = {code: quota * size // total for code, size in sizes.items()}
    rest = sorted(sizes, key=lambda code: (-(quota * sizes[code] % total), code))
    for code in rest[: quota - sum(share.values())]:
        share[code] += 1
    return share


def filled(quota: int, sizes: dict[str, int], share: dict[str, int]) -> dict[str, int]:
    """How the places of a programme are filled."""
    return {
        "places": quota,
        "eligible": sum(sizes.values()),
        "awarded": sum(share.values()),
        "waiting": sum(sizes[code] - share[code] for code in sizes),
        "empty": quota - sum(share.values()),
        "kabupaten": len(sizes),
        "short": sum(sizes[code] > share[code] for code in sizes),
    }


def compared(hand: ByHand, policies: Sequence[Policy], sides: Sequence[Held]) -> dict[str, Any]:
    """The figures of a simulation, counted family by family."""
    aid = [
        {name for name, p in policy.programmes.items() if p.kind != "subsidy"}
        for policy in policies
    ]
    rows = []
    for number, family in hand.families.items():
        held = [side.get(number, {}) for side in sides]
        stack = [len(h.keys() & a) for h, a in zip(held, aid, strict=True)]
        money = [sum(h.values()) for h in held]
        rows.append(
            {
                "class": classed(stack, money),
                "stack": stack,
                "money": money,
                "decile": family.facts["decile"],
                "kinds": kinds(family, hand.people[number]),
                "held": held,
            }
        )
    names = dict.fromkeys(name for policy in policies for name in policy.programmes)
    return {
        "totals": counted(rows),
        "merged": set.union(*(hand.unknown[0][name] for name in MERGED)),
        "programmes": {
            name: of_programme(rows, name)
            | {f"undecided_{s}": n[name] for s, n in zip(SIDES, hand.undecided, strict=True)}
            for name in names
        },
        "deciles": {
            decile: counted([row for row in rows if row["decile"] == decile])
            for decile in {row["decile"] for row in rows}
        },
        "kinds": {
            kind: counted([row for row in rows if kind in row["kinds"]])
            for kind in ("child", "elderly", "disabled", "female_head", "single", "urban", "rural")
        },
        "quotas": {
            (name, side): counts
            for side, programmes in zip(SIDES, hand.places, strict=True)
            for name, counts in programmes.items()
        },
        "stacking": dict(Counter(tuple(row["stack"]) for row in rows)),
    }


def classed(stack: Sequence[int], money: Sequence[int]) -> str:
    """The one class of a family."""
    before, after = (number > 0 for number in stack)
    if after and not before:
        return "won"
    if before and not after:
        return "lost"
    if money[1] != money[0]:
        return "more" if money[1] > money[0] else "less"
    return "same" if before else "none"


def kinds(family: Family, people: list[dict[str, Any]]) -> set[str]:
    """The kinds that are known of a family."""
    found = {"urban"} if family.facts.get("area") == 1 else set()
    found |= {"rural"} if family.facts.get("area") == 2 else set()
    if len(people) == 1:
        found.add("single")
    for person in people:
        age = person.get("age")
        if age is not None and age < 18:
            found.add("child")
        if age is not None and age >= 60:
            found.add("elderly")
        if any(person.get(name) in (1, 2) for name in HARD):
            found.add("disabled")
        if person.get("relation") == 1 and person.get("sex") == 2:
            found.add("female_head")
    return found


def counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Families by class, and rupiah."""
    found = {name: sum(row["class"] == name for row in rows) for name in SHOWN}
    return found | {
        "families": len(rows),
        "helped_before": sum(row["stack"][0] > 0 for row in rows),
        "helped_after": sum(row["stack"][1] > 0 for row in rows),
        "money_before": sum(row["money"][0] for row in rows),
        "money_after": sum(row["money"][1] for row in rows),
    }


def of_programme(rows: list[dict[str, Any]], name: str) -> dict[str, int]:
    """Who holds a programme before and after."""
    pairs = [(row["held"][0].get(name), row["held"][1].get(name)) for row in rows]
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    return {
        "holders_before": sum(one is not None for one, _ in pairs),
        "holders_after": sum(other is not None for _, other in pairs),
        "money_before": sum(one or 0 for one, _ in pairs),
        "money_after": sum(other or 0 for _, other in pairs),
        "won": sum(one is None and other is not None for one, other in pairs),
        "lost": sum(one is not None and other is None for one, other in pairs),
        "more": sum(other > one for one, other in both),
        "less": sum(other < one for one, other in both),
    }


def differences(simulation: Mapping[str, Any], hand: Mapping[str, Any]) -> list[str]:
    """Figures of a simulation that are not those counted by hand."""
    found = _unequal("totals", simulation["totals"], hand["totals"])
    for table, key in (("programmes", "programme"), ("deciles", "decile"), ("kinds", "kind")):
        rows = {row[key]: row for row in simulation[table]}
        for name, wanted in hand[table].items():
            if name in rows or any(wanted.values()):
                found += _unequal(f"{table} {name}", rows.get(name, {}), wanted)
    rows = {(row["programme"], row["side"]): row for row in simulation["quotas"]}
    if rows.keys() != hand["quotas"].keys():
        found.append(f"quotas of {rows.keys() ^ hand['quotas'].keys()}")
    for both, wanted in hand["quotas"].items():
        found += _unequal(f"quotas {both}", rows.get(both, {}), wanted)
    pairs = {(r["aid_before"], r["aid_after"]): r["families"] for r in simulation["stacking"]}
    return found + _unequal("stacking", pairs, hand["stacking"])


def _unequal(where: str, given: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> list[str]:
    return [
        f"{where} {key}: {given.get(key)} instead of {value}"
        for key, value in wanted.items()
        if (given.get(key) or 0) != value
    ]
