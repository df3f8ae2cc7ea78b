"""Two finished runs that can be compared, and what cannot be compared in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.model import Policy
from tepat.runs.folder import RunFolder

NEEDED = ("families", "members", "ranking", "family_decisions", "member_decisions", "awards")
BEGUN, ENDED = "begun", "ended"


@dataclass(frozen=True)
class Pair:
    """The run before and the run after, in one engine.

    Attributes:
        units: the programmes to compare, in the policy's order, each with its unit.
        alone: programmes that only one of the runs holds because they began or ended: ``begun`` or
            ``ended`` by name.
        left_out: programmes that are not compared, each with the reason.
    """

    before: RunFolder
    after: RunFolder
    con: Any
    units: dict[str, str]
    alone: dict[str, str]
    left_out: dict[str, str]

    @property
    def both(self) -> list[str]:
        """The programmes that both runs decided."""
        return [name for name in self.units if name not in self.alone]

    @cached_property
    def policies(self) -> tuple[Policy, Policy]:
        """The policy of each run."""
        return self.before.policy(), self.after.policy()

    @property
    def same_policy(self) -> bool:
        """Whether both runs used the same policy files."""
        return bool(self.before.manifest["policy_hash"] == self.after.manifest["policy_hash"])

    @property
    def same_day(self) -> bool:
        """Whether both runs decided for the same day."""
        return bool(self.before.manifest["as_of"] == self.after.manifest["as_of"])

    @cached_property
    def models(self) -> tuple[str | None, str | None]:
        """The hash of the model that gave each run its deciles; None where they were supplied."""
        return _model(self.before), _model(self.after)


def _model(run: RunFolder) -> str | None:
    given = run.manifest["arguments"]
    if not given.get("model") or given.get("deciles"):
        return None
    found = (f["sha256"] for f in run.manifest["inputs"] if f.get("table") == "model")
    return str(next(found, given["model"]))


def open_pair(before: Path, after: Path, con: Any) -> Pair:
    """Open two runs for comparison.

    Raises:
        TepatError: ``run_missing``, ``run_unfinished``, ``run_damaged``, ``programmes_differ``.
    """
    one, other = (_opened(path, con) for path in (before, after))
    units, alone, left_out = _programmes(one, other)
    if not units:
        raise TepatError(
            "programmes_differ",
            "The two runs have no programme in common.",
            "; ".join(f"{name}: {why}" for name, why in left_out.items()),
            "Run both with the same --programmes, or with all.",
        )
    return Pair(one, other, con, units, alone, left_out)


def _opened(path: Path, con: Any) -> RunFolder:
    beside = path.with_name(f".{path.name}.unfinished")
    begun = path.name.endswith(".unfinished") or beside.is_dir()
    if begun and not (path / "run.json").is_file():
        raise TepatError(
            "run_unfinished",
            f"{path} is a run that has not ended.",
            "Its tables are not whole yet.",
            "Give the same `tepat run` again; it goes on where it stopped. Then compare.",
        )
    run = RunFolder(path, con)
    lacking = [name for name in NEEDED if not run.has(name)]
    if lacking or "lines" not in run.manifest or "totals" not in run.manifest:
        raise TepatError(
            "run_damaged",
            f"{path} lacks {', '.join(lacking) or 'part of run.json'}.",
            "A finished run has these tables.",
            "Copy the whole folder, or run it again.",
        )
    return run


def _programmes(
    one: RunFolder, other: RunFolder
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    first, second = one.manifest["programmes"], other.manifest["programmes"]
    units: dict[str, str] = {}
    alone: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name in dict.fromkeys([*second, *first]):
        if name in first and name in second:
            if first[name]["unit"] == second[name]["unit"]:
                units[name] = first[name]["unit"]
            else:
                left_out[name] = "it counts families in one run and people in the other"
            continue
        here, there = (other, one) if name in second else (one, other)
        if name in there.manifest["not_in_force"] or name not in there.policy().programmes:
            units[name] = here.manifest["programmes"][name]["unit"]
            alone[name] = BEGUN if here is other else ENDED
        else:
            left_out[name] = f"{there.path} did not decide it"
    return units, alone, left_out
