"""On which engine a run calculates: the embedded one, or Spark on this machine or a cluster."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from tepat.engine.connect import usual_memory
from tepat.engine.desk import Desk
from tepat.engine.errors import TepatError
from tepat.runs.request import Request

ENGINES = ("duckdb", "spark")
OF_AN_EXECUTOR = 4 << 30  # bytes, where nothing is said
_UNITS = {"K": 1, "M": 2, "G": 3, "T": 4}


def look_at_engine(request: Request) -> None:
    """Refuse an engine that there is not, or a master without Spark.

    Raises:
        TepatError: ``engine_unknown``, ``master_without_spark``.
    """
    if request.engine not in ENGINES:
        raise TepatError(
            "engine_unknown",
            f"There is no engine '{request.engine}'.",
            do=f"Engines: {', '.join(ENGINES)}.",
        )
    if request.master is not None and request.engine != "spark":
        raise TepatError(
            "master_without_spark",
            f"--master {request.master} is given, but the engine is {request.engine}.",
            "Only Spark has a master.",
            "Add --engine spark, or leave --master out.",
        )


def open_desk(request: Request, embedded: Any, folder: Path) -> Desk:
    """The engine on which a run calculates, with its folder for tables.

    Args:
        request: what is asked, the engine among it.
        embedded: the embedded engine, already open.
        folder: for tables; on a cluster every machine must see it.

    Raises:
        TepatError: Spark cannot be reached or started, see `engine.spark`.
    """
    if request.engine == "duckdb":
        return Desk(embedded, folder)
    from tepat.engine.spark import open_spark
    from tepat.engine.spark.desk import SparkDesk

    master = request.master or f"local[{os.cpu_count() or 1}]"
    usual = usual_memory() if master.startswith("local") else OF_AN_EXECUTOR
    memory = _bytes(request.memory) if request.memory else usual
    return SparkDesk(open_spark(master, scratch=folder / "spark", memory=memory), folder)


def _bytes(memory: str) -> int:
    """The bytes of an amount that the embedded engine has already accepted, such as ``8GB``."""
    number, unit, binary = re.fullmatch(r"([0-9.]+) ?([KMGT])(i?)B", memory).groups()  # type: ignore[union-attr]
    return int(float(number) * (1024 if binary else 1000) ** _UNITS[unit])
