"""A mapping's forms as SQL over the columns that a file really has.

What a source code becomes is still text here (the name of a code, yes, a number); `values` then
reads it as it reads our own files, so that both are checked alike. A source code without
translation is passed on behind a mark and ends as a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tepat.engine.connect import literal
from tepat.policy.language import Node
from tepat.policy.meaning import nearest
from tepat.policy.model import Where
from tepat.policy.yaml_file import Problems
from tepat.registry.files.mapping import UNKNOWN, Form, TableForm, Test
from tepat.registry.files.values import KEPT, UNLISTED, listed, quoted

_QUANTIFIERS = ("any", "all", "count", "sum")
_SIGNS = {
    "=": "=",
    "!=": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "+": "+",
    "-": "-",
    "*": "*",
}


class Derivation:
    """Turns the forms of one table into SQL; unknown columns are noted as mistakes."""

    def __init__(
        self,
        types: Mapping[str, str],
        problems: Problems,
        file: str,
        members: Derivation | None = None,
    ) -> None:
        """Begin.

        Args:
            types: the columns of the source with their types.
            problems: where mistakes go.
            file: the source file's name, for messages.
            members: the derivation of the members' source, for rules that count members.
        """
        self.types, self.problems, self.file, self.members = types, problems, file, members
        self.by_name = {name.lower(): name for name in types}
        self.aggregates: dict[str, str] = {}  # name -> SQL over the members' source
        self.cells: dict[str, str] = {}  # name -> SQL; worked out once for each row

    def column(self, name: str, where: Where) -> str:
        """The quoted source column, found without regard to case."""
        found = name if name in self.types else self.by_name.get(name.lower())
        if found is None:
            self.problems.add(
                where, f"{self.file} has no column '{name}'.", nearest(name, self.types)
            )
            return "NULL"
        return quoted(found)

    def cell(self, name: str, where: Where) -> str:
        """A source cell as text: 1.0 as 1, blank as null."""
        column = self.column(name, where)
        text = f"nullif(trim(CAST({column} AS VARCHAR)), '')"
        return self._once(
            "cell__" + column.strip('"'), f"regexp_replace({text}, '^(-?[0-9]+)[.]0+$', '\\1')"
        )

    def number(self, name: str, where: Where) -> str:
        """A source cell as an exact number; null where it is not one."""
        column = self.column(name, where)
        text = f"replace(trim(CAST({column} AS VARCHAR)), ',', '.')"
        return self._once("number__" + column.strip('"'), f"TRY_CAST({text} AS DECIMAL(24,6))")

    def _once(self, name: str, sql: str) -> str:
        self.cells[name] = sql
        return quoted(name)

    def rows(self, source: str) -> str:
        """The rows of a source with all cells that the forms look at."""
        cells = "".join(f", {sql} AS {quoted(name)}" for name, sql in self.cells.items())
        return f"(SELECT *{cells} FROM {source})"

    def test(self, test: Test) -> str:
        """SQL that is true, false or null: whether a cell holds one of the values."""
        return self._is(self.cell(test.column, test.where), test)

    def _is(self, cell: str, test: Test) -> str:
        parts = [f"{cell} IN ({listed(test.values)})"] if test.values else []
        parts += [
            f"coalesce(TRY_CAST({cell} AS DECIMAL(24,6)) BETWEEN {low} AND {high}, "
            f"{cell} IS NULL AND NULL)"
            for low, high in test.ranges
        ]
        return f"({' OR '.join(parts)})" if parts else "false"

    def form(self, form: Form) -> str:
        """SQL for the value that a form makes."""
        sql: str = {
            "column": self._column,
            "constant": self._constant,
            "join": self._join,
            "date": self._date,
            "any_of": self._any_of,
            "first_of": self._first_of,
            "rule": self._rule,
        }[form.kind](form)
        if form.when:
            tests = " AND ".join(self.test(test) for test in form.when)
            sql = f"CASE WHEN {tests} THEN {sql} END"
        return sql

    def _column(self, form: Form) -> str:
        name = form.columns[0]
        if not (form.codes or form.unknown or form.times is not None):
            return self.column(name, form.where)
        cell = self.cell(name, form.where)
        marked = f"{literal(UNLISTED)} || {cell}"
        arms = f"WHEN {self._is(cell, form.unknown)} THEN NULL " if form.unknown else ""
        if form.times is not None:
            number = f"{self.number(name, form.where)} * CAST({form.times} AS DECIMAL(18,6))"
            rounded = f"CAST(round({number}) AS VARCHAR)"
            return (
                f"CASE WHEN {cell} IS NULL THEN NULL {arms}ELSE coalesce({rounded}, {marked}) END"
            )
        for test, target in form.codes:
            value = "NULL" if target is None else literal(target)
            arms += f"WHEN {self._is(cell, test)} THEN {value} "
        rest = (
            cell
            if not form.codes
            else marked
            if form.otherwise is None
            else "NULL"
            if form.otherwise == UNKNOWN
            else literal(form.otherwise)
        )
        return f"CASE WHEN {cell} IS NULL THEN NULL {arms}ELSE {rest} END"

    def _constant(self, form: Form) -> str:
        return literal(form.text) if form.text else "CAST(NULL AS VARCHAR)"

    def _join(self, form: Form) -> str:
        between = f" || {literal(form.text)} || " if form.text else " || "
        return "(" + between.join(self.cell(name, form.where) for name in form.columns) + ")"

    def _date(self, form: Form) -> str:
        parts = []
        for name, digits in zip(form.columns, (4, 2, 2), strict=True):
            cell = literal(name) if name.isdigit() else self.cell(name, form.where)
            known = (
                f"CASE WHEN {self._is(cell, form.unknown)} THEN NULL ELSE {cell} END"
                if form.unknown
                else cell
            )
            parts.append(
                f"CASE WHEN length({known}) < {digits} THEN lpad({known}, {digits}, '0') "
                f"ELSE {known} END"
            )
        return "(" + " || '-' || ".join(parts) + ")"

    def _any_of(self, form: Form) -> str:
        return f"({' OR '.join(self.test(test) for test in form.tests) or 'NULL'})"

    def _first_of(self, form: Form) -> str:
        parts = [f"CAST({self.form(part)} AS VARCHAR)" for part in form.parts]
        return f"coalesce({', '.join(parts)}, NULL)"

    def _rule(self, form: Form) -> str:
        assert form.rule is not None
        return self.rule(form.rule, form.where)

    def rule(self, node: Node, where: Where) -> str:
        """SQL for a rule over source columns; text that is no number is unknown."""
        return _Rule(self, where).sql(node)


class _Rule:
    """The rule language over source columns: a small part of it, for files have no types."""

    def __init__(self, derivation: Derivation, where: Where) -> None:
        self.derivation, self.where = derivation, where

    def sql(self, node: Node) -> str:
        if node.kind in _QUANTIFIERS:
            return self._quantifier(node)
        if node.kind in ("and", "or"):
            return f"({f' {node.kind.upper()} '.join(map(self.sql, node.args))})"
        if node.kind in _SIGNS:
            return f"({self.sql(node.args[0])} {_SIGNS[node.kind]} {self.sql(node.args[1])})"
        known: dict[str, Callable[[Node], str]] = {
            "name": self._name,
            "number": lambda n: f"CAST({n.value} AS DECIMAL(24,6))",
            "yes_no": lambda n: str(n.value).lower(),
            "not": lambda n: f"(NOT {self._first(n)})",
            "negative": lambda n: f"(-{self._first(n)})",
            "floor": lambda n: f"floor({self._first(n)})",
            "in": self._in,
            "in_range": self._in_range,
            "/": self._divided,
            "min": lambda n: self._extreme(n, "least"),
            "max": lambda n: self._extreme(n, "greatest"),
        }
        if node.kind not in known:
            self.derivation.problems.add(
                self.where,
                f"'{node.kind}' has no meaning in a mapping.",
                "Use names of source columns, numbers, comparisons, and, or, not.",
            )
            return "NULL"
        return known[node.kind](node)

    def _first(self, node: Node) -> str:
        return self.sql(node.args[0])

    def _name(self, node: Node) -> str:
        if node.value == UNKNOWN:
            return "NULL"
        return self.derivation.number(str(node.value), self.where)

    def _in(self, node: Node) -> str:
        value, *options = map(self.sql, node.args)
        return f"({value} IN ({', '.join(options)}))"

    def _in_range(self, node: Node) -> str:
        value, low, high = map(self.sql, node.args)
        return f"({value} BETWEEN {low} AND {high})"

    def _divided(self, node: Node) -> str:
        above, below = map(self.sql, node.args)
        return f"(CAST({above} AS DOUBLE) / nullif(CAST({below} AS DOUBLE), 0))"

    def _extreme(self, node: Node, function: str) -> str:
        # least() skips null in this engine, but unknown is not skipped
        parts = [self.sql(part) for part in node.args]
        nulls = " OR ".join(f"{part} IS NULL" for part in parts)
        return f"(CASE WHEN {nulls} THEN NULL ELSE {function}({', '.join(parts)}) END)"

    def _quantifier(self, node: Node) -> str:
        members = self.derivation.members
        if members is None:
            self.derivation.problems.add(
                self.where,
                "Members can be counted for a family only.",
                "Put this column into families.",
            )
            return "NULL"
        inner = _Rule(members, self.where).sql(node.args[0])
        nulls = f"count(*) > count({inner})"
        sql = {
            "any": f"CASE WHEN bool_or({inner}) THEN true WHEN {nulls} THEN NULL ELSE false END",
            "all": f"CASE WHEN NOT bool_and({inner}) THEN false WHEN {nulls} THEN NULL "
            "ELSE true END",
            "count": f"CASE WHEN {nulls} THEN NULL ELSE count(*) FILTER (WHERE {inner}) END",
            "sum": f"CASE WHEN {nulls} THEN NULL ELSE sum({inner}) END",
        }[node.kind]
        name = f"_members_{len(self.derivation.aggregates) + 1}"
        self.derivation.aggregates[name] = sql
        return f"_of_members.{name}"


def table_sql(
    form: TableForm,
    source: str,
    derivation: Derivation,
    *,
    members: tuple[str, TableForm] | None = None,
    kept: Sequence[str] = (),
    constants: Mapping[str, str] | None = None,
) -> str:
    """SQL that makes a table's raw columns from its source.

    Args:
        form: the table of the mapping.
        source: the view of the file.
        derivation: over the columns of that file.
        members: the members' source view and form, for rules that count members.
        kept: source columns to carry along, already named for it.
        constants: SQL for columns that the mapping states once for all rows.
    """
    columns = {name: derivation.form(part) for name, part in form.columns.items()}
    columns = {
        **(constants or {}),
        **columns,
        **{KEPT + name: quoted(KEPT + name) for name in kept},
    }
    chosen = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    where = form.where
    key = derivation.column(form.one_per, where) if form.one_per else ""
    take = derivation.rule(form.take, form.take_where or where) if form.take else "true"
    joined = ""
    if derivation.aggregates and members and derivation.members:
        view, other = members
        sums = ", ".join(f"{sql} AS {name}" for name, sql in derivation.aggregates.items())
        theirs = derivation.members.form(other.columns["family_key"])
        joined = (
            f" LEFT JOIN (SELECT CAST({theirs} AS VARCHAR) AS _family, {sums} FROM "
            f"{derivation.members.rows(view)} GROUP BY 1) AS _of_members "
            f"ON _of_members._family = CAST({columns['family_key']} AS VARCHAR)"
        )
    rows = derivation.rows(source)
    if form.one_per:
        order = ", ".join(quoted(name) for name in derivation.types)
        rows = (
            f"(SELECT * FROM {rows} QUALIFY row_number() OVER (PARTITION BY {key} "
            f"ORDER BY coalesce({take}, false) DESC, {order}) = 1)"
        )
    return f"SELECT {chosen} FROM {rows} AS _source{joined}"
