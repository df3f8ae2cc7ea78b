"""Statements on the temporary tables of a shard, and the findings that they add."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from tepat.registry.imports.catalogue import SEVERITIES


def run(sql: str, **values: Any) -> int:
    """Run one statement; the number of its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return int(cursor.rowcount)


def quoted(names: Iterable[str]) -> str:
    """Column names for SQL."""
    return ", ".join(f'"{name}"' for name in names)


def find(rule: str, rows: str, *, table: str, column: str, value: str = "''", on: str = "") -> str:
    """SQL that adds a finding on rows of a temporary table; `rows` follows FROM."""
    return (
        'INSERT INTO in_found ("table", family_number, number, file_row, shown_key, rule, '
        f"severity, \"column\", value_shown) SELECT '{table}', i.family_number, i.number, "
        f"i.file_row, i.shown_key, '{rule}', '{SEVERITIES[rule]}', '{column}', {value} "
        f"FROM {rows} AS i {on}"
    )
