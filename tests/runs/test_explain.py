"""Explaining a family: everything a person may ask of a decision is in the answer."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tepat.engine.errors import TepatError
from tepat.runs import explain as explaining
from tepat.runs.explain_text import as_text
from tepat.runs.folder import RunFolder
from tests.conftest import tepat


def family(run: Path, where: str, source: str = "awards/*.parquet") -> str:
    """The key of the first family of a run's table for which an SQL condition holds."""
    found = duckdb.sql(
        f"SELECT family_key FROM read_parquet('{run}/{source}') WHERE {where} "
        "ORDER BY family_key LIMIT 1"
    ).fetchone()
    assert found, f"no family where {where}"
    return str(found[0])


@cache
def _explained(path: Path, key: str) -> dict[str, Any]:
    return explaining.explain(RunFolder(path), key)


def explain(run: RunFolder, key: str) -> dict[str, Any]:
    """An explanation, worked out once per family."""
    return _explained(run.path, key)


def programme(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(p for p in found["programmes"] if p["programme"] == name)


@pytest.fixture(scope="module")
def run(demo_run: Path) -> RunFolder:
    return RunFolder(demo_run)


def test_an_award_shows_its_amount_components_place_and_instalments(run: RunFolder) -> None:
    key = family(run.path, "programme = 'pkh' AND status = 'awarded'")
    (decision,) = programme(explain(run, key), "pkh")["decisions"]
    counted = sum(c["counted"] * c["amount"] for c in decision["components"])
    assert decision["award"]["status"] == "awarded"
    assert decision["amount_year"] == counted == sum(decision["award"]["instalments"])
    assert decision["award"]["place"] <= decision["award"]["quota"]
    assert {c["state"] for c in decision["criteria"]} <= {"met", "not_checked"}


def test_each_criterion_gives_its_facts_with_date_source_and_law(run: RunFolder) -> None:
    key = family(run.path, "programme = 'pkh' AND status = 'awarded'")
    (decision,) = programme(explain(run, key), "pkh")["decisions"]
    decile = decision["criteria"][0]
    (fact,) = decile["facts"]
    assert decile["name"] == "decile_within_limit"
    assert re.fullmatch(r"Desil keluarga \d+, batas 4", decile["says"]["id"])
    assert fact["observed_on"] is not None
    assert fact["source"]
    assert decile["law"]
    assert decile["parameters"][0]["reference"]


def test_where_everybody_has_a_place_no_quota_is_told_of(run: RunFolder) -> None:
    enough = {
        name
        for name, lines in run.manifest["lines"].items()
        if lines and all(line["awarded"] == line["eligible"] for line in lines.values())
    }
    name = sorted(enough)[0]
    found = explain(run, family(run.path, f"programme = '{name}' AND status = 'awarded'"))
    awards = [one["award"] for one in programme(found, name)["decisions"]]
    award = next(one for one in awards if one and one["place"])
    assert (award["quota"], award["competing"] > 0) == (None, True)
    assert f"urutan {award['place']}, kuota cukup untuk semua" in as_text(found, "id").lower()


def test_a_run_of_older_code_is_explained_as_one_of_today(run: RunFolder, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(run.path, older)
    manifest = json.loads((older / "run.json").read_text(encoding="utf-8"))
    for lines in manifest["lines"].values():
        for line in lines.values():
            line["quota"] = line.pop("awarded")  # it was called so
    (older / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert RunFolder(older).manifest["lines"] == run.manifest["lines"]
    key = family(run.path, "programme = 'sembako' AND status = 'waiting'")
    assert as_text(explain(RunFolder(older), key), "id") == as_text(explain(run, key), "id")


def test_a_waiting_family_is_told_its_place_and_the_quota_line(run: RunFolder) -> None:
    key = family(run.path, "programme = 'sembako' AND status = 'waiting'")
    (decision,) = programme(explain(run, key), "sembako")["decisions"]
    award = decision["award"]
    assert award["place"] > award["quota"]
    assert f"Menunggu, urutan {award['place'] - award['quota']}" in as_text(explain(run, key), "id")


def test_a_refused_family_is_told_which_programme_stands_in_the_way(run: RunFolder) -> None:
    key = family(run.path, "programme = 'blt_desa' AND status = 'refused'")
    (decision,) = programme(explain(run, key), "blt_desa")["decisions"]
    assert decision["award"]["barred_by"] in ("pkh", "sembako")
    assert decision["award"]["barred_by_name"]["id"] in as_text(explain(run, key), "id")


def test_mending_the_record_is_named_as_what_would_change_the_answer(run: RunFolder) -> None:
    key = family(
        run.path,
        "pkh__outcome = 2 AND pkh__failed = 0 AND decile <= 4 AND family_id IN "
        f"(SELECT family_id FROM read_parquet('{run.path}/facts/families/*.parquet') "
        "WHERE blocked)",
        "decisions/families/*.parquet",
    )
    found = explain(run, key)
    assert any(f["severity"] == "error" and f["do"]["id"] for f in found["findings"])
    (decision,) = programme(found, "pkh")["decisions"]
    changes = [change["if"]["id"] for change in decision["would_change"]]
    unknown = [c["name"] for c in decision["criteria"] if c["state"] == "unknown"]
    if unknown == ["record_in_order"]:
        assert "kesalahan data keluarga diperbaiki" in changes


def test_a_family_above_the_line_is_told_which_decile_would_do(run: RunFolder) -> None:
    bit = 1  # decile_within_limit is the first criterion of PKH
    key = family(
        run.path, f"pkh__failed = {bit} AND pkh__unknown = 0", "decisions/families/*.parquet"
    )
    (decision,) = programme(explain(run, key), "pkh")["decisions"]
    change = next(c for c in decision["would_change"] if "desil" in c["if"]["id"].lower())
    assert change["if"]["id"].endswith("menjadi 4")
    assert change["amount_year"] > 0


def test_what_would_change_is_never_offered_to_one_who_gains_nothing(run: RunFolder) -> None:
    key = family(run.path, "programme = 'pkh' AND status = 'awarded'")
    for found in explain(run, key)["programmes"]:
        for decision in found["decisions"]:
            for change in decision["would_change"]:
                gains = change["more"] is None or change["more"] > 0
                assert gains or decision["outcome"] != "eligible"


def test_lists_that_were_not_loaded_stand_beside_the_decision(
    demo_people: Path, tmp_path: Path
) -> None:
    import shutil

    people = tmp_path / "people"
    shutil.copytree(demo_people, people)
    (people / "lists.parquet").unlink()
    out = tmp_path / "run"
    done = tepat("run", people, "--out", out, "--as-of", "2025-07-01", "--programmes", "sembako")
    assert done.returncode == 0, done.stderr
    key = family(out, "programme = 'sembako' AND status = 'awarded'")
    (decision,) = programme(explain(RunFolder(out), key), "sembako")["decisions"]
    grounds = [c for c in decision["criteria"] if "appeal" in c]
    assert grounds
    assert {c["state"] for c in grounds} == {"not_checked"}
    assert "belum diperiksa: daftar belum dimuat" in as_text(explain(RunFolder(out), key), "id")


def test_the_command_speaks_both_languages_and_json(demo_run: Path) -> None:
    key = family(demo_run, "programme = 'pkh' AND status = 'awarded'")
    indonesian = tepat("explain", demo_run, key)
    english = tepat("explain", demo_run, key, "--lang", "en")
    machine = tepat("explain", demo_run, key, "--json")
    assert "Program Keluarga Harapan — Menerima" in indonesian.stdout
    assert "Family Hope Programme — Awarded" in english.stdout
    assert json.loads(machine.stdout)["family_key"] == key


def test_an_unknown_family_is_refused_without_repeating_its_key(run: RunFolder) -> None:
    with pytest.raises(TepatError) as caught:
        explain(run, "3204010101010001")
    assert caught.value.code == "family_unknown"
    assert "3204010101010001" not in str(caught.value)


def test_explaining_reads_what_the_run_kept_and_not_todays_policy(
    demo_run: Path, tmp_path: Path
) -> None:
    import shutil

    copy = tmp_path / "run"
    shutil.copytree(demo_run, copy)
    amounts = copy / "policy" / "programmes" / "pkh" / "amounts.yaml"
    amounts.write_text(amounts.read_text().replace("value: 4, reference", "value: 3, reference"))
    key = family(copy, "programme = 'pkh' AND status = 'awarded'")
    (decision,) = programme(explain(RunFolder(copy), key), "pkh")["decisions"]
    assert "batas 3" in decision["criteria"][0]["says"]["id"]
