"""The contracts of import-linter hold, and they notice what they are there for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT, python_files

MODULES = [name.relative_to("src/tepat") for name in python_files("src/tepat")]
# What an application of Django consists of, next to modules that calculate.
PARTS_WITH_DJANGO = {
    *("actions", "forms", "migrations", "models", "queries", "tasks", "templatetags", "views"),
    # reads and ways in of the registry
    *("as_of", "changes", "imports", "interviews", "quality", "timeline"),
}


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """Judge the packages below `source` by the contracts of pyproject.toml."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=source.parent,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Our modules, all empty, and the contracts."""
    for name in MODULES:
        file = tmp_path / "src" / "tepat" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path / "src"


def test_packages_without_imports_keep_the_contracts(skeleton: Path) -> None:
    done = lint(skeleton)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("engine/late.py", "import tepat.policy"),
        ("policy/late.py", "import tepat.registry"),
        ("registry/late.py", "from tepat import eligibility"),
        ("eligibility/late.py", "import tepat.enrolment"),
        ("enrolment/late.py", "import tepat.runs"),
        ("runs/late.py", "import tepat.population"),
        ("population/late.py", "import tepat.registry"),
        ("assessment/late.py", "import pandas"),
        ("engine/late.py", "import django"),
        ("registry/rules.py", "import django"),
        ("runs/run.py", "import tepat.staff.models, django"),
        ("registry/actions.py", "import pandas"),
        ("places/late.py", "import tepat.staff"),
        ("staff/late.py", "import tepat.registry"),
        ("runs/late.py", "import tepat.console"),
        ("console/late.py", "import tepat.site"),
    ],
)
def test_an_import_in_the_wrong_direction_is_noticed(
    skeleton: Path, module: str, line: str
) -> None:
    (skeleton / "tepat" / module).write_text(line + "\n")
    done = lint(skeleton)
    assert done.returncode == 1, f"{module} may say `{line}`: mend the contracts in pyproject.toml"
    assert "BROKEN" in done.stdout


def test_a_package_without_a_layer_is_noticed(skeleton: Path) -> None:
    (skeleton / "tepat" / "newcomer").mkdir()
    (skeleton / "tepat" / "newcomer" / "__init__.py").write_text("")
    done = lint(skeleton)
    assert done.returncode == 1, "give each package its layer in pyproject.toml"
    assert "newcomer" in done.stdout
