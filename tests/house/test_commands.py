"""The README names commands that exist, and the command itself keeps the house rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import tepat
from tests.house.repository import text_of


def test_every_command_of_the_readme_exists() -> None:
    rows = re.findall(r"^\| `tepat (.+?)`", text_of(Path("README.md")), re.MULTILINE)
    assert rows, "README.md has no table of commands."
    for row in rows:
        words = re.findall(r"^(?:[a-z]+ )+", row + " ")[0].split()
        done = tepat(*words, "--help")
        assert done.returncode == 0, f"tepat {' '.join(words)} does not exist. Correct README.md."
        missing = [option for option in re.findall(r"--[a-z-]+", row) if option not in done.stdout]
        assert not missing, f"tepat {' '.join(words)} has no {missing}. Correct README.md."


def test_every_command_is_in_the_readme() -> None:
    told = text_of(Path("README.md"))
    listed = re.findall(r"^[│|]\s+([a-z]+)\s", tepat("--help").stdout, re.MULTILINE)
    assert listed, "tepat --help lists no commands."
    missing = [name for name in listed if f"`tepat {name}" not in told]
    assert not missing, f"README.md does not tell of {missing}. Add a row to its table."


def test_an_unknown_command_ends_with_an_error_and_no_traceback() -> None:
    done = tepat("no-such-command")
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr


def test_the_command_line_imports_nothing_that_is_slow_to_import() -> None:
    slow = {"django", "duckdb", "ibis", "polars", "psycopg", "sklearn"}
    call = f"import sys, tepat.cli; print(*sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [], "import these inside the functions that need them"
