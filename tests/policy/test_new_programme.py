"""docs/new-programme.md works as written: its files are taken from the page and run."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.eligibility.cases import case_facts, check_cases, read_cases
from tepat.eligibility.rules import ELIGIBLE, decide
from tepat.policy.load import load_policy
from tepat.policy.words import show
from tests.conftest import tepat
from tests.house.repository import ROOT, text_of

PAGE = text_of(Path("docs/new-programme.md"))
FILES = dict(re.findall(r"^File `(programmes/[^`]+)`:\n```yaml\n(.*?)^```", PAGE, re.M | re.S))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy with the programme of the page added, and nothing else changed."""
    folder = tmp_path_factory.mktemp("added") / "policy"
    shutil.copytree(ROOT / "policy", folder)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_page_has_all_files_of_a_programme() -> None:
    assert [Path(name).name for name in FILES] == [
        "programme.yaml",
        "amounts.yaml",
        "calendar.yaml",
        "susu_anak.yaml",
    ]


def test_the_cases_of_the_page_hold(folder: Path) -> None:
    policy = load_policy(folder)
    cases = [case for case in read_cases(policy) if case.programme == "susu_anak"]
    assert len(cases) >= 10
    assert check_cases(policy, cases) == []


def test_a_wrong_expectation_on_the_page_would_be_seen(folder: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(folder, tmp_path / "policy")
    path = changed / "programmes/susu_anak/amounts.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("150_000", "150_001"), "utf-8")
    policy = load_policy(changed)
    cases = [case for case in read_cases(policy) if case.programme == "susu_anak"]
    assert len({difference.case.title for difference in check_cases(policy, cases)}) >= 3


def test_the_programme_is_decided_beside_the_others(folder: Path) -> None:
    from tepat.engine.connect import open_engine

    policy, on = load_policy(folder), date(2025, 7, 1)
    cases = [c for c in read_cases(policy) if c.programme == "susu_anak" and c.on == on]
    facts = case_facts(policy, cases)
    decisions = decide(policy, facts, on, ["pkh", "susu_anak"])
    con = open_engine(threads=1)
    rows: list[dict[str, Any]] = con.to_pyarrow(decisions.families).to_pylist()
    con.disconnect()
    eligible = {row["family_id"] for row in rows if row["susu_anak__outcome"] == ELIGIBLE}
    assert len(rows) == len(cases)
    assert {cases[i].title[:20] for i in eligible} >= {"The third small chil"}
    assert {"pkh__outcome", "pkh__amount"} <= set(rows[0])


def test_the_programme_is_barred_with_what_it_names(folder: Path) -> None:
    policy = load_policy(folder)
    assert policy.barred_with("susu_anak") == ("blt_desa",)
    assert "susu_anak" in policy.barred_with("blt_desa")
    assert list(policy.programmes)[-1] == "susu_anak"


def test_the_programme_can_be_read_in_words(folder: Path) -> None:
    page = show(load_policy(folder), "susu_anak", date(2026, 2, 1), "en")
    for part in (
        "Place (code)    3204",
        "APBD",
        "age at most 4 years",
        "Rp 1,800,000",
        "(blt_desa)",
    ):
        assert part in page, part


def test_the_commands_of_the_page_work(folder: Path) -> None:
    told = tepat(
        "policy", "diff", "susu_anak", "--from", "2025-07-01", "--to", "2026-07-01",
        "--policy", folder, "--lang", "en",
    )  # fmt: skip
    assert told.returncode == 0
    assert "2 years becomes 4 years, since 1 January 2026" in told.stdout
