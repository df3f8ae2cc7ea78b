"""Where a running Tepat keeps what it must not lose: database, files, keys, snapshots, runs."""

from __future__ import annotations

import os
from pathlib import Path


def tepat_home() -> Path:
    """What TEPAT_HOME names; else ``var/tepat`` of the checkout, or the user's data folder.

    It need not exist yet.
    """
    named = os.environ.get("TEPAT_HOME")
    if named:
        return Path(named).expanduser().absolute()
    checkout = Path(__file__).parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var" / "tepat"
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base).absolute() / "tepat"
