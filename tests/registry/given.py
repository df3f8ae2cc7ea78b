"""Small inputs written as text, and what reading and checking them gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tepat.engine.connect import open_engine
from tepat.policy.load import load_policy
from tepat.policy.model import Variable
from tepat.registry.files.input import Input
from tepat.registry.files.mapping import SourceMapping
from tepat.registry.files.read import read_input
from tepat.registry.rules.check import Checked, check

DAY = date(2025, 7, 1)
FAMILIES = "family_key,province,floor_area,floor,homeless\nA,32,36,earth,no\nB,32,50,8,ya\n"
MEMBERS = (
    "person_key,family_key,name,nik,sex,birth_date,relation\n"
    "A1,A,Siti Aminah,3204014503900001,2,1990-03-05,1\n"
    "A2,A,Budi,3204010506150002,1,2015-06-05,3\n"
    "B1,B,Joko,3204011708850003,1,1985-08-17,1\n"
)


@cache
def variables() -> dict[str, Variable]:
    """The variables of the policy that comes with Tepat."""
    return dict(load_policy().variables)


@dataclass(frozen=True)
class Read:
    """What reading gave, as polars tables."""

    given: Input
    scratch: Path

    def table(self, name: str) -> Any:
        return getattr(self.given, name).to_polars()

    def column(self, table: str, name: str) -> list[Any]:
        """A column in the order of the table's key."""
        key = {"families": "family_key", "members": "person_key"}[table]
        values: list[Any] = self.table(table).sort(key)[name].to_list()
        return values

    def findings(self, *names: str) -> list[tuple[Any, ...]]:
        """Chosen columns of the findings that are no mere notes, sorted."""
        rows = self.table("findings").filter(
            ~self.table("findings")["rule"].is_in(["column_unused", "blank_rows"])
        )
        return sorted(rows.select(names or ("rule", "key")).rows(), key=str)


def read(
    folder: Path,
    mapping: SourceMapping | None = None,
    keep: Sequence[str] = (),
    scratch: Path | None = None,
) -> Read:
    """Read an input with an engine of its own."""
    scratch = scratch or folder.parent / f"scratch_{folder.name}"
    scratch.mkdir(exist_ok=True)
    con = open_engine(scratch, threads=2)
    return Read(read_input(folder, variables(), mapping, keep, con=con, scratch=scratch), scratch)


def written(folder: Path, families: str = FAMILIES, members: str = MEMBERS, **others: str) -> Path:
    """A folder with CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"families": families, "members": members, **others}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def checked(
    folder: Path, families: str = FAMILIES, members: str = MEMBERS, day: date = DAY, **others: str
) -> Checked:
    """Write, read and check."""
    found = read(written(folder, families, members, **others))
    return check(found.given, day, scratch=found.scratch)


def rules_of(result: Checked, *, notes: bool = False) -> set[tuple[str, str]]:
    """Rule and key of each finding."""
    rows = result.findings.to_polars()
    if not notes:
        rows = rows.filter(rows["severity"] != "note")
    return set(rows.select("rule", "key").rows())
