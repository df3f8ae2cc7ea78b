"""Whether the first row of an upload names its columns, and what to do where it does not.

Offices put titles above their tables, merge cells over two rows of names, and number the columns.
Whoever sent such a file would find no column to choose; here it is said which rows to remove.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path

from tepat.engine.errors import TepatError
from tepat.engine.text import Text

MOST_COLUMNS = 1_000
LONGEST_NAME = 300
_LOOKED_AT = 20
_LONGEST_CELL = 2_000  # of what is looked at
_AT_LEAST = 3  # known names that make a row a header
Rows = Sequence[Sequence[str]]


def refuse_no_header(path: Path, sheet: str, names: Sequence[str], known: Collection[str]) -> None:
    """Refuse a file whose first row cannot be its header.

    Args:
        path: a CSV file or a workbook; of Parquet only the names are looked at.
        sheet: the sheet of a workbook.
        names: the names in its first row.
        known: names that a header may hold, without case and punctuation.

    Raises:
        TepatError: ``too_many_columns``, ``name_too_long``, ``header_below`` or ``one_column``.
    """
    _refuse_beyond(names)
    refuse_data(names)
    if path.suffix == ".parquet":
        return
    tables = _tables(path, sheet)
    here = _known(names, known)
    best, row, cells = max(
        ((_known(cells, known), -at, cells) for rows in tables for at, cells in enumerate(rows)),
        key=lambda one: one[:2],
        default=(0, 0, ()),
    )
    if row and best >= _AT_LEAST and best > 3 * here:
        raise _below([cell for cell in cells if _plain(cell) in known])
    if len(names) < 2:
        raise _one_column(names)
    if _narrow(len(names), tables[0]):
        raise _below(())


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", name).lower().split())


def _known(cells: Sequence[str], known: Collection[str]) -> int:
    return len({_plain(cell) for cell in cells} & set(known))


def _narrow(named: int, rows: Rows) -> bool:
    """Whether rows have cells under more columns without a name than with one."""
    widths = sorted(sum(bool(cell.strip()) for cell in cells) for cells in rows[1:])
    return bool(widths) and widths[len(widths) // 2] > 2 * named


def _tables(path: Path, sheet: str) -> list[Rows]:
    """The first rows; of text once for each way to part its cells, the likely one first."""
    if path.suffix == ".xlsx":
        import fastexcel

        loaded = fastexcel.read_excel(path).load_sheet(
            sheet, header_row=None, n_rows=_LOOKED_AT, dtypes="string"
        )
        rows = loaded.to_polars().rows()
        return [[[str(cell or "")[:_LONGEST_CELL] for cell in row] for row in rows]]
    from tepat.registry.files.text_files import SEPARATORS, look_at

    seen = look_at(path, path.parent, ())
    with seen.path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        text = file.read(_LOOKED_AT * _LONGEST_CELL)
    filled = (line[:_LONGEST_CELL] for line in text.splitlines() if line.strip())
    lines = list(islice(filled, _LOOKED_AT))
    parted = sorted(SEPARATORS, key=lambda mark: mark != seen.separator)
    return [list(csv.reader(lines, delimiter=mark)) for mark in parted]


def _refuse_beyond(names: Sequence[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise TepatError(
            "too_many_columns",
            Text(
                f"Berkas memiliki {len(names)} kolom.",
                f"The file has {len(names)} columns.",
            ),
            Text(f"Paling banyak {MOST_COLUMNS}.", f"The most that is read is {MOST_COLUMNS}."),
            Text(
                "Kirim hanya kolom yang dipakai registri.",
                "Send only the columns that the registry uses.",
            ),
        )
    longest = max((len(name) for name in names), default=0)
    if longest > LONGEST_NAME:
        raise TepatError(
            "name_too_long",
            Text(
                f"Sebuah nama kolom terdiri atas {longest} huruf.",
                f"The name of a column has {longest} characters.",
            ),
            Text("Mungkin tanda kutipnya tidak ditutup.", "Perhaps its quotes are never closed."),
            Text(
                f"Beri nama kolom paling panjang {LONGEST_NAME} huruf di baris pertama.",
                f"Give the columns names of up to {LONGEST_NAME} characters in the first row.",
            ),
        )


def refuse_data(names: Sequence[str]) -> None:
    """Refuse a number of a person in the first row: it names no column, and must not be shown.

    Raises:
        TepatError: ``no_header``.
    """
    if not any(re.search(r"\d{12}", re.sub(r"[\s.\-]", "", name)) for name in names):
        return
    raise TepatError(
        "no_header",
        Text(
            "Baris pertama berisi data, bukan nama kolom.",
            "The first row holds data, not the names of columns.",
        ),
        Text(
            "Di dalamnya ada nomor sepanjang NIK atau nomor KK.",
            "There is a number in it as long as a NIK or KK number.",
        ),
        Text(
            "Sisipkan baris nama kolom di atasnya, lalu unggah lagi.",
            "Insert a row with the names of the columns above it, and upload again.",
        ),
    )


def _below(cells: Sequence[str]) -> TepatError:
    named = ", ".join(cell.strip()[:30] for cell in cells if cell.strip())[:160]
    return TepatError(
        "header_below",
        Text(
            f"Baris pertama bukan nama kolom. Nama kolom tampaknya ada di bawahnya: {named}."
            if named
            else "Baris pertama tidak menamai semua kolom yang berisi data.",
            f"The first row does not name the columns. Their names seem to be below it: {named}."
            if named
            else "The first row does not name all columns that hold data.",
        ),
        Text(
            "Judul di atas tabel dan nama kolom dua baris tidak dapat dibaca.",
            "Titles above the table and names over two rows cannot be read.",
        ),
        Text(
            "Hapus baris di atas nama kolom, pisahkan sel yang digabung, beri setiap kolom satu "
            "nama di baris pertama, lalu unggah lagi.",
            "Remove the rows above the names, unmerge cells, give each column one name in the "
            "first row, and upload again.",
        ),
    )


def _one_column(names: Sequence[str]) -> TepatError:
    named = (names[0] if names else "")[:40]
    return TepatError(
        "one_column",
        Text(f"Berkas hanya memiliki satu kolom: {named}.", f"It has one column only: {named}."),
        Text(
            "Berkas ini bukan tabel, atau pemisah kolomnya bukan koma, titik koma, tab, atau |.",
            "It is no table, or its columns are parted by other signs than , ; tab or |.",
        ),
        Text(
            "Simpan sebagai XLSX, CSV, atau Parquet dengan satu kolom untuk setiap isian.",
            "Save it as XLSX, CSV or Parquet with a column for each answer.",
        ),
    )
