"""Read an input: files of ours or of others, as families and members in our own types.

Whatever cannot be used is a finding: a cell that cannot be read becomes unknown, a row without a
family is set aside, nothing is dropped without a word. Everything is done on whole columns in the
embedded engine; wide tables lie in a scratch folder, not in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tepat.engine.connect import literal
from tepat.engine.errors import TepatError
from tepat.policy.model import Text, Variable
from tepat.policy.yaml_file import Problems
from tepat.registry.columns import TABLES, columns_of
from tepat.registry.files.derive import Derivation, table_sql
from tepat.registry.files.input import OTHERS, Input, tables_of
from tepat.registry.files.mapping import ForeignFile, Form, SourceMapping, stop_if_any
from tepat.registry.files.parts import Part
from tepat.registry.files.sources import POSITION, Bench, Source, find_sources, finding, open_source
from tepat.registry.files.tables import Table, read_table
from tepat.registry.files.values import KEPT, harmless, masked, quoted
from tepat.registry.rules.catalogue import RULES
from tepat.registry.rules.keys import OWN_KEY, key_sql

_ENDINGS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}
ROW = KEPT + "row"  # the row of the file, where it was asked for


def read_input(
    path: Path,
    variables: Mapping[str, Variable],
    mapping: SourceMapping | None = None,
    keep_columns: Sequence[str] = (),
    *,
    con: Any,
    scratch: Path,
    rows: bool = False,
    part: Part | None = None,
    before: tuple[int, int] = (0, 0),
) -> Input:
    """Read an input, or a part of one.

    Args:
        path: a folder, an XLSX workbook, or, with a mapping of one file, that file.
        variables: the variables of the policy.
        mapping: how foreign files become ours; none where they are ours.
        keep_columns: source columns of the families' file to keep as they are, for a model.
        con: an Ibis backend of the embedded engine.
        scratch: a folder for what does not belong in memory; it must outlive the input.
        rows: whether families and members carry their row in the file, as `ROW`.
        part: which part of an input in our own form; the tables of all parts have the same names,
            so that one part is open at a time. None is the whole input.
        before: how many families and members the parts before it hold.

    Raises:
        TepatError: the input cannot be read at all; anything less is a finding.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    bench = Bench(con.con, scratch) if part is None else Bench(con.con, scratch, "part")
    bench.first = part is None or part.number == 0
    if mapping is None:
        raw = _own_files(bench, path, variables, keep_columns, rows, part)
    else:
        raw = _foreign_files(bench, path, variables, mapping, keep_columns, rows)
    tables = {
        name: read_table(
            bench,
            name,
            view,
            columns_of(name, variables),
            _carried(name, keep_columns, rows),
        )
        for name, view in raw.items()
    }
    joined = _joined(bench, con, tables, variables, mapping, keep_columns, before)
    if (part is None or part.of == 1) and not joined.rows["families"]:
        raise _no_families(path)
    return joined


def _no_families(path: Path) -> TepatError:
    return TepatError(
        "no_rows",
        Text(f"{path.name} tidak memuat satu keluarga pun.", f"{path.name} holds no family."),
        Text(
            "Berkas keluarga punya nama kolom, tetapi tidak ada baris yang dapat dipakai.",
            "The families' file has column names but no row that can be used.",
        ),
        Text("Kirim berkas dengan baris data.", "Give a file with rows."),
    )


def _carried(table: str, keep: Sequence[str], rows: bool) -> tuple[str, ...]:
    """Which source columns a table carries along, without `KEPT`."""
    row = (ROW.removeprefix(KEPT),) if rows and table in OWN_KEY else ()
    return (*(keep if table == "families" else ()), *row)


def _with_row(bench: Bench, view: str, source: Source) -> str:
    """A view with the row of the file, as a spreadsheet counts; blank lines are not counted."""
    if ROW in bench.types(view):
        return view
    row = f"{POSITION} + 1" if source.kind == "csv" else POSITION
    return bench.view(bench.name("row"), f"SELECT *, {row} AS {ROW} FROM {view}")


def _identifiers(variables: Mapping[str, Variable]) -> set[str]:
    return {
        name
        for table in TABLES
        for name, column in columns_of(table, variables).items()
        if column.kind == "identifier"
    }


def _own_files(
    bench: Bench,
    path: Path,
    variables: Mapping[str, Variable],
    keep: Sequence[str],
    rows: bool,
    part: Part | None,
) -> dict[str, str]:
    raw = {}
    for table, source in (part.sources if part else find_sources(path)).items():
        known = {*columns_of(table, variables), *(name.lower() for name in keep)}
        raw[table] = open_source(bench, source, table, known, _identifiers(variables))
        if part is not None:
            raw[table] = _of_part(bench, raw[table], table, part)
        if rows and table in OWN_KEY:
            raw[table] = _with_row(bench, raw[table], source)
    if keep:
        raw["families"] = _with_kept(bench, raw["families"], keep)
    return raw


def _of_part(bench: Bench, view: str, table: str, part: Part) -> str:
    """The rows of a part, with the columns that only files of other parts have."""
    have = bench.types(view)
    lacking = {n: kind for n, kind in part.types.get(table, {}).items() if n not in have}
    added = "".join(f", CAST(NULL AS {kind}) AS {quoted(n)}" for n, kind in lacking.items())
    where = ""
    if table in ("flags", "benefits") and part.of > 1:
        where = f" WHERE {_belongs({n.lower(): n for n in (*have, *lacking)}, part)}"
    if not (added or where):
        return view
    return bench.view(bench.name(table), f"SELECT *{added} FROM {view}{where}")


def _belongs(names: Mapping[str, str], part: Part) -> str:
    """SQL for whether a flag or benefit is about the part: by its person, else by its family."""
    tests = []
    for name, (low, below) in (("person_key", part.persons), ("family_key", part.families)):
        if name in names:
            key = key_sql(names[name])
            bounds = [f"{key} >= {literal(low)}"] if low is not None else []
            bounds += [f"{key} < {literal(below)}"] if below is not None else []
            tests.append(f"WHEN {key} IS NOT NULL THEN {' AND '.join(bounds) or 'true'}")
    return f"CASE {' '.join(tests)} ELSE {str(part.number == 0).lower()} END"


def _with_kept(bench: Bench, view: str, keep: Sequence[str]) -> str:
    chosen = ", ".join(f"{_kept(bench, view, name)} AS {quoted(KEPT + name)}" for name in keep)
    return bench.view(bench.name("kept"), f"SELECT *, {chosen} FROM {view}")


def _kept(bench: Bench, view: str, name: str) -> str:
    """A source column as it is; text of a CSV becomes numbers where all of it is numbers."""
    from tepat.policy.meaning import nearest

    types = bench.types(view)
    found = {known.lower(): known for known in types}.get(name.lower())
    if found is None:
        raise TepatError(
            "column_missing",
            f"The model needs the column '{name}', which the families' file does not have.",
            nearest(name, types),
            "Give the file that the model was fitted on, or fit the model anew.",
        )
    column = quoted(found)
    if types[found] != "VARCHAR":
        return column
    text = f"nullif(trim({column}), '')"
    tests = {
        "BIGINT": f"count(*) FILTER (WHERE regexp_matches({text}, '^-?[0-9]{{1,18}}$'))",
        "DOUBLE": f"count(TRY_CAST({text} AS DOUBLE))",
    }
    for kind, readable in tests.items():
        if bench.one(f"SELECT count({text}) = {readable} FROM {view}"):
            return f"TRY_CAST({text} AS {kind})"
    return text


def _foreign_files(
    bench: Bench,
    path: Path,
    variables: Mapping[str, Variable],
    mapping: SourceMapping,
    keep: Sequence[str],
    rows: bool,
) -> dict[str, str]:
    sources = {name: _foreign_source(path, file, mapping) for name, file in mapping.files.items()}
    views: dict[str, str] = {}
    for name, source in sources.items():
        users = [table for table, form in mapping.tables.items() if form.source == name]
        known, numbers = _names_used(mapping, users)
        views[name] = open_source(bench, source, "+".join(users), known, numbers)
        if rows:
            views[name] = _with_row(bench, views[name], source)
    problems = Problems()
    derivations = {
        table: Derivation(
            bench.types(views[form.source]), problems, mapping.files[form.source].path
        )
        for table, form in mapping.tables.items()
    }
    derivations["families"].members = derivations["members"]
    raw = {}
    for table, form in mapping.tables.items():
        view = views[form.source]
        if table == "families" and keep:
            view = _with_kept(bench, view, keep)
        members = (views[mapping.tables["members"].source], mapping.tables["members"])
        sql = table_sql(
            form,
            view,
            derivations[table],
            members=members,
            kept=_carried(table, keep, rows),
            constants=_constants(mapping) if table in OWN_KEY else {},
        )
        stop_if_any(problems, mapping.file)
        raw[table] = bench.keep(table, sql)
    return raw


def _constants(mapping: SourceMapping) -> dict[str, str]:
    constants = {}
    if mapping.observed_on:
        constants["observed_on"] = f"DATE '{mapping.observed_on}'"
    if mapping.source:
        constants["source"] = literal(mapping.source)
    return constants


def _names_used(mapping: SourceMapping, tables: Sequence[str]) -> tuple[set[str], set[str]]:
    """The source columns that a file's tables use, lower case, and those with NIK or KK in them."""
    used: set[str] = set()
    numbers: set[str] = set()

    def walk(form: Form) -> set[str]:
        names = {name.lower() for name in form.columns}
        names |= {test.column.lower() for test in (*form.tests, *form.when)}
        return names.union(*(walk(part) for part in form.parts))

    for table in tables:
        form = mapping.tables[table]
        used |= {form.one_per.lower()} if form.one_per else set()
        for name, column in form.columns.items():
            used |= walk(column)
            if name in ("nik", "kk_number"):
                numbers |= walk(column)
    return used, numbers


def _foreign_source(path: Path, file: ForeignFile, mapping: SourceMapping) -> Source:
    if not path.exists():
        raise TepatError(
            "input_missing",
            f"{path} is not there.",
            do="Give the folder that holds the mapping's files.",
        )
    if path.is_file() and len(mapping.files) > 1:
        raise TepatError(
            "input_not_folder",
            f"{path.name} is a single file.",
            f"The mapping {mapping.name} needs {len(mapping.files)} files.",
            "Give the folder that holds them.",
        )
    found = path if path.is_file() else path / file.path
    if path.is_dir() and not found.resolve().is_relative_to(path.resolve()):
        raise TepatError(
            "outside_input",
            f"{file.where}: '{file.path}' leads out of {path}.",
            "A mapping reads below the folder of the input only.",
            "Copy the file there.",
        )
    if not found.exists():
        there = ", ".join(item.name for item in sorted(path.glob("*"))[:12]) or "nothing"
        raise TepatError(
            "file_missing",
            f"{file.where}: {path} has no file '{file.path}'.",
            f"It holds {there}.",
            "Mend the path in the mapping, or add the file.",
        )
    if found.is_dir():
        return Source(tuple(sorted(found.glob("**/*.parquet"))), "parquet", hive=True)
    kind = _ENDINGS.get(found.suffix.lower())
    if kind is None:
        raise TepatError(
            "file_kind",
            f"{found.name} is none of {', '.join(_ENDINGS)}.",
            do="Save it as CSV, Parquet or XLSX.",
        )
    sheet = file.sheet
    if kind == "xlsx" and not sheet:
        from tepat.registry.files.workbooks import only_sheet

        sheet = only_sheet(found)
    return Source((found,), kind, sheet, encoding=file.encoding, separator=file.separator)


def _joined(
    bench: Bench,
    con: Any,
    tables: Mapping[str, Table],
    variables: Mapping[str, Variable],
    mapping: SourceMapping | None,
    keep: Sequence[str],
    before: tuple[int, int],
) -> Input:
    """Give families and members their numbers and set aside what belongs nowhere."""
    kept = [quoted(KEPT + name) for name in keep]
    rows = tables["families"].view
    number = f"{POSITION} + {before[0]} AS family_id"
    index = bench.view(bench.name("index"), f"SELECT family_key, {number} FROM {rows}")
    without = ", ".join([POSITION, *kept])
    bench.final("families", f"SELECT {number}, * EXCLUDE ({without}) FROM {rows}")
    if keep:
        chosen = ", ".join(f"{quoted(KEPT + name)} AS {quoted(name)}" for name in keep)
        bench.final("kept", f"SELECT {number}, family_key AS _family_key, {chosen} FROM {rows}")
    people = f"{POSITION} + {before[1]} AS person_id"
    at_home = _members(bench, tables["members"], index, people)
    keys = f"SELECT {people}, person_key, family_key FROM {tables['members'].view}"
    keys = bench.view(bench.name("people"), keys)
    for name in OTHERS:
        _about(bench, name, tables.get(name), variables, keys, index)
    _findings(bench, index)
    return Input(
        con=con,
        **tables_of(con, bench.prefix, kept=bool(keep)),
        present={name: table.present for name, table in tables.items()},
        files=bench.files,
        unit_note=mapping.unit_note if mapping else None,
        rows={"families": bench.one(f"SELECT count(*) FROM {index}"), "members": at_home},
        numbered=bench.one(f"SELECT count(*) FROM {keys}"),
        variables=variables,
        prefix=bench.prefix,
        script=tuple(bench.script),
    )


def _members(bench: Bench, table: Table, index: str, number: str) -> int:
    """Name members with the numbers of their families; how many have one."""
    members = bench.final(
        "members",
        f"SELECT m.{number}, i.family_id, m.* EXCLUDE ({POSITION}) "
        f"FROM {table.view} AS m JOIN {index} AS i ON i.family_key = m.family_key",
    )
    count = int(bench.one(f"SELECT count(*) FROM {members}"))
    if bench.one(f"SELECT count(*) FROM {table.view}") > count:
        alone = (
            f"{table.view} WHERE family_key IS NULL "
            f"OR family_key NOT IN (SELECT family_key FROM {index})"
        )
        value = harmless(f"left({masked('family_key')}, 40)")
        bench.findings.append(
            finding("members", "person_key", "'family_not_found'", "family_key", value, alone)
        )
    return count


def _about(
    bench: Bench,
    name: str,
    table: Table | None,
    variables: Mapping[str, Variable],
    people: str,
    index: str,
) -> None:
    """Flags, lists and benefits with the numbers of whom they are about; empty where not given."""
    columns = columns_of(name, variables)
    if table is None:
        empty = ", ".join(
            f"CAST(NULL AS {column.sql_type}) AS {quoted(column.name)}"
            for column in columns.values()
        )
        ids = (
            ""
            if name == "lists"
            else ", CAST(NULL AS BIGINT) AS person_id, CAST(NULL AS BIGINT) AS family_id"
        )
        bench.final(name, f"SELECT {empty}{ids} WHERE false")
        return
    if name == "lists":
        bench.final(name, f"SELECT * FROM {table.view} WHERE ground IS NOT NULL")
        return
    found = bench.table(
        name,
        (
            "SELECT t.* REPLACE (coalesce(m.family_key, t.family_key) AS family_key), m.person_id, "
            f"i.family_id FROM {table.view} AS t "
            f"LEFT JOIN {people} AS m ON m.person_key = t.person_key "
            f"LEFT JOIN {index} AS i ON i.family_key = coalesce(m.family_key, t.family_key)"
        ),
    )
    lost = "family_id IS NULL OR (person_key IS NOT NULL AND person_id IS NULL)"
    if bench.one(f"SELECT count(*) FROM {found} WHERE {lost}"):
        what = "ground" if name == "flags" else "programme"
        key = masked("coalesce(person_key, family_key)")
        # of a person who is not found it is not known whose it is, whatever family is named
        bench.findings.append(
            f'SELECT {literal(name)} AS "table", {key} AS key, '
            f"'target_not_found' AS rule, '{what}' AS \"column\", left({what}, 40) AS "
            f"value_shown, CASE WHEN person_key IS NULL THEN family_key END AS family_key "
            f"FROM {found} WHERE {lost}"
        )
    bench.final(name, f"SELECT * FROM {found} WHERE NOT ({lost})")


def _findings(bench: Bench, index: str) -> None:
    empty = (
        "SELECT '' AS \"table\", '' AS key, '' AS rule, '' AS \"column\", '' AS value_shown, "
        "'' AS family_key WHERE false"
    )
    rows = " UNION ALL BY NAME ".join([empty, *bench.findings])
    severity = " ".join(
        f"WHEN {literal(rule.name)} THEN {literal(rule.severity)}" for rule in RULES.values()
    )
    found = bench.keep(
        "findings",
        f'SELECT f."table", f.key, f.rule, CASE f.rule {severity} END AS severity, '
        f'f."column", f.value_shown, i.family_id FROM ({rows}) AS f '
        f"LEFT JOIN {index} AS i ON i.family_key = f.family_key",
    )
    bench.final("findings", f"SELECT * EXCLUDE ({POSITION}) FROM {found}")
