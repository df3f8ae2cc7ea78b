"""Lines of CSV for people, who open them in a spreadsheet: no cell begins a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# The mark by which a spreadsheet knows UTF-8; a file begins with it.
BEGINNING = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: object) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with; None is empty."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def csv_line(cells: Iterable[object]) -> bytes:
    """One line, its end included."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return file.getvalue().encode()
