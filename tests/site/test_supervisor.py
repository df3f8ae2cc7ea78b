"""Programs that run as one: none is left behind, whatever ends first."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tepat.engine.errors import TepatError
from tepat.site.supervisor import free_port

# Two programs with a child each; every one of the four writes its number into a file.
SUPERVISED = """
import pathlib, signal, sys
from tepat.site.supervisor import Program, run_together
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
folder = pathlib.Path(sys.argv[1])
once = "import os, pathlib, time; pathlib.Path('{0}').write_text(str(os.getpid())); {1}"
stay = "time.sleep(60)"
def program(name, then):
    child = once.format(folder / (name + "-child"), stay)
    lines = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
    return Program(name, (sys.executable, "-c", lines + "; " + once.format(folder / name, then)))
run_together(
    (program("a", stay), program("b", sys.argv[2].replace("stay", stay))),
    {},
    started=lambda: None,
    look_after_more=lambda: None,
)
"""
UNMOVED = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); stay"


def start(folder: Path, second: str = "stay") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(folder), second], stderr=subprocess.PIPE, text=True
    )


def numbers(folder: Path, count: int = 4) -> dict[str, int]:
    """Process numbers by name, once all have written theirs."""
    wait_until(lambda: len([f for f in folder.iterdir() if f.read_text()]) >= count)
    return {file.name: int(file.read_text()) for file in folder.iterdir()}


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "it did not come to hold in time"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_leaves_nothing_running(tmp_path: Path, number: int) -> None:
    supervisor = start(tmp_path)
    pids = numbers(tmp_path)
    assert all(map(lives, pids.values())), "all four run before"
    supervisor.send_signal(number)
    _, said = supervisor.communicate(timeout=30)
    assert "KeyboardInterrupt" in said
    assert not any(map(lives, pids.values()))


def test_a_killed_supervisor_takes_its_programs_along(tmp_path: Path) -> None:
    supervisor = start(tmp_path)
    pids = numbers(tmp_path)
    assert lives(pids["a"]) and lives(pids["b"]), "both run before"
    supervisor.kill()
    supervisor.wait(30)
    wait_until(lambda: not lives(pids["a"]) and not lives(pids["b"]))
    assert not lives(pids["a"]) and not lives(pids["b"])
    for name in ("a-child", "b-child"):  # web server and worker end theirs; these programs do not
        os.kill(pids[name], signal.SIGKILL)
    supervisor.communicate(timeout=30)


def test_a_program_that_falls_is_started_again(tmp_path: Path) -> None:
    supervisor = start(tmp_path)
    first = numbers(tmp_path)["b"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: numbers(tmp_path)["b"] != first)
    second = numbers(tmp_path)
    assert lives(second["a"]) and lives(second["b"])
    supervisor.send_signal(signal.SIGINT)
    _, said = supervisor.communicate(timeout=30)
    assert "The b ended with -9 and is started again." in said
    assert not any(map(lives, second.values()))


def test_a_program_that_always_falls_ends_all(tmp_path: Path) -> None:
    supervisor = start(tmp_path, "sys.exit(7)")
    _, said = supervisor.communicate(timeout=60)
    assert "ended 4 times within a minute, now with 7" in said
    assert not any(map(lives, numbers(tmp_path).values()))


def test_a_program_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = SUPERVISED.replace(
        "folder =", "import tepat.site.supervisor as all; all.GRACE = 1.0; folder =", 1
    )
    monkeypatch.setitem(globals(), "SUPERVISED", quick)
    supervisor = start(tmp_path, UNMOVED)
    pids = numbers(tmp_path)
    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=30)
    assert not any(map(lives, pids.values()))


def test_a_busy_port_is_refused_or_passed_over() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(TepatError) as refused:
            free_port("127.0.0.1", port)
        assert refused.value.code == "port_busy"
        assert str(port) in refused.value.what
        assert free_port("127.0.0.1", port, 20) > port
    assert free_port("127.0.0.1", port) == port
