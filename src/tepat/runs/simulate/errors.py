"""Exclusion and inclusion error before and after, where true consumption is known.

The measures are those of a run's report (see ``runs.report.targeting``), for each programme that
differs, and for all aid together: whether a family holds anything but a price subsidy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tepat.runs.report.targeting import targeting
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import SIDES, Twins

ALL_AID = ""  # in place of a programme's name
COLUMNS = (
    "programme", "side", "holders", "outside", "poorest_tenth", "poorest_missed", "better_off",
    *(f"tenth_{i}" for i in range(1, 11)),
)  # fmt: skip


@dataclass(frozen=True)
class _Awards:
    """The tables of a pass, with awards of the programmes to look at and of all aid together."""

    tables: Tables
    awards: Any
    manifest: dict[str, Any]

    @property
    def con(self) -> Any:
        return self.tables.con

    def has(self, name: str) -> bool:
        return self.tables.has(name)

    def table(self, name: str) -> Any:
        return self.tables.table(name)

    def groups(self, name: str) -> Iterator[Any]:
        yield self.awards if name == "awards" else self.tables.table(name)


def errors(tables: Tables, twins: Twins, families: Any) -> list[dict[str, Any]]:
    """One row for each side of each programme that differs, and of all aid; empty without truth.

    Args:
        tables: what the pass left.
        twins: both policies.
        families: the narrow table of families.
    """
    import ibis

    wanted = twins.on_sides(twins.differing())
    awards = tables.table("awards").select("programme", "family_id", "status")
    awards = awards.filter(awards.programme.isin([called for _, _, called in wanted]))
    for side in SIDES:
        held = families.filter(families[f"aid_{side}"] > 0)
        every = held.select(
            programme=ibis.literal(f"__{side}"), family_id=held.family_id,
            status=ibis.literal("awarded"),
        )  # fmt: skip
        awards = awards.union(every)
        wanted.append((ALL_AID, side, f"__{side}"))
    names = {called: None for _, _, called in wanted}
    found = targeting(_Awards(tables, awards, {"programmes": names}))  # type: ignore[arg-type]
    if found is None:
        return []
    rows = []
    for name, side, called in sorted(wanted, key=lambda item: item[0] != ALL_AID):
        held = found.programmes.get(called)
        if held is None:
            continue
        rows.append(
            {
                "programme": name,
                "side": side,
                "holders": held.families,
                "outside": held.error.part,
                "poorest_tenth": held.missed.whole,
                "poorest_missed": held.missed.part,
                "better_off": held.better_off.part,
                **{f"tenth_{i}": n for i, n in enumerate(held.tenths, 1)},
            }
        )
    return rows
