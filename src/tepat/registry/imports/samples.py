"""A few values of each column of an upload, masked, so that a person sees which column is which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from tepat.engine.connect import literal
from tepat.registry.imports.matching import SHEETS, SYNONYMS, TABLES, plain
from tepat.registry.numbers import HIDDEN

SHOWN = 3
_ROWS = 200
_LONGEST = 24
_NUMBER, _PHONE = 13, 9  # digits; the code of a village has 10
# Columns whose words could name somebody, or say where somebody lives.
_NAMED = re.compile(r"nama|name|alamat|address|jalan|street|ibu|ayah|mother|father|telp|phone|hp")
_NUMBERS = {plain(word) for key in ("nik", "kk_number") for word in (key, *SYNONYMS[key])}


def samples_in(
    folder: Path, names: Sequence[str], columns: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[str]]]:
    """The first different values of each column of each table, masked.

    Args:
        folder: where the files of the upload lie.
        names: one file, or families and members.
        columns: what `matching.columns_in` found there.
    """
    found = {}
    for table, wanted in columns.items():
        if table == SHEETS:
            continue
        path = folder / (
            names[0] if len(names) == 1 else next(n for n in names if Path(n).stem == table)
        )
        sheet = columns[SHEETS][TABLES.index(table)] if SHEETS in columns else ""
        rows = _first_rows(path, sheet)
        found[table] = {name: _shown(name, rows.get(name, ())) for name in wanted}
    return found


def _first_rows(path: Path, sheet: str) -> dict[str, list[str | None]]:
    """The first rows as text, by column."""
    if path.suffix == ".xlsx":
        import fastexcel

        from tepat.registry.files.workbooks import only_sheet

        book = fastexcel.read_excel(path)
        loaded = book.load_sheet(
            sheet or only_sheet(path), header_row=None, n_rows=_ROWS + 1, dtypes="string"
        )
        cells = loaded.to_polars()
        header = [str(name or "").strip() for name in cells.row(0)]
        return {name: cells[:, at].to_list()[1:] for at, name in enumerate(header) if name}
    if path.suffix == ".csv":
        return _first_lines(path)
    import duckdb

    with duckdb.connect() as con:
        rows = con.execute(
            f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({literal(str(path))}) LIMIT {_ROWS}"
        ).to_arrow_table()
    return {name: rows.column(name).to_pylist() for name in rows.column_names}


def _first_lines(path: Path) -> dict[str, list[str | None]]:
    import csv

    from tepat.registry.files.text_files import look_at

    seen = look_at(path, path.parent, _NUMBERS)
    with seen.path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        lines = list(islice(csv.reader(file, delimiter=seen.separator), 1, _ROWS + 1))
    return {
        name: [line[at] for line in lines if at < len(line)]
        for at, name in enumerate(seen.header)
        if name
    }


def _shown(name: str, values: Sequence[str | None]) -> list[str]:
    hidden = bool(_NAMED.search(plain(name)))
    different = dict.fromkeys(" ".join(str(one).split()) for one in values if one is not None)
    told = dict.fromkeys(_masked(one, hidden) for one in different if one)
    return list(islice(told, SHOWN))


def _masked(value: str, named: bool) -> str:
    """Long numbers keep their ends, names their first letters; anything else is cut short."""
    digits = re.sub(r"\D", "", value)
    if len(digits) >= _NUMBER or (
        len(digits) >= _PHONE and value.lstrip("+").startswith(("0", "62"))
    ):
        return f"{digits[:4]}{HIDDEN}"
    if named:
        return " ".join(f"{word[0]}." for word in value.split())
    return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
