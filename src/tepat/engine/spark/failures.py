"""What goes wrong on a cluster, in words that a person can act on.

Spark's own messages run over many lines and may quote a cell of the data, so of them only the name
of the error is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tepat.engine.errors import TepatError

SPARK_VERSION = "4.0"


class SparkFailed(RuntimeError):
    """What Spark could not do and nobody foresaw, in its own words, which may quote the data."""


def not_installed() -> TepatError:
    """The package is not there."""
    return TepatError(
        "spark_missing",
        "The engine 'spark' is not installed.",
        "It is an extra of Tepat: the package pyspark, about 450 MB.",
        "Install it with `pip install 'tepat[spark]'`, or run without --engine.",
    )


def no_java() -> TepatError:
    """There is no Java to run Spark."""
    return TepatError(
        "java_missing",
        "Spark needs Java 17 or later, and there is none on this machine.",
        "Neither JAVA_HOME nor the PATH leads to a program named java.",
        "Install it (on Debian the package openjdk-17-jre-headless), or run without --engine.",
    )


def not_started(said: str) -> TepatError:
    """Java began and ended before Spark stood."""
    if "UnsupportedClassVersionError" in said:
        why, do = "Java is older than version 17.", "Install Java 17 or later, or set JAVA_HOME."
    elif "heap" in said.lower() or "reserve enough space" in said:
        why = "Java could not have the memory that was asked for."
        do = "Give a smaller --memory, or use a machine with more."
    else:
        why, do = (
            "Java ended at once.",
            "Try `java -version`, and look at SPARK_HOME and JAVA_HOME.",
        )
    return TepatError("spark_not_started", "Spark could not be started.", why, do)


def wrong_master(master: str) -> TepatError:
    """The address is none that Spark knows."""
    return TepatError(
        "master_invalid",
        f"'{master}' is not the address of a Spark master.",
        do="Give spark://host:7077 for a cluster, or local[2] for two cores of this machine.",
    )


def unreachable(master: str, seconds: float) -> TepatError:
    """Nobody answers at the address, or nobody that speaks this Spark's language."""
    return TepatError(
        "cluster_unreachable",
        f"No Spark master answers at {master} within {seconds:.0f} seconds.",
        f"It is down, a firewall is between, or it is not Spark {SPARK_VERSION}: master, workers "
        "and Tepat need the same version.",
        "Look at the master's page, and give the address that stands at its top.",
    )


def no_worker(master: str, memory: str, cores: int, seconds: float) -> TepatError:
    """The master has nobody who can take the work."""
    return TepatError(
        "worker_too_small",
        f"The master {master} found no worker with {memory} of memory and {cores} free "
        f"{'core' if cores == 1 else 'cores'} within {seconds:.0f} seconds.",
        "No worker is registered, others use them, or each was started with less.",
        "Start workers with more (--memory, --cores), or give a smaller --memory.",
    )


def not_shared(folder: Path) -> TepatError:
    """The workers wrote, and nothing is here."""
    return TepatError(
        "not_shared",
        f"The workers do not write to the {folder} of this machine.",
        "Every worker reads the input, and writes the result, by the same path as this machine.",
        "Put input and --out on storage that all machines mount at the same place.",
    )


def unreadable(file: str) -> TepatError:
    """A file is no Parquet file, or not a whole one."""
    return TepatError(
        "unreadable",
        f"{file} cannot be read.",
        "It is cut off, or no Parquet file.",
        "Copy it anew.",
    )


# What Spark's message holds, and what it means. The first that fits is taken.
_MEANINGS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        r"No space left on device|Disk quota exceeded",
        "disk_full",
        "A disk of the cluster is full.",
        "Sorting and grouping spill to the workers' local folders (SPARK_LOCAL_DIRS).",
        "Make room there or beside --out, then run again.",
    ),
    (
        r"OutOfMemoryError|CANNOT_ACQUIRE_MEMORY|UNABLE_TO_ACQUIRE_MEMORY|OOMKilled|"
        r"exit code:? 137|Command exited with code 52",
        "worker_memory",
        "A worker ran out of memory.",
        "The part of the work that one core holds at a time does not fit.",
        "Give more --memory, fewer cores per worker, or more workers; see docs/cluster.md.",
    ),
    (
        r"ExecutorLostFailure|Executor.*(lost|removed)|Connection refused|FetchFailed",
        "workers_lost",
        "Workers were lost again and again until Spark gave up.",
        "One lost worker is made up for by the others; here one task failed four times.",
        "Look at the workers' logs: a worker without memory is ended by its machine.",
    ),
    (
        r"SparkContext was shut down|stopped SparkContext|All masters are unresponsive|"
        r"Connection reset|Py4JNetworkError|Answer from Java side is empty|Error while sending",
        "cluster_lost",
        "The connection to Spark was lost.",
        "The master or Java on this machine has ended.",
        "Start them again and run again.",
    ),
    (
        r"PATH_NOT_FOUND|FILE_NOT_EXIST|FileNotFoundException",
        "not_shared",
        "A file is not there, or a worker cannot see it.",
        "Every worker reads the input, and writes the result, by the same path as this machine.",
        "Put input and --out on storage that all machines mount at the same place.",
    ),
    (
        r"AccessControlException|Permission denied|Mkdirs failed",
        "not_writable",
        "A worker may not write where the run is kept.",
        "Every worker writes below --out.",
        "Let the workers' user write there, on storage that all machines mount.",
    ),
    (
        r"CANNOT_READ_FILE_FOOTER|FAILED_READ_FILE|is not a Parquet file|ParquetDecodingException",
        "unreadable",
        "A Parquet file cannot be read.",
        "It is cut off, or no Parquet file.",
        "Copy it anew.",
    ),
    (
        r"PYTHON_VERSION_MISMATCH|Cannot run program \"python",
        "python_differs",
        "The workers run another Python than this machine, or none.",
        "Tepat itself needs none there; something else in this session does.",
        "Set PYSPARK_PYTHON to the same version on all machines.",
    ),
    (
        r"InvalidClassException|serialVersionUID|local class incompatible",
        "spark_differs",
        "Master, workers and Tepat run different versions of Spark.",
        f"All must be Spark {SPARK_VERSION}.",
        "Install the same version everywhere.",
    ),
)


def understood(text: str) -> TepatError | None:
    """What an error of Spark means; None where nobody foresaw it."""
    for pattern, code, what, why, do in _MEANINGS:
        if re.search(pattern, text):
            return TepatError(code, what, why, do)
    return None


@contextmanager
def in_words() -> Iterator[None]:
    """Turn Spark's errors into ours; errors that are not Spark's pass unchanged.

    Raises:
        TepatError: what is understood.
        SparkFailed: what is not; Spark's own error could not be read once Java has ended.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException, ConnectionError) as error:
        text = _words(error)
        meant = understood(text)
        if meant is None:
            raise SparkFailed(text) from error
        raise meant from error


def _words(error: Exception) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except ConnectionError:  # it asks Java, which has ended
        return "Connection reset by Java"
