"""Starting the installed command in a home of its own, and asking what it serves."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("tepat")
# Tests set keys and database of their own in the environment; a program on its own has none.
LEFT_OUT = ("TEPAT_SECRET_KEY", "TEPAT_DATA_KEY", "DATABASE_URL", "DATABASE_OWNER_URL")


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a program with this home."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "TEPAT_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "160", **more}


def tepat(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [PROGRAM, *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment(home, **more),
    )


def begun(home: Path, log: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a command that runs on; what it says goes into a file."""
    with log.open("w") as said:
        return subprocess.Popen(
            [PROGRAM, *words], stdout=said, stderr=said, env=environment(home), cwd=home.parent
        )


@contextmanager
def home_of_its_own() -> Iterator[Path]:
    """A folder for an installation, whose server is stopped afterwards."""
    base = Path(tempfile.mkdtemp(prefix="tepat-test-"))
    try:
        yield base / "home"
    finally:
        tepat(base / "home", "db", "stop")
        shutil.rmtree(base)


def unused_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Status and body of a page; status 0 where nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def health_once(port: int, process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """The health page, as soon as it says ok."""
    limit = time.monotonic() + 120
    while True:
        status, body = get(port, "/health")
        if status == 200:
            return dict(json.loads(body))
        assert process.poll() is None and time.monotonic() < limit, log.read_text()
        time.sleep(0.2)
