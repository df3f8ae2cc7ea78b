"""An input that was read: its tables, and what is needed to open them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tepat.engine.text import Text
from tepat.policy.model import Variable

OTHERS = ("flags", "lists", "benefits")


@dataclass(frozen=True)
class Input:
    """An input in our own types; the tables are Ibis tables of ``con``.

    ``families`` has family_id (1, 2, … in the order of family_key), ``members`` person_id,
    family_id; both have every variable of the policy, null where unknown. ``present`` tells which
    columns the files really had. ``kept`` holds family_id, _family_key and the source columns
    that a model asked for. ``files`` is the manifest: path, sha256, rows, table.
    """

    con: Any
    families: Any
    members: Any
    flags: Any
    lists: Any
    benefits: Any
    findings: Any
    present: dict[str, tuple[str, ...]]
    files: list[dict[str, Any]]
    kept: Any = None
    unit_note: Text | None = None
    rows: dict[str, int] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    numbered: int = 0  # members, those who were set aside too
    prefix: str = ""
    script: tuple[str, ...] = ()

    def saved(self) -> dict[str, Any]:
        """What `reopened` needs, as JSON can hold it; the scratch folder must outlive it."""
        return {
            "prefix": self.prefix,
            "script": list(self.script),
            "present": {name: list(columns) for name, columns in self.present.items()},
            "files": self.files,
            "kept": self.kept is not None,
            "unit_note": [self.unit_note.id, self.unit_note.en] if self.unit_note else None,
            "rows": self.rows,
            "numbered": self.numbered,
        }


def reopened(con: Any, saved: Mapping[str, Any], variables: Mapping[str, Variable]) -> Input:
    """An input that was read before, from what its `saved` gave; nothing is read again."""
    for statement in saved["script"]:
        con.con.execute(statement)
    return Input(
        con=con,
        **tables_of(con, saved["prefix"], kept=saved["kept"]),
        present={name: tuple(columns) for name, columns in saved["present"].items()},
        files=saved["files"],
        unit_note=Text(*saved["unit_note"]) if saved["unit_note"] else None,
        rows=saved["rows"],
        numbered=saved["numbered"],
        variables=variables,
        prefix=saved["prefix"],
        script=tuple(saved["script"]),
    )


def tables_of(con: Any, prefix: str, *, kept: bool) -> dict[str, Any]:
    """The tables of an input under the names that reading gave them."""
    names = ("families", "members", *OTHERS, "findings", *(("kept",) if kept else ()))
    return {name: con.table(f"{prefix}_{name}") for name in names}
