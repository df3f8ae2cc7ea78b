"""What a draft holds: who and where, and the answers so far; sealed as JSON.

An answer that is not there was not asked; one that is None was asked and not answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from tepat.registry.actions.people import sealer


@dataclass
class Member:
    """A member in a draft; ``person_id`` is that of a person whom the registry knows."""

    key: str
    person_id: int | None = None
    name: str | None = None
    nik: str | None = field(default=None, repr=False)
    sex: int | None = None
    birth_date: str | None = None  # of the form 2016-05-30
    relation: int | None = None
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def born(self) -> date | None:
        """The day of birth."""
        return date.fromisoformat(self.birth_date) if self.birth_date else None

    def years(self, on: date) -> int | None:
        """Full years on a day; None where the day of birth is not known."""
        born = self.born
        if born is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@dataclass
class Content:
    """All of a draft."""

    address: str = ""
    kk_number: str | None = field(default=None, repr=False)
    latitude: str | None = None
    longitude: str | None = None
    family: dict[str, Any] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    done: list[str] = field(default_factory=list)  # the steps that were saved
    last_key: int = 0
    confirmed: list[str] = field(default_factory=list)  # warnings that a person looked at

    def member(self, key: str) -> Member | None:
        """The member with this key."""
        return next((one for one in self.members if one.key == key), None)

    def add(self, member: Member) -> None:
        """Another member, under a key that none had before."""
        self.last_key += 1
        member.key = f"m{self.last_key}"
        self.members.append(member)

    def remove(self, key: str) -> None:
        """Take a member out again."""
        self.members = [one for one in self.members if one.key != key]

    def mark(self, step: str) -> None:
        """A step was saved."""
        if step not in self.done:
            self.done.append(step)

    def sealed(self) -> bytes:
        """All of it, as it is kept."""
        return sealer().seal_bytes(json.dumps(asdict(self)).encode())

    @classmethod
    def opened(cls, sealed: bytes) -> Content:
        """What was kept. Raises TepatError ``seal_broken``."""
        kept: Mapping[str, Any] = json.loads(sealer().open_bytes(sealed))
        members = [Member(**one) for one in kept["members"]]
        return cls(**{**kept, "members": members})
