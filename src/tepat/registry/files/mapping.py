"""How foreign files become families and members: a mapping, written in YAML.

    mapping: census2020
    title: {id: …, en: …}
    unit_note: {id: …, en: …}          # said in the report, such as: households stand for families
    observed_on: 2020-03-15            # of every row, unless a column says it
    source: Census 2020
    files:
      people: {path: people.csv}       # also encoding, separator, sheet
    families:
      from: people
      one_per: HHID                    # a roster: one family for each value of this column
      take: REL = 1                    # which of its rows speaks for the family
      columns: {family_key: HHID, area: {column: URB, codes: {1: urban, 2: rural}}}
    members:
      from: people
      columns: {person_key: {join: [HHID, NO], with: "-"}, family_key: HHID, age: AGE}

The forms of a column stand in docs/mappings.md and are read here; `derive` turns them into SQL.
All mistakes are reported at once, with file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.language import LanguageError, Node, parse
from tepat.policy.meaning import nearest
from tepat.policy.model import Text, Variable, Where
from tepat.policy.yaml_file import Problems, Reader, list_items, parse_yaml
from tepat.registry.columns import REQUIRED, TABLES, Column, columns_of
from tepat.registry.files.values import NO, YES, normal

FORMS = ("column", "constant", "join", "date", "any_of", "first_of", "rule")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Test:
    """Whether a source column holds one of some values or ranges."""

    column: str
    values: tuple[str, ...]
    ranges: tuple[tuple[Decimal, Decimal], ...]
    where: Where


@dataclass(frozen=True)
class Form:
    """How one value is made from source columns; ``kind`` is one of FORMS."""

    kind: str
    where: Where
    columns: tuple[str, ...] = ()
    parts: tuple[Form, ...] = ()
    tests: tuple[Test, ...] = ()
    codes: tuple[tuple[Test, str | None], ...] = ()
    unknown: Test | None = None
    otherwise: str | None = None
    text: str = ""  # a constant, or what stands between joined columns
    times: Decimal | None = None
    rule: Node | None = None
    when: tuple[Test, ...] = ()


@dataclass(frozen=True)
class ForeignFile:
    """A file of the input folder."""

    path: str
    where: Where
    encoding: str = ""
    separator: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class TableForm:
    """How one table is made: from which file, which rows, which columns."""

    source: str
    columns: dict[str, Form]
    where: Where
    one_per: str = ""
    take: Node | None = None
    take_where: Where | None = None


@dataclass(frozen=True)
class SourceMapping:
    """A mapping that has been read and checked as far as it can be without its files."""

    name: str
    title: Text
    file: str
    files: dict[str, ForeignFile]
    tables: dict[str, TableForm]
    unit_note: Text | None = None
    observed_on: date | None = None
    source: str = ""
    sha256: str = ""
    about: Text | None = field(default=None, compare=False)


def load_mapping(
    path: Path, variables: Mapping[str, Variable], folder: Path | None = None
) -> SourceMapping:
    """Read and check a mapping.

    Args:
        path: the YAML file, or the name of a mapping that comes with the policy.
        variables: the variables of the policy.
        folder: the policy folder, in whose ``mappings/`` a bare name is looked up.

    Raises:
        TepatError: ``mapping_missing``, or ``mapping_invalid`` with every mistake found.
    """
    if not path.is_file() and folder is not None and len(path.parts) == 1:
        path = folder / "mappings" / f"{path.stem}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TepatError(
            "mapping_missing",
            f"The mapping {path} cannot be read.",
            f"{error.strerror}.",
            "Give the path of a mapping in YAML.",
        ) from error
    except UnicodeDecodeError as error:
        raise TepatError(
            "mapping_invalid", f"{path} is not UTF-8 text.", do="Save it as UTF-8."
        ) from error
    return read_mapping(text, path.name, variables)


def read_mapping(text: str, file: str, variables: Mapping[str, Variable]) -> SourceMapping:
    """Check a mapping given as text; see `load_mapping`."""
    problems = Problems()
    data = parse_yaml(text, file, problems)
    stop_if_any(problems, file)
    top = Reader(data, file, problems)
    stop_if_any(problems, file)
    top.only("mapping", "title", "about", "unit_note", "observed_on", "source", "files", *TABLES)
    top.need("mapping", "title", "files", "families", "members")
    files = {name: _file(reader) for name, reader in top.children("files")}
    tables = {
        name: _Table(top.child(name), files, columns_of(name, variables)).read(name)
        for name in TABLES
        if name in top.data
    }
    found = SourceMapping(
        name=top.word("mapping"),
        title=top.text("title"),
        file=file,
        files=files,
        tables=tables,
        unit_note=top.text("unit_note") if "unit_note" in top.data else None,
        observed_on=top.day("observed_on"),
        source=top.word("source"),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        about=top.text("about") if "about" in top.data else None,
    )
    stop_if_any(problems, file)
    return found


def stop_if_any(problems: Problems, file: str) -> None:
    """Raise one error that lists all mistakes.

    Raises:
        TepatError: ``mapping_invalid``.
    """
    if problems:
        noun = "mistake" if len(problems) == 1 else "mistakes"
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise TepatError(
            "mapping_invalid",
            Text(
                f"{len(problems)} kesalahan di {file}:\n{lines}\n",
                f"{len(problems)} {noun} in {file}:\n{lines}\n",
            ),
            do=Text(
                "Betulkan baris yang disebut di atas; tidak ada yang dibaca.",
                "Mend the lines named above; nothing was read.",
            ),
        )


def _file(reader: Reader) -> ForeignFile:
    reader.only("path", "encoding", "separator", "sheet")
    reader.need("path")
    path = reader.word("path")
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in path:
        reader.wrong(
            f"'{path}' leads out of the input folder.",
            "Give a path below the folder of the input.",
            "path",
        )
    separator = reader.word("separator")
    if len(separator) > 1:
        reader.wrong("'separator' should be one character.", key="separator")
    encoding = reader.word("encoding")
    if encoding and not _known_encoding(encoding):
        reader.wrong(f"'{encoding}' is not an encoding.", "Such as utf-8 or cp1252.", "encoding")
    return ForeignFile(path, reader.where, encoding, separator, reader.word("sheet"))


def _known_encoding(name: str) -> bool:
    import codecs

    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except LookupError:
        return False


class _Table:
    """Reads one table of a mapping."""

    def __init__(
        self, top: Reader, files: Mapping[str, ForeignFile], columns: Mapping[str, Column]
    ) -> None:
        self.top, self.files, self.columns = top, files, columns

    def read(self, table: str) -> TableForm:
        top = self.top
        top.only("from", "one_per", "take", "columns")
        top.need("from", "columns")
        source = top.word("from")
        if source and source not in self.files:
            top.wrong(
                f"There is no file '{source}'.",
                nearest(source, self.files) or f"Known: {', '.join(self.files)}.",
                "from",
            )
        forms: dict[str, Form] = {}
        inner = top.child("columns") if top.data.get("columns") is not None else None
        for name in inner.data if inner else ():
            assert inner is not None
            if name not in self.columns:
                inner.wrong(
                    f"'{name}' is not a column of {table}.", nearest(str(name), self.columns), name
                )
            elif form := _form(inner, name, self.columns[name]):
                forms[str(name)] = form
        for name in REQUIRED[table]:
            if inner and name not in inner.data:
                inner.wrong(f"The column '{name}' is missing.", f"{table} cannot do without it.")
        take = _rule(top, "take") if "take" in top.data else None
        if "take" in top.data and "one_per" not in top.data:
            top.wrong(
                "'take' needs 'one_per'.", "Name the column that is the same in a family.", "take"
            )
        return TableForm(
            source, forms, top.where, top.word("one_per"), take, top.at("take") if take else None
        )


def _form(reader: Reader, key: Any, column: Column) -> Form | None:
    """The form at a key: the name of a source column, or a mapping."""
    value = reader.data[key]
    if isinstance(value, Mapping):
        return _Form(reader.child(key), column).read()
    if isinstance(value, (list, bool)) or value is None:
        reader.wrong(
            f"'{key}' should name a source column, or be a mapping.",
            f"One of {', '.join(FORMS)}.",
            key,
        )
        return None
    return Form("column", reader.at(key), (str(value),))


class _Form:
    """Reads one form that is written as a mapping."""

    def __init__(self, top: Reader, column: Column) -> None:
        self.top, self.column = top, column

    def read(self) -> Form | None:
        kinds = [kind for kind in FORMS if kind in self.top.data]
        if len(kinds) != 1:
            self.top.wrong("A column is made in exactly one way.", f"One of {', '.join(FORMS)}.")
            return None
        form: Form | None = getattr(self, f"_{kinds[0]}")()
        return form

    def _only(self, *names: str) -> None:
        self.top.only(*names, "when")

    def _when(self) -> tuple[Test, ...]:
        return tuple(test for item in self.top.items("when") if (test := _test(item)))

    def _column(self) -> Form:
        top = self.top
        self._only("column", "codes", "unknown", "otherwise", "times")
        name = str(top.data["column"])
        codes = top.child("codes") if top.data.get("codes") is not None else None
        pairs = (
            tuple(
                (_values(codes, key, name, [key]), self._target(codes, key)) for key in codes.data
            )
            if codes
            else ()
        )
        times = top.value("times") if "times" in top.data else None
        if "otherwise" in top.data and not codes:
            top.wrong("'otherwise' needs 'codes'.", key="otherwise")
        if times is not None and codes:
            top.wrong("'times' and 'codes' do not go together.", key="times")
        unknown = _values(top, "unknown", name) if "unknown" in top.data else None
        otherwise = self._target(top, "otherwise") if "otherwise" in top.data else None
        return Form(
            "column",
            top.where,
            (name,),
            codes=pairs,
            unknown=unknown,
            otherwise=otherwise or (UNKNOWN if "otherwise" in top.data else None),
            times=times
            if isinstance(times, Decimal)
            else Decimal(times)
            if isinstance(times, int)
            else None,
            when=self._when(),
        )

    def _target(self, reader: Reader, key: Any) -> str | None:
        """The value a code becomes; None for unknown."""
        value = reader.data[key]
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if value is None or text == UNKNOWN:
            return None
        variable = self.column.variable
        if self.column.kind == "yes_no" and text.lower() not in (*YES, *NO):
            reader.wrong(f"'{text}' is neither yes nor no.", "Write yes, no or unknown.", key)
        if self.column.kind == "code" and variable:
            names = {code.name for code in variable.codes.values()}
            if normal(text) not in {normal(name) for name in names} and not (
                text.isdigit() and int(text) in variable.codes
            ):
                reader.wrong(
                    f"'{text}' is not a code of '{variable.name}'.",
                    nearest(text, names) or f"Known: {', '.join(sorted(names))}.",
                    key,
                )
        return text

    def _constant(self) -> Form:
        self._only("constant")
        return Form(
            "constant",
            self.top.where,
            text=self._target(self.top, "constant") or "",
            when=self._when(),
        )

    def _join(self) -> Form:
        self._only("join", "with")
        return Form(
            "join",
            self.top.where,
            self.top.words("join"),
            text=self.top.word("with"),
            when=self._when(),
        )

    def _date(self) -> Form | None:
        self._only("date")
        if self.column.kind != "date":
            self.top.wrong(f"'{self.column.name}' is not a date.", key="date")
        inner = self.top.child("date")
        inner.only("year", "month", "day", "unknown")
        if not inner.need("year", "month", "day"):
            return None
        unknown = _values(inner, "unknown", "") if "unknown" in inner.data else None
        return Form(
            "date",
            self.top.where,
            unknown=unknown,
            when=self._when(),
            columns=tuple(str(inner.data[part]) for part in ("year", "month", "day")),
        )

    def _any_of(self) -> Form:
        self._only("any_of")
        if self.column.kind != "yes_no":
            self.top.wrong(f"'{self.column.name}' is not a yes or no.", key="any_of")
        tests = tuple(test for item in self.top.items("any_of") if (test := _test(item)))
        return Form("any_of", self.top.where, tests=tests, when=self._when())

    def _first_of(self) -> Form:
        self._only("first_of")
        items = list_items(
            self.top.data["first_of"],
            self.top.file,
            self.top.problems,
            self.top.at("first_of").line,
        )
        parts = tuple(form for item in items if (form := _Form(item, self.column).read()))
        return Form("first_of", self.top.where, parts=parts, when=self._when())

    def _rule(self) -> Form | None:
        self._only("rule")
        node = _rule(self.top, "rule")
        return Form("rule", self.top.at("rule"), rule=node, when=self._when()) if node else None


def _rule(reader: Reader, key: str) -> Node | None:
    try:
        return parse(str(reader.data[key]))
    except LanguageError as error:
        reader.wrong(f"In '{key}': {error.what}", error.do, key)
        return None


def _test(reader: Reader) -> Test | None:
    reader.only("column", "is")
    if not reader.need("column", "is"):
        return None
    return _values(reader, "is", str(reader.data["column"]))


def _values(reader: Reader, key: Any, column: str, items: list[Any] | None = None) -> Test:
    """The values at a key: one, a list, or ranges written ``0..9``."""
    value = reader.data[key]
    given = items or (value if isinstance(value, list) else [value])
    values: list[str] = []
    ranges: list[tuple[Decimal, Decimal]] = []
    for item in given:
        low, dots, high = str(item).partition("..")
        try:
            if dots:
                ranges.append((Decimal(low.strip()), Decimal(high.strip())))
                continue
        except ArithmeticError:
            reader.wrong(f"'{item}' is not a range.", "Write two numbers, such as 0..9.", key)
        values.append(str(item).lower() if isinstance(item, bool) else str(item).strip())
    return Test(column, tuple(values), tuple(ranges), reader.at(key))
