"""Several programs as one: started together, and if one ends or is told to stop, all stop.

Each program has a session of its own, so that Ctrl-C in a terminal reaches only the supervisor,
which then asks each to end in order. If the supervisor is killed, the system ends them (Linux).
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from tepat.engine.errors import TepatError

GRACE = 15.0  # seconds from the request to end until a program is killed
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True)
class Program:
    """One program to run: a name for messages, and its words."""

    name: str
    words: tuple[str, ...]


def run_together(
    programs: tuple[Program, ...], environment: dict[str, str], started: Callable[[], None]
) -> None:
    """Run programs until one ends or this process is told to stop; none is left afterwards.

    Args:
        programs: what to run, in the order of starting; they are stopped in the reverse order.
        environment: what each gets as its environment.
        started: called once when all run.

    Raises:
        KeyboardInterrupt: on Ctrl-C or SIGTERM, when all have ended.
        TepatError: ``program_ended`` where one ended by itself.
    """
    before = listen_to_requests_to_end()
    running: list[tuple[Program, subprocess.Popen[bytes]]] = []
    try:
        for program in programs:
            running.append((program, _begin(program, environment)))
        started()
        _until_one_ends(running)
    finally:
        _end([child for _, child in reversed(running)])
        for number, handler in before.items():
            signal.signal(number, handler)


def listen_to_requests_to_end() -> dict[int, signal.Handlers]:
    """Take Ctrl-C, SIGTERM and a closed terminal as KeyboardInterrupt; returns what was before.

    A shell starts background jobs with SIGINT ignored; there it is listened to as well.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return {number: signal.signal(number, interrupt) for number in numbers}  # type: ignore[misc]


def free_port(host: str, port: int, tries: int = 1) -> int:
    """The first of some ports from this one on where a server can listen.

    Raises:
        TepatError: ``port_busy``.
    """
    why = ""
    for candidate in range(port, min(port + tries, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, candidate))
                trial.listen()
            except (OSError, OverflowError) as error:
                why = str(getattr(error, "strerror", None) or error)
                continue
            return candidate
    raise TepatError(
        "port_busy",
        f"Nothing can listen on port {port} of {host}.",
        f"{why}.",
        "Stop what listens there, or give another --port.",
    )


def _begin(program: Program, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    library, parent = ctypes.CDLL(None), os.getpid()

    def die_with_parent() -> None:
        library.prctl(SET_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return subprocess.Popen(
        program.words,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 (the only thread there is)
    )


def _until_one_ends(running: list[tuple[Program, subprocess.Popen[bytes]]]) -> None:
    while True:
        for program, child in running:
            code = child.poll()
            if code is not None:
                raise TepatError(
                    "program_ended",
                    f"The {program.name} ended by itself, with code {code}.",
                    "The rest was stopped with it.",
                    "Read above what it said; `tepat serve` and `tepat worker` run them singly.",
                )
        time.sleep(0.2)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask each to end, wait, and kill what is left of its session."""
    # A second Ctrl-C must not leave half of them running.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    limit = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(max(0.0, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
        _kill_session(child.pid)
        child.wait()


def _kill_session(leader: int) -> None:
    """Kill what a program started and left behind, such as a server's own workers."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
