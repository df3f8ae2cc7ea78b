"""What a test needs from outside Python, and what happens where it is missing.

On a developer's machine the test is skipped and says what to install. Under ``CI=true`` it
fails, because a build that silently leaves tests out proves nothing.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the calling test, or fail it under CI, naming what is missing."""
    reason = f"system package missing: {what}. {remedy}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason} (under CI a test is not left out for this)", pytrace=False)
    pytest.skip(reason)


def chromium_program() -> str:
    """Path of the installed Chromium, from CHROMIUM or the PATH."""
    found = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if found is None:
        missing("chromium", "Run `make setup` as root, or install Debian's package chromium.")
    return found


def java_program() -> str:
    """Path of Java, from JAVA_HOME or the PATH; Spark needs it."""
    from tepat.engine.spark.session import java_program as found

    path = found()
    if path is None:
        missing("java", "Run `make setup` as root, or install Debian's openjdk-17-jre-headless.")
    return path


def data_of_others(name: str) -> Path:
    """A folder of data that is not ours, below the one that TEPAT_TEST_DATA names."""
    base = os.environ.get("TEPAT_TEST_DATA")
    if not base:
        pytest.skip(f"TEPAT_TEST_DATA is not set; it names the folder that holds {name}")
    folder = Path(base) / name
    if not folder.is_dir():
        pytest.skip(f"the folder of TEPAT_TEST_DATA has no {name}")
    return folder
