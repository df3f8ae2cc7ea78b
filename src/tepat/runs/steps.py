"""The steps of a run; each writes what it found into the run's folder and hands it on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tepat.eligibility.facts import with_computed
from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import Facts, decide
from tepat.engine.connect import write_parquet
from tepat.engine.errors import TepatError
from tepat.engine.manifest import file_hash
from tepat.enrolment.quota import read_quota
from tepat.enrolment.rules import Claims, allocate
from tepat.places.boundary_files import features_of
from tepat.policy.model import Policy
from tepat.registry.files.mapping import load_mapping
from tepat.registry.files.read import Input, read_input
from tepat.registry.rules.check import Checked, check
from tepat.runs.ranking import model_columns, need_deciles, ranking, score_parts, small_table
from tepat.runs.request import Request, State, save

FAMILIES_AT_ONCE = 4_000_000
NEVER_KEPT = ("nik", "kk_number", "name", "pln_id", "family_pln_id")
PLACES = ("province", "kabupaten", "kecamatan", "village")


def look_first(request: Request, policy: Policy) -> dict[str, dict[str, int]]:
    """Look at the small files before the large ones are read; returns the quotas.

    Raises:
        TepatError: ``quota_…``, ``deciles_missing``, ``truth_missing``, ``boundaries_…``,
            or what is wrong with the model.
    """
    if request.deciles is not None:
        need_deciles(request.deciles)
    truth_file(request.input, request.truth)
    model_columns(request.model)
    if request.boundaries is not None:
        features_of(request.boundaries)
    return read_quota(request.quota, policy.programmes) if request.quota else {}


def read_step(state: State) -> Input:
    """Read the input in our own types."""
    request = state.request
    mapping = load_mapping(request.mapping, state.policy.variables) if request.mapping else None
    given = read_input(
        request.input,
        state.policy.variables,
        mapping,
        model_columns(request.model),
        con=state.con,
        scratch=state.folder / "scratch",
    )
    extra = [
        {"path": str(path), "sha256": file_hash(path), "table": name}
        for name, path in (
            ("mapping", request.mapping),
            ("deciles", request.deciles),
            ("model", request.model),
            ("quota", request.quota),
            ("truth", truth_file(request.input, request.truth)),
            ("boundaries", request.boundaries),
        )
        if path is not None and path.is_file()
    ]
    note = given.unit_note
    state.manifest |= {
        "inputs": [*given.files, *extra],
        "unit_note": {"id": note.id, "en": note.en} if note else None,
    }
    return given


def check_step(state: State, given: Input) -> Checked:
    """Look for what is wrong with the record, and keep the facts that rules may use."""
    checked = check(given, state.request.as_of, scratch=state.folder / "scratch")
    families = _kept(
        state,
        _with_roster(checked.families, checked.members),
        "family",
        given.present.get("families", ()),
        [
            "family_id",
            "family_key",
            *PLACES,
            "weight",
            "observed_on",
            "source",
            "blocked",
            "roster_size",
        ],
    )
    members = _kept(
        state,
        checked.members,
        "member",
        given.present.get("members", ()),
        ["person_id", "person_key", "family_id", "family_key", "observed_on", "source", "data_ok"],
    )
    save(state, "scratch/families.parquet", families)
    members = with_computed(state.policy, members, "member", state.request.as_of)
    save(state, "facts/members.parquet", members)
    for name in ("flags", "lists", "benefits"):
        table = getattr(given, name)
        # where a row stood in its file is no fact: it would tell the order of the rows
        own = [column for column in table.columns if not column.startswith("_")]
        save(state, f"facts/{name}.parquet", table.select(*own))
    state.manifest["not_checked_rules"] = list(checked.not_checked)
    state.manifest["present"] = {name: list(columns) for name, columns in given.present.items()}
    return checked


def _with_roster(families: Any, members: Any) -> Any:
    """Families with ``roster_size``: how many members the file has."""
    sizes = members.group_by(sized_id=members.family_id).agg(roster_size=members.count())
    joined = families.left_join(sizes, families.family_id == sizes.sized_id).drop("sized_id")
    return joined.mutate(roster_size=joined.roster_size.fill_null(0))


def _kept(state: State, table: Any, of: str, present: Sequence[str], keys: Sequence[str]) -> Any:
    """The columns that a run keeps: keys and facts, never an identity number or a name."""
    facts = [
        v.name
        for v in state.policy.variables.values()
        if v.of == of and v.name in present and v.name not in NEVER_KEPT
    ]
    columns = [name for name in dict.fromkeys([*keys, *facts]) if name in table.columns]
    return table.select(*columns)


def rank_step(state: State, given: Input, checked: Checked) -> None:
    """Give each family its decile, and write the facts of families with it."""
    con, request = state.con, state.request
    families = con.read_parquet(str(state.folder / "scratch/families.parquet"))
    ranked, found = ranking(
        con,
        families,
        given.kept,
        deciles=request.deciles,
        model=request.model,
        seed=request.as_of.isoformat(),
    )
    ranked = save(state, "ranking/ranking.parquet", ranked.order_by("family_id"))
    if request.model is not None:
        parts = score_parts(families, given.kept, request.model)
        save(state, "scores/contributions.parquet", parts)
    findings = checked.findings
    if found:
        names = ("table", "key", "rule", "severity", "column", "value_shown", "family_id")
        for extra in found:
            findings = findings.select(*names).union(extra.select(*names))
    save(state, "findings/findings.parquet", findings)
    chosen = ranked.select(ranked_id=ranked.family_id, decile=ranked.decile, score=ranked.score)
    families = families.drop(*[n for n in ("decile", "score") if n in families.columns])
    families = families.left_join(chosen, families.family_id == chosen.ranked_id)
    families = with_computed(state.policy, families.drop("ranked_id"), "family", request.as_of)
    save(state, "facts/families.parquet", families.order_by("family_id"))


def facts(state: State, first: int | None = None, last: int | None = None) -> Facts:
    """The run's facts, of all families or of those whose number lies in a range."""

    def opened(name: str) -> Any:
        table = state.con.read_parquet(str(state.folder / f"facts/{name}.parquet"))
        if first is not None and last is not None and "family_id" in table.columns:
            table = table.filter(table.family_id.between(first, last))
        return table

    present = state.manifest["present"]
    lists = state.con.to_pyarrow(opened("lists").select("ground").distinct())
    return Facts(
        opened("families"),
        opened("members"),
        opened("flags"),
        frozenset(lists.column("ground").to_pylist()),
        opened("benefits") if "benefits" in present else None,
    )


def decide_step(state: State) -> tuple[Plan, ...]:
    """Decide every programme for every family or person, a few million families at a time."""
    families = state.con.read_parquet(str(state.folder / "facts/families.parquet"))
    last = int(state.con.to_pyarrow(families.count()).as_py() or 0)
    starts = range(1, last + 1, FAMILIES_AT_ONCE)
    plans: tuple[Plan, ...] = ()
    for part, first in enumerate(starts):
        whole = len(starts) == 1
        known = facts(state) if whole else facts(state, first, first + FAMILIES_AT_ONCE - 1)
        decisions = decide(state.policy, known, state.request.as_of, state.names)
        for name in ("families", "members"):
            path = state.folder / f"decisions/{name}/part-{part:03}.parquet"
            write_parquet(state.con, getattr(decisions, name), path)
        plans = decisions.plans
        state.progress("decide", 3, 7)
    state.manifest["programmes"] = {plan.name: _described(state, plan) for plan in plans}
    state.manifest["not_in_force"] = state.not_in_force
    state.manifest["lists"] = sorted(facts(state).lists)
    return plans


def _described(state: State, plan: Plan) -> dict[str, Any]:
    programme = plan.programme
    return {
        "name": {"id": programme.title.id, "en": programme.title.en},
        "unit": programme.unit,
        "kind": programme.kind,
        "criteria": [c.name for c in plan.criteria],
        "components": [c.component.name for c in plan.components],
        "not_checked": list(plan.not_checked),
        "in_force": True,
        "not_held_with": list(state.policy.barred_with(plan.name)),
    }


def allocate_step(state: State, plans: Sequence[Plan]) -> None:
    """Turn decisions into awards, waiting places and refusals."""
    con, folder = state.con, state.folder
    known = facts(state)
    claims = Claims(
        con.read_parquet(str(folder / "decisions/families/*.parquet")),
        con.read_parquet(str(folder / "decisions/members/*.parquet")),
        con.read_parquet(str(folder / "ranking/ranking.parquet")),
        known.benefits,
        state.quotas,
    )
    done = allocate(con, state.policy, plans, claims)
    together = done.awards[0]
    for table in done.awards[1:]:
        together = together.union(table)
    save(state, "awards/awards.parquet", together)
    state.manifest["lines"] = done.lines
    for plan in plans:
        state.manifest["programmes"][plan.name]["has_quota"] = bool(done.lines[plan.name])


def truth_step(state: State) -> None:
    """Keep what is known of true consumption, for the report's error rates.

    Raises:
        TepatError: ``truth_columns``.
    """
    path = truth_file(state.request.input, state.request.truth)
    if path is None:
        return
    con = state.con
    table = small_table(con, path, "truth")
    names = [n for n in ("true_pc_consumption", "pc_exp", "consumption") if n in table.columns]
    if not names or "family_key" not in table.columns:
        raise TepatError(
            "truth_columns",
            f"{path} has the columns {', '.join(table.columns)}.",
            do="Give family_key and true_pc_consumption.",
        )
    families = con.read_parquet(str(state.folder / "facts/families.parquet"))
    chosen = table.select(
        truth_key=table.family_key.cast("string"), consumption=table[names[0]].try_cast("float64")
    )
    joined = families.inner_join(chosen, families.family_key == chosen.truth_key)
    save(state, "facts/truth.parquet", joined.select("family_id", "consumption"))


def truth_file(given: Path, truth: Path | None) -> Path | None:
    """The file with true consumption: as asked, or ``truth.parquet`` beside the input."""
    if truth is not None:
        if not truth.is_file():
            raise TepatError(
                "truth_missing",
                f"There is no file {truth}.",
                do="Give a file with family_key and true_pc_consumption.",
            )
        return truth
    beside = given / "truth.parquet"
    return beside if beside.is_file() else None
