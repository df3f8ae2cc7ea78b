"""Several programs as one: started together, stopped together, started again when one falls.

Each program has a session of its own, so that Ctrl-C in a terminal reaches only the supervisor,
which then asks each to end in order. If the supervisor is killed, the system ends them (Linux).
"""

from __future__ import annotations

import ctypes
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from tepat.engine.errors import TepatError

# A program that falls so often within so many seconds is not started again.
FALLS, WITHIN = 4, 60.0
GRACE = 15.0  # seconds from the request to end until a program is killed
REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True)
class Program:
    """One program to run: a name for messages, and its words."""

    name: str
    words: tuple[str, ...]


class _Running:
    """A program, its process, and when it had to be started again."""

    def __init__(self, program: Program, environment: dict[str, str]) -> None:
        self.program, self.environment = program, environment
        self.falls: list[float] = []
        self.process = _begin(program, environment)

    def look_after(self) -> None:
        code = self.process.poll()
        if code is None:
            return
        _kill_session(self.process.pid)
        now = time.monotonic()
        self.falls = [fall for fall in self.falls if now - fall < WITHIN] + [now]
        if len(self.falls) >= FALLS:
            raise TepatError(
                "program_ended",
                f"The {self.program.name} ended {FALLS} times within a minute, now with {code}.",
                "The rest was stopped with it.",
                "Read above what it said; `tepat serve` and `tepat worker` run them singly.",
            )
        said = f"The {self.program.name} ended with {code} and is started again."
        print(said, file=sys.stderr, flush=True)
        self.process = _begin(self.program, self.environment)


def run_together(
    programs: tuple[Program, ...],
    environment: dict[str, str],
    started: Callable[[], None],
    look_after_more: Callable[[], object],
) -> None:
    """Run programs until this process is told to stop; none is left afterwards.

    Args:
        programs: what to run, in the order of starting.
        environment: what each gets as its environment.
        started: called once when all run.
        look_after_more: called every two seconds, to keep up what they rest on.

    Raises:
        KeyboardInterrupt: on Ctrl-C or SIGTERM, when all have ended.
        TepatError: ``program_ended`` where one falls again and again.
    """
    before = listen_to_requests_to_end()
    running: list[_Running] = []
    try:
        for program in programs:
            running.append(_Running(program, environment))
        started()
        for beat in itertools.count():
            if beat % 10 == 0:
                look_after_more()
            for each in running:
                each.look_after()
            time.sleep(0.2)
    finally:
        _end([each.process for each in running])
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def running(program: Program, environment: dict[str, str]) -> Iterator[None]:
    """A program that runs while the block does."""
    child = _begin(program, environment)
    try:
        yield
    finally:
        _end([child])


def listen_to_requests_to_end() -> dict[int, signal.Handlers]:
    """Take Ctrl-C, SIGTERM and a closed terminal as KeyboardInterrupt; returns what was before.

    A shell starts background jobs with SIGINT ignored; there it is listened to as well.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored on purpose under nohup
        numbers.append(signal.SIGHUP)
    return {number: signal.signal(number, interrupt) for number in numbers}  # type: ignore[misc]


def ignore_requests_to_end() -> None:
    """For the last steps, so that a second Ctrl-C does not leave half of them undone."""
    for number in REQUESTS:
        signal.signal(number, signal.SIG_IGN)


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


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask each to end, wait, and kill what is left of its session."""
    before = {number: signal.getsignal(number) for number in REQUESTS}
    ignore_requests_to_end()
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
    for number, handler in before.items():
        signal.signal(number, handler)


def _kill_session(leader: int) -> None:
    """Kill what a program started and left behind, such as a server's own workers."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
