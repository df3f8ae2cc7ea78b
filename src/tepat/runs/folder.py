"""A run's folder: where its tables lie, and how to open them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact
from tepat.engine.errors import TepatError
from tepat.policy.load import policy_from_files
from tepat.policy.model import Policy

# Each table is a folder of parts, or of parts for each programme.
TABLES = {
    "families": "facts/families/*.parquet",
    "members": "facts/members/*.parquet",
    "flags": "facts/flags/*.parquet",
    "lists": "facts/lists/*.parquet",
    "benefits": "facts/benefits/*.parquet",
    "findings": "findings/*.parquet",
    "ranking": "ranking/*.parquet",
    "contributions": "scores/*.parquet",
    "family_decisions": "decisions/families/*.parquet",
    "member_decisions": "decisions/members/*.parquet",
    "awards": "awards/*.parquet",
    "truth": "facts/truth/*.parquet",
}


FORGOTTEN = "forgotten.json"  # the run's numbers of families in which somebody was erased


def forgotten_families(path: Path) -> frozenset[int]:
    """Families of which a run can no longer tell why it decided as it did."""
    try:
        return frozenset(json.loads((path / FORGOTTEN).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return frozenset()


def read_manifest(path: Path) -> dict[str, Any] | None:
    """What run.json of a folder holds; None where the folder is not a run."""
    try:
        found = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or "programmes" not in found:
        return None
    for lines in found.get("lines", {}).values():
        for line in lines.values():
            if "quota" in line:  # as runs of older code call it
                line["awarded"] = line.pop("quota")
    return found


class RunFolder:
    """A finished run, opened for reading.

    Raises:
        TepatError: ``run_missing`` where the folder is not a run.
    """

    def __init__(self, path: Path, con: Any = None) -> None:
        self.path = path
        manifest = read_manifest(path)
        if manifest is None:
            raise TepatError(
                "run_missing",
                f"{path} is not a run: run.json is not there, or not as a run wrote it.",
                do="Give the folder that `tepat run … --out` wrote.",
            )
        self.manifest: dict[str, Any] = manifest
        self._con = con
        self._raw: Any = None

    @property
    def con(self) -> Any:
        """The engine in which the tables are opened."""
        if self._con is None:
            from tepat.engine.connect import open_engine

            self._con = open_engine()
        return self._con

    @property
    def raw(self) -> Any:
        """The engine without Ibis, which is quick to open; its own unless one was given."""
        if self._con is not None:
            return self._con.con
        if self._raw is None:
            import duckdb

            self._raw = duckdb.connect(config={"autoinstall_known_extensions": False})
        return self._raw

    def rows(self, name: str, family_id: int) -> Any:
        """The rows of one family in a table, persons in order, as an Arrow table."""
        shown = self.raw.execute(
            "SELECT * FROM read_parquet(?) WHERE family_id = ?",
            [self.file(name), family_id],
        )
        found = shown.to_arrow_table()
        return found.sort_by("person_id") if "person_id" in found.column_names else found

    def file(self, name: str) -> str:
        """Where a table lies, as the engine must be given it."""
        return f"{exact(self.path)}/{TABLES[name]}"

    def parts(self, name: str) -> list[Path]:
        """The files of a table."""
        return sorted(self.path.glob(TABLES[name]))

    def groups(self, name: str) -> Iterator[Any]:
        """A table in pieces: the files with the same number of a part, one after the other.

        All awards of a family stand in one piece.
        """
        pieces: dict[str, list[str]] = {}
        for path in self.parts(name):
            number = re.search(r"part-(\d+)", path.stem)
            pieces.setdefault(number[1] if number else "", []).append(exact(path))
        yield from map(self.con.read_parquet, pieces.values())

    def has(self, name: str) -> bool:
        """Whether the run kept a table."""
        return any(self.path.glob(TABLES[name]))

    def table(self, name: str) -> Any:
        """One of the run's tables (see ``TABLES``) as an Ibis table."""
        return self.con.read_parquet(self.file(name))

    def policy(self) -> Policy:
        """The policy that the run used, as it kept it."""
        folder = self.path / "policy"
        files = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*.yaml"))
        }
        return policy_from_files(files, folder)
