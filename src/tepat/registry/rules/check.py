"""Check what was read: identity, family, and answers that do not go together.

Pure: tables in, tables out. Each row rule is one yes-or-no column; all of a table are worked out in
one pass as bits of one number, and only rows with a bit set are looked at again. A rule whose
column the files did not have is "not checked", which is not the same as "nothing found". Numbers
are judged as they stand; where there are only their tokens, by what was found on them before.

An error on a family or its head blocks the family's award; on another member it takes that member
out of the count. What leaves here carries no NIK and no KK number, only the findings on them, and
of names the initials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tepat.registry import numbers
from tepat.registry.files.read import Input
from tepat.registry.files.sources import new_name
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
_KEYS = {
    "families": ("family_key", "family_id"),
    "members": ("person_key", "person_id", "family_id"),
}


@dataclass(frozen=True)
class Checked:
    """Checked tables (Ibis): families with ``blocked``, members with ``data_ok``, the findings.

    ``data_ok`` is null for a member whom an error takes out of the count, else true.
    ``not_checked`` names the rules whose columns were absent.
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
    """Check an input.

    Args:
        found: what `files.read_input` gave.
        as_of: the day of the decision.
        scratch: a folder for what does not belong in memory; it must outlive the result.
    """
    import ibis

    bench = _Check(found, scratch)
    members = found.members.mutate(
        today=ibis.literal(as_of),
        born=bench.fact("members", "birth_date", "date"),
        kin=bench.fact("members", "relation", "int16"),
        **bench.niks(),
    )
    age = bench.fact("members", "age", "int64")
    members = members.mutate(
        years=_years(members.born, members.today).coalesce(age),
        is_head=(members.kin == HEAD).fill_null(False),
    )
    families = found.families.mutate(**bench.kk_numbers())
    bench.rows("members", members, rules_of_members())
    bench.rows("families", families, rules_of_families())
    bench.twins("members", members, "nik_duplicate", NIK)
    bench.twins("families", families, "kk_duplicate", KK)
    bench.make_up(families, members)
    return bench.done(families, members)


class _Check:
    """One checking of one input: collects findings and the rules that could not be asked."""

    def __init__(self, found: Input, scratch: Path) -> None:
        self.found, self.con, self.scratch = found, found.con, scratch
        self.not_checked: list[str] = []
        self.findings: list[Any] = []

    def _keep(self, table: Any) -> Any:
        path = self.scratch / f"{new_name('check')}.parquet"
        table.to_parquet(path, compression="zstd")
        return self.con.read_parquet(path)

    def fact(self, table: str, name: str, kind: str) -> Any:
        """A column, or null where the policy has no such variable or means something else."""
        import ibis

        rows = getattr(self.found, table)
        meant = as_meant(name, self.found.variables.get(name))
        return rows[name] if name in rows.columns and meant else ibis.null(kind)

    def niks(self) -> dict[str, Any]:
        """What is wrong with each NIK, how it is shown, and by what twins are found."""
        rows = self.found.members
        if self._known("members", "nik_token") and not self._known("members", "nik"):
            return _of_tokens(rows.nik_token, rows.nik_findings)
        sex, born = self.fact("members", "sex", "int16"), self.fact("members", "birth_date", "date")
        return _of_numbers(rows.nik, numbers.nik_finding_bits(rows.nik, sex, born))

    def kk_numbers(self) -> dict[str, Any]:
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
        self.not_checked.append(name)
        return False

    def rows(self, name: str, table: Any, rules: Sequence[RowRule]) -> None:
        """Ask all row rules of a table in one pass."""
        import ibis

        rules = [rule for rule in rules if self._askable(name, rule.needs, rule.name)]
        if not rules:
            return
        none = ibis.literal(0, "int64")
        bits = [
            ibis.cases((rule.broken(table), ibis.literal(1 << place, "int64")), else_=none)
            for place, rule in enumerate(rules)
        ]
        table = table.mutate(bits=sum(bits[1:], bits[0]))
        shown = {
            f"shown_{place}": rule.shown(table) for place, rule in enumerate(rules) if rule.shown
        }
        bad = self._keep(table.filter(table.bits != 0).select(*_KEYS[name], "bits", **shown))
        for place, rule in enumerate(rules):
            hit = bad.filter((bad.bits & (1 << place)) != 0)
            value = hit[f"shown_{place}"] if rule.shown else ibis.null("string")
            self._add(name, hit, rule.name, rule.column, value)

    def twins(self, name: str, table: Any, rule: str, column: str) -> None:
        """The same NIK or KK number on several rows."""
        if not self._askable(name, (column,), rule):
            return
        malformed = numbers.NIK_FINDINGS["nik_form"] | numbers.KK_FINDINGS["kk_form"]
        sound = table.filter((table.wrong & malformed) == 0)
        counted = sound.group_by("same").agg(rows=lambda t: t.count())
        twice = self._keep(counted.filter(counted.rows > 1))
        hit = sound.semi_join(twice, "same").select(*_KEYS[name], "masked")
        hit = self._keep(hit)
        self._add(name, hit, rule, column.split("|", maxsplit=1)[0], hit.masked)

    def make_up(self, families: Any, members: Any) -> None:
        """Families without members or head, with two, or smaller than declared."""
        counted = self._keep(
            members.group_by("family_id").agg(people=members.count(), heads=members.is_head.sum())
        )
        families = families.mutate(declared=self.fact("families", "family_size", "int64"))
        joined = families.left_join(counted, "family_id").select(
            families.family_id,
            families.family_key,
            families.declared,
            people=counted.people.fill_null(0),
            heads=counted.heads.fill_null(0),
        )
        self._add("families", joined.filter(joined.people == 0), "no_members", "family_key")
        if self._askable("members", ("relation",), "no_head"):
            alone = joined.filter((joined.people > 0) & (joined.heads == 0))
            self._add("families", alone, "no_head", "relation")
            many = joined.filter(joined.heads > 1)
            self._add("families", many, "two_heads", "relation", many.heads.cast("string"))
        else:
            self.not_checked.append("two_heads")
        if self._askable("families", ("family_size",), "family_size_differs"):
            other = joined.filter(joined.declared != joined.people)
            self._add(
                "families",
                other,
                "family_size_differs",
                "family_size",
                other.people.cast("string") + " / " + other.declared.cast("string"),
            )

    def _add(self, table: str, hit: Any, rule: str, column: str, value: Any = None) -> None:
        import ibis

        key = _KEYS[table][0]
        person = hit.person_id if table == "members" else ibis.null("int64")
        self.findings.append(
            hit.select(
                table=ibis.literal(table),
                key=hit[key],
                rule=ibis.literal(rule),
                severity=ibis.literal(RULES[rule].severity),
                column=ibis.literal(column),
                value_shown=ibis.null("string") if value is None else value,
                family_id=hit.family_id,
                person_id=person,
            )
        )

    def done(self, families: Any, members: Any) -> Checked:
        """Put findings together and let the errors act."""
        import ibis

        read = self.found.findings
        own = self._keep(ibis.union(*self.findings))
        errors = own.filter(own.severity == ERROR)
        persons = errors.filter(errors.table == "members").select("person_id")
        old = read.filter((read.severity == ERROR) & read.key.notnull())
        old_persons = old.filter(old.table == "members").select(person_key="key")
        by_key = members.semi_join(old_persons, "person_key").select("person_id")
        wrong = self._keep(persons.union(by_key).distinct())
        heads = members.filter(members.is_head).semi_join(wrong, "person_id")
        blocked = self._keep(
            errors.filter(errors.table == "families")
            .select("family_id")
            .union(old.filter(old.table == "families").select("family_id"))
            .union(heads.select("family_id"))
            .distinct()
        )
        return Checked(
            _with_blocked(families, blocked),
            _with_data_ok(members, wrong),
            read.union(own.drop("person_id")),
            sorted(set(self.not_checked)),
        )


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


def _with_blocked(families: Any, blocked: Any) -> Any:
    blocked = blocked.filter(blocked.family_id.notnull()).mutate(found=True)
    joined = families.left_join(blocked, "family_id")
    return joined.select(
        *[families[name] for name in families.columns if name not in _NOT_KEPT],
        blocked=blocked.found.notnull(),
    )


def _with_data_ok(members: Any, wrong: Any) -> Any:
    import ibis

    wrong = wrong.mutate(found=True)
    joined = members.left_join(wrong, "person_id")
    believable = members.years.between(0, OLDEST) & (members.born <= members.today)
    taken_out = wrong.found.notnull() & ~members.is_head
    changed = {
        "name": numbers.initials(members.name),
        "birth_date": ibis.cases((believable, members.born), else_=ibis.null("date")),
    }
    plain = [name for name in members.columns if name not in _NOT_KEPT]
    columns = {name: changed.get(name, members[name]) for name in plain}
    return joined.select(
        **columns, data_ok=ibis.cases((taken_out, ibis.null("boolean")), else_=True)
    )
