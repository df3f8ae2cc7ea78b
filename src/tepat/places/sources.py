"""An edition of the list of places, read from the npm package or from a file of codes and names.

The package `idn-area-data` (data under the Open Database License) is installed beside the
front end's packages and never copied. A ministry that holds a newer decree gives a CSV file,
plain or gzip, with the columns ``code`` and ``name``; dots in codes are ignored.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tepat.engine.errors import TepatError
from tepat.places.rules import kind_of, level_of, parent_code, plain_name

MOST_BYTES = 60_000_000
PACKAGE_FILES = ("provinces", "regencies", "districts", "villages")
# The decree that a release of the package follows; a release not named here needs a day.
DECREES = {"4.0": (date(2025, 4, 25), "Kepmendagri 300.2.2-2138/2025")}


@dataclass(frozen=True)
class Edition:
    """One list of all places: (code, kind, name) in order, the day it took effect, its source."""

    rows: tuple[tuple[str, str, str], ...]
    day: date
    source: str

    @property
    def digest(self) -> str:
        """A hash of what it holds, so that the same list is known again."""
        text = "\n".join("\t".join(row) for row in self.rows)
        return hashlib.sha256(text.encode()).hexdigest()


def read_edition(path: Path, *, day: date | None = None, source: str = "") -> Edition:
    """Read the npm package's folder, or a CSV file of ``code,name``.

    Args:
        path: the folder of `idn-area-data`, or a file that may be gzip.
        day: when the codes took effect; needed for a file.
        source: the decree; needed for a file.

    Raises:
        TepatError: ``edition_missing``, ``edition_unknown`` or ``edition_invalid``.
    """
    if path.is_dir():
        found_day, found_source = _decree(path)
        pairs = [pair for name in PACKAGE_FILES for pair in _pairs(path / "data" / f"{name}.csv")]
        return edition_of(pairs, day=day or found_day, source=source or found_source)
    if day is None or not source:
        raise TepatError(
            "edition_unknown",
            f"{path} does not say since when its codes hold.",
            do="Give the day and the decree: --day 2025-04-25 --source 'Kepmendagri …'.",
        )
    return edition_of(list(_pairs(path)), day=day, source=source)


def edition_of(pairs: list[tuple[str, str]], *, day: date, source: str) -> Edition:
    """An edition of these codes and names.

    Raises:
        TepatError: ``edition_invalid`` where a code is malformed, twice, or has none above it.
    """
    rows: dict[str, tuple[str, str, str]] = {}
    for given, name in pairs:
        code = given.strip().replace(".", "")
        level, kind = level_of(code), kind_of(code)
        if level is None or kind is None or not name.strip():
            raise _invalid(source, f"{given!r} ({name!r}) is not a code with a name")
        if code in rows:
            raise _invalid(source, f"the code {code} stands there twice")
        rows[code] = (code, kind, plain_name(name, level))
    orphan = next((code for code in rows if len(code) > 2 and parent_code(code) not in rows), None)
    if orphan or not rows:
        raise _invalid(source, f"{orphan} has no place above it" if orphan else "it is empty")
    return Edition(tuple(rows[code] for code in sorted(rows)), day, source)


def _decree(folder: Path) -> tuple[date, str]:
    try:
        version = str(json.loads((folder / "package.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError) as error:
        raise _missing(folder) from error
    known = DECREES.get(".".join(version.split(".")[:2]))
    if known is None:
        raise TepatError(
            "edition_unknown",
            f"Tepat does not know which decree idn-area-data {version} follows.",
            do="Read it in the package's notes and give --day and --source.",
        )
    return known[0], f"{known[1]}, idn-area-data {version}"


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Codes and names of a CSV file; a gzip bomb is stopped at MOST_BYTES."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as file:
                raw = file.read(MOST_BYTES + 1)
        if not raw or len(raw) > MOST_BYTES:
            raise _invalid(str(path), f"it is empty or has more than {MOST_BYTES:,} bytes")
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
        if not {"code", "name"} <= set(rows.fieldnames or ()):
            raise _invalid(str(path), "its first line does not name the columns code and name")
        yield from ((row["code"] or "", row["name"] or "") for row in rows)
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise _invalid(str(path), str(error)) from error


def _missing(path: Path) -> TepatError:
    return TepatError(
        "edition_missing",
        f"There is no list of places in {path}.",
        "Places come from the npm package idn-area-data.",
        "Run `make setup`, or name its folder or a CSV file with --edition.",
    )


def _invalid(source: str, why: str) -> TepatError:
    return TepatError(
        "edition_invalid",
        f"The list of places {source} cannot be used: {why}.",
        do="Give a CSV file with the columns code and name, one row for each place from "
        "province to village, or the folder of idn-area-data.",
    )
