"""Simulations from end to end: what they write, what must add up, and what must not happen."""

from __future__ import annotations

import copy
import csv
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat import cli_simulate
from tepat.eligibility.reform_cases import check_reform_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.policy.reform import load_reform
from tepat.population.make import make_population
from tepat.runs.simulate import families
from tepat.runs.simulate.simulate import COLUMNS, FIGURES
from tepat.runs.work_folder import work_folder
from tests.conftest import tepat
from tests.house.repository import ROOT
from tests.runs.simulate.worked import DAY, FILES, reform, simulated, write

pytestmark = pytest.mark.xdist_group("simulation")  # what it stands on is made once

CLASSES = ("won", "lost", "more", "less", "same", "none")
MOVED = CLASSES[:4]
SAME_VALUE = """\
change:
  sembako:
    amounts:
      decile_limit: {value: 5, reference: Nobody, confidence: K}
"""
ALWAYS_TRUE = """\
change:
  sembako:
    conditions:
      there_is_a_family: {rule: roster_size >= 0, says: {id: a, en: b}, law: l, confidence: K}
"""


@pytest.fixture(scope="module")
def page_reform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reform of docs/simulation.md."""
    return write(tmp_path_factory.mktemp("reforms"), FILES)


@pytest.fixture(scope="module")
def done(
    page_reform: Path, demo_people: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """Its simulation: the folder, and what simulation.json holds."""
    out = tmp_path_factory.mktemp("simulated") / "out"
    found = simulated(demo_people, page_reform, out)
    return out, found


@pytest.fixture(scope="module")
def bare(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Families without flags and truth, and a simulation that changes nothing for them."""
    folder = tmp_path_factory.mktemp("bare")
    without = shutil.ignore_patterns("flags*", "truth*")
    people = shutil.copytree(demo_people, folder / "people", ignore=without)
    simulated(people, reform(folder, "nothing", SAME_VALUE), folder / "out")
    return people, folder / "out"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "summary" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_page_of_the_docs_has_a_whole_reform_and_its_cases_hold(page_reform: Path) -> None:
    base = load_policy(ROOT / "policy")
    found = load_reform(page_reform, base)
    assert (found.changed, found.ended, found.added) == (
        ("sembako", "pkh"),
        ("kube",),
        ("toddler_grant",),
    )
    cases, wrong = check_reform_cases(base, found)
    assert len(cases) >= 3 and wrong == []


def test_the_check_of_policies_runs_the_cases_of_a_reform_that_lies_elsewhere(
    page_reform: Path, tmp_path: Path
) -> None:
    small = shutil.copytree(ROOT / "policy", tmp_path / "policy")
    for cases in small.glob("**/cases"):
        shutil.rmtree(cases)
    checked = tepat("policy", "check", "--policy", small, "--reform", page_reform)
    assert checked.returncode == 0, checked.stderr
    assert "4 reforms: read without a mistake" in checked.stdout
    assert "3 worked cases: 3 as expected, 0 not." in checked.stdout
    wrong = shutil.copytree(page_reform, tmp_path / page_reform.name)
    case = wrong / "programmes/pkh/cases/elderly.yaml"
    case.write_text(case.read_text("utf-8").replace("age: 64", "age: 66"), encoding="utf-8")
    checked = tepat("policy", "check", "--policy", small, "--reform", wrong)
    assert checked.returncode == 1
    assert f"{case}:7: A person of 64 does not: outcome expected" in checked.stdout


def test_a_simulation_writes_figures_page_and_policy(done: tuple[Path, dict[str, Any]]) -> None:
    out, found = done
    assert json.loads((out / "simulation.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(found, default=str)
    )
    names = {path.name for path in out.iterdir()}
    assert names == {"simulation.json", "simulation.html", "summary", "policy"}
    for name in ("totals", "programmes", "deciles", "provinces", "kinds", "stacks", "errors"):
        assert rows(out, name), name
    kept = out / "policy/reforms/small_children_first/reform.yaml"
    assert kept.read_text(encoding="utf-8") == FILES["small_children_first/reform.yaml"]


def test_every_figure_adds_up_to_the_whole(done: tuple[Path, dict[str, Any]]) -> None:
    _, found = done
    total = found["totals"]
    assert sum(total[name] for name in CLASSES) == total["families"]
    assert total["helped_after"] - total["helped_before"] == total["won"] - total["lost"]
    for table in ("deciles", "provinces"):
        for key, value in total.items():
            assert sum(row[key] or 0 for row in found[table]) == value, (table, key)
    for side in ("before", "after"):
        money = total[f"money_{side}"]
        assert sum(row[f"money_{side}"] for row in found["programmes"]) == money
        assert sum(row[f"money_{side}"] for row in found["stacks"]) == money
        assert sum(row[f"families_{side}"] for row in found["stacks"]) == total["families"]
    for row in found["programmes"]:
        assert row["holders_after"] - row["holders_before"] == row["won"] - row["lost"]


def test_the_side_before_is_what_a_run_says(
    done: tuple[Path, dict[str, Any]], demo_run: Path
) -> None:
    _, found = done
    totals = json.loads((demo_run / "run.json").read_text(encoding="utf-8"))["totals"]
    money = {row["programme"]: row["money_before"] for row in found["programmes"]}
    assert {name: row["amount_year"] or 0 for name, row in totals.items()} == {
        name: money[name] for name in totals
    }


def test_what_ends_is_held_by_nobody_and_what_begins_by_somebody(
    done: tuple[Path, dict[str, Any]],
) -> None:
    _, found = done
    programmes = {row["programme"]: row for row in found["programmes"]}
    assert programmes["kube"]["holders_before"] > 0 == programmes["kube"]["holders_after"]
    grant = programmes["toddler_grant"]
    assert grant["holders_before"] == 0 < grant["holders_after"] == grant["won"]
    assert {"sembako", "pkh", "kube", "toddler_grant", "blt_desa"} == {*found["differing"]}


def test_a_reform_that_ends_everything_leaves_nobody_anything(
    done: tuple[Path, dict[str, Any]], demo_people: Path, tmp_path: Path
) -> None:
    _, other = done
    base, on = load_policy(ROOT / "policy"), date.fromisoformat(DAY)
    every = ", ".join(name for name, p in base.programmes.items() if p.is_in_force(on))
    found = simulated(demo_people, reform(tmp_path, "none", f"end: [{every}]\n"), tmp_path / "out")
    total = found["totals"]
    for key in ("helped_before", "money_before"):
        assert total[key] == other["totals"][key] > 0
    assert (total["helped_after"], total["money_after"]) == (0, 0)
    assert total["lost"] == total["helped_before"]
    assert all(row["holders_after"] == 0 for row in found["programmes"])


def test_any_number_of_programmes_is_counted_alike(
    done: tuple[Path, dict[str, Any]],
    page_reform: Path,
    demo_people: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, found = done
    monkeypatch.setattr(families, "BITS", 3)  # as if there were many more programmes
    again = simulated(demo_people, page_reform, tmp_path / "out")
    for name in FIGURES:
        assert again[name] == found[name], name


@pytest.mark.parametrize(("text", "twice"), [(SAME_VALUE, []), (ALWAYS_TRUE, ["sembako"])])
def test_a_reform_that_changes_nothing_moves_no_family_and_no_rupiah(
    text: str, twice: list[str], demo_people: Path, tmp_path: Path
) -> None:
    found = simulated(demo_people, reform(tmp_path, "nothing", text), tmp_path / "out")
    assert found["differing"][:1] == twice
    assert [found["totals"][name] for name in MOVED] == [0, 0, 0, 0]
    assert found["totals"]["money_before"] == found["totals"]["money_after"] > 0
    assert all(row["aid_before"] == row["aid_after"] for row in found["stacking"])
    for row in found["programmes"]:
        assert [row[name] for name in MOVED] == [0, 0, 0, 0]
    said = (tmp_path / "out/simulation.html").read_text(encoding="utf-8")
    assert ("reformasi tidak mengubah apa pun" in said) == (not twice)


def test_a_quota_of_the_reform_comes_from_a_file_of_its_own(
    demo_people: Path, tmp_path: Path
) -> None:
    text = "change: {pkh: {amounts: {national_quota: {value: 5, reference: r, confidence: K}}}}\n"
    what = reform(tmp_path, "fewer", text)
    with pytest.raises(TepatError) as caught:
        simulated(demo_people, what, tmp_path / "out")
    assert caught.value.code == "quota_both" and "--reform-quota" in caught.value.do
    assert not (tmp_path / "out").exists()
    places = tmp_path / "places.csv"
    places.write_text("programme,place,quota\npkh,,5\n", encoding="utf-8")
    found = simulated(demo_people, what, tmp_path / "out", reform_quota=places)
    pkh = next(row for row in found["programmes"] if row["programme"] == "pkh")
    assert pkh["holders_after"] == 5 < pkh["holders_before"]


REFUSED = [
    ({"day": "2025-06-30"}, "reform_not_begun", "The reform begins on 2025-07-01"),
    ({"limit_by": "pkh.quota"}, "limit_budget", "no budget"),
    ({"limit_budget": -1}, "limit_budget", "-1 is no budget"),
    ({"limit_budget": 1, "limit_by": "pkhh.quota"}, "limit_by", "Did you mean 'pkh'?"),
    ({"limit_budget": 1, "limit_by": "pkh.elderly_agee"}, "limit_by", "Did you mean 'elderly_age'"),
    ({"limit_budget": 1, "limit_by": "kube.quota"}, "limit_by", "no programme of the reform's"),
    ({"limit_budget": 1}, "limit_by", "It is not said what is to fit the budget."),
    ({"limit_budget": 1, "limit_by": "pkh.quota", "limit_range": "9..3"}, "limit_range", "'9..3'"),
    ({"limit_budget": 1, "limit_by": "pkh.score"}, "limit_score", "Give --model"),
]


@pytest.mark.parametrize(("how", "code", "said"), REFUSED)
def test_what_cannot_be_simulated_is_refused_before_anything_is_written(
    how: dict[str, Any], code: str, said: str, page_reform: Path, demo_people: Path, tmp_path: Path
) -> None:
    with pytest.raises(TepatError) as caught:
        simulated(demo_people, page_reform, tmp_path / "out", **how)
    assert caught.value.code == code and said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_and_one_that_cannot_be_written_are_refused(
    page_reform: Path, demo_people: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(TepatError) as caught:
        simulated(demo_people, page_reform, tmp_path / "there")
    assert caught.value.code == "exists"
    assert list((tmp_path / "there").iterdir()) == []
    (tmp_path / "file").write_text("a file, no folder", encoding="utf-8")
    with pytest.raises(TepatError) as caught:
        simulated(demo_people, page_reform, tmp_path / "file" / "out")
    assert caught.value.code == "not_writable"


def test_the_same_simulation_is_found_again_and_another_is_refused(
    done: tuple[Path, dict[str, Any]], page_reform: Path, demo_people: Path, tmp_path: Path
) -> None:
    out, found = done
    written = (out / "simulation.json").stat().st_mtime_ns
    again = simulated(demo_people, page_reform, out)
    assert again["made_at"] == found["made_at"]
    assert (out / "simulation.json").stat().st_mtime_ns == written
    with pytest.raises(TepatError, match="a simulation with other arguments"):
        simulated(demo_people, page_reform, out, "2025-09-01")
    changed = write(tmp_path, FILES)
    (changed / "reform.yaml").write_text(
        FILES["small_children_first/reform.yaml"].replace("65", "66"), encoding="utf-8"
    )
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    kept = json.loads((copy / "simulation.json").read_text(encoding="utf-8"))
    kept["arguments"]["reform"] = str(changed)
    (copy / "simulation.json").write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(TepatError, match="the policy or the reform changed since"):
        simulated(demo_people, changed, copy)


def test_a_simulation_is_not_found_again_where_its_input_has_a_file_more(
    bare: tuple[Path, Path], demo_people: Path
) -> None:
    people, out = bare
    what = out.parent / "nothing"
    before = (out / "simulation.json").read_bytes()
    assert simulated(people, what, out)["made_at"]
    for name in ("truth.parquet", "flags"):
        moved = people / name
        copied = shutil.copytree if (demo_people / name).is_dir() else shutil.copy2
        copied(demo_people / name, moved)
        with pytest.raises(TepatError, match=f"{name}.* was added since") as caught:
            simulated(people, what, out)
        assert caught.value.code == "exists"
        if moved.is_dir():
            shutil.rmtree(moved)
        else:
            moved.unlink()
    assert simulated(people, what, out) == json.loads(before)


def test_an_empty_table_has_the_header_of_a_full_one(
    done: tuple[Path, dict[str, Any]], bare: tuple[Path, Path]
) -> None:
    full, empty = (
        {path.name: path for path in (f / "summary").iterdir()} for f in (done[0], bare[1])
    )
    assert full.keys() == empty.keys()
    for name, path in full.items():
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        first, *others = empty[name].read_text(encoding="utf-8").splitlines()
        assert header == first and lines, name
        assert (not others) == (name in ("errors.csv", "quota_lines.csv")), name
    for name, columns in COLUMNS.items():
        assert list(columns) == list(done[1][name][0]), name


def test_an_input_in_parts_gives_the_same_figures_interrupted_or_not(
    page_reform: Path, tmp_path: Path
) -> None:
    people, out = tmp_path / "people", tmp_path / "parts"
    make_population(people, 600, None, 3)
    whole = simulated(people, page_reform, tmp_path / "whole")

    def stop(step: str, done: int, total: int) -> None:
        if step.startswith("allocate"):
            raise KeyboardInterrupt

    parts = {"at_once": 150}
    with pytest.raises(KeyboardInterrupt):
        simulated(people, page_reform, out, asked=parts, progress=stop)
    kept = tmp_path / ".parts.unfinished"
    assert not out.exists() and len(list(kept.glob("decisions/families/*"))) > 2
    read = {path: path.stat().st_mtime_ns for path in kept.glob("decisions/families/*")}
    seen: list[str] = []

    def watch(step: str, done: int, total: int) -> None:
        seen.append(step)
        if step == "compare":
            assert read == {path: path.stat().st_mtime_ns for path in read}, "decided again"

    found = simulated(people, page_reform, out, asked=parts, progress=watch)
    assert "compare" in seen and not kept.exists()
    for name in FIGURES:
        assert found[name] == whole[name], name
    assert sum(whole["totals"][name] for name in MOVED) > 20
    assert len(whole["provinces"]) > 10


def test_two_simulations_cannot_write_to_one_folder(
    page_reform: Path, demo_people: Path, tmp_path: Path
) -> None:
    with work_folder(tmp_path / "out", {"arguments": "of another"}):
        with pytest.raises(TepatError) as caught:
            simulated(demo_people, page_reform, tmp_path / "out")
        assert caught.value.code == "busy"


def test_an_input_without_families_leaves_nothing_behind(page_reform: Path, tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people/quota.csv").write_text("programme,place,quota\n", encoding="utf-8")
    with pytest.raises(TepatError):
        simulated(tmp_path / "people", page_reform, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["people"]


def test_the_command_prints_what_changes_and_names_the_page(
    demo_people: Path, tmp_path: Path
) -> None:
    words = ("--reform", "sembako_deciles_1_to_4", "--as-of", DAY, "--out", tmp_path / "out")
    said = tepat("simulate", demo_people, *words, "--limit-budget", "50_000_000")
    assert said.returncode == 0, said.stderr
    assert "Sembako for deciles 1 to 4, as of 2025-07-01" in said.stdout
    told = " ".join(said.stdout.split())
    assert "What fits: 17 families. It costs Rp 47,600,000 for 17 families" in told
    assert said.stdout.splitlines()[-1] == f"Page: {tmp_path / 'out/simulation.html'}"


def test_brackets_in_a_title_or_a_name_are_printed_as_they_stand(
    done: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, found = done
    made = copy.deepcopy(found)
    made["reform"]["title"]["en"] = "Sembako [/b] new [stage two] :warning:"
    row = made["programmes"][0]
    made["about"]["[/i]"] = made["about"][row["programme"]]
    row["programme"] = "[/i]"
    made["differing"] = []
    cli_simulate._print(out, made, stood=False)
    said = capsys.readouterr().out
    assert said.startswith("Sembako [/b] new [stage two] :warning:, as of") and "\n[/i] " in said
    for path in (ROOT / "src/tepat").glob("cli*.py"):
        makes = "Console(" in path.read_text(encoding="utf-8")
        assert makes == (path.name == "cli_policy.py"), f"{path.name}: print with `terminal`"


def test_the_command_says_all_mistakes_of_a_reform_and_ends_with_two(
    demo_people: Path, tmp_path: Path
) -> None:
    what = reform(tmp_path, "wrong", "end: [pkkh]\nchange: {sembakoo: {quota: '1'}}\n")
    words = ("--reform", what, "--as-of", DAY, "--out", tmp_path / "out", "--json")
    said = tepat("simulate", demo_people, *words)
    assert said.returncode == 2
    assert json.loads(said.stdout)["error"]["code"] == "reform_invalid"
    assert "2 mistakes in the reform" in said.stderr and "Did you mean 'pkh'?" in said.stderr
