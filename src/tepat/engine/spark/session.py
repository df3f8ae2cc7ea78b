"""One Spark for the process: its Java program, its settings, its end.

Java starts once and in some seconds; whoever opens Spark after that shares it, and the last to
leave stops it. Nothing that Spark says reaches the terminal or a log: it may quote the data.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.spark import failures

ANSWER_WITHIN = 5.0  # seconds for a master's port
WORKERS_WITHIN = 60.0  # seconds for a first worker
LOOPBACK = "127.0.0.1"
_LOCAL = re.compile(r"^local(\[(?P<cores>[0-9]+|\*)\])?$")
_CLUSTER = re.compile(r"^spark://[^/,]+:[0-9]+(,[^/,]+:[0-9]+)*$")


@dataclass(frozen=True)
class Wanted:
    """What is asked of Spark.

    Attributes:
        master: ``local[2]``, ``spark://host:7077``, or another address that Spark knows.
        memory: bytes for Java on this machine (local), or for each executor (cluster).
        cores: cores of each executor on a cluster; 0 takes all of a worker.
        partitions: into how many parts joins and groups are cut.
    """

    master: str = "local[2]"
    memory: int = 2 << 30
    cores: int = 0
    partitions: int = 0

    @property
    def is_local(self) -> bool:
        """Whether all work is done in this machine's one Java program."""
        return _LOCAL.match(self.master) is not None

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """Where a standalone master may answer."""
        listed = self.master.removeprefix("spark://").split(",")
        return [(host, int(port)) for host, _, port in (each.rpartition(":") for each in listed)]

    def java_memory(self) -> str:
        """The memory as Java writes it: four fifths of what may be used, the rest is its own."""
        return f"{max(512, self.memory * 4 // 5 >> 20)}m"

    def parts(self) -> int:
        """The number of parts, by the cores where it was not given."""
        if self.partitions:
            return self.partitions
        found = _LOCAL.match(self.master)
        if found is None:
            return 200
        cores = found["cores"] or "1"
        return 2 * (os.cpu_count() or 1 if cores == "*" else int(cores))


class _Running:
    """The process's Spark: how many use it, and the Java program behind it."""

    session: Any = None
    wanted: Wanted | None = None
    users = 0
    java: Any = None


_running = _Running()


def join(wanted: Wanted, scratch: Path) -> Any:
    """A session of its own on the process's Spark, which is started if there is none.

    Raises:
        TepatError: ``spark_missing``, ``java_missing``, ``spark_not_started``, ``master_invalid``,
            ``cluster_unreachable``, ``worker_too_small``, ``spark_busy``.
    """
    if _running.session is None:
        _start(wanted, scratch)
    elif _running.wanted is None or _running.wanted.master != wanted.master:
        raise TepatError(
            "spark_busy",
            f"This program already works with the master {_running.wanted.master}."
            if _running.wanted
            else "Spark is being stopped.",
            "One program has one Spark.",
            "Wait for it to end.",
        )
    _running.users += 1
    return _running.session.newSession()


def leave() -> None:
    """Give up a session; the last one stops Spark and its Java program."""
    _running.users = max(0, _running.users - 1)
    if _running.users == 0:
        stop()


def stop() -> None:
    """Stop Spark, whoever uses it."""
    from pyspark import SparkContext

    session, java = _running.session, _running.java
    _running.session = _running.wanted = _running.java = None
    _running.users = 0
    if java is not None and java.poll() is None and session is not None:
        session.stop()
    gateway = SparkContext._gateway
    if gateway is not None:
        gateway.shutdown()
    SparkContext._gateway = SparkContext._jvm = None
    if java is not None:
        java.stdin.close()  # Java ends when its input does
        try:
            java.wait(15)
        except subprocess.TimeoutExpired:
            java.kill()
            java.wait(5)


def _be_quiet() -> None:
    """Keep what Spark's Python side writes of an error, cells among it, off the terminal."""
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def _start(wanted: Wanted, scratch: Path) -> None:
    _require(wanted)
    _be_quiet()
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=False)
    for name, value in settings(wanted, scratch).items():
        conf.set(name, value)
    with _environment(wanted):
        gateway = _launch(conf)
        _running.java = gateway.proc
        atexit.register(_end_with_the_program)
        try:
            context = SparkContext(gateway=gateway, conf=conf)
            _running.session = SparkSession(context)
            _running.wanted = wanted
            _wait_for_workers(context, wanted)
        except BaseException as error:
            stop()
            if isinstance(error, TepatError) or not isinstance(error, Exception):
                raise
            raise failures.unreachable(wanted.master, 60) from error


def _end_with_the_program() -> None:
    if _running.java is not None:
        stop()


def _require(wanted: Wanted) -> None:
    """What can be known before Java starts."""
    from importlib.util import find_spec

    if find_spec("pyspark") is None:
        raise failures.not_installed()
    if java_program() is None:
        raise failures.no_java()
    if wanted.is_local or wanted.master.startswith(("yarn", "k8s://")):
        return
    if not _CLUSTER.match(wanted.master):
        raise failures.wrong_master(wanted.master)
    if not any(_answers(host, port) for host, port in wanted.hosts):
        raise failures.unreachable(wanted.master, ANSWER_WITHIN)


def java_program() -> str | None:
    """The Java that Spark would use: of JAVA_HOME, else of the PATH."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), ANSWER_WITHIN):
            return True
    except OSError:
        return False


def settings(wanted: Wanted, scratch: Path) -> dict[str, str]:
    """Spark's settings: the same arithmetic everywhere, no page, no noise."""
    found = {
        "spark.master": wanted.master,
        "spark.app.name": "tepat",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",  # an error of a task may quote a cell
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": str(wanted.parts()),
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        # rules make deep expressions: more stack for Java's recursive planner
        "spark.driver.extraJavaOptions": "-Xss16m -Duser.timezone=UTC",
        "spark.executor.extraJavaOptions": "-Xss16m -Duser.timezone=UTC",
    }
    if wanted.is_local:
        return found | _on_loopback() | {"spark.driver.memory": wanted.java_memory()}
    found |= {
        "spark.driver.memory": "2g",
        "spark.executor.memory": wanted.java_memory(),
        # a lost worker's results are made again instead of waiting for it
        "spark.shuffle.io.maxRetries": "2",
        "spark.shuffle.io.retryWait": "2s",
    }
    if wanted.cores:
        found["spark.executor.cores"] = str(wanted.cores)
    if wanted.master.startswith("spark://") and all(
        host in (LOOPBACK, "localhost") for host, _ in wanted.hosts
    ):
        found |= _on_loopback()
    return found


def _on_loopback() -> dict[str, str]:
    return {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}


@contextmanager
def _environment(wanted: Wanted) -> Iterator[None]:
    """What Java is to find in its environment, for as long as it starts."""
    asked = {"PYSPARK_PYTHON": sys.executable, "SPARK_SUBMIT_OPTS": "-Djava.awt.headless=true"}
    if wanted.is_local:
        asked["SPARK_LOCAL_IP"] = LOOPBACK
    before = {name: os.environ.get(name) for name in asked}
    os.environ.update({name: value for name, value in asked.items() if not before[name]})
    try:
        yield
    finally:
        _put_back(before)


def _put_back(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _launch(conf: Any) -> Any:
    """Start Java; what it says goes to a file without a name."""
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    with tempfile.TemporaryFile() as said:
        try:
            return launch_gateway(conf, {"stdout": said, "stderr": said})
        except PySparkRuntimeError as error:
            said.seek(0)
            raise failures.not_started(said.read(20_000).decode(errors="replace")) from error


def _wait_for_workers(context: Any, wanted: Wanted) -> None:
    """Wait until somebody can work; a master without workers would let us wait for ever."""
    if wanted.is_local:
        return
    until = time.monotonic() + WORKERS_WITHIN
    spark = context._jsc.sc()
    while spark.getExecutorMemoryStatus().size() < 2:  # the driver is one of them
        if time.monotonic() > until:
            raise failures.no_worker(
                wanted.master, wanted.java_memory(), wanted.cores or 1, WORKERS_WITHIN
            )
        time.sleep(0.1)
