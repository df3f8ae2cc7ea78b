"""A mapping laid on the files that were sent: which of them it reads, whatever they are called.

A mapping names the files of a folder (``tepat run FOLDER --mapping FILE``). An upload is one file,
or one of families and one of members. As an import keeps families and members alone, two files are
the most that a mapping can need here; other tables of it, such as flags, come in as lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.policy.load import default_folder
from tepat.registry.files.mapping import ForeignFile, SourceMapping, load_mapping
from tepat.registry.imports import matching
from tepat.registry.imports.matching import TABLES

LARGEST_MAPPING = 200 << 10


def fitted(mapping: SourceMapping, names: Sequence[str]) -> SourceMapping:
    """The mapping with the kept files in place of its own.

    Args:
        mapping: a mapping that has been read and checked.
        names: the files as kept: one, or ``families.…`` and ``members.…``.

    Raises:
        TepatError: ``mapping_files`` where it needs more or fewer files than were sent.
    """
    tables = {table: mapping.tables[table] for table in TABLES}
    needed = {table: mapping.files[form.source] for table, form in tables.items()}
    paths = sorted({file.path for file in needed.values()})
    if len(paths) != len(names) and not _own_sheets(needed, names):
        raise _wrong_files(mapping.name, paths, len(names))
    files = {}
    for table, form in tables.items():
        kept = names[0] if len(names) == 1 else next(n for n in names if Path(n).stem == table)
        files[form.source] = _kept_as(needed[table], kept)
    return replace(mapping, files=files, tables=tables)


def _own_sheets(needed: dict[str, ForeignFile], names: Sequence[str]) -> bool:
    """Whether one workbook was sent and each table says which of its sheets it is."""
    sheets = {file.sheet for file in needed.values()}
    return len(names) == 1 and names[0].endswith(".xlsx") and "" not in sheets


def _kept_as(file: ForeignFile, name: str) -> ForeignFile:
    """The file under its kept name; what was said of another kind of file does not hold for it."""
    text, book = name.endswith(".csv"), name.endswith(".xlsx")
    return replace(
        file,
        path=name,
        encoding=file.encoding if text else "",
        separator=file.separator if text else "",
        sheet=file.sheet if book else "",
    )


def _wrong_files(name: str, paths: Sequence[str], sent: int) -> TepatError:
    named = ", ".join(paths)
    return TepatError(
        "mapping_files",
        Text(
            f"Pemetaan {name} membaca {len(paths)} berkas ({named}), yang dikirim {sent}.",
            f"The mapping {name} reads {len(paths)} files ({named}); {sent} were sent.",
        ),
        Text(
            "Keluarga dan anggota diambil dari berkas yang disebut pemetaan.",
            "Families and members are taken from the files that the mapping names.",
        ),
        Text(
            "Tarik kembali kiriman ini, lalu unggah semua berkas itu bersama-sama.",
            "Withdraw this upload, then upload all of these files together.",
        ),
    )


def tables_of(names: Sequence[str]) -> list[str | None]:
    """Which table each of two files holds: their names say it, else a mapping of the policy."""
    told = [matching.table_of(Path(name).stem) for name in names]
    if sorted(map(str, told)) == list(TABLES):
        return told
    for known in _pairs():
        found = [known.get(name.lower()) for name in names]
        if sorted(map(str, found)) == list(TABLES):
            return found
    return told


@cache
def _pairs() -> tuple[dict[str, str], ...]:
    """The files that mappings of the policy read, with the table that each becomes."""
    folder = default_folder()
    pairs = []
    for path in sorted((folder / "mappings").glob("*.yaml")):
        mapping = load_mapping(path, matching.variables(), folder)
        files = {
            PurePosixPath(mapping.files[mapping.tables[table].source].path).name.lower(): table
            for table in TABLES
        }
        if len(files) == len(TABLES):
            pairs.append(files)
    return tuple(pairs)


def mapping_in(content: bytes) -> str:
    """The text of a mapping that somebody sent.

    Raises:
        TepatError: ``mapping_invalid``.
    """
    if len(content) > LARGEST_MAPPING:
        raise TepatError(
            "mapping_invalid",
            Text(
                f"Berkas pemetaan lebih besar dari {LARGEST_MAPPING >> 10} kilobita.",
                f"The mapping has more than {LARGEST_MAPPING >> 10} kilobytes.",
            ),
            do=Text("Kirim berkas pemetaan YAML.", "Send a mapping in YAML."),
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TepatError(
            "mapping_invalid",
            Text("Berkas pemetaan bukan teks UTF-8.", "The mapping is not text in UTF-8."),
            do=Text("Simpan sebagai YAML dalam UTF-8.", "Save it as YAML in UTF-8."),
        ) from error
