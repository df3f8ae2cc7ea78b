"""A Spark cluster of this machine alone: a master and workers on loopback, for tests and measuring.

Each is a process group of its own, so that a worker can be lost with all its children. Leaving the
block ends them all, whatever happened in it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

LOOPBACK = "127.0.0.1"
STARTS_WITHIN = 60.0
_MASTER, _WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"


@dataclass
class Cluster:
    """A master and its workers; use it in a `with` block.

    Attributes:
        folder: where the programs write their logs and the workers what they spill.
        workers: how many workers begin.
        cores: of each worker.
        memory: of each worker, in megabytes.
    """

    folder: Path
    workers: int = 2
    cores: int = 1
    memory: int = 1500
    port: int = 0
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _master: subprocess.Popen[bytes] | None = None

    @property
    def master(self) -> str:
        """The address for ``--master``."""
        return f"spark://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Cluster:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.port = _free_port()
            page = ("--webui-port", "0")
            self._master = self._start(
                "master", _MASTER, "--host", LOOPBACK, "--port", str(self.port), *page
            )
            self._wait_until_it_answers()
            for _ in range(self.workers):
                self.add_worker()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def add_worker(self) -> None:
        """Start one more worker."""
        name = f"worker{len(self.running)}"
        size = ("--cores", str(self.cores), "--memory", f"{self.memory}m")
        where = ("--host", LOOPBACK, "--port", "0", "--webui-port", "0")
        self.running.append(self._start(name, _WORKER, *where, *size, self.master))

    def executors(self, number: int) -> list[int]:
        """The processes that work for somebody on a worker, by their ids."""
        group = self.running[number].pid
        return [pid for pid in _members(group) if "CoarseGrainedExecutorBackend" in _command(pid)]

    def lose_worker(self, number: int) -> None:
        """Kill a worker with all that works for it, as when a machine loses its power."""
        worker = self.running[number]
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)

    def _start(self, name: str, program: str, *words: str) -> subprocess.Popen[bytes]:
        home = _spark_home()
        work = self.folder / name
        work.mkdir()
        java = "-Dspark.worker.cleanup.enabled=true" if program == _WORKER else ""
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": LOOPBACK,
            "SPARK_WORKER_DIR": str(work),
            "SPARK_LOCAL_DIRS": str(work),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_WORKER_OPTS": java,
        }
        with (work / "log").open("wb") as log:
            return subprocess.Popen(
                [home / "bin" / "spark-class", program, *words],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while not _answers(self.port):
            gone = self._master is None or self._master.poll() is not None
            if gone or time.monotonic() > until:
                log = (self.folder / "master" / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"The master did not start:\n{log}")
            time.sleep(0.1)

    def _end(self) -> None:
        everyone = [*self.running, *([self._master] if self._master else [])]
        for process in everyone:
            if process.poll() is None or _members(process.pid):
                _signal(process.pid, signal.SIGTERM)
        for process in everyone:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                _signal(process.pid, signal.SIGKILL)
                process.wait(10)
            if _members(process.pid):  # an executor that outlives its worker
                _signal(process.pid, signal.SIGKILL)


def _spark_home() -> Path:
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise RuntimeError("pyspark is not installed")
    return Path(found.origin).parent


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as taken:
        return int(taken.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex((LOOPBACK, port)) == 0


def _members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            state, of = "Z", "0"
        if int(of) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _signal(group: int, number: signal.Signals) -> None:
    if _members(group):
        os.killpg(group, number)
