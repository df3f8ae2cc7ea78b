"""The allocate step: programme by programme over the country, some kabupaten at a time.

How many compete is counted over the whole country before a quota is shared; who gets a place is
settled within each kabupaten. So the work is cut into groups of parts that share no kabupaten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.enrolment.rules import (
    Claims,
    awards,
    candidates,
    competing,
    in_order,
    quota,
    quota_lines,
)
from tepat.policy.model import Policy
from tepat.runs.request import State, part_name

Lines = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Group:
    """Parts whose families are allocated together.

    ``placed`` is None for all their families; else whether to take those with a known kabupaten,
    or those without.
    """

    number: int
    parts: tuple[int, ...]
    placed: bool | None = None


def allocate_step(state: State, plans: Sequence[Plan]) -> None:
    """Turn decisions into awards, waiting places and refusals."""
    allocation = Allocation(state, state.policy, state.quotas, state.folder / "awards")
    state.groups = len(allocation.groups)
    lines = allocation.allocate(plans, lambda done, of: state.report("allocate", done, of))
    state.manifest["lines"] = {name: found or {} for name, found in lines.items()}
    for plan in plans:
        given = dict(quota(plan, state.quotas))  # the code "" holds the nation's
        state.manifest["programmes"][plan.name]["quota"] = given


class Allocation:
    """Allocates a policy's programmes over a run's decisions.

    Args:
        state: the run.
        policy: its order of programmes and what may not be held together.
        quotas: as `enrolment.rules.quota_lines` takes them.
        out: the folder for the awards, a file for each programme and group.
        name: what to note finished work under, and to name tables by.
    """

    def __init__(
        self,
        state: State,
        policy: Policy,
        quotas: Mapping[str, Mapping[str, int]],
        out: Path,
        name: str = "allocate",
    ) -> None:
        self.state, self.policy, self.quotas, self.out, self.name = (
            state, policy, quotas, out, name,
        )  # fmt: skip
        self.desk = state.desk.at(state.folder / "scratch" / name)
        self.groups = groups(state)

    def allocate(self, plans: Sequence[Plan], progress: Any) -> dict[str, Lines | None]:
        """Allocate programmes in the policy's order; returns each one's quota lines."""
        done: list[Plan] = []
        found: dict[str, Lines | None] = {}
        for plan in in_order(self.policy, plans):
            step = f"{self.name}-{plan.name}"
            known = self.state.work.finished(step)
            if known is None:
                known = self.state.work.finish(step, {"lines": self._one(plan, done)})
            found[plan.name] = known["lines"]
            done.append(plan)
            progress(len(done), len(plans))
        return found

    def _one(self, plan: Plan, done: Sequence[Plan]) -> Lines | None:
        """Allocate one programme: count who compete in the country, then fill the places."""
        if not quota(plan, self.quotas):
            for group in self.groups:
                claims = self._claims(plan, group, done)
                self.desk.write(
                    f"{self._called(plan, 'awards')}_{group.placed}",
                    partial(self._all_awarded, plan, claims),
                    self.awards_of(plan, group),
                )
            return None
        eligible: dict[str, int] = {}
        for group in self.groups:
            table = self._candidates(plan, group, done)
            counted = self.desk.rows(self._called(plan, "competing"), partial(competing, table))
            for row in counted:
                eligible[row["code"]] = eligible.get(row["code"], 0) + row["number"]
        lines = quota_lines(plan, self.quotas, eligible)
        table_of_lines = None if lines is None else self._lines(lines)
        for group in self.groups:
            path = self._candidates_path(plan, group)
            table = self.desk.open(self._called(plan), path)
            self.desk.write(
                self._called(plan, "awards"),
                partial(awards, plan, table, table_of_lines),
                self.awards_of(plan, group),
            )
            self.desk.remove(path)
        return lines

    def _all_awarded(self, plan: Plan, claims: Claims) -> Any:
        return awards(plan, candidates(self.policy, plan, claims, ordered=False), None)

    def awards_of(self, plan: Plan, group: Group) -> Path:
        """The file of a programme's awards in a group."""
        return self.out / f"{plan.name}-{part_name(group.number)}.parquet"

    def _called(self, plan: Plan, word: str = "candidates") -> str:
        return f"{self.name}_{plan.name}_{word}"

    def _candidates_path(self, plan: Plan, group: Group) -> Path:
        return self.desk.folder / f"{self._called(plan)}-{part_name(group.number)}.parquet"

    def _candidates(self, plan: Plan, group: Group, done: Sequence[Plan]) -> Any:
        """The candidates of a group, kept in a file."""
        path = self._candidates_path(plan, group)
        claims = self._claims(plan, group, done)
        self.desk.write(
            f"{self._called(plan)}_{group.placed}",
            partial(candidates, self.policy, plan, claims),
            path,
        )
        return self.desk.open(self._called(plan), path)

    def _claims(self, plan: Plan, group: Group, done: Sequence[Plan]) -> Claims:
        """What is decided of a group, opened under the same names for every group."""
        tables = {
            name: self.desk.open(
                f"{self.name}_{word}", *(self.state.path(folder, part) for part in group.parts)
            )
            for name, word, folder in (
                ("families", "families", "decisions/families"),
                ("members", "members", "decisions/members"),
                ("ranking", "ranking", "ranking"),
                ("benefits", "benefits", "facts/benefits"),
            )
        }
        if group.placed is not None:
            for name in ("families", "members"):
                place = tables[name].kabupaten
                known = place.notnull() if group.placed else place.isnull()
                tables[name] = tables[name].filter(known)
        if "benefits" not in self.state.manifest["present"]:
            tables["benefits"] = None
        if self.state.request.model is None:
            tables["ranking"] = None
        barring = self.policy.barred_with(plan.name)
        taken = {
            other.name: self.desk.open(
                f"{self.name}_taken_{other.name}", self.awards_of(other, group)
            )
            for other in done
            if other.name in barring
        }
        return Claims(**tables, taken=taken)

    def _lines(self, lines: Lines) -> Any:
        import pyarrow as pa

        table = pa.table(
            {
                "line_code": pa.array(list(lines), pa.string()),
                "line": pa.array([line["awarded"] for line in lines.values()], pa.int64()),
            }
        )
        name = f"{self.name}_lines"
        return self.state.con.create_table(name, table, temp=True, overwrite=True)


def groups(state: State) -> list[Group]:
    """Parts of the input in groups that share no kabupaten.

    Families without a known kabupaten stand in any part; where there are several groups, they are
    one of their own.
    """
    if len(state.parts) == 1:
        return [Group(0, (state.parts[0].number,))]
    owner: dict[str, int] = {}
    together = {part.number: part.number for part in state.parts}

    def first(number: int) -> int:
        while together[number] != number:
            number = together[number]
        return number

    for part in state.parts:
        table = state.desk.open("places_of_part", state.path("facts/families", part.number))
        rows = state.desk.rows("places_of_part", table.select("kabupaten").distinct)
        for code in (row["kabupaten"] for row in rows if row["kabupaten"] is not None):
            one, other = first(owner.setdefault(code, part.number)), first(part.number)
            together[max(one, other)] = min(one, other)
    members: dict[int, list[int]] = {}
    for part in state.parts:
        members.setdefault(first(part.number), []).append(part.number)
    if len(members) == 1:
        return [Group(0, tuple(part.number for part in state.parts))]
    found = [Group(i, tuple(parts), True) for i, parts in enumerate(members.values())]
    return [*found, Group(len(found), tuple(part.number for part in state.parts), False)]
