"""A file to fill in: families and members, each column with what it means and its codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from tepat.policy.model import Text, Variable
from tepat.registry.columns import Column
from tepat.registry.imports.matching import TABLES, our_columns, variables
from tepat.registry.imports.queries import FIXED_LABELS

_LEFT_OUT = ("weight", "decile", "score", "province", "kabupaten", "kecamatan")
_AS_TEXT = ("identifier", "key", "place", "text", "name")
_SHEETS = {"families": "families", "members": "members"}
_KINDS = {
    "key": Text("teks, dari sumber", "text, from the source"),
    "identifier": Text("teks 16 angka", "text of 16 digits"),
    "place": Text("teks 10 angka", "text of 10 digits"),
    "date": Text("tanggal tahun-bulan-hari", "date, year-month-day"),
    "yes_no": Text("ya atau tidak", "yes or no"),
    "code": Text("kode", "code"),
    "number": Text("angka", "number"),
    "text": Text("teks", "text"),
    "name": Text("teks", "text"),
}


def template_columns(policy: Mapping[str, Variable] | None = None) -> dict[str, list[Column]]:
    """The columns of the template, by table."""
    known = policy or variables()
    return {
        table: [
            column for name, column in our_columns(table, known).items() if name not in _LEFT_OUT
        ]
        for table in TABLES
    }


def workbook() -> bytes:
    """The template as XLSX: sheets to fill in and one that explains them, in both languages.

    Columns of NIK, KK numbers and codes of places are formatted as text, so that no digit is lost.
    """
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        columns = template_columns()
        for table, sheet_name in _SHEETS.items():
            sheet = book.add_worksheet(sheet_name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns[table]):
                form = text if column.kind in _AS_TEXT else day if column.kind == "date" else None
                sheet.set_column(place, place, 20 if column.kind in _AS_TEXT else 14, form)
                sheet.write_string(0, place, column.name, head)
                sheet.write_comment(0, place, _explained(column), {"x_scale": 2, "y_scale": 2})
        _explanations(book, columns, head)
    return file.getvalue()


def _explanations(book: object, columns: Mapping[str, list[Column]], head: object) -> None:
    sheet = book.add_worksheet("penjelasan - help")  # type: ignore[attr-defined]
    wrap = book.add_format({"text_wrap": True, "valign": "top"})  # type: ignore[attr-defined]
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 5, 44, wrap)
    titles = ("lembar / sheet", "kolom / column", "arti", "meaning", "isi", "content")
    for place, title in enumerate(titles):
        sheet.write_string(0, place, title, head)
    row = 0
    for table, listed in columns.items():
        for column in listed:
            row += 1
            label, content = _label(column), _content(column)
            cells = (table, column.name, label.id, label.en, content.id, content.en)
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell)


def _label(column: Column) -> Text:
    if column.variable is None:
        return FIXED_LABELS[column.name]
    return column.variable.question or column.variable.label


def _content(column: Column) -> Text:
    kind, variable = _KINDS[column.kind], column.variable
    if variable is not None and variable.codes:
        listed = [(code, known.label) for code, known in variable.codes.items()]
        return Text(
            "; ".join(f"{code} = {label.id}" for code, label in listed),
            "; ".join(f"{code} = {label.en}" for code, label in listed),
        )
    if variable is not None and variable.type == "number":
        limits = f" {variable.minimum}–{variable.maximum}"
        return Text(kind.id + limits, kind.en + limits)
    return kind


def _explained(column: Column) -> str:
    label, content = _label(column), _content(column)
    return f"{label.id}\n{content.id}\n\n{label.en}\n{content.en}"[:1500]


def csv_file(table: str) -> bytes:
    """The template of one table as CSV: its header, in UTF-8 with its mark."""
    file = io.StringIO()
    names = [column.name for column in template_columns()[table]]
    csv.writer(file, lineterminator="\r\n").writerow(names)
    return b"\xef\xbb\xbf" + file.getvalue().encode()
