"""What a page is made of: sections of figures, each picture with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from tepat.runs.report.drawing import Pictures
from tepat.runs.report.speech import Speech

TEXT, NUMBER, MARK = "text", "number", "mark"


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading and whether it holds text, numbers or marked answers."""

    heading: str
    kind: str = NUMBER


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its heading.

    ``cards`` makes each row a card on a phone; else the table scrolls in its own box.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: list[list[str | Markup]]
    cards: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture, how to read it, and the numbers under it."""

    caption: str
    picture: Markup
    table: Table | None
    legend: Markup = field(default_factory=Markup)
    note: str = ""
    many: bool = False  # several small pictures in a grid


@dataclass(frozen=True)
class Section:
    """One part of the page. ``groups`` are figures that open one by one, under their titles."""

    name: str
    title: str
    lead: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    groups: tuple[tuple[str, str, Figure], ...] = ()  # title, what it says in short, figure
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """What a section draws and speaks with."""

    speech: Speech
    pictures: Pictures


def columns(first: str, *others: str, kinds: Sequence[str] = ()) -> tuple[Column, ...]:
    """Columns of a table: the first is text, the others are numbers unless ``kinds`` says else."""
    found = [Column(first, TEXT)]
    for index, heading in enumerate(others):
        found.append(Column(heading, kinds[index] if index < len(kinds) else NUMBER))
    return tuple(found)
