"""Volumes made side by side by processes of their own, and handed over in their order.

Each process gets the order once and then the numbers of volumes. It ends when its pipe is closed,
so that none outlives the process that asked for it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from traceback import format_exception

from tepat.engine.errors import TepatError
from tepat.population.files import said_clearly
from tepat.population.volume import Made, Order, make_volume

AHEAD = 3
"""So many volumes for each process may be done before the one that is next in order."""

# Each process has one processor to itself, so libraries must not share it out once more; memory
# that was freed is kept for the next column, for giving it back each time costs a tenth.
_ENVIRONMENT = {
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "2000000000",
}


@dataclass(frozen=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection


@dataclass(frozen=True)
class _Failed:
    """What a process says that could not make a volume."""

    parts: dict[str, str]
    trace: str = ""


def make_volumes(order: Order, processes: int) -> Generator[Made]:
    """Make every volume; yields them in their order. Close it to stop at once.

    Raises:
        TepatError: ``worker_lost`` where a process ended by itself, ``disk_full``, ``no_memory``.
    """
    processes = min(processes, len(order.volumes))
    if processes < 2:
        for number in range(len(order.volumes)):
            yield make_volume(order, number)
        return
    crew: list[_Worker] = []
    try:
        for _ in range(processes):
            crew.append(_start(order))
        yield from _in_order(crew, len(order.volumes))
    finally:
        _stop(crew)


def _in_order(crew: list[_Worker], volumes: int) -> Iterator[Made]:
    idle, busy, done = list(crew), dict[Connection, _Worker](), dict[int, Made]()
    asked = 0
    for number in range(volumes):
        while number not in done:
            while idle and asked < min(volumes, number + AHEAD * len(crew)):
                worker = idle.pop()
                _ask(worker, asked)
                busy[worker.pipe] = worker
                asked += 1
            for pipe in connection.wait(list(busy)):
                worker = busy.pop(pipe)  # type: ignore[call-overload]
                made = _answer_of(worker)
                done[made.number] = made
                idle.append(worker)
        yield done.pop(number)


def _ask(worker: _Worker, number: int) -> None:
    try:
        worker.pipe.send(number)
    except OSError as error:
        raise _lost(worker) from error


def _answer_of(worker: _Worker) -> Made:
    try:
        answer = worker.pipe.recv()
    except (EOFError, OSError) as error:
        raise _lost(worker) from error
    if isinstance(answer, Made):
        return answer
    if answer.trace:
        raise RuntimeError(answer.trace)
    raise TepatError(**answer.parts)


def _lost(worker: _Worker) -> TepatError:
    worker.process.join(5)
    code = worker.process.exitcode
    how = f"was killed (signal {-code})" if code is not None and code < 0 else f"ended ({code})"
    return TepatError(
        "worker_lost",
        f"A process that made families {how}.",
        "Most often the machine had no memory left for it; each needs about 700 MB.",
        "Nothing half-written was left. Give a smaller --processes, or end other programs.",
    )


def _start(order: Order) -> _Worker:
    """Start a process that Ctrl-C does not reach: who asked for it stops it."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_work, args=(its, order), daemon=True)
    resource_tracker.ensure_running()  # it would let Ctrl-C through again if it began below
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _environment():
            process.start()
    finally:
        its.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return _Worker(process, ours)


@contextmanager
def _environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _stop(crew: list[_Worker]) -> None:
    """End the processes and wait, so that none writes into a folder that is being removed."""
    for worker in crew:
        worker.process.terminate()
    for worker in crew:
        worker.process.join(10)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.pipe.close()


def _work(pipe: Connection, order: Order) -> None:
    """What a process does: make the volume whose number comes, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (number := _next(pipe)) is not None:
        try:
            with said_clearly(order.folder):
                _send(pipe, make_volume(order, number))
        except TepatError as error:
            _send(pipe, _Failed(error.as_dict()))
        except Exception as error:
            text = "".join(format_exception(error))
            _send(pipe, _Failed({}, f"{type(error).__name__}: {error}\n{text}"))
            raise SystemExit(1) from error


def _next(pipe: Connection) -> int | None:
    try:
        number: int = pipe.recv()
    except EOFError:
        return None
    return number


def _send(pipe: Connection, answer: Made | _Failed) -> None:
    try:
        pipe.send(answer)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise SystemExit(1) from error  # who asked is no more
