"""The embedded PostgreSQL server: start it or attach to it, and stop it.

Nothing stops the server but `stop`: commands come and go, and the next finds it running. A folder
holds the socket, a lock and ``data/``. Only the account that made the cluster (and root) may
connect. What can go wrong here is written at each step: a killed initdb, a killed server whose
number another process has by now, a path too long for a socket, a folder that was moved.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tepat.engine.errors import TepatError
from tepat.engine.postgres_programs import account_of, run

# A socket's path may have 107 bytes, and libpq appends /.s.PGSQL.5432.
LONGEST_FOLDER = 90
PATIENCE = 120.0  # seconds for a start; recovery after a crash of a large database takes a while
OWN_SETTINGS = """# Written by Tepat at every start.
listen_addresses = ''
unix_socket_directories = '"{socket}"'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = '{buffers}'
max_wal_size = '4GB'
jit = off
timezone = 'UTC'
# Containers often have a tiny /dev/shm.
dynamic_shared_memory_type = sysv
# Statements and keys can hold what people told us, and so can the words of a refused statement
# ("invalid input: …"): they stay out of the log. The program that sent it is told all the same.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_lock_waits = off
log_temp_files = -1
log_replication_commands = off
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_size = 0
"""
# What a test may lose in a power cut, and nobody else.
NOT_DURABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@dataclass(frozen=True)
class Status:
    """What is known of the server of a folder: `pid` is None where none runs."""

    home: Path
    socket: Path
    exists: bool
    pid: int | None


def socket_folder(home: Path) -> Path:
    """The folder of the server's socket, which is the host to connect to. Starts nothing."""
    home = home.absolute()
    if len(os.fsencode(home)) <= LONGEST_FOLDER and not set(str(home)) & set(',"\\\n'):
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"tepat-{os.geteuid()}-{digest}"


def ensure(home: Path, *, durable: bool = True) -> Path:
    """Start the server of a folder, made if need be, or attach to it; returns the socket's folder.

    Args:
        home: the folder; it may not exist yet.
        durable: whether what was committed must survive a power cut. Only tests say no.

    Raises:
        TepatError: ``postgres_failed``, ``folder_of_another``, ``folder_closed``,
            ``account_missing`` or ``postgres_missing``.
    """
    home = home.absolute()
    with _locked(home):
        if not (home / "data").exists():
            _create(home)
        limit = time.monotonic() + PATIENCE
        while not _answers(home):
            # A server that lives and does not answer recovers or stops: it needs time.
            if _postmaster(home) is None:
                _start(home, durable=durable, limit=limit)
            elif time.monotonic() > limit:
                raise _failed(home, "It runs and does not answer.")
            else:
                time.sleep(0.1)
    return socket_folder(home)


def stop(home: Path) -> bool:
    """Stop the server of a folder, whatever is connected; returns whether one ran.

    Raises:
        TepatError: ``postgres_failed``.
    """
    home = home.absolute()
    if not home.exists():
        return False
    with _locked(home):
        if _postmaster(home) is None:
            return False
        words = ("-m", "fast", "-w", "-t", str(int(PATIENCE)), "stop")
        code, said = run("pg_ctl", *words, data=home / "data")
        if code and _postmaster(home) is not None:
            raise _failed(home, said)
        return True


def status(home: Path) -> Status:
    """Whether the folder has a cluster and a server that answers."""
    home = home.absolute()
    if not home.exists():
        return Status(home, socket_folder(home), False, None)
    with _locked(home):
        exists = (home / "data").exists()
        pid = _postmaster(home) if exists and _answers(home) else None
        return Status(home, socket_folder(home), exists, pid)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process at a time starts, stops or makes this server."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".lock").open("a")
    except OSError as error:
        raise _not_ours(home, f"{error.strerror}: {error.filename}.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _not_ours(folder: Path, why: str) -> TepatError:
    return TepatError(
        "folder_of_another",
        f"Tepat may not use {folder}, which may belong to another user.",
        why,
        "Run this as the user who started Tepat there, or name another folder in TEPAT_HOME.",
    )


def _create(home: Path) -> None:
    """Make the cluster beside its place: a killed initdb leaves a folder that looks whole."""
    new = home / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    _give(home, new)
    _give(home, home)
    code, said = run(
        "initdb",
        "--username=postgres",
        "--auth=peer",
        "--encoding=UTF8",
        "--locale-provider=builtin",  # the same order of names on every machine
        "--locale=C.UTF-8",
        "--no-instructions",
        data=new,
    )
    if code:
        raise _failed(home, said)
    with (new / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'tepat.conf'\n")
    new.rename(home / "data")


def _give(home: Path, folder: Path) -> None:
    """As root, hand a folder to the server's account and close it to all others."""
    if os.geteuid() == 0:
        account = account_of(home / "data")
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def _configure(home: Path, durable: bool) -> None:
    """Write the settings, at every start: they hold a path, and releases change them."""
    data = home / "data"
    socket = str(socket_folder(home)).replace("'", "''")
    text = OWN_SETTINGS.format(socket=socket, buffers="512MB" if durable else "128MB")
    # nobody is an account that strangers share: run by root, only root may connect.
    caller = pwd.getpwuid(os.geteuid()).pw_name
    shared = {"nobody"} if caller == "root" else set()
    names = {"root", caller, account_of(data).pw_name} - shared
    texts = {
        "tepat.conf": text + ("" if durable else NOT_DURABLE),
        "pg_hba.conf": "local all all peer map=tepat\n",
        "pg_ident.conf": "".join(f'tepat "{name}" all\n' for name in sorted(names)),
    }
    for name, content in texts.items():
        (data / name).write_text(content)
        (data / name).chmod(0o644)  # written by root, read by the server's account


def _start(home: Path, *, durable: bool, limit: float) -> None:
    _make_socket_folder(home)
    _configure(home, durable)
    while True:
        _clear_dead(home)
        # Paths stay out of the words: pg_ctl hands them to a shell in plain double quotes.
        words = ("-w", "-t", str(int(PATIENCE)), "-l", "start.log", "-o", f"-c {_name(home)}")
        (home / "data" / "start.log").unlink(missing_ok=True)
        code, said = run("pg_ctl", *words, "start", data=home / "data", cwd=home / "data")
        if code == 0:
            return
        said = _log(home) or said
        # Children of a killed server leave within a moment; PostgreSQL waits for them by refusing.
        if "still in use" not in said or time.monotonic() > limit:
            raise _failed(home, said)
        time.sleep(0.2)


def _make_socket_folder(home: Path) -> None:
    """Where the socket lies elsewhere, its folder; all may write there, even a stranger."""
    socket = socket_folder(home)
    if socket == home:
        return
    socket.mkdir(mode=0o700, exist_ok=True)
    found = socket.lstat()
    ours = found.st_uid in (os.geteuid(), account_of(home / "data").pw_uid)
    if not (ours and stat.S_ISDIR(found.st_mode)):
        raise _not_ours(socket, f"{home} is too long a path for a socket, which would lie there.")
    _give(home, socket)


def _clear_dead(home: Path) -> None:
    """Take away what a killed server left, which blocks a start while its number is in use."""
    socket = socket_folder(home)
    for left in (home / "data" / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
        left.unlink(missing_ok=True)


def _answers(home: Path) -> bool:
    words = ("-q", "-h", str(socket_folder(home)), "-t", "2")
    return run("pg_isready", *words, data=home / "data")[0] == 0


def _name(home: Path) -> str:
    """The server's name among the processes; by inode, so that a moved folder keeps it."""
    return f"cluster_name=tepat-{(home / 'data').stat().st_ino}"


def _postmaster(home: Path) -> int | None:
    """The living server's process; None where its number is a stranger's or a zombie's."""
    try:
        pid = int((home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if os.fsencode(_name(home)) in words else None


def _log(home: Path) -> str:
    log = home / "data" / "start.log"
    return log.read_text(errors="replace") if log.exists() else ""


def _failed(home: Path, said: str) -> TepatError:
    last = [line.strip() for line in said.strip().splitlines() if line.strip()][-4:]
    return TepatError(
        "postgres_failed",
        f"The embedded PostgreSQL in {home} does not work.",
        " / ".join(last),
        f"Look whether the disk is full, and read the logs in {home / 'data'}. With a server of "
        "your own, name it in DATABASE_URL.",
    )
