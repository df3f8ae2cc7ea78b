"""Who holds an award in one run and not in the other, and what each run says of them.

Families are matched by ``family_key``, people of person programmes by ``person_key``. One full join
of the awards finds the changes; everything after it works on the changed rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tepat.engine.connect import rows_of
from tepat.enrolment.rules import AWARDED
from tepat.policy.compile import whole
from tepat.runs.compare.pair import Pair
from tepat.runs.folder import RunFolder

ENTERED, LEFT = "entered", "left"
STATES = ("outcome", "failed", "unknown")


def changed(pair: Pair) -> Any:
    """One row for each award that only one of the runs holds.

    ``programme, unit_key, change``; the family and person of each run (``family_a``, ``person_a``,
    ``family_b``, ``person_b``: the runs' own numbers, null where the run does not have them);
    ``home_a``, ``home_b``: the number of the family with that key, also where the person is gone.
    """
    found = _joined(pair)
    found = pair.con.create_table("compare_found", found, temp=True, overwrite=True)
    for side, run in (("a", pair.before), ("b", pair.after)):
        found = _placed(found, run, side)
    return pair.con.create_table("compare_changed", found, temp=True, overwrite=True)


def _joined(pair: Pair) -> Any:
    """The awards that only one of the runs holds."""
    import ibis

    before, after = (_awarded(run, pair.units) for run in (pair.before, pair.after))
    before = before.rename({f"{name}_a": name for name in before.columns})
    after = after.rename({f"{name}_b": name for name in after.columns})
    joined = before.outer_join(
        after,
        [before.programme_a == after.programme_b, before.unit_key_a == after.unit_key_b],
    )
    joined = joined.filter(joined.programme_a.isnull() | joined.programme_b.isnull())
    new = joined.programme_a.isnull()
    both = ("programme", "unit_key", "family_key", "person_key")
    return joined.select(
        change=ibis.ifelse(new, ENTERED, LEFT),
        **{name: joined[f"{name}_a"].coalesce(joined[f"{name}_b"]) for name in both},
        **{
            f"{name}_{side}": joined[f"{name}_{side}"]
            for side in "ab"
            for name in ("family", "person")
        },
    )


def _awarded(run: RunFolder, units: Mapping[str, str]) -> Any:
    table = run.table("awards")
    table = table.filter((table.status == AWARDED) & table.programme.isin(list(units)))
    return table.select(
        "programme",
        "family_key",
        "person_key",
        unit_key=table.person_key.coalesce(table.family_key),
        family=table.family_id,
        person=table.person_id,
    )


def _placed(found: Any, run: RunFolder, side: str) -> Any:
    """Fill in the numbers that a run has for families and persons that hold nothing in it."""
    families, members = run.table("families"), run.table("members")
    homes = families.select(home_key=families.family_key, home=families.family_id)
    people = members.select(
        of_key=members.person_key, of_family=members.family_id, of_person=members.person_id
    )
    table = found.left_join(homes, found.family_key == homes.home_key)
    table = table.left_join(people, table.person_key == people.of_key)
    family = table.person_key.isnull().ifelse(table.home, table.of_family)
    return table.mutate(
        **{
            f"family_{side}": table[f"family_{side}"].coalesce(family),
            f"person_{side}": table[f"person_{side}"].coalesce(table.of_person),
            f"home_{side}": table.home,
        }
    ).drop("home_key", "home", "of_key", "of_family", "of_person")


def states(
    table: Any,
    decisions: tuple[Any, Any],
    numbers: tuple[Any, Any],
    known: Mapping[str, str],
    columns: Sequence[str] = STATES,
) -> Any:
    """What decisions say of each changed row, as a table of ``programme, unit_key, columns…``.

    Args:
        table: changed rows.
        decisions: the wide tables of families and of persons.
        numbers: the columns of ``table`` that hold their ``family_id`` and ``person_id``.
        known: the programmes of these decisions, with their units.
        columns: which columns of a programme are wanted; null where a programme lacks one.
    """
    parts = []
    for unit, decided, number, key in zip(
        ("family", "member"), decisions, numbers, ("family_id", "person_id"), strict=True
    ):
        names = [name for name, of in known.items() if of == unit]
        if names:
            parts.append(_picked(table, decided, number, key, names, columns))
    return parts[0] if len(parts) == 1 else parts[0].union(parts[1])


def _picked(
    table: Any, decided: Any, number: Any, key: str, names: Sequence[str], columns: Sequence[str]
) -> Any:
    """The columns of each row's own programme, out of the wide table."""
    import ibis

    wanted = [f"{name}__{column}" for name in names for column in columns]
    decided = decided.select(key, *(name for name in wanted if name in decided.columns))
    decided = decided.rename(decided_id=key)
    rows = table.select("programme", "unit_key", number=number)
    rows = rows.filter(rows.programme.isin(list(names)) & rows.number.notnull())
    joined = rows.inner_join(decided, rows.number == decided.decided_id)

    def of(column: str) -> Any:
        own = [
            (joined.programme == name, joined[f"{name}__{column}"].cast("int64"))
            for name in names
            if f"{name}__{column}" in joined.columns
        ]
        return ibis.cases(*own, else_=ibis.null("int64")) if own else ibis.null("int64")

    return joined.select("programme", "unit_key", **{column: of(column) for column in columns})


def beside(table: Any, found: Any, suffix: str) -> Any:
    """Put states beside the changed rows, under their names with a suffix."""
    names = [name for name in found.columns if name not in ("programme", "unit_key")]
    found = found.rename(
        {"of_programme": "programme", "of_unit": "unit_key"}
        | {f"{name}_{suffix}": name for name in names}
    )
    joined = table.left_join(
        found, [table.programme == found.of_programme, table.unit_key == found.of_unit]
    )
    return joined.drop("of_programme", "of_unit")


def statuses(run: RunFolder, table: Any, side: str) -> Any:
    """What the run's allocation says of each changed row."""
    awards = run.table("awards")
    awards = awards.mutate(unit_key=awards.person_key.coalesce(awards.family_key))
    names = ("status", "place", "barred_by", "amount_year", "kabupaten", "province")
    found = awards.select("programme", "unit_key", *names)
    return beside(table, found, side)


def totals(pair: Pair) -> dict[str, dict[str, dict[str, int | None]]]:
    """Awards and rupiah of each run by programme, from the runs' own summaries."""
    return {
        side: {
            name: {key: run.manifest["totals"][name][key] for key in ("awarded", "amount_year")}
            for name in pair.units
            if name in run.manifest["totals"]
        }
        for side, run in (("before", pair.before), ("after", pair.after))
    }


def moved_deciles(pair: Pair) -> list[dict[str, Any]]:
    """Families by decile before and decile after; null on a side that lacks the family.

    ``here_a`` and ``here_b`` say whether each run has the family.
    """
    one, other = (run.table("ranking") for run in (pair.before, pair.after))
    one = one.select(key_a=one.family_key, decile_a=one.decile)
    other = other.select(key_b=other.family_key, decile_b=other.decile)
    joined = one.outer_join(other, one.key_a == other.key_b)
    joined = joined.select(
        "decile_a", "decile_b", here_a=joined.key_a.notnull(), here_b=joined.key_b.notnull()
    )
    grouped = joined.group_by(["here_a", "here_b", "decile_a", "decile_b"]).agg(
        families=joined.count()
    )
    return rows_of(pair.con, grouped)


def summed(column: Any) -> Any:
    """A sum of rupiah as a whole number."""
    return whole(column.sum())


def from_rows(rows: Sequence[Sequence[Any]], **kinds: str) -> Any:
    """A small table of given rows; ``kinds`` names its columns and their types."""
    import ibis
    import pyarrow as pa

    types = {"string": pa.string(), "int64": pa.int64()}
    columns = {
        name: pa.array([row[index] for row in rows], types[kind])
        for index, (name, kind) in enumerate(kinds.items())
    }
    return ibis.memtable(pa.table(columns))
