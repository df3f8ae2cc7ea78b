"""Pages of a long list by the key of their first and last row: as quick at the end as at first.

The address carries the key, never a count of rows to skip.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import QueryDict


@dataclass(frozen=True)
class KeyedPage:
    """Rows, and the addresses of the pages after and before; empty where there is none."""

    rows: list[Any]
    older: str
    newer: str


@dataclass(frozen=True)
class Keyset:
    """The columns that put a list in order, the last of them unique, and the size of a page.

    Rows without a value in a column come after those with one.
    """

    columns: tuple[str, ...]
    size: int

    def page(self, rows: QuerySet[Any], asked: QueryDict) -> KeyedPage:
        """The page that an address asks for by ``after`` or ``before``; else the first."""
        key = self._key(asked.get("before") or asked.get("after", ""), rows)
        back = key is not None and bool(asked.get("before"))
        if key is not None:
            rows = rows.filter(self._beyond(key, back))
        found = list(rows.order_by(*self._order(back))[: self.size + 1])
        more, found = len(found) > self.size, found[: self.size]
        if back:
            found.reverse()
        has_older = back or more
        has_newer = more if back else key is not None
        return KeyedPage(
            found,
            self._address(asked, "after", found[-1]) if found and has_older else "",
            self._address(asked, "before", found[0]) if found and has_newer else "",
        )

    def after(self, rows: QuerySet[Any], last: Any | None) -> list[Any]:
        """The rows after one of them, or the first where there is none; less than a page ends."""
        if last is not None:
            rows = rows.filter(self._beyond([getattr(last, name) for name in self.columns], False))
        return list(rows.order_by(*self._order(False))[: self.size])

    def _order(self, back: bool) -> list[Any]:
        return [
            F(name).desc(nulls_first=True) if back else F(name).asc(nulls_last=True)
            for name in self.columns
        ]

    def _beyond(self, key: list[Any], back: bool) -> Q:
        """Rows that come after a key, or before it, column by column."""
        parts, equal = [], Q()
        for name, value in zip(self.columns, key, strict=True):
            if back:
                step = Q(**{f"{name}__lt": value}) if value is not None else _present(name)
            elif value is None:
                step = None
            else:
                step = Q(**{f"{name}__gt": value}) | ~_present(name)
            if step is not None:
                parts.append(equal & step)
            equal &= Q(**{name: value}) if value is not None else ~_present(name)
        return reduce(or_, parts)

    def _key(self, text: str, rows: QuerySet[Any]) -> list[Any] | None:
        """A key out of an address; None where it is none, and the list begins at its start."""
        try:
            told = json.loads(text)
            if not isinstance(told, list) or told[-1] is None or "\\u0000" in text:
                return None
            fields = rows.model._meta
            return [
                (fields.pk if name == "pk" else fields.get_field(name)).to_python(value)
                for name, value in zip(self.columns, told, strict=True)
            ]
        except (ValueError, IndexError, ValidationError):
            return None

    def _address(self, asked: QueryDict, side: str, row: Any) -> str:
        kept = asked.copy()
        for name in ("after", "before"):
            kept.pop(name, None)
        kept[side] = json.dumps([getattr(row, name) for name in self.columns])
        return "?" + kept.urlencode()


def _present(name: str) -> Q:
    return Q(**{f"{name}__isnull": False})
