"""Check what was read: identity, family, and answers that do not go together.

Pure: tables in, tables out. `look` goes over each row once: each rule is one yes-or-no column, all
of a table are worked out as bits of one number, and only rows with a bit set are looked at again.
`find_twins` compares the numbers of all parts of an input. `settle` lets the errors act. A rule
whose column the files did not have is "not checked", which is not the same as "nothing found".
Numbers are judged as they stand; where there are only their tokens, by what was found on them
before.

An error on a family or its head blocks the family's award; on another member it takes that member
out of the count. What leaves here carries no NIK and no KK number, only the findings on them, and
of names the initials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from tepat.engine.desk import Desk
from tepat.registry import numbers
from tepat.registry.files.input import Input
from tepat.registry.rules.catalogue import ERROR, RULES
from tepat.registry.rules.rows import (
    HEAD,
    KK,
    NIK,
    OLDEST,
    RowRule,
    as_meant,
    rules_of_families,
    rules_of_members,
)

_ADDED = ("years", "today", "wrong", "masked", "same", "is_head", "born", "kin")
_NUMBERS = ("nik", "nik_token", "nik_findings", "kk_number", "kk_token", "kk_findings")
_NOT_KEPT = (*_NUMBERS, *_ADDED)
_ID = {"families": "family_id", "members": "person_id"}
_KEY = {"families": "family_key", "members": "person_key"}
_TWIN = {"families": ("kk_duplicate", KK), "members": ("nik_duplicate", NIK)}
_MALFORMED = {
    "families": numbers.KK_FINDINGS["kk_form"],
    "members": numbers.NIK_FINDINGS["nik_form"],
}


@dataclass(frozen=True)
class Checked:
    """Checked tables (Ibis): families with ``blocked``, members with ``data_ok``, the findings.

    ``data_ok`` is null for a member whom an error takes out of the count, else true. Families have
    ``roster_size``, how many members the file has. ``not_checked`` names the rules whose columns
    were absent.
    """

    families: Any
    members: Any
    findings: Any
    not_checked: list[str]


def _years(birth: Any, day: Any) -> Any:
    """Full years from a birth date to a day."""

    def number(when: Any) -> Any:
        return (when.year().cast("int64") * 100 + when.month()) * 100 + when.day()

    return (number(day) - number(birth)) // 10_000


def check(found: Input, as_of: date, *, scratch: Path) -> Checked:
    """Check an input that is one part.

    Args:
        found: what `files.read_input` gave.
        as_of: the day of the decision.
        scratch: a folder for what does not belong in memory; it must outlive the result.
    """
    desk = Desk(found.con, scratch / found.prefix)
    checking = Checking(found, as_of, desk, found.prefix)
    looks = checking.look()
    twins = {
        table: find_twins(desk, f"{found.prefix}_{table}", look) for table, look in looks.items()
    }
    return checking.settle(looks, twins)


def find_twins(desk: Desk, name: str, looks: Any, buckets: int = 1) -> Any:
    """The rows whose number stands on several rows: their ids, in a file of the desk.

    Args:
        desk: where to keep it.
        name: what to call it.
        looks: what `Checking.look` found of the table, of all parts together.
        buckets: in how many portions to compare, so that each fits into memory.
    """
    own = [column for column in looks.columns if column in ("person_id", "family_id", "same")]
    numbered = looks.filter(looks.same.notnull()).select(*own)
    hits = []
    for bucket in range(buckets):
        some = numbered
        if buckets > 1:
            some = numbered.filter((numbered.same.hash() % buckets).abs() == bucket)
        counted = some.group_by("same").agg(rows=lambda t: t.count())
        twice = desk.keep(f"{name}_twice_{bucket}", partial(counted.filter, counted.rows > 1))
        hits.append(
            desk.keep(
                f"{name}_hits_{bucket}",
                some.semi_join(twice, "same").drop("same").view,
            )
        )
    together = hits[0]
    for other in hits[1:]:
        together = together.union(other)
    return together


class Checking:
    """The checking of one part of an input.

    Args:
        found: the part.
        as_of: the day of the decision.
        desk: where tables are kept.
        name: what the names of its tables begin with; the same for all parts of an input.
    """

    def __init__(self, found: Input, as_of: date, desk: Desk, name: str) -> None:
        self.found, self.desk, self.name = found, desk, name
        self.not_checked: set[str] = set()
        self.rules = {
            table: self._askable_rules(table, rules)
            for table, rules in (
                ("families", rules_of_families()),
                ("members", rules_of_members()),
            )
        }
        for table, (rule, column) in _TWIN.items():
            self._askable(table, (column,), rule)
        if not self._askable("members", ("relation",), "no_head"):
            self.not_checked.add("two_heads")
        self._askable("families", ("family_size",), "family_size_differs")
        self.families = found.families.mutate(**self._kk_numbers())
        self.members = self._with_people_facts(as_of)

    def _with_people_facts(self, as_of: date) -> Any:
        import ibis

        members = self.found.members.mutate(
            today=ibis.literal(as_of),
            born=self._fact("members", "birth_date", "date"),
            kin=self._fact("members", "relation", "int16"),
            **self._niks(),
        )
        age = self._fact("members", "age", "int64")
        return members.mutate(
            years=_years(members.born, members.today).coalesce(age),
            is_head=(members.kin == HEAD).fill_null(False),
        )

    def _fact(self, table: str, name: str, kind: str) -> Any:
        """A column, or null where the policy has no such variable or means something else."""
        import ibis

        rows = getattr(self.found, table)
        meant = as_meant(name, self.found.variables.get(name))
        return rows[name] if name in rows.columns and meant else ibis.null(kind)

    def _niks(self) -> dict[str, Any]:
        """What is wrong with each NIK, how it is shown, and by what twins are found."""
        rows = self.found.members
        if self._known("members", "nik_token") and not self._known("members", "nik"):
            return _of_tokens(rows.nik_token, rows.nik_findings)
        sex = self._fact("members", "sex", "int16")
        born = self._fact("members", "birth_date", "date")
        return _of_numbers(rows.nik, numbers.nik_finding_bits(rows.nik, sex, born))

    def _kk_numbers(self) -> dict[str, Any]:
        """The same of each KK number."""
        rows = self.found.families
        if self._known("families", "kk_token") and not self._known("families", "kk_number"):
            return _of_tokens(rows.kk_token, rows.kk_findings)
        return _of_numbers(rows.kk_number, numbers.kk_finding_bits(rows.kk_number))

    def _known(self, table: str, name: str) -> bool:
        return name in self.found.present[table] and as_meant(name, self.found.variables.get(name))

    def _askable(self, table: str, needs: Sequence[str], name: str) -> bool:
        if all(any(self._known(table, one) for one in need.split("|")) for need in needs):
            return True
        self.not_checked.add(name)
        return False

    def _askable_rules(self, table: str, rules: Sequence[RowRule]) -> list[RowRule]:
        return [rule for rule in rules if self._askable(table, rule.needs, rule.name)]

    def look(self) -> dict[str, Any]:
        """Look once at each row of both tables; narrow tables in files of the desk.

        ``family_id``, ``key``, in members ``person_id`` and ``is_head``; ``bits`` of the rules that
        the row breaks, for such rows ``shown``, a text for each rule; ``same``, the number to
        compare.
        """
        return {
            table: self.desk.keep(self.look_name(table), partial(self._looked, table))
            for table in _ID
        }

    def look_name(self, table: str) -> str:
        """Under which name `look` keeps what it found."""
        return f"{self.name}_look_{table}"

    def _looked(self, name: str) -> Any:
        import ibis

        table, rules = getattr(self, name), self.rules[name]
        none = ibis.literal(0, "int64")
        parts = [
            ibis.cases((rule.broken(table), ibis.literal(1 << place, "int64")), else_=none)
            for place, rule in enumerate(rules)
        ]
        rule, _ = _TWIN[name]
        sound = (table.wrong & _MALFORMED[name]) == 0
        same = table.same if rule not in self.not_checked else table.same.nullif(table.same)
        table = table.mutate(
            bits=sum(parts[1:], parts[0]) if parts else none, same=_only(sound, same)
        )
        nothing = ibis.null("string")
        shown = ibis.array(
            [
                _only((table.bits & (1 << place)) != 0, rule.shown(table))
                if rule.shown
                else nothing
                for place, rule in enumerate(rules)
            ]
            or [nothing]
        )
        own = ["family_id"] if name == "families" else ["person_id", "family_id", "is_head"]
        return table.select(
            *own, "bits", "same", key=table[_KEY[name]], shown=_only(table.bits != 0, shown)
        )

    def settle(self, looks: dict[str, Any], twins: dict[str, Any]) -> Checked:
        """Put findings together and let the errors act.

        Args:
            looks: what `look` found.
            twins: the ids of rows whose number stands on several rows.
        """
        import ibis

        made_up = self.desk.keep(f"{self.name}_made_up", lambda: self._made_up(looks["members"]))
        bad = {
            table: self.desk.keep(f"{self.name}_bad_{table}", partial(self._bad, table, rows))
            for table, rows in looks.items()
        }
        doubled = {table: self._twins(table, looks[table], twins[table]) for table in twins}
        parts = [self._findings_on_rows(table, bad[table]) for table in bad]
        own = ibis.union(
            *[part for found in parts for part in found],
            *[self._finding(table, _TWIN[table][0], *hit) for table, hit in doubled.items()],
            *self._findings_on_make_up(made_up),
        )
        wrong = self._wrong("members", looks, bad, doubled)
        of_families = self._wrong("families", looks, bad, doubled)
        wrong = self.desk.keep(f"{self.name}_wrong", wrong.distinct)
        heads = looks["members"].filter(looks["members"].is_head).semi_join(wrong, "person_id")
        blocked = self.desk.keep(
            f"{self.name}_blocked",
            lambda: of_families.union(heads.select("family_id")).distinct(),
        )
        return Checked(
            self._with_blocked(blocked, made_up),
            self._with_data_ok(wrong),
            self.found.findings.union(own),
            sorted(self.not_checked),
        )

    def _bad(self, table: str, looked: Any) -> Any:
        """The rows that break a rule; ``shown_…`` for each rule that shows a value."""
        told = {
            f"shown_{place}": looked.shown[place]
            for place, rule in enumerate(self.rules[table])
            if rule.shown
        }
        return looked.filter(looked.bits != 0).mutate(**told).drop("shown")

    def _made_up(self, members: Any) -> Any:
        """Of each family: how many members and heads it has."""
        return members.group_by("family_id").agg(
            people=members.count(), heads=members.count(where=members.is_head)
        )

    def _twins(self, table: str, rows: Any, twins: Any) -> tuple[Any, str, Any]:
        """The rows of this part whose number stands on several rows, with column and value."""
        import ibis

        column, token = _TWIN[table][1].split("|")
        own = [name for name in ("family_id", "person_id") if name in rows.columns]
        hit = rows.semi_join(twins, _ID[table]).select(*own, "key", "same")
        hit = self.desk.keep(f"{self.name}_twins_{table}", lambda: hit)
        if self._known(table, token) and not self._known(table, column):
            return hit, column, ibis.null("string")
        return hit, column, numbers.masked_number(hit.same.cast("string"))

    def _findings_on_rows(self, table: str, bad: Any) -> list[Any]:
        import ibis

        found = []
        for place, rule in enumerate(self.rules[table]):
            hit = bad.filter((bad.bits & (1 << place)) != 0)
            value = hit[f"shown_{place}"] if rule.shown else ibis.null("string")
            found.append(self._finding(table, rule.name, hit, rule.column, value))
        return found

    def _findings_on_make_up(self, made_up: Any) -> list[Any]:
        """Families without members or head, with two, or smaller than declared."""
        families = self.found.families
        families = families.mutate(declared=self._fact("families", "family_size", "int64"))
        joined = families.left_join(made_up, "family_id").select(
            families.family_id,
            families.declared,
            key=families.family_key,
            people=made_up.people.fill_null(0),
            heads=made_up.heads.fill_null(0),
        )
        odd = (joined.people == 0) | (joined.heads != 1) | (joined.declared != joined.people)
        joined = self.desk.keep(f"{self.name}_odd", lambda: joined.filter(odd))
        empty = joined.filter(joined.people == 0)
        found = [self._finding("families", "no_members", empty, "family_key")]
        if "no_head" not in self.not_checked:
            alone = joined.filter((joined.people > 0) & (joined.heads == 0))
            many = joined.filter(joined.heads > 1)
            heads = many.heads.cast("string")
            found.append(self._finding("families", "no_head", alone, "relation"))
            found.append(self._finding("families", "two_heads", many, "relation", heads))
        if "family_size_differs" not in self.not_checked:
            other = joined.filter(joined.declared != joined.people)
            told = other.people.cast("string") + " / " + other.declared.cast("string")
            found.append(
                self._finding("families", "family_size_differs", other, "family_size", told)
            )
        return found

    def _finding(self, table: str, rule: str, hit: Any, column: str, value: Any = None) -> Any:
        import ibis

        return hit.select(
            table=ibis.literal(table),
            key=hit.key,
            rule=ibis.literal(rule),
            severity=ibis.literal(RULES[rule].severity),
            column=ibis.literal(column),
            value_shown=ibis.null("string") if value is None else value,
            family_id=hit.family_id,
        )

    def _wrong(
        self, table: str, looks: dict[str, Any], bad: dict[str, Any], doubled: dict[str, Any]
    ) -> Any:
        """The ids of rows with an error, found here or while reading; make-up only warns."""
        rows, rules, own = bad[table], self.rules[table], _ID[table]
        errors = sum(
            1 << place for place, rule in enumerate(rules) if RULES[rule.name].severity == ERROR
        )
        found = [rows.filter((rows.bits & errors) != 0).select(own)] if errors else []
        if RULES[_TWIN[table][0]].severity == ERROR:
            found.append(doubled[table][0].select(own))
        read = self.found.findings
        read = read.filter((read.severity == ERROR) & read.key.notnull() & (read.table == table))
        if table == "families":
            found.append(read.select("family_id"))
        else:
            found.append(looks[table].semi_join(read.select("key"), "key").select(own))
        together = found[0]
        for other in found[1:]:
            together = together.union(other)
        return together

    def _with_blocked(self, blocked: Any, made_up: Any) -> Any:
        families = self.families
        blocked = blocked.filter(blocked.family_id.notnull()).select(blocked_id="family_id")
        sizes = made_up.select(sized_id="family_id", people="people")
        joined = families.left_join(blocked, families.family_id == blocked.blocked_id)
        joined = joined.left_join(sizes, joined.family_id == sizes.sized_id)
        plain = [name for name in families.columns if name not in _NOT_KEPT]
        return joined.select(
            *plain, blocked=joined.blocked_id.notnull(), roster_size=joined.people.fill_null(0)
        )

    def _with_data_ok(self, wrong: Any) -> Any:
        import ibis

        members = self.members
        wrong = wrong.select(wrong_id="person_id")
        joined = members.left_join(wrong, members.person_id == wrong.wrong_id)
        believable = joined.years.between(0, OLDEST) & (joined.born <= joined.today)
        taken_out = joined.wrong_id.notnull() & ~joined.is_head
        changed = {
            "name": numbers.initials(joined.name),
            "birth_date": ibis.cases((believable, joined.born), else_=ibis.null("date")),
        }
        plain = [name for name in members.columns if name not in _NOT_KEPT]
        columns = {name: changed.get(name, joined[name]) for name in plain}
        return joined.select(
            **columns, data_ok=ibis.cases((taken_out, ibis.null("boolean")), else_=True)
        )


def _only(test: Any, value: Any) -> Any:
    """A value where a test is met, else unknown."""
    import ibis

    return ibis.cases((test, value), else_=ibis.null(value.type()))


def _of_numbers(number: Any, wrong: Any) -> dict[str, Any]:
    """Clear numbers; twins are grouped as whole numbers, which is cheap."""
    return {
        "wrong": wrong,
        "masked": numbers.masked_number(number),
        "same": number.try_cast("int64"),
    }


def _of_tokens(token: Any, findings: Any) -> dict[str, Any]:
    """Tokens, with what was found on the numbers when they were last seen."""
    import ibis

    return {
        "wrong": ibis.cases((token.notnull(), findings.fill_null(0))),
        "masked": ibis.null("string"),
        "same": token,
    }
