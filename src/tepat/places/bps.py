"""Codes of Statistics Indonesia (BPS): a second numbering of the same places.

BPS publishes by its own codes. They look alike and are not: in Papua the same two digits name other
provinces. The provinces are given here; a bridge file fills the rest.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from tepat.engine.errors import TepatError

MOST_BYTES = 20_000_000
FORM = re.compile(r"[0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?")
# Elsewhere a province has one code in both. Since 2022 BPS kept 91 and 94 for what they were.
PAPUA = {"91": "94", "92": "91", "93": "95", "94": "96", "95": "97", "96": "92"}
PROVINCES_FROM = date(2022, 12, 8)
SOURCE = "BPS codes of provinces (K)"
STAGE = """
CREATE TEMP TABLE bps_given (kemendagri text, bps text) ON COMMIT DROP
"""
# A place keeps one open BPS code: where another comes, the former is closed on that day.
STORE = """
CREATE TEMP TABLE bps_found ON COMMIT DROP AS
SELECT c.place_id, g.bps FROM bps_given AS g JOIN places_code AS c
    ON c.scheme = 'kemendagri' AND c.code = g.kemendagri AND c.valid_to IS NULL;
UPDATE places_code AS c SET valid_to = %(day)s FROM bps_found AS f
WHERE c.scheme = 'bps' AND c.valid_to IS NULL AND c.valid_from < %(day)s
    AND ((c.place_id = f.place_id AND c.code <> f.bps)
        OR (c.code = f.bps AND c.place_id <> f.place_id));
DELETE FROM places_code AS c USING bps_found AS f
WHERE c.scheme = 'bps' AND c.valid_to IS NULL AND c.valid_from >= %(day)s
    AND ((c.place_id = f.place_id AND c.code <> f.bps)
        OR (c.code = f.bps AND c.place_id <> f.place_id));
INSERT INTO places_code (place_id, scheme, code, valid_from, source)
SELECT f.place_id, 'bps', f.bps, %(day)s, %(source)s FROM bps_found AS f
WHERE NOT EXISTS (
    SELECT FROM places_code AS c
    WHERE c.scheme = 'bps' AND c.valid_to IS NULL AND c.place_id = f.place_id)
"""


def load_bridge(path: Path, *, day: date, source: str) -> dict[str, int]:
    """Fill BPS codes from a CSV file with the columns ``kemendagri`` and ``bps``.

    Returns:
        ``rows``, ``stored`` (new or changed) and ``unknown`` (no living place has the code).

    Raises:
        TepatError: ``bridge_invalid``.
    """
    return _store(_read(path), day, source)


def load_provinces() -> dict[str, int]:
    """Fill the provinces' BPS codes, where they have none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM places_code AS c WHERE scheme = 'kemendagri' AND valid_to IS NULL "
            "AND length(code) = 2 AND NOT EXISTS (SELECT FROM places_code AS b "
            "WHERE b.place_id = c.place_id AND b.scheme = 'bps')"
        )
        codes = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT FROM places_code WHERE scheme = 'kemendagri' AND code = '96'")
        if cursor.fetchone() is None:
            # Before Papua was divided, its two provinces had BPS codes 94 and 91.
            pairs = [(code, {"91": "94", "92": "91"}.get(code, code)) for code in codes]
        else:
            pairs = [(code, PAPUA.get(code, code)) for code in codes]
    return _store(pairs, PROVINCES_FROM, SOURCE)


def _read(path: Path) -> list[tuple[str, str]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _invalid(path, f"it has more than {MOST_BYTES:,} bytes")
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        if not {"kemendagri", "bps"} <= set(rows.fieldnames or ()):
            raise _invalid(path, "its first line does not name the columns kemendagri and bps")
        pairs = [
            ((row["kemendagri"] or "").replace(".", "").strip(), (row["bps"] or "").strip())
            for row in rows
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _invalid(path, str(error)) from error
    wrong = next((bps for _, bps in pairs if not FORM.fullmatch(bps)), None)
    if wrong is not None:
        raise _invalid(path, f"{wrong!r} is not a BPS code")
    for side, name in ((0, "kemendagri"), (1, "bps")):
        if len({pair[side] for pair in pairs}) < len(pairs):
            raise _invalid(path, f"a code stands twice in the column {name}")
    return pairs


def _store(pairs: list[tuple[str, str]], day: date, source: str) -> dict[str, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy("COPY bps_given FROM STDIN") as copy:
            for pair in pairs:
                copy.write_row(pair)
        stored = 0
        for statement in STORE.split(";\n"):
            cursor.execute(statement, {"day": day, "source": source})
            stored = cursor.rowcount
        cursor.execute("SELECT count(*) FROM bps_found")
        known = cursor.fetchone()[0]
        cursor.execute("DROP TABLE bps_given, bps_found")
    return {"rows": len(pairs), "stored": stored, "unknown": len(pairs) - known}


def _invalid(path: Path, why: str) -> TepatError:
    return TepatError(
        "bridge_invalid",
        f"The bridge file {path} cannot be used: {why}.",
        do="Give a CSV file with the columns kemendagri and bps, one row for each place.",
    )
