"""Whether what a finished run or simulation was made of is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tepat.engine.manifest import file_hash


def changed_since(kept: dict[str, Any], files: Callable[[], Iterable[Path]]) -> str | None:
    """The first file that is not as it was, and what became of it; None where all are.

    Args:
        kept: the manifest; ``inputs`` has what was read with its hash, ``files`` all there was.
        files: those that would be read today; asked where all that were read are the same.
    """
    for item in kept.get("inputs", []):
        path = Path(item["path"])
        if not path.is_file() or file_hash(path) != str(item["sha256"]):
            return f"{path} changed"
    known = kept.get("files") or [item["path"] for item in kept.get("inputs", [])]
    added = [path for path in files() if str(path) not in known]
    return f"{added[0]} was added" if added else None
