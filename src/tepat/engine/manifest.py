"""What makes a result repeatable: hashes of inputs, the code's version, folders written whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError

GLOB = frozenset("*?[")


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def content_hash(con: Any, table: Any) -> str:
    """A hash of a table's rows, whatever their order, that any engine can repeat.

    Each row becomes a text: its values in the order of the columns' names, with U+001F between.
    A whole number, a decimal, a date and a truth stand as SQL writes them (``-12``, ``7.20``,
    ``2025-07-01``, ``true``), a floating-point number as whole millionths, a list with commas
    between, an unknown as U+001E. The first 15 hexadecimal digits of the text's MD5, in UTF-8, are
    a number; the hash is the sum of these numbers modulo 2^60, after the number of rows.

    Args:
        con: the backend of ``table``.
        table: an Ibis table without nested columns other than lists.
    """
    import ibis

    parts = [_as_text(table[name]).fill_null("\x1e") for name in sorted(table.columns)]
    # one sum after the other would nest deeper than Python and engines go, with many programmes
    text = ibis.literal("\x1f").join(parts)
    number = _number(con, text.hexdigest("md5").substr(0, 15))
    row = con.to_pyarrow(
        table.select(number=number).agg(
            rows=lambda t: t.count(), total=lambda t: t.number.cast("decimal(38,0)").sum()
        )
    ).to_pylist()[0]
    return f"{row['rows']}:{int(row['total'] or 0) % 2**60:015x}"


def _number(con: Any, digits: Any) -> Any:
    """The whole number of hexadecimal digits, by what each engine has for it."""
    import ibis

    if con.name == "duckdb":
        return (ibis.literal("0x") + digits).cast("int64")

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def conv(digits: str, one: int, other: int) -> str:
        """Spark's function of this name: from one base to another, here to ten, as text."""
        return str(int(digits, one))

    return conv(digits, 16, 10).cast("int64")


def _as_text(column: Any) -> Any:
    kind = column.type()
    if kind.is_floating():
        return (column.cast("float64") * 1_000_000).round().cast("decimal(38,0)").cast("string")
    if kind.is_array():
        return column.map(lambda value: value.cast("string")).join(",")
    return column.cast("string")


def code_version() -> str | None:
    """The git commit of the code, marked ``+`` where it was changed; None outside a checkout."""
    folder = Path(__file__).parent
    try:
        commit = _git(folder, "rev-parse", "--short=12", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changed else "")


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


def is_taken(path: Path) -> bool:
    """Whether something stands at a place, a link that leads nowhere included.

    Raises:
        TepatError: ``not_writable`` where nothing can stand there.
    """
    try:
        return os.path.lexists(path)
    except ValueError as error:
        raise not_writable(path, str(error)) from error


def not_writable(path: Path, why: str) -> TepatError:
    """The refusal of a place in which nothing can be written."""
    return TepatError(
        "not_writable", f"Cannot write {path}: {why}.", do="Choose a folder you may write to."
    )


def must_be_free(path: Path) -> None:
    """Refuse a place where something stands, or nothing can.

    Raises:
        TepatError: ``exists``, ``not_writable``.
    """
    if is_taken(path):
        raise TepatError(
            "exists",
            f"{path} exists.",
            "A result is never overwritten.",
            "Give another --out, or move the old folder away.",
        )
    if GLOB & set(str(path)):
        raise not_writable(path, "a name with *, ? or [ stands for several files")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Write a folder beside its place and rename it when whole.

    Yields the folder to write into. If the block raises (Ctrl-C included), nothing is left.

    Raises:
        TepatError: ``exists`` where the place is taken, ``not_writable`` where it cannot be made.
    """
    must_be_free(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.mkdir(parents=True)
    except OSError as error:
        raise not_writable(path, str(error.strerror)) from error
    try:
        yield unfinished
        os.replace(unfinished, path)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
