"""One pass over the truth: everyone's place among the poor and in the ranking, and who they are.

Places are whole per cent of all people or families: a family whose true place is 17 is among the
poorest 18 per cent and not among the poorest 17. The ranking's place counts registered families
alone; without ranks (deciles that were supplied) a place is where the decile begins, and only
cut-offs at whole deciles can be judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tepat.runs.accuracy.truth import OWN
from tepat.runs.folder import RunFolder

NEVER = 1_000  # the place of a family that is in no decile
MALE, FEMALE, HEAD = 1, 2, 1
MUCH = 2  # the answers up to "much difficulty"
SIZES = ((1, "1"), (2, "2"), (4, "3–4"), (6, "5–6"), (None, "7+"))
AGES = ((29, "0–29"), (44, "30–44"), (59, "45–59"), (None, "60+"))
GROUPS = ("province", "area", "female_head", "disability", "family_size", "head_age")


def has_ranks(run: RunFolder) -> bool:
    """Whether the run ordered all families, so that any cut-off can be judged."""
    ranked = run.table("ranking")
    by_model = bool(run.manifest["arguments"].get("model"))
    supplied = bool(run.manifest["arguments"].get("deciles"))
    found = run.con.to_pyarrow(ranked.filter(ranked["rank"].notnull()).limit(1))
    return by_model and not supplied and bool(found.num_rows)


def placed(run: RunFolder, truth: Any, fine: bool) -> Any:
    """The truth with ``true_place``, ``chosen_place``, ``registered`` and the groups."""
    con = run.con
    table = con.create_table("accuracy_known", _with_facts(run, truth), temp=True, overwrite=True)
    table = table.mutate(true_place=_place(table.weight, [table.consumption, table.tie], None))
    ranked = run.table("ranking").select(rank_id="family_id", rank="rank", decile="decile")
    table = table.left_join(ranked, table.family_id == ranked.rank_id).drop("rank_id")
    if fine:
        known = table["rank"].notnull()
        place = _place(table.weight, [table["rank"]], known)
        table = table.mutate(chosen_place=known.ifelse(place, NEVER).fill_null(NEVER))
    else:
        table = table.mutate(chosen_place=((table.decile - 1) * 10).fill_null(NEVER).cast("int64"))
    return con.create_table("accuracy_placed", table, temp=True, overwrite=True)


def _place(weight: Any, order: Sequence[Any], among: Any | None) -> Any:
    """The whole per cent of the weight that stands before; in exact integers."""
    import ibis

    counted = weight if among is None else among.ifelse(weight, 0)
    counted = counted.cast("int64")
    window = ibis.cumulative_window(order_by=list(order))
    until = counted.sum().over(window).cast("decimal(38,0)").cast("int64")
    total = counted.sum().over().cast("decimal(38,0)").cast("int64")
    return ((until - counted) * 100 // total.nullif(0)).cast("int64")


def _with_facts(run: RunFolder, truth: Any) -> Any:
    """Beside each family what it is told apart by; for the unregistered, what the truth says."""
    import ibis

    families, members = run.table("families"), run.table("members")
    facts = families.select(
        fact_id=families.family_id,
        **{f"{name}_known": _fact(families, name) for name in ("province", "area")},
        family_size_known=families.roster_size.cast("int64"),
        key_known=families.family_key,
    )
    heads = _of_members(members)
    joined = truth.left_join(facts, truth.family_id == facts.fact_id)
    joined = joined.left_join(heads, joined.family_id == heads.head_id)
    first = {
        name: joined[f"{name}_known"].coalesce(joined[name]) for name in OWN if name != "kabupaten"
    }
    female = ibis.cases((first["head_sex"] == FEMALE, 1), (first["head_sex"] == MALE, 0))
    return joined.select(
        "family_id",
        "consumption",
        "weight",
        "cluster",
        "counted",
        tie=joined.key_known.coalesce(joined.family_key).fill_null("").hexdigest("md5"),
        registered=joined.family_id.notnull(),
        province=first["province"],
        area=first["area"].cast("string"),
        female_head=female.cast("string"),
        disability=first["disability"].cast("string"),
        family_size=_banded(first["family_size"], SIZES),
        head_age=_banded(first["head_age"], AGES),
    )


def _fact(table: Any, name: str) -> Any:
    import ibis

    kind = "string" if name == "province" else "int64"
    return table[name].cast(kind) if name in table.columns else ibis.null(kind)


def _of_members(members: Any) -> Any:
    """Sex and age of the head, and whether a member has much difficulty in something."""
    import ibis

    def of(name: str) -> Any:
        column = members[name] if name in members.columns else ibis.null("int64")
        return column.cast("int64")

    head = of("relation") == HEAD
    asked = [name for name in members.columns if name.startswith("difficulty_")]
    hard = [(members[name].cast("int64") <= MUCH).fill_null(False) for name in asked]
    known = [members[name].notnull() for name in asked]
    some = ibis.or_(*hard) if hard else ibis.literal(False)
    told = ibis.or_(*known) if known else ibis.literal(False)
    disability = ibis.cases((some, 1), (told, 0), else_=ibis.null("int64"))
    return members.group_by(head_id=members.family_id).agg(
        head_sex_known=of("sex").max(where=head),
        head_age_known=of("age").max(where=head),
        disability_known=disability.max(),
    )


def _banded(number: Any, bands: Sequence[tuple[int | None, str]]) -> Any:
    import ibis

    cases = [(number <= last, name) for last, name in bands if last is not None]
    return ibis.cases((number.isnull(), ibis.null("string")), *cases, else_=bands[-1][1])
