"""Files that people send: judged by content, kept sealed, opened in a folder of their own.

A name says nothing about what a file is. A workbook is a zip archive, so before anything opens it
its declared sizes are looked at, and in the worker its real ones: a few kilobytes can hold
gigabytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.people import sealer

LARGEST = 400 << 20
LARGEST_INFLATED = 2 << 30
LARGEST_RATIO = 400  # a sheet of a million blank rows reaches about 30
RATIO_FROM = 50 << 20  # smaller content may be as repetitive as it likes
MOST_ENTRIES = 2_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BLOCK = 1 << 20
_REFUSED = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}


@dataclass(frozen=True)
class Upload:
    """What was sent, as read: content and kind (``csv``, ``xlsx`` or ``parquet``)."""

    name: str
    kind: str
    content: bytes


def read_upload(file: BinaryIO, name: str) -> Upload:
    """Read what was sent and judge it by its content.

    Raises:
        TepatError: ``file_too_large``, ``file_empty``, ``file_kind`` or ``file_bomb``.
    """
    content = file.read(LARGEST + 1)
    name = Path(name.replace("\\", "/")).name[:200] or "file"
    if len(content) > LARGEST:
        raise TepatError(
            "file_too_large",
            f"{name} is larger than {LARGEST >> 20} megabytes.",
            do="Send it as Parquet, or in parts by kecamatan.",
        )
    if not content.strip(b"\xef\xbb\xbf \r\n\t\x00"):
        raise TepatError("file_empty", f"{name} is empty.", do="Send a file with rows.")
    return Upload(name, _kind(content, name), content)


def _kind(content: bytes, name: str) -> str:
    start = content[:64]
    if start.startswith(b"PK\x03\x04"):
        with _archive(BytesIO(content), name) as book:
            check_declared(book, name)
        return "xlsx"
    if start.startswith(b"PAR1"):
        return "parquet"
    what = next((said for mark, said in _REFUSED.items() if start.startswith(mark)), None)
    text = start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" not in content[:_BLOCK]
    if what is None and text and not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return "csv"
    raise TepatError(
        "file_kind",
        f"{name} is {what or 'no table'}.",
        "It is judged by its content, not by its name.",
        "Save it as XLSX, CSV or Parquet.",
    )


def _archive(file: BinaryIO | Path, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise TepatError(
            "file_unreadable",
            f"{name} cannot be read as an XLSX workbook.",
            "It may have been cut off on its way.",
            "Save it again and send it again.",
        ) from error


def check_declared(book: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that is no workbook, or says that it would grow beyond measure.

    Raises:
        TepatError: ``file_kind`` or ``file_bomb``.
    """
    entries = book.infolist()
    if len(entries) > MOST_ENTRIES:
        raise _bomb(name, f"It has {len(entries)} parts.")
    if "xl/workbook.xml" not in book.NameToInfo:
        raise TepatError(
            "file_kind",
            f"{name} is an archive, not a workbook.",
            do="Unpack it and send the workbook or the CSV files.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise TepatError(
            "file_kind", f"{name} has a password.", do="Save it without a password and send it."
        )
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise _bomb(name, "It is packed in a way that no spreadsheet program uses.")
    inflated = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    _refuse_growth(name, inflated, packed)


def check_inflated(path: Path, name: str) -> None:
    """Unpack a workbook to nowhere and count, for what it declares may be a lie.

    Raises:
        TepatError: ``file_bomb`` or ``file_unreadable``.
    """
    packed = path.stat().st_size
    inflated = 0
    with _archive(path, name) as book:
        check_declared(book, name)
        for entry in book.infolist():
            try:
                with book.open(entry) as part:
                    while block := part.read(_BLOCK):
                        inflated += len(block)
                        _refuse_growth(name, inflated, packed)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                raise TepatError(
                    "file_unreadable",
                    f"{name} cannot be unpacked.",
                    f"{str(error)[:120]}.",
                    "Save it again and send it again.",
                ) from error


def _refuse_growth(name: str, inflated: int, packed: int) -> None:
    if inflated > LARGEST_INFLATED:
        raise _bomb(name, f"Unpacked it has more than {LARGEST_INFLATED >> 30} gigabytes.")
    if inflated > RATIO_FROM and inflated > LARGEST_RATIO * packed:
        raise _bomb(name, f"Unpacked it is more than {LARGEST_RATIO} times as large.")


def _bomb(name: str, why: str) -> TepatError:
    return TepatError(
        "file_bomb",
        f"{name} would fill the machine when it is opened.",
        why,
        "Save the sheet anew without empty formatted rows, or send it as CSV.",
    )


def digest(uploads: Sequence[Upload]) -> str:
    """By what content is recognised, in whichever order its files are sent."""
    each = sorted(hashlib.sha256(upload.content).hexdigest() for upload in uploads)
    return each[0] if len(each) == 1 else hashlib.sha256("".join(each).encode()).hexdigest()


def _folder(kind: str, job_id: int) -> Path:
    return Path(settings.FILES) / kind / f"import-{job_id}"


def keep(job_id: int, names: Sequence[str], uploads: Sequence[Upload]) -> None:
    """Seal the files of an import and write them down.

    Raises:
        TepatError: ``disk_full``.
    """
    folder = _folder("uploads", job_id)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, upload in zip(names, uploads, strict=True):
            draft = folder / f"{name}.new"
            with draft.open("wb") as file:
                draft.chmod(0o600)
                file.write(sealer().seal_bytes(upload.content))
                file.flush()
                os.fsync(file.fileno())
            draft.rename(folder / name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise disk_error(error) from error


def disk_error(error: OSError) -> TepatError:
    """What a failing disk means to the one who waits."""
    return TepatError(
        "disk_full",
        "The file could not be kept.",
        f"{error.strerror}.",
        "Tell the administrator that the disk needs room, then try again. Nothing was changed.",
    )


def database_full() -> TepatError:
    """What a full disk under the database means to the one who waits."""
    return TepatError(
        "disk_full",
        Text("Ruang disk basis data habis.", "The database has no room left."),
        Text("Tidak ada yang berubah.", "Nothing was changed."),
        Text(
            "Beri tahu administrator bahwa disk perlu ruang, lalu unggah lagi.",
            "Tell the administrator that the disk needs room, then upload again.",
        ),
    )


def open_in(job_id: int, names: Sequence[str]) -> Path:
    """Open the files of an import in a folder of its own, made anew; returns the folder.

    Raises:
        TepatError: ``upload_gone``, ``seal_broken`` or ``disk_full``.
    """
    kept, folder = _folder("uploads", job_id), work_folder(job_id) / "in"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True, mode=0o700)
        for name in names:
            (folder / name).write_bytes(sealer().open_bytes((kept / name).read_bytes()))
    except FileNotFoundError as error:
        raise TepatError(
            "upload_gone",
            "The file of this import is no longer there.",
            "Files are removed when an import has ended, or after 30 days.",
            "Upload it again.",
        ) from error
    except OSError as error:
        raise disk_error(error) from error
    return folder


def work_folder(job_id: int) -> Path:
    """Where the worker lays out an import; closed to others, removed at its end."""
    folder = _folder("work", job_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def remove(job_id: int, *, upload: bool = True) -> None:
    """Remove what an import has on disk, and its upload unless it is still needed."""
    shutil.rmtree(_folder("work", job_id), ignore_errors=True)
    if upload:
        shutil.rmtree(_folder("uploads", job_id), ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder of clear text."""
    shutil.rmtree(folder, ignore_errors=True)
