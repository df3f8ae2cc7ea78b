"""The steps of a run, part by part of the input; each notes in the work folder what is finished.

What must be known of the whole country stands between the loops over parts: numbers that stand on
several rows, the order of scores, the shares of quotas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tepat.eligibility.facts import with_computed
from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import Decisions, Facts, decide
from tepat.engine.manifest import file_hash
from tepat.enrolment.quota import read_quota
from tepat.places.boundary_files import features_of
from tepat.policy.model import Policy, Variable
from tepat.registry.columns import columns_of
from tepat.registry.files.handover import hand_over, taken_over
from tepat.registry.files.input import Input, reopened
from tepat.registry.files.mapping import load_mapping
from tepat.registry.files.parts import Part, cut
from tepat.registry.files.read import read_input
from tepat.registry.files.sources import find_sources
from tepat.registry.rules.check import Checked, Checking, find_twins
from tepat.runs.folder import RunFolder
from tepat.runs.ranking import (
    Ranking,
    model_columns,
    need_deciles,
    outside_model,
    score_parts,
    scored,
    told_outside,
    whole_villages,
)
from tepat.runs.request import Request, State
from tepat.runs.truth import need_each_once, truth_file, truth_of

COMPARED_AT_ONCE = 40_000_000  # numbers, when rows with the same one are looked for
NEVER_KEPT = ("nik", "kk_number", "name", "pln_id", "family_pln_id")
PLACES = ("province", "kabupaten", "kecamatan", "village")
KEPT_FACTS = {
    "family": (
        "family_id", "family_key", *PLACES, "weight", "observed_on", "source", "blocked",
        "roster_size",
    ),
    "member": (
        "person_id", "person_key", "family_id", "family_key", "observed_on", "source", "data_ok",
    ),
}  # fmt: skip
CHECK = "check"


def look_first(request: Request, policy: Policy) -> dict[str, dict[str, int]]:
    """Look at the small files before the large ones are read; returns the quotas.

    Raises:
        TepatError: ``quota_…``, ``deciles_missing``, ``truth_…``, ``boundaries_…``,
            or what is wrong with the model.
    """
    if request.deciles is not None:
        need_deciles(request.deciles)
    beside = request.out.with_name(f".{request.out.name}.{os.getpid()}.truth")
    need_each_once(truth_file(request.input, request.truth), beside, request.memory)
    model_columns(request.model)
    if request.against is not None:
        RunFolder(request.against)
    if request.boundaries is not None:
        features_of(request.boundaries)
    return read_quota(request.quota, policy.programmes) if request.quota else {}


def cut_input(request: Request, variables: Mapping[str, Variable]) -> list[Part]:
    """The parts of the input; one where a mapping makes the tables, or where parts would mislead.

    How a column of text is to be read may hang on all of its rows: whether days stand first in its
    dates, or whether what a model reads are numbers. A village that a model ranks must not be cut.
    """
    if request.mapping is not None:
        return [Part(0, 1, {})]
    if whole_villages(request.model):
        return cut(request.input, sys.maxsize)
    parts = cut(request.input, request.at_once)
    if _hangs_on_all_rows(parts[0], variables, model_columns(request.model)):
        return cut(request.input, sys.maxsize)
    return parts


def _hangs_on_all_rows(
    part: Part, variables: Mapping[str, Variable], of_model: Sequence[str]
) -> bool:
    kept = {name.lower() for name in of_model}
    for table, types in part.types.items():
        dates = {n for n, column in columns_of(table, variables).items() if column.kind == "date"}
        names = dates | kept if table == "families" else dates
        if any(kind == "VARCHAR" and name.strip().lower() in names for name, kind in types.items()):
            return True
    return False


def input_files(request: Request) -> list[Path]:
    """The files that a run will read; what was written below its input is none of them."""
    named = [getattr(request, name) for name in ("mapping", "deciles", "model", "quota")]
    named += [truth_file(request.input, request.truth), request.boundaries]
    if request.mapping is not None:
        given = [path for path in sorted(request.input.glob("**/*")) if path.is_file()]
        given = given or [request.input]
    else:
        given = [path for source in find_sources(request.input).values() for path in source.paths]
    given = [path for path in given if request.out not in path.parents]
    return [*given, *(path for path in named if path is not None and path.is_file())]


def dated(files: Iterable[Path]) -> list[list[Any]]:
    """Files with size and time of change, to tell whether they have changed."""
    return [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in files]


def _each(
    state: State, step: str, work: Callable[[Part], dict[str, Any] | None], name: str = ""
) -> Iterator[dict[str, Any]]:
    """What a step notes of each part, one after the other; a finished part is not worked again.

    Args:
        state: the run.
        step: the step, for those who watch.
        work: what is to be done for a part.
        name: what to note it under, where a step goes over the parts more than once.
    """
    for part in state.parts:
        noted = f"{name or step}-{part.number:04}"
        known = state.work.finished(noted)
        yield state.work.finish(noted, work(part) or {}) if known is None else known
        state.report(step, part.number + 1, len(state.parts))


def read_step(state: State) -> None:
    """Read the input in our own types.

    Raises:
        TepatError: ``no_rows``, or why it cannot be read.
    """
    request = state.request
    mapping = load_mapping(request.mapping, state.policy.variables) if request.mapping else None
    before = (0, 0)

    def read(part: Part) -> dict[str, Any]:
        given = read_input(
            request.input,
            state.policy.variables,
            mapping,
            model_columns(request.model),
            con=state.reader,
            scratch=state.scratch(part.number),
            part=None if mapping else part,
            before=before,
        )
        if state.elsewhere:
            hand_over(given, _handed(state), part.number)
        return given.saved()

    files: dict[tuple[str, ...], dict[str, Any]] = {}
    present: dict[str, dict[str, None]] = {}
    note = None
    for known in _each(state, "read", read):
        before = before[0] + known["rows"]["families"], before[1] + known["numbered"]
        note = known["unit_note"]
        for item in known["files"]:
            files[item["path"], item["table"], item.get("sheet", "")] = item
        for name, columns in known["present"].items():
            present.setdefault(name, {}).update(dict.fromkeys(columns))
    state.members = before[1]
    state.manifest |= {
        "inputs": [*files.values(), *_other_files(request)],
        "unit_note": {"id": note[0], "en": note[1]} if note else None,
        "present": {name: list(columns) for name, columns in present.items()},
    }
    if state.elsewhere:  # many machines take all parts at once
        state.read, state.parts = state.parts, [Part(0, 1, {})]
        state.con.expect(state.members)


def _handed(state: State) -> Path:
    """Where the parts that were read lie for another engine."""
    return state.folder / "scratch" / "read"


def _other_files(request: Request) -> list[dict[str, Any]]:
    return [
        {"path": str(path), "sha256": file_hash(path), "table": name}
        for name, path in (
            ("mapping", request.mapping),
            ("deciles", request.deciles),
            ("model", request.model),
            ("quota", request.quota),
            ("truth", truth_file(request.input, request.truth)),
            ("boundaries", request.boundaries),
            ("against", request.against and request.against / "run.json"),
        )
        if path is not None and path.is_file()
    ]


def _opened(state: State, part: Part) -> Input:
    """A part that was read; for another engine, all that was read."""
    if state.elsewhere:
        saved = [state.work.finished(f"read-{each.number:04}") or {} for each in state.read]
        return taken_over(state.con, _handed(state), saved, state.policy.variables)
    known = state.work.finished(f"read-{part.number:04}")
    assert known is not None
    return reopened(state.con, known, state.policy.variables)


def check_step(state: State) -> None:
    """Look for what is wrong with the record, and keep the facts that rules may use."""
    for _ in _each(state, "check", lambda part: _look(state, part), "look"):
        pass
    twins = _twins(state)
    not_checked: set[str] = set()
    outside: list[Any] = []
    for known in _each(state, "check", lambda part: _settled(state, part, twins)):
        not_checked.update(known["not_checked"])
        outside.append(known.get("outside", {}))
    state.manifest["not_checked_rules"] = sorted(not_checked)
    if state.request.model is not None:
        state.manifest["outside"] = told_outside(state.request.model, outside)


def _look(state: State, part: Part) -> None:
    _checking(state, part).look()


def _checking(state: State, part: Part) -> Checking:
    desk = state.desk.at(state.scratch(part.number))
    return Checking(_opened(state, part), state.request.as_of, desk, CHECK)


def _looks(state: State, parts: Sequence[Part]) -> dict[str, Any]:
    """What was found at the look at some parts, by table."""
    names = {table: f"{CHECK}_look_{table}" for table in ("families", "members")}
    return {
        table: state.desk.open(
            name, *(state.scratch(part.number) / f"{name}.parquet" for part in parts)
        )
        for table, name in names.items()
    }


def _twins(state: State) -> dict[str, Any]:
    """Numbers that stand on several rows, wherever in the country those are."""
    buckets = 1 if state.elsewhere else -(-state.members // COMPARED_AT_ONCE) or 1
    desk = state.desk.at(state.folder / "scratch" / "twins")
    found = {}
    for table, looks in _looks(state, state.parts).items():
        twins = find_twins(desk, f"twins_{table}", looks, buckets)
        found[table] = desk.keep(f"twins_{table}", twins.view)
    return found


def _settled(state: State, part: Part, twins: dict[str, Any]) -> dict[str, Any]:
    """Let the errors of a part act, and write its facts and findings."""
    checking = _checking(state, part)
    checked = checking.settle(_looks(state, [part]), twins)
    given, number, desk = checking.found, part.number, state.desk
    desk.write("findings", lambda: checked.findings, state.path("findings", number))
    desk.write("members", lambda: _members(state, checked), state.path("facts/members", number))
    for name in ("flags", "lists", "benefits"):
        table = getattr(given, name)
        # where a row stood in its file is no fact: it would tell the order of the rows
        own = [column for column in table.columns if not column.startswith("_")]
        desk.write(
            name,
            partial(table.select, *own),
            state.path(f"facts/{name}", number),
        )
    families = _kept(state, checked.families, "family", "families")
    model = state.request.model
    if not _ranks_all(state):
        desk.write(
            "families", lambda: _own_decile(state, families), state.path("facts/families", number)
        )
    else:
        families = desk.keep(
            "checked_families", families.view, state.path("scratch/families", number)
        )
    if model is not None:
        desk.write(
            "score_parts",
            lambda: score_parts(families, given.kept, model),
            state.path("scores", number),
        )
        desk.write(
            "scored",
            lambda: scored(families, given.kept, model),
            state.path("scratch/scored", number),
        )
    noted: dict[str, Any] = {"not_checked": checked.not_checked}
    if model is not None:
        noted["outside"] = outside_model(state.con, families, given.kept, model)
    return noted


def _ranks_all(state: State) -> bool:
    """Whether a family's decile hangs on all others, so that its facts are written later."""
    return state.request.model is not None or state.request.deciles is not None


def _own_decile(state: State, families: Any) -> Any:
    """Facts of families that bring their decile along, or have none."""
    import ibis

    families = families.drop(*[n for n in ("score",) if n in families.columns])
    lacking = {n: ibis.null("int64") for n in ("decile", "score") if n not in families.columns}
    families = families.mutate(**lacking)
    return with_computed(state.policy, families, "family", state.request.as_of)


def _members(state: State, checked: Checked) -> Any:
    members = _kept(state, checked.members, "member", "members")
    return with_computed(state.policy, members, "member", state.request.as_of)


def _kept(state: State, table: Any, of: str, name: str) -> Any:
    """The columns that a run keeps: keys and facts, never an identity number or a name."""
    present = state.manifest["present"].get(name, ())
    facts = [
        v.name
        for v in state.policy.variables.values()
        if v.of == of and v.name in present and v.name not in NEVER_KEPT
    ]
    columns = [name for name in dict.fromkeys([*KEPT_FACTS[of], *facts]) if name in table.columns]
    return table.select(*columns)


def rank_step(state: State) -> None:
    """Give each family its decile, and write the facts of families with it."""
    request, desk = state.request, state.desk.at(state.folder / "scratch")
    rank = Ranking(desk, state.all_parts("scratch/families"), request.deciles)
    if state.work.finished("order") is None:
        if request.model is not None:
            rank.order(state.all_parts("scratch/scored"), request.as_of.isoformat())
        rank.write_findings(state.folder / "findings" / "deciles.parquet")
        state.work.finish("order", {})
    for _ in _each(state, "rank", lambda part: _rank_part(state, part, rank)):
        pass


def _rank_part(state: State, part: Part, rank: Ranking) -> None:
    number, desk = part.number, state.desk
    later = _ranks_all(state)
    families = desk.open(
        "families_to_rank", state.path("scratch/families" if later else "facts/families", number)
    )
    model = state.request.model is not None
    ranked = desk.keep(
        "ranked", lambda: rank.ranked(families, model=model), state.path("ranking", number)
    )
    if later:
        desk.write(
            "families",
            lambda: _with_decile(state, families, ranked),
            state.path("facts/families", number),
        )
    _write_truth(state, part)


def _with_decile(state: State, families: Any, ranked: Any) -> Any:
    chosen = ranked.select(ranked_id=ranked.family_id, decile=ranked.decile, score=ranked.score)
    families = families.drop(*[n for n in ("decile", "score") if n in families.columns])
    joined = families.left_join(chosen, families.family_id == chosen.ranked_id).drop("ranked_id")
    return with_computed(state.policy, joined, "family", state.request.as_of)


def decide_step(state: State) -> tuple[Plan, ...]:
    """Decide every programme for every family or person."""
    opened = facts(state, state.parts[0])
    decisions = decide(state.policy, opened, state.request.as_of, state.names)
    for _ in _each(state, "decide", lambda part: _decide_part(state, part, decisions)):
        pass
    plans = decisions.plans
    state.manifest["programmes"] = {plan.name: _described(state, plan) for plan in plans}
    state.manifest["not_in_force"] = state.not_in_force
    state.manifest["lists"] = sorted(opened.lists)
    return plans


def _decide_part(state: State, part: Part, decisions: Decisions) -> None:
    facts(state, part)
    for name in ("families", "members"):
        state.desk.write(
            f"decide_{name}",
            partial(getattr, decisions, name),
            state.path(f"decisions/{name}", part.number),
        )


def facts(state: State, part: Part) -> Facts:
    """The facts of one part; they are open under the same names for every part."""
    desk = state.desk
    tables = {
        name: desk.open(f"facts_{name}", state.path(f"facts/{name}", part.number))
        for name in ("families", "members", "flags", "benefits")
    }
    lists = desk.open("facts_lists", *state.all_parts("facts/lists"))
    loaded = desk.rows("lists_loaded", lambda: lists.select("ground").distinct())
    return Facts(
        tables["families"],
        tables["members"],
        tables["flags"],
        frozenset(row["ground"] for row in loaded),
        tables["benefits"] if "benefits" in state.manifest["present"] else None,
    )


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


def _write_truth(state: State, part: Part) -> None:
    """Keep what is known of true consumption, for the report's error rates.

    Raises:
        TepatError: ``truth_columns``, ``truth_unreadable``.
    """
    path = truth_file(state.request.input, state.request.truth)
    if path is None:
        return
    chosen = truth_of(state.con, path)
    low, below = part.families
    if low is not None:
        chosen = chosen.filter(chosen.truth_key >= low)
    if below is not None:
        chosen = chosen.filter(chosen.truth_key < below)
    families = state.desk.open("facts_families", state.path("facts/families", part.number))
    # a family of the truth that is not in the input has no number: nobody registered it
    joined = chosen.left_join(families, families.family_key == chosen.truth_key)
    state.desk.at(state.folder).write(
        f"truth_{part.number}",
        lambda: joined.select("family_id", "consumption"),
        state.path("facts/truth", part.number),
    )
