"""Bad input at the command line: a message or a finding, never a traceback, nothing half done."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chain.small import DAY, FAMILIES, MEMBERS, left_behind, small_input
from tests.conftest import made_once, tepat

POLICY = Path(__file__).parents[2] / "policy"
Spoil = Callable[[Path], list[str | Path]]


def run_small(folder: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    """Run PKH on the input in ``folder/input``; later options win over these."""
    words = ["run", folder / "input", "--out", folder / "run", "--as-of", DAY]
    words += [] if "--programmes" in more else ["--programmes", "pkh"]
    return tepat(*words, *more)


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The error that a command with --json gave, after checking its form."""
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert done.returncode == 2, said
    error: dict[str, str] = json.loads(done.stdout)["error"]
    assert set(error) == {"code", "what", "why", "do"}
    assert error["what"] in done.stderr and f"({error['code']})" in done.stderr
    assert error["do"], f"{error['code']} says nothing to do"
    return error


def findings_of(run: Path) -> dict[str, list[dict[str, Any]]]:
    """A run's findings by rule."""
    import polars

    found: dict[str, list[dict[str, Any]]] = {}
    for row in polars.read_parquet(run / "findings" / "*.parquet").to_dicts():
        found.setdefault(row["rule"], []).append(row)
    return found


def decisions_of(run: Path) -> dict[str, tuple[int, int | None]]:
    """Outcome and amount of PKH by family."""
    import polars

    rows = polars.read_parquet(run / "decisions" / "families" / "*.parquet").to_dicts()
    return {row["family_key"]: (row["pkh__outcome"], row["pkh__amount"]) for row in rows}


# ---- each of these ends in a message, and the same input unspoiled runs through ----


def no_input(folder: Path) -> list[str | Path]:
    shutil.move(folder / "input", folder / "inputs")
    return []


def no_members(folder: Path) -> list[str | Path]:
    (folder / "input" / "members.csv").unlink()
    return []


def no_family_key(folder: Path) -> list[str | Path]:
    small_input(folder / "input", members=MEMBERS.replace("family_key", "famly_key"))
    return []


def empty_file(folder: Path) -> list[str | Path]:
    (folder / "input" / "members.csv").write_text("")
    return []


def workbook_named_as_text(folder: Path) -> list[str | Path]:
    (folder / "input" / "members.csv").write_bytes(b"PK\x03\x04" + bytes(100))
    return []


def workbook_that_is_none(folder: Path) -> list[str | Path]:
    (folder / "input" / "members.csv").rename(folder / "input" / "members.xlsx")
    return []


def numeric_nik(folder: Path) -> list[str | Path]:
    import xlsxwriter

    (folder / "input" / "members.csv").unlink()
    with xlsxwriter.Workbook(folder / "input" / "members.xlsx") as book:
        sheet = book.add_worksheet("members")
        for place, line in enumerate(MEMBERS.splitlines()):
            sheet.write_row(place, 0, line.split(","))
            if place:
                sheet.write_number(place, 2, float(line.split(",")[2]))
    return []


def numeric_nik_in_parquet(folder: Path) -> list[str | Path]:
    import polars

    table = polars.read_csv(folder / "input" / "members.csv", infer_schema_length=100)
    table.write_parquet(folder / "input" / "members.parquet")
    (folder / "input" / "members.csv").unlink()
    return []


def counters_as_keys(folder: Path) -> list[str | Path]:
    rows = [f"{place % 2 + 1},F{place // 2}" for place in range(40)]
    small_input(folder / "input", members="\n".join(["person_key,family_key", *rows]) + "\n")
    return []


def changed_policy(folder: Path, old: str, new: str) -> list[str | Path]:
    policy = folder / "policy"
    shutil.copytree(POLICY, policy)
    path = policy / "programmes" / "pkh" / "programme.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return ["--policy", policy]


def rule_names_nothing(folder: Path) -> list[str | Path]:
    return changed_policy(folder, "rule: decile <= decile_limit", "rule: decil <= decile_limit")


def rule_compares_text_with_number(folder: Path) -> list[str | Path]:
    return changed_policy(
        folder, "rule: decile <= decile_limit", "rule: family_pln_id <= decile_limit"
    )


def no_policy(folder: Path) -> list[str | Path]:
    return ["--policy", folder / "nowhere"]


def before_the_law(folder: Path) -> list[str | Path]:
    return ["--as-of", "1990-01-01"]


def before_every_law(folder: Path) -> list[str | Path]:
    return ["--as-of", "1990-01-01", "--programmes", ""]


def no_day(folder: Path) -> list[str | Path]:
    return ["--as-of", "2025-02-30"]


def unknown_programme(folder: Path) -> list[str | Path]:
    return ["--programmes", "pkhh"]


def bad_quota(folder: Path) -> list[str | Path]:
    (folder / "quota.csv").write_text("programme,place,quota\npkh,3204,many\npkk,,5\n")
    return ["--quota", folder / "quota.csv"]


def quota_without_columns(folder: Path) -> list[str | Path]:
    (folder / "quota.csv").write_text("name,number\npkh,5\n")
    return ["--quota", folder / "quota.csv"]


def no_quota(folder: Path) -> list[str | Path]:
    return ["--quota", folder / "quota.csv"]


def bad_deciles(folder: Path) -> list[str | Path]:
    (folder / "deciles.csv").write_text("key,group,level\nF1,1,2\n")
    return ["--deciles", folder / "deciles.csv"]


def no_deciles(folder: Path) -> list[str | Path]:
    return ["--deciles", folder / "deciles.csv"]


def empty_deciles(folder: Path) -> list[str | Path]:
    (folder / "deciles.csv").write_text("")
    return ["--deciles", folder / "deciles.csv"]


def bad_model(folder: Path) -> list[str | Path]:
    (folder / "model.json").write_text("[1, 2")
    return ["--model", folder / "model.json"]


def no_truth(folder: Path) -> list[str | Path]:
    return ["--truth", folder / "truth.csv"]


def truth_without_columns(folder: Path) -> list[str | Path]:
    (folder / "truth.csv").write_text("a,b\n1,2\n")
    return ["--truth", folder / "truth.csv"]


def no_mapping(folder: Path) -> list[str | Path]:
    return ["--mapping", folder / "mapping.yaml"]


def mapping_of_other_files(folder: Path) -> list[str | Path]:
    return ["--mapping", POLICY / "mappings" / "susenas2020_jambi.yaml"]


def place_below_a_file(folder: Path) -> list[str | Path]:
    return ["--out", folder / "input" / "families.csv" / "run"]


CASES: list[tuple[Spoil, str, str]] = [
    (no_input, "input_missing", "inputs"),
    (no_members, "file_missing", "members"),
    (no_family_key, "column_missing", "famly_key"),
    (empty_file, "file_empty", "members.csv"),
    (workbook_named_as_text, "not_text", "XLSX"),
    (workbook_that_is_none, "file_unreadable", "members.xlsx"),
    (numeric_nik, "number_numeric", "nik"),
    (numeric_nik_in_parquet, "number_numeric", "nik"),
    (counters_as_keys, "key_not_unique", "person_key"),
    (rule_names_nothing, "policy_invalid", "decile"),
    (rule_compares_text_with_number, "policy_invalid", "text"),
    (no_policy, "policy_missing", "nowhere"),
    (before_the_law, "not_in_force", "2019-01-01"),
    (before_every_law, "not_in_force", "1990-01-01"),
    (no_day, "date_unreadable", "2025-02-30"),
    (unknown_programme, "programme_unknown", "pkh"),
    (bad_quota, "quota_invalid", "line 2: 'many'"),
    (quota_without_columns, "quota_invalid", "programme, place, quota"),
    (no_quota, "quota_missing", "quota.csv"),
    (bad_deciles, "deciles_columns", "family_key"),
    (no_deciles, "deciles_missing", "deciles.csv"),
    (empty_deciles, "deciles_unreadable", "deciles.csv"),
    (bad_model, "model_invalid", "model.json"),
    (no_truth, "truth_missing", "truth.csv"),
    (truth_without_columns, "truth_columns", "family_key"),
    (no_mapping, "mapping_missing", "mapping.yaml"),
    (mapping_of_other_files, "file_missing", "people.csv"),
    (place_below_a_file, "not_writable", "families.csv"),
]


@pytest.mark.parametrize(("spoil", "code", "word"), CASES, ids=[c[0].__name__ for c in CASES])
def test_bad_input_ends_in_a_message(tmp_path: Path, spoil: Spoil, code: str, word: str) -> None:
    small_input(tmp_path / "input")
    error = error_of(run_small(tmp_path, *spoil(tmp_path), "--json"))
    assert error["code"] == code, error
    assert word in " ".join(error.values()), error
    assert not (tmp_path / "run").exists()
    assert not left_behind(tmp_path)


def test_a_mistake_in_a_rule_names_file_and_line(tmp_path: Path) -> None:
    small_input(tmp_path / "input")
    error = error_of(run_small(tmp_path, *rule_names_nothing(tmp_path), "--json"))
    lines = (POLICY / "programmes/pkh/programme.yaml").read_text(encoding="utf-8").splitlines()
    line = 1 + next(n for n, text in enumerate(lines) if "rule: decile <= decile_limit" in text)
    assert f"programmes/pkh/programme.yaml:{line}" in error["what"]
    assert "decile" in error["what"] + error["why"] + error["do"]


# ---- a run that goes through, and what it says when asked again ----


@pytest.fixture(scope="session")
def clean(session_folder: Path) -> tuple[Path, dict[str, Any]]:
    """The unspoiled input run through, with what --json said."""

    def make(folder: Path) -> None:
        small_input(folder / "input")
        done = run_small(folder, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "said.json").write_text(done.stdout, encoding="utf-8")

    folder = made_once(session_folder, "clean_small", make)
    return folder, json.loads((folder / "said.json").read_text(encoding="utf-8"))


def test_good_input_runs_through_without_a_finding(clean: tuple[Path, dict[str, Any]]) -> None:
    folder, said = clean
    assert said == json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    assert said["totals"]["pkh"]["eligible"] == 2
    assert said["rows"]["findings"] == 0
    assert not left_behind(folder)


def test_the_same_arguments_again_say_what_exists(clean: tuple[Path, dict[str, Any]]) -> None:
    folder, said = clean
    done = run_small(folder, "--json")
    assert done.returncode == 0, done.stderr
    assert "exists" in done.stderr and said["made_at"] in done.stderr
    assert json.loads(done.stdout) == said


def test_other_arguments_are_refused_and_nothing_changes(
    clean: tuple[Path, dict[str, Any]],
) -> None:
    folder, said = clean
    error = error_of(run_small(folder, "--as-of", "2025-07-02", "--json"))
    assert error["code"] == "exists"
    assert json.loads((folder / "run" / "run.json").read_text(encoding="utf-8")) == said


def test_a_folder_that_is_no_run_is_not_overwritten(tmp_path: Path) -> None:
    small_input(tmp_path / "input")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "letter.txt").write_text("keep me")
    assert error_of(run_small(tmp_path, "--json"))["code"] == "exists"
    assert (tmp_path / "run" / "letter.txt").read_text() == "keep me"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["explain", "RUN", "F9"], "family_unknown"),
        (["explain", "INPUT", "F1"], "run_missing"),
        (["explain", "RUN", "F1", "--lang", "fr"], "language_unknown"),
        (["export", "RUN", "decision", "--out", "OUT.csv"], "table_unknown"),
        (["export", "RUN", "awards", "--out", "OUT.txt"], "file_kind"),
        (
            ["export", "RUN", "awards", "--out", "OUT.csv", "--programme", "pkk"],
            "programme_unknown",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_asking_a_run_for_what_is_not_there_ends_in_a_message(
    clean: tuple[Path, dict[str, Any]], tmp_path: Path, words: list[str], code: str
) -> None:
    names = {"RUN": str(clean[0] / "run"), "INPUT": str(clean[0] / "input")}
    words = [names.get(word, word.replace("OUT", str(tmp_path / "out"))) for word in words]
    assert error_of(tepat(*words, "--json"))["code"] == code
    assert not any(tmp_path.iterdir())


def test_a_wrong_option_is_answered_without_a_traceback(tmp_path: Path) -> None:
    error = error_of(tepat("run", tmp_path, "--otu", "x", "--json"))
    assert error["code"] == "usage"
    assert "--out" in error["what"] + error["do"]


# ---- each of these is a finding, and what is sound is decided as before ----


def test_foreign_text_files_are_read_like_our_own(
    clean: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    small_input(tmp_path / "input")
    for name, text in (("families", FAMILIES), ("members", MEMBERS)):
        head, *rows = text.splitlines()
        lines = [f"{head},source", *(f"{row},Désa" for row in rows)]
        spoiled = "\r\n".join(line.replace(",", ";") for line in lines)
        (tmp_path / "input" / f"{name}.csv").write_bytes(spoiled.encode("cp1252"))
    done = run_small(tmp_path)
    assert done.returncode == 0, done.stderr
    assert decisions_of(tmp_path / "run") == decisions_of(clean[0] / "run")


SPOILED_FAMILIES = (
    "F4,3204010101200004,32,3204,11\nF5,3204010101200005,32,3204,2\nF5,3204010101200005,32,3204,3\n"
)
SPOILED_MEMBERS = (
    "P5,F9,3204010101800005,male,1980-01-01,head,no_longer,sma\n"
    "P6,F4,3204010101800006,male,01/01/1980,head,no_longer,sma\n"
    "P7,F4,3.204E+15,male,17 Agustus,child,no_longer,universe\n"
    "P8,F5,3204010101800008,femal,31/12/1980,head,no_longer,sma\n"
    "P9,F5,3204010101200009,male,2140-01-01,child,never,\n"
    "P10,,3204010101800010,male,1980-01-01,child,never,\n"
)


@pytest.fixture(scope="session")
def spoiled(session_folder: Path) -> Path:
    """A run on rows that are wrong in many ways, beside the right ones."""

    def make(folder: Path) -> None:
        small_input(folder / "input", FAMILIES + SPOILED_FAMILIES, MEMBERS + SPOILED_MEMBERS)
        done = run_small(folder)
        assert done.returncode == 0, done.stderr

    return made_once(session_folder, "spoiled_small", make) / "run"


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("family_not_found", "P5"),
        ("number_numeric", "P7"),
        ("bad_date", "P7"),
        ("unknown_code", "P7"),
        ("unknown_code", "P8"),
        ("birth_in_future", "P9"),
        ("out_of_range", "F4"),
        ("key_twice", "F5"),
    ],
)
def test_a_bad_row_is_a_finding(spoiled: Path, rule: str, key: str) -> None:
    found = findings_of(spoiled)
    assert key in [row["key"] for row in found.get(rule, [])], sorted(found)


def test_bad_rows_never_stop_good_rows(clean: tuple[Path, dict[str, Any]], spoiled: Path) -> None:
    good, all_rows = decisions_of(clean[0] / "run"), decisions_of(spoiled)
    assert {key: all_rows[key] for key in good} == good
    assert set(all_rows) == {"F1", "F2", "F3", "F4", "F5"}


def test_a_finding_shows_no_clear_number(spoiled: Path) -> None:
    shown = [str(row["value_shown"]) for rows in findings_of(spoiled).values() for row in rows]
    assert shown and not [text for text in shown if "32040101" in text]


# ---- Ctrl-C ----


@pytest.mark.parametrize("step", ["read", "decide"])
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path, step: str) -> None:
    small_input(tmp_path / "input")
    words = ["run", tmp_path / "input", "--out", tmp_path / "run", "--as-of", DAY]
    with subprocess.Popen(
        [Path(sys.executable).with_name("tepat"), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    ) as process:
        assert process.stderr is not None
        while f"] {step}" not in (line := process.stderr.readline()):
            assert line, "the run ended before it could be stopped"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        code = process.wait(timeout=60)
    assert code == 130, said
    assert "Traceback" not in said, said
    assert "Stopped" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input"]
