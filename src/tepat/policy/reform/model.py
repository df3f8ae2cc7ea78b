"""A reform once read: what it says of itself, and the policy as it would be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tepat.policy.model import Policy, Text, Where


@dataclass(frozen=True)
class Merge:
    """Programmes that become one."""

    programmes: tuple[str, ...]
    into: str
    places_of: str | None  # whose places of a quota file the new programme takes over


@dataclass(frozen=True)
class Change:
    """One thing that a reform changes.

    Attributes:
        programme: its short name; empty for a rule between programmes.
        kind: amount, rule, dropped, ended, merged, added, overlap.
        name: the parameter, condition, component or key; empty where the programme itself changes.
        old, new: as they are written; empty where there is none.
        start: the first day on which it holds.
    """

    programme: str
    kind: str
    name: str
    old: str
    new: str
    unit: str
    start: date
    reference: str
    confidence: str
    where: Where


class Source(NamedTuple):
    """What a programme was read from: parsed files, and its folder among them."""

    loaded: Mapping[str, Any]
    folder: str


@dataclass(frozen=True)
class Reform:
    """An overlay over a policy.

    Attributes:
        start: the first day of the reform; before it nothing of it holds.
        changed: programmes of which something changes; ended and new ones are not among them.
        policy: the policy after the reform, in the order in which it allocates.
        sources: of changed and new programmes, what they were read from.
    """

    name: str
    folder: Path
    title: Text
    summary: Text
    reference: str
    confidence: str
    start: date
    assumptions: tuple[Text, ...]
    changed: tuple[str, ...]
    ended: tuple[str, ...]
    added: tuple[str, ...]
    merged: tuple[Merge, ...]
    changes: tuple[Change, ...]
    policy: Policy
    files: dict[str, str]
    hash: str
    sources: Mapping[str, Source]

    def places_of(self, programme: str) -> str | None:
        """The programme whose places of a quota file a merged one takes over."""
        return next((m.places_of for m in self.merged if m.into == programme), None)
