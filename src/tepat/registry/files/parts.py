"""An input of many Parquet files, cut into parts that can be read one after the other.

Each file tells the smallest and largest key it holds. Files whose keys do not overlap belong to
different parts, and the parts follow each other in the order of keys: so a part holds whole
families, no key stands in two parts, and families have the same numbers however the input is cut.
Where the keys tell nothing, or overlap everywhere, there is one part.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tepat.registry.files.sources import Source, find_sources

Span = tuple[str, str]  # smallest and largest key
Range = tuple[str | None, str | None]  # from, and below; None is open
EVERYTHING: Range = (None, None)


@dataclass(frozen=True)
class Part:
    """A part of an input.

    Attributes:
        number: its place, from 0.
        of: how many parts there are.
        sources: the files of each table that may hold rows of the part.
        families: the range of family keys that belong to it, and
        persons: the range of person keys; flags and benefits are told apart by them.
        types: the columns of each table of the whole input, with their types.
        size: how many families its files hold.
    """

    number: int
    of: int
    sources: Mapping[str, Source]
    families: Range = EVERYTHING
    persons: Range = EVERYTHING
    types: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    size: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Which rows it holds, as JSON can tell it."""
        files = {name: [str(path) for path in s.paths] for name, s in self.sources.items()}
        return {"files": files, "families": self.families, "persons": self.persons}


@dataclass
class _File:
    path: Path
    rows: int
    spans: dict[str, Span]  # by key column, lower case
    nobody: bool = False  # whether a row may have neither key


@dataclass
class _Group:
    """Files of families and members that may share a family."""

    files: dict[str, list[_File]]
    span: Span
    persons: Span | None
    size: int


def cut(path: Path, at_once: int) -> list[Part]:
    """Cut an input in our own form into parts of about so many families.

    Raises:
        TepatError: as `find_sources`.
    """
    sources = find_sources(path)
    whole = [Part(0, 1, sources)]
    if any(sources[name].kind != "parquet" for name in ("families", "members")):
        return whole
    looked = {
        name: [_look(path) for path in source.paths]
        for name, source in sources.items()
        if source.kind == "parquet"
    }
    if sum(file.rows for file in looked["families"] if file) <= at_once:
        return whole
    known = {name: [file for file in found if file] for name, found in looked.items()}
    told = all(len(known[name]) == len(looked[name]) for name in known) and _all_told(known)
    groups = _packed(_groups(known), at_once) if told else []
    if len(groups) < 2 or not _apart(groups):
        return whole
    return _parts(groups, sources, known)


def _look(path: Path) -> _File | None:
    """What a file says of itself; None where it cannot be read (reading it will say why)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        about = pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return None
    spans: dict[str, Span] = {}
    nulls = []
    for place in range(about.num_columns):
        name = about.schema.column(place).path.lower()
        if name in ("family_key", "person_key"):
            found = [
                group.column(place).statistics
                for group in (about.row_group(i) for i in range(about.num_row_groups))
                if group.num_rows
            ]
            if found and all(_usable(told) for told in found):
                known = [told for told in found if told.has_min_max]
                nulls.append(sum(told.null_count or 0 for told in found))
                if known:
                    spans[name] = min(t.min for t in known), max(t.max for t in known)
    return _File(path, about.num_rows, spans, min(nulls, default=1) > 0)


def _usable(told: Any) -> bool:
    if told is None:
        return False
    return (told.has_min_max and isinstance(told.min, str)) or told.num_values == 0


def _all_told(known: Mapping[str, Sequence[_File]]) -> bool:
    families = all("family_key" in f.spans for f in known["families"] if f.rows)
    both = ("family_key", "person_key")
    return families and all(name in f.spans for f in known["members"] if f.rows for name in both)


def _groups(known: Mapping[str, Sequence[_File]]) -> list[_Group]:
    """Files whose family keys overlap, together; in the order of keys."""
    files = [
        (file.spans["family_key"], name, file)
        for name in ("families", "members")
        for file in known[name]
        if file.rows
    ]
    groups: list[_Group] = []
    for span, name, file in sorted(files, key=lambda item: (item[0], item[1])):
        if not groups or span[0] > groups[-1].span[1]:
            groups.append(_Group({"families": [], "members": []}, span, None, 0))
        group = groups[-1]
        group.files[name].append(file)
        group.span = group.span[0], max(group.span[1], span[1])
        if name == "members":
            group.persons = _joined(group.persons, file.spans["person_key"])
        else:
            group.size += file.rows
    return groups


def _joined(one: Span | None, other: Span | None) -> Span | None:
    spans = [span for span in (one, other) if span]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def _packed(groups: Iterable[_Group], at_once: int) -> list[_Group]:
    """Neighbours put together until there are enough families; each has files of both tables."""
    packed: list[_Group] = []
    for group in groups:
        if packed and not (_whole(packed[-1]) and packed[-1].size + group.size > at_once):
            _add(packed[-1], group)
        else:
            packed.append(group)
    if len(packed) > 1 and not _whole(packed[-1]):
        _add(packed[-2], packed.pop())
    return packed


def _whole(group: _Group) -> bool:
    return all(group.files.values())


def _add(group: _Group, next_one: _Group) -> None:
    for name, files in next_one.files.items():
        group.files[name] += files
    group.span = group.span[0], next_one.span[1]
    group.persons = _joined(group.persons, next_one.persons)
    group.size += next_one.size


def _apart(groups: Sequence[_Group]) -> bool:
    """Whether no person key can stand in two groups, and persons follow their families' order.

    Else a person would have another number than in an input of one part.
    """
    spans = [group.persons for group in groups if group.persons]
    return all(before[1] < after[0] for before, after in itertools.pairwise(spans))


def _parts(
    groups: Sequence[_Group], sources: Mapping[str, Source], known: Mapping[str, Sequence[_File]]
) -> list[Part]:
    families = _ranges([group.span for group in groups])
    persons = _ranges([group.persons for group in groups])
    types = {name: _types(source) for name, source in sources.items() if name in known}
    parts = []
    for number, group in enumerate(groups):
        chosen = {
            name: replace(sources[name], paths=tuple(_in_order(name, group.files[name])))
            for name in ("families", "members")
        }
        for name in ("flags", "benefits"):
            if name in sources:
                about = [
                    file.path
                    for file in known.get(name, ())
                    if _touches(file, families[number], persons[number])
                ]
                about = about or list(sources[name].paths[:1])
                chosen[name] = replace(sources[name], paths=tuple(about))
        if number == 0 and "lists" in sources:
            chosen["lists"] = sources["lists"]
        parts.append(
            Part(number, len(groups), chosen, families[number], persons[number], types, group.size)
        )
    return parts


def _in_order(name: str, files: Sequence[_File]) -> list[Path]:
    key = "family_key" if name == "families" else "person_key"
    return [file.path for file in sorted(files, key=lambda file: file.spans[key])]


def _ranges(spans: Sequence[Span | None]) -> list[Range]:
    """Where each span begins, to where the next one begins; the first and last are open."""
    order = sorted((span[0], place) for place, span in enumerate(spans) if span)
    ranges: list[Range] = [("", "")] * len(spans)  # nobody
    for index, (low, place) in enumerate(order):
        below = order[index + 1][0] if index + 1 < len(order) else None
        ranges[place] = (low if index else None, below)
    return ranges


def _touches(file: _File, families: Range, persons: Range) -> bool:
    """Whether a file of flags or benefits may tell of a part's families or persons."""
    if file.nobody and families[0] is None:
        return True
    about = [(file.spans.get("family_key"), families), (file.spans.get("person_key"), persons)]
    return any(
        span
        and (bounds[1] is None or span[0] < bounds[1])
        and (bounds[0] is None or span[1] >= bounds[0])
        for span, bounds in about
    )


def _types(source: Source) -> dict[str, str]:
    import duckdb

    from tepat.registry.files.sources import parquet_sql

    described = duckdb.sql(f"DESCRIBE SELECT * FROM {parquet_sql(source)}").fetchall()
    return {row[0]: row[1] for row in described}
