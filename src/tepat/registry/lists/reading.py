"""From a file to rows: whom each one names, and what cannot be read.

What leaves carries no number in clear but the one column that is turned into tokens next; evidence
that quotes a NIK keeps its first digits only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tepat.registry.files.values import quoted
from tepat.registry.imports.header import refuse_data
from tepat.registry.imports.matching import SYNONYMS, plain
from tepat.registry.lists.texts import error
from tepat.registry.numbers import HIDDEN

NAMES: dict[str, tuple[str, ...]] = {
    "nik": ("nik", *SYNONYMS["nik"]),
    "person_key": ("person_key", "kunci_orang", "uuid_orang", "person_uuid"),
    "family_key": ("family_key", "kunci_keluarga", "uuid_keluarga", "family_uuid"),
    "evidence": ("evidence", "bukti", "keterangan", "dokumen", "catatan", "note"),
    "confidence": ("confidence", "keyakinan", "tingkat_keyakinan"),
}
KEYS = ("nik", "person_key", "family_key")
LONGEST_EVIDENCE, LONGEST_CONFIDENCE = 500, 40
_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_ROW, _PLACE = "number", "row of the list"  # the second is ours alone, whatever a header says


def read_list(path: Path, scratch: Path) -> Any:
    """The rows of a list as a polars table.

    Columns: ``number`` (row of the file), ``nik`` (16 digits), ``key`` (a uuid), ``of_family``
    (the key is a family's), ``shown`` (masked), ``evidence``, ``confidence``, ``why`` (a name of
    `texts.WHY` where the row cannot be read, else empty).

    Raises:
        TepatError: ``column_missing``, ``no_header``, or the file cannot be read.
    """
    import polars as pl

    rows, broken = _sheet(path) if path.suffix == ".xlsx" else _text(path, scratch)
    refuse_data(rows.columns)
    columns = _columns([name for name in rows.columns if name != _PLACE])
    if not set(columns) & set(KEYS):
        told = ", ".join(name[:30] for name in rows.columns if name != _PLACE)
        raise error("column_missing", columns=told[:200])
    numeric = _number_cells(path, columns) if path.suffix == ".xlsx" else {}
    blank = pl.lit(None, dtype=pl.String)
    chosen = rows.select(
        pl.col(_PLACE).cast(pl.Int64).alias(_ROW),
        *(_cell(columns.get(name), blank).alias(name) for name in NAMES),
    )
    lost = chosen[_ROW].is_in(sorted(numeric.get("nik", set())))
    read = _judged(chosen.with_columns(lost.alias("lost")))
    return pl.concat([read, _broken(broken, read)]).sort(_ROW)


def _cell(name: str | None, blank: Any) -> Any:
    import polars as pl

    if name is None:
        return blank
    text = pl.col(name).str.replace_all(r"[\x00-\x1f\x7f]", " ").str.strip_chars(" '\u00a0")
    return pl.when(text != "").then(text)


def _columns(header: Sequence[str]) -> dict[str, str]:
    """Our names for the columns of a list, with the columns that hold them."""
    known = {plain(name): name for name in reversed(header)}
    return {
        ours: known[word]
        for ours, words in NAMES.items()
        if (word := next((plain(one) for one in words if plain(one) in known), None)) is not None
    }


def _judged(rows: Any) -> Any:
    """Which number or key a row has, and what is wrong with it."""
    import polars as pl

    bare = pl.col("nik").str.replace_all(r"[\s.\-]", "")
    key = pl.coalesce("person_key", "family_key").str.to_lowercase()
    by_nik = bare.is_not_null()
    scientific = pl.col("nik").str.contains(r"(?i)^\d[.,]?\d*e\+?\d+$")
    why = (
        pl.when(~by_nik & key.is_null()).then(pl.lit("key_missing"))
        .when(by_nik & (pl.col("lost") | scientific)).then(pl.lit("number_numeric"))
        .when(by_nik & ~bare.str.contains(r"^\d{16}$")).then(pl.lit("nik_form"))
        .when(~by_nik & ~key.str.contains(_UUID)).then(pl.lit("key_form"))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    read = rows.with_columns(why.alias("why"), by_nik.alias("by_nik"))
    sound = pl.col("why") == ""
    return read.select(
        _ROW,
        pl.when(sound & pl.col("by_nik")).then(bare).alias("nik"),
        pl.when(sound & ~pl.col("by_nik")).then(key).alias("key"),
        (~pl.col("by_nik") & pl.col("person_key").is_null() & sound).alias("of_family"),
        _masked(pl.coalesce(bare, key)).fill_null("").alias("shown"),
        _told("evidence", LONGEST_EVIDENCE),
        _told("confidence", LONGEST_CONFIDENCE),
        "why",
    )


def _masked(number: Any) -> Any:
    import polars as pl

    length = number.str.len_chars()
    whole = number.str.slice(0, 4) + HIDDEN + number.str.slice(12, 4)
    some = number.str.slice(0, pl.min_horizontal(length // 2, 4)) + HIDDEN
    return pl.when(length == 16).then(whole).otherwise(some)


def _told(name: str, longest: int) -> Any:
    """A text, cut to what is kept, with the numbers of people in it masked."""
    import polars as pl

    hidden = pl.col(name).str.replace_all(r"\b(\d{4})\d{12}\b", "${1}" + HIDDEN)
    return hidden.str.slice(0, longest).fill_null("").alias(name)


def _broken(lines: Sequence[int], like: Any) -> Any:
    import polars as pl

    told = {_ROW: list(lines), "shown": [""] * len(lines), "why": ["row_unreadable"] * len(lines)}
    found = pl.DataFrame(told, schema={_ROW: pl.Int64, "shown": pl.String, "why": pl.String})
    absent = {name: kind for name, kind in like.schema.items() if name not in told}
    filled = found.with_columns(
        *(
            pl.lit(None if name in ("nik", "key") else False if kind == pl.Boolean else "")
            .cast(kind)
            .alias(name)
            for name, kind in absent.items()
        )
    )
    return filled.select(like.columns)


def _text(path: Path, scratch: Path) -> tuple[Any, list[int]]:
    """A CSV file: its rows as text with their place, and the lines that cannot be read."""
    import duckdb

    from tepat.registry.files.text_files import look_at, read_text_file

    known = {word for words in NAMES.values() for word in words}
    seen = look_at(path, scratch, known)
    with duckdb.connect() as con:
        rows = con.execute(
            f"SELECT row_number() OVER () + 1 AS {quoted(_PLACE)}, * "
            f"FROM ({read_text_file(con, seen, 'rejects')})"
        ).pl()
        broken = con.execute("SELECT DISTINCT line FROM rejects ORDER BY line").fetchall()
    return rows, [int(line) for (line,) in broken]


def _sheet(path: Path) -> tuple[Any, list[int]]:
    """The one sheet of a workbook that holds anything."""
    from tepat.registry.files.workbooks import only_sheet, read_sheet

    rows = read_sheet(path, only_sheet(path))
    return rows.rename({"sheet_row": _PLACE}), []


def _number_cells(path: Path, columns: dict[str, str]) -> dict[str, set[int]]:
    """Rows whose NIK stands in a number cell."""
    from tepat.registry.files.workbooks import number_cells, only_sheet, read_sheet

    if "nik" not in columns:
        return {}
    sheet = only_sheet(path)
    header = [name for name in read_sheet(path, sheet).columns if name != "sheet_row"]
    named = [name for name in header if not name.startswith("unnamed_")]
    return number_cells(path, sheet, {named.index(columns["nik"]): "nik"})
