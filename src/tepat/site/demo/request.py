"""What a demonstration is made of, and the steps that fill it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DemoRequest:
    """Where the pages are, and which people are invented.

    Attributes:
        port: the first port to try.
        families: how many families.
        kabupaten: four-digit code of where they live.
        seed: the same seed gives the same people.
        as_of: the day of the first decision.
    """

    port: int
    families: int
    kabupaten: str
    seed: int
    as_of: date


@dataclass(frozen=True)
class Step:
    """One thing a demonstration needs.

    `is_done` looks at the data, so that an interrupted demonstration goes on where it was, and a
    second one adds nothing. `do` may be interrupted anywhere and is then done again.
    """

    name: str
    is_done: Callable[[DemoRequest], bool]
    do: Callable[[DemoRequest], None]
