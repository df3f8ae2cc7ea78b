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
from tepat.engine.text import Text
from tepat.registry.files.text_files import refuse_twice

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>")
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
LARGEST_INDEX = 8 << 20  # of the list of sheets, which has a line for each


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
    reason = (str(error) or type(error).__name__).splitlines()[0][:120]
    return TepatError(
        "file_unreadable",
        Text(
            f"{path.name} tidak dapat dibaca sebagai buku kerja XLSX.",
            f"{path.name} cannot be read as an XLSX workbook.",
        ),
        f"{reason}.",
        Text(
            "Buka, lalu simpan ulang sebagai XLSX tanpa kata sandi.",
            "Open and save it again as XLSX, without a password.",
        ),
    )


def data_sheets(path: Path) -> list[str]:
    """The sheets that can be seen and hold anything.

    Raises:
        TepatError: ``file_unreadable``.
    """
    try:
        with zipfile.ZipFile(path) as book:
            seen = [(name, part) for name, part, hidden in _sheets(book) if not hidden]
            found = []
            for name, part in seen:
                with book.open(part) as opened:
                    if next(_filled_cells(opened), None) is not None:
                        found.append(name)
            return found
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError) as error:
        raise _unreadable(path, error) from error


def only_sheet(path: Path) -> str:
    """The one sheet that holds anything: with several, it cannot be known which is meant.

    Raises:
        TepatError: ``file_unreadable``, ``file_empty`` or ``several_sheets``.
    """
    found = data_sheets(path)
    if not found:
        raise _empty(path.name)
    if len(found) > 1:
        named = ", ".join(found[:8]) + (", …" if len(found) > 8 else "")
        raise TepatError(
            "several_sheets",
            Text(
                f"{path.name} berisi {len(found)} lembar yang terisi: {named}.",
                f"{path.name} has {len(found)} sheets with something in them: {named}.",
            ),
            Text(
                "Tidak jelas lembar mana yang dimaksud, dan tidak ada yang boleh terlewat.",
                "It cannot be known which is meant, and none must be left out unnoticed.",
            ),
            Text(
                "Gabungkan barisnya ke satu lembar dan hapus yang lain, atau kirim satu berkas "
                "per lembar.",
                "Put their rows into one sheet and remove the others, or send a file for each.",
            ),
        )
    return found[0]


def _empty(where: str) -> TepatError:
    return TepatError(
        "file_empty",
        Text(f"{where} kosong.", f"{where} is empty."),
        do=Text(
            "Kirim lembar dengan nama kolom dan baris data.",
            "Give a sheet with column names and rows.",
        ),
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
        raise _empty(f"{path.name} ({sheet})")
    header = tuple((name or "").strip() for name in cells.row(0))
    refuse_twice(header, f"{path.name} ({sheet})")
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
    return next(part for name, part, _ in _sheets(book) if name == sheet)


def _sheets(book: zipfile.ZipFile) -> Iterator[tuple[str, str, bool]]:
    """Each sheet's name and part, and whether it is hidden; names come in two namespaces."""
    targets = {
        str(item.get("Id")): str(item.get("Target"))
        for item in _index(book, "xl/_rels/workbook.xml.rels")
    }
    for item in _index(book, "xl/workbook.xml").iter():
        if item.tag.rpartition("}")[2] != "sheet":
            continue
        identity = next(told for name, told in item.items() if name.endswith("}id"))
        target = targets[identity]
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        yield str(item.get("name")), part, item.get("state", "visible") != "visible"


def _index(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if book.getinfo(name).file_size > LARGEST_INDEX:
        raise zipfile.BadZipFile(f"{name} has more than {LARGEST_INDEX >> 20} megabytes")
    return ElementTree.fromstring(book.read(name))
