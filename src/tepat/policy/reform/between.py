"""What a reform changes between programmes: their order, and which may not be held together."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from tepat.policy.meaning import nearest
from tepat.policy.model import Overlap, Policy, Programme
from tepat.policy.reform.model import Change, Merge
from tepat.policy.yaml_file import Reader


def order_after(
    r: Reader, base: Policy, merged: Iterable[Merge], added: list[str], gone: Collection[str]
) -> list[str]:
    """In which order programmes allocate after the reform.

    A merged programme stands where the first of its programmes stood; one that is added stands
    after the programme it names, else last.
    """
    order = list(base.programmes)
    for merge in merged:
        first = min(order.index(name) for name in merge.programmes)
        order.insert(first, merge.into)
    add = r.child("add") if r.data.get("add") is not None else None
    for name in add.data if add else ():
        assert add is not None
        if name not in added or name in order:
            continue
        after = None
        if add.data[name] is not None:
            item = add.child(name)
            item.only("after", "note")
            after = item.word("after") or None
            if after is not None and after not in order:
                item.wrong(f"'{after}' is not a programme.", nearest(after, order), "after")
                after = None
            elif after in gone:
                item.wrong(f"'{after}' is ended by this reform.", "Name another.", "after")
        order.insert(order.index(after) + 1 if after else len(order), str(name))
    return order


def overlaps_after(
    r: Reader,
    base: Policy,
    merged: Iterable[Merge],
    gone: Collection[str],
    programmes: Mapping[str, Programme],
    changes: list[Change],
    start: date,
) -> tuple[Overlap, ...]:
    """Which programmes may not be held together after the reform.

    A merged programme inherits what its programmes may not be held with; one that ended bars
    nobody.
    """
    into = {name: merge.into for merge in merged for name in merge.programmes}
    pairs: dict[frozenset[str], Overlap] = {}
    for overlap in _of_policy(base, programmes):
        for one, other in itertools.combinations(overlap.programmes, 2):
            pair = frozenset(into.get(n, n) for n in (one, other) if n in into or n not in gone)
            if len(pair) == 2:
                two = tuple(sorted(pair))
                pairs.setdefault(pair, Overlap(two, overlap.law, overlap.confidence))
    for key in ("together", "not_together"):
        for item in r.items(key):
            item.only("programmes", "law", "confidence", "note")
            if not item.need("programmes", "law", "confidence"):
                continue
            for pair in _pairs(item, {*programmes} - {*gone}, gone):
                _apply(item, key, pair, pairs)
                changes.append(_told(item, key, pair, start))
    return tuple(pairs.values())


def _of_policy(base: Policy, programmes: Mapping[str, Programme]) -> list[Overlap]:
    own = [
        Overlap((p.name, other), p.law, p.confidence)
        for p in {**base.programmes, **programmes}.values()
        for other in p.not_with
    ]
    return [*base.overlaps, *own]


def _pairs(item: Reader, known: Collection[str], gone: Collection[str]) -> list[frozenset[str]]:
    names = list(dict.fromkeys(item.words("programmes")))
    wrong = [name for name in names if name not in known]
    for name in wrong:
        what = "is ended by this reform" if name in gone else "is not a programme"
        item.wrong(f"'{name}' {what}.", nearest(name, known), "programmes")
    if len(names) < 2:
        item.wrong("Name two programmes or more.", key="programmes")
    return [] if wrong else [frozenset(two) for two in itertools.combinations(names, 2)]


def _apply(
    item: Reader, key: str, pair: frozenset[str], pairs: dict[frozenset[str], Overlap]
) -> None:
    one, other = sorted(pair)
    if key == "together":
        if pairs.pop(pair, None) is None:
            item.wrong(
                f"'{one}' and '{other}' may be held together already.", "Take it out.", "programmes"
            )
    elif pair in pairs:
        item.wrong(
            f"'{one}' and '{other}' may not be held together already.", "Take it out.", "programmes"
        )
    else:
        pairs[pair] = Overlap((one, other), item.word("law"), item.word("confidence"))


def _told(item: Reader, key: str, pair: frozenset[str], start: date) -> Change:
    return Change(
        "", "overlap", key, "", ", ".join(sorted(pair)), "", start, item.word("law"),
        item.word("confidence"), item.where,
    )  # fmt: skip
