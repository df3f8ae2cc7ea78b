"""Read a quota file: programme, place (a kabupaten code, or empty for the nation), quota."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from pathlib import Path

from tepat.engine.errors import TepatError
from tepat.enrolment.shares import NATIONAL
from tepat.policy.meaning import nearest

COLUMNS = ("programme", "place", "quota")


def read_quota(path: Path, programmes: Collection[str]) -> dict[str, dict[str, int]]:
    """Places by programme and kabupaten code; ``""`` holds the national number.

    Raises:
        TepatError: ``quota_missing`` or ``quota_invalid`` with every wrong line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TepatError(
            "quota_missing",
            f"There is no quota file {path}.",
            do="Give a CSV file with the columns programme, place, quota.",
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise TepatError(
            "quota_invalid", f"{path} cannot be read: {error}.", do="Save it as CSV in UTF-8."
        ) from error
    first = text.partition("\n")[0]
    separator = ";" if ";" in first else ","
    rows = csv.DictReader(text.splitlines(), delimiter=separator)
    if rows.fieldnames is None or not set(COLUMNS) <= set(rows.fieldnames):
        raise TepatError(
            "quota_invalid",
            f"{path} has the columns {rows.fieldnames or 'none'}.",
            do="Name them programme, place, quota.",
        )
    found: dict[str, dict[str, int]] = {}
    wrong = []
    for line, row in enumerate(rows, 2):
        mistake = _note(found, row, programmes)
        if mistake:
            wrong.append(f"  line {line}: {mistake}")
    if wrong:
        raise TepatError(
            "quota_invalid",
            f"{path}:\n" + "\n".join(wrong[:20]),
            do="Mend these lines; nothing was run.",
        )
    return found


def _note(
    found: dict[str, dict[str, int]], row: dict[str, str | None], programmes: Collection[str]
) -> str:
    """Add one line to what was found; returns what is wrong with it."""
    programme, place, number = ((row[name] or "").strip() for name in COLUMNS)
    if programme not in programmes:
        return f"'{programme}' is not a programme. {nearest(programme, programmes)}".rstrip()
    if not re.fullmatch(r"(\d{4})?", place):
        return f"'{place}' is not a kabupaten code (4 digits, or empty for the nation)."
    if not re.fullmatch(r"\d{1,9}", number):
        return f"'{number}' is not a quota (a whole number, without separators)."
    places = found.setdefault(programme, {})
    if place in places:
        return f"{programme} has two quotas for {'the nation' if place == NATIONAL else place}."
    places[place] = int(number)
    return ""
