"""A small input of three families that is right in every way, for tests that spoil it."""

from __future__ import annotations

import os
from pathlib import Path

DAY = "2025-07-01"
FAMILIES = """\
family_key,kk_number,province,kabupaten,decile
F1,3204010101200001,32,3204,1
F2,3204010101200002,32,3204,3
F3,3204010101200003,32,3204,8
"""
MEMBERS = """\
person_key,family_key,nik,sex,birth_date,relation,schooling,school_level
P1,F1,3204014101850001,female,1985-01-01,head,no_longer,sd
P2,F1,3204010506200002,male,2020-06-05,child,never,
P3,F2,3204010101550003,male,1955-01-01,head,no_longer,sd
P4,F3,3204010101800004,male,1980-01-01,head,no_longer,sma
"""


def small_input(folder: Path, families: str = FAMILIES, members: str = MEMBERS) -> Path:
    """Write the input as CSV and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "families.csv").write_text(families, encoding="utf-8")
    (folder / "members.csv").write_text(members, encoding="utf-8")
    return folder


def left_behind(folder: Path) -> list[str]:
    """What stands in a folder besides what a test put there: hidden and unfinished things."""
    return sorted(
        os.path.relpath(path, folder)
        for path in folder.rglob("*")
        if path.name.startswith(".") or "unfinished" in path.name
    )
