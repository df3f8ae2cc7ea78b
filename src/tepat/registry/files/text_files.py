"""CSV files as people send them: any usual encoding, separator and line end.

All cells are read as text; what they mean is decided later, column by column. A line with too
many or too few cells is a finding, never a shift of columns.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact, literal
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.files.values import harmless, quoted

SEPARATORS = (",", ";", "\t", "|")
_BLOCK = 1 << 20
LONGEST_LINE = 64 << 20


@dataclass(frozen=True)
class TextFile:
    """What was found out about a CSV file before reading it."""

    path: Path  # in UTF-8: the file itself, or a copy in the scratch folder
    separator: str
    header: tuple[str, ...]
    encoding: str


def look_at(
    path: Path, scratch: Path, known: Collection[str], *, encoding: str = "", separator: str = ""
) -> TextFile:
    """Find encoding, separator and header of a CSV file.

    Args:
        path: the file.
        scratch: where a copy in UTF-8 goes, if one is needed.
        known: names that the header may hold, lower case; they decide between separators.
        encoding: the encoding, where a mapping names it.
        separator: the separator, where a mapping names it.

    Raises:
        TepatError: ``file_empty``, ``not_text``, ``encoding``, ``column_twice``.
    """
    found = encoding or _encoding(path)
    if codecs.lookup(found).name != "utf-8":
        path = _in_utf8(path, scratch, found)
    first = _first_record_text(path)
    separator = separator or max(SEPARATORS, key=lambda mark: _fit(first, mark, known))
    header = tuple(name.strip().lstrip("﻿") for name in next(_records(first, separator), []))
    if not any(header):
        raise TepatError(
            "file_empty",
            Text(f"{path.name} kosong.", f"{path.name} is empty."),
            Text("Baris pertamanya tidak menamai kolom.", "Its first line names no column."),
            Text(
                "Kirim berkas yang baris pertamanya berisi nama kolom.",
                "Give a file whose first line holds the column names.",
            ),
        )
    refuse_twice(header, path.name)
    return TextFile(path, separator, header, found)


def refuse_twice(header: tuple[str, ...], where: str) -> None:
    """Refuse two columns of one name.

    Raises:
        TepatError: ``column_twice``.
    """
    names = [name.casefold() for name in header if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TepatError(
            "column_twice",
            Text(
                f"{where} punya dua kolom bernama '{twice[0][:60]}'.",
                f"{where} has two columns named '{twice[0][:60]}'.",
            ),
            Text("Tidak jelas mana yang berlaku.", "It cannot be known which of them holds."),
            Text("Ganti nama atau hapus salah satunya.", "Rename or remove one of them."),
        )


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = file.read(_BLOCK)
        if not start.strip(b"\xef\xbb\xbf \r\n\t"):
            raise TepatError(
                "file_empty",
                Text(f"{path.name} kosong.", f"{path.name} is empty."),
                do=Text(
                    "Kirim berkas dengan nama kolom dan baris data.",
                    "Give a file with column names and rows.",
                ),
            )
        if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        _refuse_binary(start, path)
        block = start
        try:
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _refuse_binary(start: bytes, path: Path) -> None:
    known = {
        b"PK\x03\x04": Text("buku kerja XLSX", "an XLSX workbook"),
        b"PAR1": Text("berkas Parquet", "a Parquet file"),
        b"\xd0\xcf\x11": Text("buku kerja Excel lama", "an old Excel workbook"),
        b"%PDF": Text("PDF", "a PDF"),
    }
    what = next((name for mark, name in known.items() if start.startswith(mark)), None)
    if what is None and b"\x00" in start:
        what = Text("bukan teks", "not text")
    if what:
        raise TepatError(
            "not_text",
            Text(
                f"{path.name} bernama teks, tetapi isinya {what.id}.",
                f"{path.name} is named as text, but is {what.en}.",
            ),
            do=Text(
                "Beri akhiran yang benar, atau simpan sebagai CSV UTF-8.",
                "Give the file its right ending, or save it as CSV in UTF-8.",
            ),
        )


def _in_utf8(path: Path, scratch: Path, encoding: str) -> Path:
    copy = scratch / f"utf8_{path.stem}.csv"
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            while block := source.read(_BLOCK):
                target.write(block)
    except UnicodeError as error:
        raise TepatError(
            "encoding",
            Text(
                f"{path.name} bukan UTF-8 dan bukan {encoding}.",
                f"{path.name} is neither UTF-8 nor {encoding}.",
            ),
            Text(
                f"Pengodean hurufnya tidak terbaca: {error}.",
                f"The encoding could not be read: {error}.",
            ),
            Text("Simpan berkas sebagai UTF-8.", "Save the file as UTF-8."),
        ) from error
    return copy


def _first_record_text(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.read(_BLOCK).lstrip("\r\n")


def _records(text: str, separator: str) -> Any:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _fit(text: str, separator: str, known: Collection[str]) -> tuple[int, int]:
    header: list[str] = next(_records(text, separator), [])
    return sum(name.strip().lower() in known for name in header), len(header)


def read_text_file(con: Any, file: TextFile, rejects: str) -> str:
    """SQL that reads all cells as text, blank rows left out.

    Lines that cannot be read go to the table ``rejects``; see `rejected`.
    """
    names = [name or f"unnamed_{place}" for place, name in enumerate(file.header, 1)]
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    source = (
        f"read_csv({literal(exact(file.path))}, header = true, auto_detect = false, "
        f"delim = {literal(file.separator)}, quote = '\"', escape = '\"', columns = {{{types}}}, "
        f"store_rejects = true, rejects_table = {literal(rejects)}, "
        f"rejects_scan = {literal(rejects + '_scan')}, max_line_size = {LONGEST_LINE})"
    )
    filled = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    return f"SELECT * FROM {source} WHERE {filled}"


def rejected(rejects: str, table: str) -> str:
    """SQL for the findings on lines that could not be read; the line stands in ``key``."""
    message = harmless("left(any_value(error_type::VARCHAR || ': ' || error_message), 80)")
    return (
        f"SELECT {literal(table)} AS \"table\", 'line ' || line AS key, "
        f"'row_unreadable' AS rule, CAST(NULL AS VARCHAR) AS \"column\", "
        f"{message} AS value_shown, CAST(NULL AS VARCHAR) AS family_key "
        f"FROM {rejects} GROUP BY line"
    )
