"""STYLE.md on all files: addresses, paths, notes, names, links, locks, the built package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.house import text_checks as texts
from tests.house.repository import ROOT, collect, text_of, tracked_files

Check = Callable[[Path, str], list[str]]
EVERY_FILE = [texts.registry_hosts, texts.machine_paths, texts.nameless_folders, texts.large_files]
LOCKS = [Path("requirements.lock"), Path("requirements-dev.lock")]
NODE_LOCK = Path("requirements-node.lock")
PAGES = [name for name in tracked_files() if name.suffix == ".md"]
SAYS_THE_RULE = {Path("STYLE.md")}


@pytest.mark.parametrize("check", EVERY_FILE, ids=lambda check: check.__name__)
def test_every_file_keeps_the_style(check: Check) -> None:
    problems = collect(check, list(tracked_files()))
    assert not problems, problems


def test_nothing_unfinished_is_committed() -> None:
    written = {".py", ".md", ".yaml", ".toml", ""}
    names = [
        name for name in tracked_files() if name.suffix in written and name not in SAYS_THE_RULE
    ]
    problems = collect(texts.unfinished_notes, names)
    assert not problems, problems


def test_links_between_pages_lead_somewhere() -> None:
    problems = collect(partial(texts.broken_links, ROOT), PAGES)
    assert not problems, problems


def test_the_glossary_gives_each_word_one_meaning() -> None:
    problems = texts.glossary(Path("GLOSSARY.md"), text_of(Path("GLOSSARY.md")))
    assert not problems, "\n".join(problems)


def test_architecture_names_every_package() -> None:
    told = text_of(Path("ARCHITECTURE.md"))
    inside = (name.parts[2] for name in tracked_files() if name.parts[:2] == ("src", "tepat"))
    packages = {part.removesuffix(".py").split("_")[0] for part in inside} - {"", "py.typed"}
    missing = sorted(each for each in packages if not re.search(rf"\b{re.escape(each)}", told))
    assert packages, "no package was found under src/tepat"
    assert not missing, f"ARCHITECTURE.md does not name {', '.join(missing)}. Say what each is for."


def test_readme_names_only_commands_of_the_makefile() -> None:
    named = set(re.findall(r"(?:^|`)make (\w+)", text_of(Path("README.md")), re.MULTILINE))
    known = set(re.findall(r"^(\w+):", text_of(Path("Makefile")), re.MULTILINE))
    assert {"demo", "test"} <= named, "README.md must name `make demo` and `make test`."
    assert named <= known, f"The Makefile has no {', '.join(named - known)}. Correct README.md."


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert text_of(Path(".ci/run")).rstrip().endswith("make test"), (
        "Let .ci/run end in `make test`."
    )


@pytest.mark.parametrize("lock", [*LOCKS, NODE_LOCK], ids=str)
def test_locks_have_hashes_and_no_addresses(lock: Path) -> None:
    problems = texts.package_locks(lock, text_of(lock))
    assert not problems, "\n".join(problems)


def test_the_run_lock_is_part_of_the_development_lock() -> None:
    run, development = (texts.pins(text_of(lock)).items() for lock in LOCKS)
    assert run <= development, (
        f"Renew both by `make lock`: they differ in {dict(run - development)}."
    )


def test_the_locks_hold_all_dependencies() -> None:
    project = tomllib.loads(text_of(Path("pyproject.toml")))
    run, development = (set(texts.pins(text_of(lock))) for lock in LOCKS)
    wanted = {_package(line) for line in project["project"]["dependencies"]}
    tools = {_package(line) for line in project["dependency-groups"]["dev"]}
    assert wanted <= run, f"Run `make lock`: requirements.lock lacks {wanted - run}."
    assert tools <= development, (
        f"Run `make lock`: requirements-dev.lock lacks {tools - development}."
    )
    assert not {"pyspark", "pytest"} & run, "requirements.lock is for running only."


def _package(line: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", line)
    assert found, f"{line!r} names no package"
    return re.sub(r"[._-]+", "-", found.group()).lower()


def test_the_built_package_carries_the_policy(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "tepat/policy/files/variables.yaml" in names, "Keep force-include in pyproject.toml."
    assert "tepat/engine/errors.py" in names


BAD = [
    (texts.registry_hosts, "index = https://" + "pypi" + ".org/simple", "Leave the address out"),
    (texts.machine_paths, "out: " + "/ho" + "me/ana/run", "of one machine"),
    (texts.machine_paths, "cd " + "/wo" + "rk/main", "of one machine"),
    (texts.unfinished_notes, "# TO" + "DO: later", "Finish it"),
    (texts.unfinished_notes, "a st" + "ub of a rule", "Finish it"),
    (texts.large_files, "x" * 1_000_001, "under var/"),
    (partial(texts.broken_links, ROOT), "see [it](no-such-page.md)", "leads nowhere"),
    (texts.glossary, "| word | Indonesian | meaning |\n| b | B | x |\n| a | A | y |", "in order"),
    (texts.glossary, "| word | Indonesian | meaning |\n| a | A |", "Give all three"),
    (texts.package_locks, "polars==2.1.0", "has no hash"),
    (
        texts.package_locks,
        "a==1 \\\n  --hash=sha256:00\n  # https://a.example/simple",
        "an address",
    ),
]


@pytest.mark.parametrize(("check", "sample", "said"), BAD)
def test_a_bad_text_is_reported_with_its_remedy(check: Check, sample: str, said: str) -> None:
    problems = check(Path("page.md"), sample)
    assert len(problems) == 1, problems
    assert said in problems[0]


def test_a_nameless_folder_is_reported_with_its_remedy() -> None:
    (problem,) = texts.nameless_folders(Path("src/tepat/utils/dates.py"), "")
    assert "names no subject" in problem


@pytest.mark.parametrize(
    "harmless", ["--out var/demo/run", "../shared/data", "https://a.example/home/ana", "kg/tmp"]
)
def test_paths_of_no_machine_are_let_through(harmless: str) -> None:
    assert texts.machine_paths(Path("page.md"), harmless) == []
