"""XLSX workbooks: one sheet for each table, all cells as text.

A number typed into a spreadsheet keeps 15 digits, so a NIK in a number cell has lost its last one.
Once read, such a cell looks like any text; therefore the types of the cells are looked up in the
workbook itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tepat.engine.errors import TepatError
from tepat.registry.files.text_files import refuse_twice

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>")
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook.

    Raises:
        TepatError: ``file_unreadable``.
    """
    import fastexcel

    try:
        return list(fastexcel.read_excel(path).sheet_names)
    except (fastexcel.FastExcelError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> TepatError:
    reason = str(error).splitlines()[0][:120]
    return TepatError(
        "file_unreadable",
        f"{path.name} cannot be read as an XLSX workbook.",
        f"{reason}.",
        "Open and save it again as XLSX, without a password.",
    )


def read_sheet(path: Path, sheet: str) -> Any:
    """A sheet as a polars table of text, blank rows left out.

    Raises:
        TepatError: ``file_unreadable``, ``file_empty``, ``column_twice``.
    """
    import fastexcel
    import polars as pl

    try:
        loaded = fastexcel.read_excel(path).load_sheet(sheet, header_row=None, dtypes="string")
        cells = loaded.to_polars()
    except (fastexcel.FastExcelError, OSError) as error:
        raise _unreadable(path, error) from error
    if not cells.height:
        raise TepatError(
            "file_empty",
            f"{path.name}, sheet '{sheet}', is empty.",
            do="Give a sheet with column names and rows.",
        )
    header = tuple((name or "").strip() for name in cells.row(0))
    refuse_twice(header, f"{path.name}, sheet '{sheet}',")
    names = [name or f"unnamed_{place}" for place, name in enumerate(header, 1)]
    rows = cells.slice(1).rename(dict(zip(cells.columns, names, strict=True)))
    rows = rows.with_row_index("sheet_row", offset=2)
    return rows.filter(~pl.all_horizontal(pl.exclude("sheet_row").is_null()))


def number_cells(path: Path, sheet: str, names: dict[int, str]) -> dict[str, set[int]]:
    """The rows in which columns hold numbers, counted as `read_sheet` counts ``sheet_row``.

    Args:
        path: the workbook.
        sheet: the sheet.
        names: the columns to look at, by their place among the named columns, from 0.
    """
    found: dict[str, set[int]] = {name: set() for name in names.values()}
    letters: list[bytes] = []
    first = 0
    wanted: dict[bytes, str] = {}
    with zipfile.ZipFile(path) as book, book.open(_part_of(book, sheet)) as part:
        for letter, row, numeric in _filled_cells(part):
            first = first or row
            if row == first:
                letters.append(letter)
                wanted = {
                    letters[place]: name for place, name in names.items() if place < len(letters)
                }
            elif numeric and letter in wanted:
                found[wanted[letter]].add(row - first + 1)
    return found


def _filled_cells(part: Any) -> Iterator[tuple[bytes, int, bool]]:
    rest = b""
    while block := part.read(1 << 20):
        block = rest + block
        end = block.rfind(b">") + 1
        rest = block[end:]
        for match in _CELL.finditer(block[:end]):
            place, kind = _PLACE.search(match[1]), _TYPE.search(match[1])
            if place and not match[2]:
                yield place[1], int(place[2]), kind is None or kind[1] == b"n"


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    root = ElementTree.fromstring(book.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    identity = next(
        item.get(_RELATION) for item in root.iter(f"{_MAIN}sheet") if item.get("name") == sheet
    )
    target = next(str(item.get("Target")) for item in relations if item.get("Id") == identity)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
