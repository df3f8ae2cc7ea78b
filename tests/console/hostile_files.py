"""Files as they come from elsewhere, and as somebody makes them who means harm."""

from __future__ import annotations

import csv
import decimal
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from tests.registry.imports.sending import family, member

Row = dict[str, Any]
FAMILIES = [family(f"F{n}") for n in (1, 2, 3)]
MEMBERS = [member(f"P{n}", f"F{n}") for n in (1, 2, 3)]


def roster(count: int = 3, **more: Any) -> list[Row]:
    """Rows of a flat file with the names that offices use."""
    return [
        {
            "No KK": f"32043301012{n:05d}",
            "NIK": f"320433010190{n:04d}",
            "Nama Lengkap": f"Siti {'ABC'[n % 3]}",
            "Kode Desa": "3204332001",
            "Tgl Lahir": "1990-01-01",
            "JK": "L",
            "SHDK": "Kepala Keluarga",
            **more,
        }
        for n in range(1, count + 1)
    ]


def text(rows: Sequence[Row], mark: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows as CSV."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def book(fill: Callable[[Any], object], **options: Any) -> bytes:
    """A workbook."""
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as made:
        fill(made)
    return file.getvalue()


def put(sheet: Any, rows: Sequence[Row], at: int = 0) -> Any:
    """Rows into a sheet, below some others."""
    sheet.write_row(at, 0, list(rows[0]))
    for place, row in enumerate(rows, at + 1):
        sheet.write_row(place, 0, list(row.values()))
    return sheet


def with_title() -> bytes:
    """A title over merged cells, two rows above the names."""

    def fill(made: Any) -> None:
        sheet = made.add_worksheet("Data")
        sheet.merge_range(0, 0, 0, 6, "DAFTAR KELUARGA PENERIMA MANFAAT")
        put(sheet, roster(), 3)

    return book(fill)


def two_rows_of_names() -> bytes:
    """Groups of columns in the first row, their names in the second."""

    def fill(made: Any) -> None:
        sheet = made.add_worksheet("Data")
        sheet.merge_range(0, 0, 0, 1, "Nomor")
        sheet.merge_range(0, 2, 0, 6, "Data orang")
        put(sheet, roster(), 1)

    return book(fill)


def sheets(**tables: Sequence[Row]) -> bytes:
    """A workbook with a sheet for each; one without rows is empty."""

    def fill(made: Any) -> None:
        for name, rows in tables.items():
            sheet = made.add_worksheet(name)
            if rows:
                put(sheet, rows)

    return book(fill)


def dates_as_numbers() -> bytes:
    """A birth date in a cell of dates, the next ones as the bare numbers behind them."""

    def fill(made: Any) -> None:
        sheet, dated = (
            put(made.add_worksheet("D"), roster()),
            made.add_format({"num_format": "dd/mm/yyyy"}),
        )
        for at in (1, 2, 3):
            sheet.write_number(at, 4, 32874, dated if at == 1 else None)

    return book(fill)


def formulas() -> bytes:
    """A name that is worked out, and a cell of an error."""

    def fill(made: Any) -> None:
        sheet = put(made.add_worksheet("D"), roster())
        sheet.write_formula(1, 2, '=CONCATENATE("Siti ","B")', None, "Siti B")
        sheet.write_formula(2, 2, "=cmd|' /C calc'!A0", None, "=cmd|' /C calc'!A0")

    return book(fill)


def empty_formatted_rows(count: int) -> bytes:
    """Families and members, and below them rows of bold nothing."""

    def fill(made: Any) -> None:
        bold = made.add_format({"bold": True})
        for name, rows in (("families", FAMILIES), ("members", MEMBERS)):
            sheet = put(made.add_worksheet(name), rows)
            for at in range(10, count):
                sheet.write_blank(at, 0, None, bold)

    return book(fill, constant_memory=True)


def parquet(**columns: Any) -> bytes:
    """The roster as Parquet, with columns put in place of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = roster()
    table = {name: [row[name] for row in rows] for name in rows[0]}
    file = io.BytesIO()
    pq.write_table(pa.table({**table, **columns}), file)
    return file.getvalue()


def decimals() -> Any:
    """NIK as exact decimals."""
    import pyarrow as pa

    return pa.array([decimal.Decimal(row["NIK"]) for row in roster()], pa.decimal128(16, 0))


def locked_archive() -> bytes:
    """A workbook whose parts ask for a password."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    content = bytearray(file.getvalue())
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def laughing_workbook() -> bytes:
    """An index of sheets that grows when it is read."""
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(12)
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
        made.writestr(
            "xl/workbook.xml",
            f"<!DOCTYPE w [{laughs}]><workbook><sheets>&l11;</sheets></workbook>",
        )
    return file.getvalue()


def endless_columns(content: bytes) -> bytes:
    """Four more separators at the end of each line."""
    return b"\r\n".join(line + b",,,," for line in content.split(b"\r\n") if line)


# What is refused: the content, its code, and a word of what is said in each language.
REFUSED: dict[str, tuple[Callable[[], bytes], str, str, str]] = {
    "a title above the names": (with_title, "header_below", "Hapus baris", "Remove the rows"),
    "names over two rows": (two_rows_of_names, "header_below", "No KK, NIK", "No KK, NIK"),
    "a title in text": (
        lambda: b"DAFTAR KELUARGA\r\n\r\n" + text(roster(), ";"),
        "header_below",
        "Baris pertama bukan nama kolom",
        "does not name the columns",
    ),
    "no names at all": (
        lambda: text(roster()).split(b"\r\n", 1)[1],
        "no_header",
        "berisi data",
        "holds data",
    ),
    "several sheets": (
        lambda: sheets(RT1=roster(), RT2=roster(), RT3=roster()),
        "several_sheets",
        "3 lembar yang terisi: RT1, RT2, RT3",
        "3 sheets",
    ),
    "an empty workbook": (lambda: sheets(Data=[]), "file_empty", "kosong", "is empty"),
    "a column twice": (
        lambda: text(roster()).replace(b"JK,SHDK", b"JK,JK"),
        "column_twice",
        "dua kolom bernama 'jk'",
        "two columns named 'jk'",
    ),
    "a column twice in a workbook": (
        lambda: book(lambda made: put(made.add_worksheet("D"), roster()).write(0, 6, "JK")),
        "column_twice",
        "dua kolom",
        "two columns",
    ),
    "twenty thousand columns": (
        lambda: text(roster(1, **{f"kolom {n}": "x" for n in range(20_000)})),
        "too_many_columns",
        "20007 kolom",
        "20007 columns",
    ),
    "a name of ten megabytes": (
        lambda: text(roster()).replace(b"JK", b"J" * (10 << 20)),
        "name_too_long",
        "tanda kutip",
        "quotes",
    ),
    "words that are no table": (
        lambda: b"selamat pagi\r\nini surat biasa\r\n",
        "one_column",
        "satu kolom",
        "one column",
    ),
    "a Parquet file cut off": (
        lambda: parquet()[:-50],
        "file_unreadable",
        "tidak dapat dibaca",
        "cannot be read",
    ),
    "an index that grows": (
        laughing_workbook,
        "file_unreadable",
        "tidak dapat dibaca",
        "cannot be read",
    ),
    "names and no row": (
        lambda: text(roster()).split(b"\r\n")[0] + b"\r\n",
        "no_rows",
        "tidak memuat satu keluarga pun",
        "holds no family",
    ),
    "a column of numbers as 1.32E+15": (
        lambda: text(roster(NIK="1.32E+15")),
        "number_numeric",
        "tersimpan sebagai bilangan",
        "stored as numbers",
    ),
    "Parquet with a decimal NIK": (
        lambda: parquet(NIK=decimals()),
        "number_numeric",
        "tersimpan sebagai bilangan",
        "stored as numbers",
    ),
    "Parquet with a list in a cell": (
        lambda: parquet(NIK=[["1"], ["2"], ["3"]]),
        "column_type",
        "satu nilai per sel",
        "one value per cell",
    ),
}
# What is taken, whatever it looks like; the rules that its rows break, beside those of all.
TAKEN: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "a mark before the text": (lambda: b"\xef\xbb\xbf" + text(roster()), set()),
    "UTF-16": (lambda: text(roster(), "\t", "utf-16"), set()),
    "Windows letters": (
        lambda: text(roster(**{"Nama Lengkap": "Renée"}), encoding="cp1252"),
        {"encoding_assumed"},
    ),
    "semicolons": (lambda: text(roster(), ";"), set()),
    "lines within quotes": (
        lambda: text(roster(**{"Nama Lengkap": "Siti\r\nAminah"})),
        set(),
    ),
    "columns without a name": (lambda: endless_columns(text(roster())), set()),
    "three hundred columns": (
        lambda: text(roster(**{f"kolom {n}": "x" for n in range(300)})),
        set(),
    ),
    "a cell of ten megabytes": (
        lambda: text([*roster(2), {**roster(3)[2], "Nama Lengkap": "S" * (10 << 20)}]),
        {"text_too_long"},
    ),
    "one number as 1.32E+15": (
        lambda: text([*roster(2), {**roster(3)[2], "NIK": "1.32E+15"}]),
        {"number_numeric", "nik_form"},
    ),
    "a quote that is never closed": (
        lambda: text(roster()) + b'3204,"320433,x\r\n' * 5,
        {"row_unreadable"},
    ),
    "a workbook named as text": (
        lambda: book(lambda made: put(made.add_worksheet("D"), roster())),
        set(),
    ),
    "an empty sheet before the rows": (lambda: sheets(Sheet1=[], Data=roster()), set()),
    "sheets with Indonesian names": (
        lambda: sheets(Keluarga=FAMILIES, Anggota=MEMBERS),
        set(),
    ),
    "formulas": (formulas, set()),
    "dates as numbers": (dates_as_numbers, {"date_serial"}),
    "Parquet with more inside a cell": (
        lambda: parquet(anak=[[{"nama": "x"}], [], []]),
        set(),
    ),
    "a million empty lines": (lambda: text(roster()) + b",,,,,,\r\n" * 1_000_000, set()),
    "rows of formatted nothing": (lambda: empty_formatted_rows(100_000), set()),
}
