"""What a reform changes, as plain values for simulation.json and the page."""

from __future__ import annotations

from datetime import date
from typing import Any

from tepat.policy.model import Policy, Text
from tepat.policy.reform import Change, Reform


def described(base: Policy, reform: Reform, day: date) -> dict[str, Any]:
    """The reform: what it says of itself, and each thing that it changes."""
    return {
        "name": reform.name,
        "title": _both(reform.title),
        "summary": _both(reform.summary),
        "reference": reform.reference,
        "confidence": reform.confidence,
        "hash": reform.hash,
        "from": reform.start.isoformat(),
        "assumptions": [_both(text) for text in reform.assumptions],
        "changes": [_change(base, reform, change, day) for change in reform.changes],
    }


def _change(base: Policy, reform: Reform, change: Change, day: date) -> dict[str, Any]:
    programmes = {**reform.policy.programmes, **base.programmes}
    programme = programmes.get(change.programme)
    return {
        "programme": change.programme,
        "title": _both(programme.title) if programme else None,
        "kind": change.kind,
        "name": change.name,
        "old": change.old,
        "new": change.new,
        "unit": change.unit,
        "from": change.start.isoformat(),
        "holds": change.start <= day,
        "changes": change.kind != "amount" or change.old != change.new,
        "reference": change.reference,
        "confidence": change.confidence,
    }


def _both(text: Text) -> dict[str, str]:
    return {"id": text.id, "en": text.en}
