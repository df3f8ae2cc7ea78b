"""Which column of a foreign file is which of ours: proposals, and the mapping that follows.

A file whose columns have our names needs nothing. Otherwise a proposal is made from names, labels
in both languages and words that are in use; a person confirms it, and the result is a mapping of
the kind that `tepat run` reads, kept for the next file with the same columns.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tepat.engine.connect import literal
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.policy.load import load_policy
from tepat.policy.model import Variable
from tepat.registry.columns import REQUIRED, Column, columns_of
from tepat.registry.files.mapping import SourceMapping, read_mapping
from tepat.registry.files.values import normal
from tepat.registry.imports.header import refuse_no_header

FLAT = "file"  # the name of a table file that holds families and members in one
SHEETS = "sheets"  # beside the tables of a workbook: what its sheets are called
TABLES = ("families", "members")
# What snapshots of ours carry and files of others cannot.
_NOT_OFFERED = ("kk_token", "kk_findings", "nik_token", "nik_findings")
_NAMES = {
    "families": r"famil|keluarga|household|ruta|rumah|krt|(?<![a-z])kk(?![a-z])",
    "members": r"member|anggota|person|people|individu|penduduk|warga|(?<![a-z])(art|ind)(?![a-z])",
}
Matched = dict[str, dict[str, str]]  # table -> our column -> theirs

# Words in use for columns that are no variables, and short names for some that are.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "family_key": ("id_keluarga", "idkeluarga", "id_family", "family_id", "hhid", "id_ruta",
                   "id_rumah_tangga", "id_bdt", "iddtks", "id_dtks", "kode_keluarga"),
    "person_key": ("id_anggota", "id_orang", "person_id", "id_individu", "id_art", "idart",
                   "id_penduduk", "kode_anggota"),
    "kk_number": ("no_kk", "nokk", "nomor_kk", "kk", "no_kartu_keluarga",
                  "nomor_kartu_keluarga", "kartu_keluarga", "family_card"),
    "nik": ("no_nik", "nik_ktp", "no_ktp", "nomor_induk_kependudukan", "ktp", "nik_anggota"),
    "name": ("nama", "nama_lengkap", "nama_anggota", "nama_art", "nama_penduduk", "full_name"),
    "village": ("kode_desa", "kode_kelurahan", "kode_desa_kelurahan", "kode_kel", "kode_wilayah",
                "kddesa", "kd_desa", "desa_kelurahan", "village_code", "iddesa"),
    "kecamatan": ("kode_kecamatan", "kdkec", "kd_kec"),
    "kabupaten": ("kode_kabupaten", "kode_kab", "kdkab", "kd_kab"),
    "province": ("kode_provinsi", "kode_prov", "kdprop", "kd_prov"),
    "observed_on": ("tanggal_pendataan", "tgl_pendataan", "tanggal_survei", "tgl_survei",
                    "tanggal_wawancara", "survey_date"),
    "source": ("sumber", "sumber_data"),
    "sex": ("jk", "jns_kelamin", "kelamin", "gender", "l_p"),
    "birth_date": ("tgl_lahir", "tanggal_lahir", "tgllahir", "dob", "date_of_birth"),
    "relation": ("hubungan", "shdk", "hub_keluarga", "hubungan_keluarga", "stat_hbkel",
                 "hub_krt", "status_hubungan"),
    "marital_status": ("status_kawin", "status_perkawinan", "stat_kwn", "status_nikah"),
    "family_size": ("jumlah_anggota", "jml_anggota", "jumlah_art", "jml_art"),
    "age": ("umur", "usia"),
}  # fmt: skip


@cache
def variables() -> Mapping[str, Variable]:
    """The variables of the policy, read once: a worker is started anew with a new policy."""
    return load_policy().variables


def our_columns(table: str, known: Mapping[str, Variable]) -> dict[str, Column]:
    """The columns that a file may fill."""
    columns = columns_of(table, known)
    return {name: column for name, column in columns.items() if name not in _NOT_OFFERED}


def plain(name: str) -> str:
    """A column name without case, punctuation and doubled blanks."""
    return normal(re.sub(r"[^\w\s]+", " ", name))


def columns_in(folder: Path, names: Sequence[str]) -> dict[str, list[str]]:
    """The columns of each table of an upload, or of its one flat file.

    Raises:
        TepatError: a file cannot be read.
    """
    if len(names) == 2:
        return {Path(name).stem: _columns(folder / name, folder) for name in names}
    path = folder / names[0]
    sheets = _sheets_of_tables(path) if path.suffix == ".xlsx" else {}
    if sheets:
        found = {table: _columns(path, folder, sheets[table]) for table in TABLES}
        return {**found, SHEETS: [sheets[table] for table in TABLES]}
    return {FLAT: _columns(path, folder)}


def table_of(name: str) -> str | None:
    """Which table a file or a sheet of this name holds; None where its name does not say."""
    found = [table for table, words in _NAMES.items() if re.search(words, name.lower())]
    # "anggota keluarga" is a list of members
    return "members" if len(found) == 2 else found[0] if found else None


def _sheets_of_tables(path: Path) -> dict[str, str]:
    """The sheets of families and members; empty where a workbook has one flat sheet."""
    from tepat.registry.files.workbooks import data_sheets, sheet_names

    own = {name.strip().lower(): name for name in sheet_names(path)}
    if set(TABLES) <= set(own):
        return {table: own[table] for table in TABLES}
    filled = data_sheets(path)
    told = [table_of(name) for name in filled]
    if len(filled) == 2 and set(told) == set(TABLES):
        return {str(table): name for table, name in zip(told, filled, strict=True)}
    return {}


def _columns(path: Path, scratch: Path, sheet: str = "") -> list[str]:
    from tepat.registry.files.text_files import refuse_twice
    from tepat.registry.files.workbooks import only_sheet

    if path.suffix == ".csv":
        from tepat.registry.files.text_files import look_at

        found = [name for name in look_at(path, scratch, _KNOWN).header if name]
    elif path.suffix == ".parquet":
        found = _parquet_columns(path)
    else:
        sheet = sheet or only_sheet(path)
        found = _sheet_columns(path, sheet)
    refuse_no_header(path, sheet, found, _known_names())
    refuse_twice(tuple(found), path.name)
    return found


def _sheet_columns(path: Path, sheet: str) -> list[str]:
    import fastexcel

    try:
        first = fastexcel.read_excel(path).load_sheet(
            sheet, header_row=None, n_rows=1, dtypes="string"
        )
        cells = first.to_polars()
    except fastexcel.FastExcelError as error:
        raise _unreadable(path, error) from error
    row = cells.row(0) if cells.height else ()
    found = [str(name).strip() for name in row if name is not None and str(name).strip()]
    if not found:
        raise TepatError(
            "file_empty",
            Text(f"{path.name} kosong.", f"{path.name} is empty."),
            do=Text(
                "Kirim lembar dengan nama kolom dan baris data.",
                "Send a sheet with column names and rows.",
            ),
        )
    return found


@cache
def _known_names() -> frozenset[str]:
    """All names by which columns are known, of both tables."""
    words = (word for table in TABLES for named in _words(table).values() for word in named)
    return frozenset(word.replace("_", " ") for word in words)


def _parquet_columns(path: Path) -> list[str]:
    import duckdb

    try:
        with duckdb.connect() as con:
            rows = con.execute(f"DESCRIBE FROM read_parquet({literal(str(path))})").fetchall()
    except duckdb.Error as error:
        raise _unreadable(path, error) from error
    return [str(row[0]) for row in rows]


def _unreadable(path: Path, error: Exception) -> TepatError:
    told = (str(error) or type(error).__name__).splitlines()[0]
    return TepatError(
        "file_unreadable",
        Text(f"{path.name} tidak dapat dibaca.", f"{path.name} cannot be read."),
        f"{told.replace(str(path), path.name)[:160]}.",
        Text("Simpan ulang, lalu unggah lagi.", "Save it again and send it again."),
    )


def columns_hash(columns: Mapping[str, Sequence[str]]) -> str:
    """By what a set of columns is recognised."""
    kept = {
        table: sorted(plain(name) for name in names)
        for table, names in columns.items()
        if table != SHEETS
    }
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def is_own(columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether the columns have our names, so that nothing needs to be matched."""
    if not set(TABLES) <= set(columns):
        return False
    for table in TABLES:
        names = columns[table]
        ours = our_columns(table, variables())
        given = {name.strip().lower() for name in names}
        if not set(REQUIRED[table]) <= given or len(given & set(ours)) < 0.5 * len(given):
            return False
    return True


def propose(columns: Mapping[str, Sequence[str]]) -> Matched:
    """Which source column each of our columns may be; columns that fit nothing are left out."""
    proposed: Matched = {}
    for table in TABLES:
        names = columns.get(table, columns.get(FLAT, ()))
        known = {plain(name): name for name in reversed(names)}
        proposed[table] = {
            ours: known[word]
            for ours, words in _words(table).items()
            if (word := next((word for word in words if word in known), None)) is not None
        }
    _keys_from_numbers(proposed, FLAT in columns)
    return proposed


def _words(table: str) -> dict[str, list[str]]:
    words = {}
    for name, column in our_columns(table, variables()).items():
        labels = column.variable.label if column.variable else None
        said = [name, *SYNONYMS.get(name, ()), *((labels.id, labels.en) if labels else ())]
        words[name] = [plain(word) for word in said]
    return words


def _keys_from_numbers(proposed: Matched, flat: bool) -> None:
    """Where a file has no keys of its own, the card's number groups and the NIK tells apart."""
    families, members = proposed["families"], proposed["members"]
    key = families.get("family_key") or families.get("kk_number")
    if key:
        families.setdefault("family_key", key)
    if flat and key:
        members.setdefault("family_key", key)
    if "nik" in members:
        members.setdefault("person_key", members["nik"])


def mapping_text(
    matched: Matched, columns: Mapping[str, Sequence[str]], names: Sequence[str]
) -> str:
    """The mapping of a match, as text that `registry.mapping.read_mapping` reads."""
    flat = FLAT in columns
    files: dict[str, Any] = {}
    for table in [FLAT] if flat else TABLES:
        name = names[0] if len(names) == 1 else next(n for n in names if Path(n).stem == table)
        files[table] = {"path": name}
        if SHEETS in columns:
            files[table]["sheet"] = columns[SHEETS][TABLES.index(table)]
    tables: dict[str, Any] = {}
    for table in TABLES:
        chosen = {ours: theirs for ours, theirs in matched[table].items() if theirs}
        tables[table] = {"from": FLAT if flat else table, "columns": dict(chosen)}
    members = tables["members"]["columns"]
    if members.get("person_key") and members.get("person_key") == members.get("nik"):
        members["person_key"] = _person_key(members)
    if flat and (key := matched["families"].get("family_key")):
        tables["families"]["one_per"] = key
    title = {"id": "Unggahan", "en": "Upload"}
    return json.dumps({"mapping": "upload", "title": title, "files": files, **tables}, indent=1)


def _person_key(members: Mapping[str, str]) -> Any:
    """The NIK; for those who have none yet, family and name."""
    if "name" not in members or "family_key" not in members:
        return members["nik"]
    rest = {"join": [members["family_key"], members["name"]], "with": "-"}
    return {"first_of": [{"column": members["nik"]}, rest]}


def matched_in(text: str) -> Matched | None:
    """The match that a mapping of ours came from; None for a mapping that a person wrote."""
    try:
        told = json.loads(text)
        found: Matched = {}
        for table in TABLES:
            found[table] = {
                ours: theirs if isinstance(theirs, str) else theirs["first_of"][0]["column"]
                for ours, theirs in told[table]["columns"].items()
            }
    except (ValueError, KeyError, TypeError):
        return None
    return found


def checked_mapping(text: str) -> SourceMapping:
    """A mapping, read and checked. Raises TepatError ``mapping_invalid``."""
    return read_mapping(text, "mapping", variables())


_KNOWN = {word for words in SYNONYMS.values() for word in words} | {
    "family_key", "person_key", "nik", "name", "kk_number", "village",
}  # fmt: skip
