"""The page of a simulation: whole, in two languages, each picture with its table."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tepat.cli_simulate import _print
from tepat.runs.simulate.page import page
from tepat.runs.simulate.page.found import Found
from tepat.runs.simulate.page.page import command
from tepat.runs.simulate.page.speech import Told
from tepat.runs.simulate.page.warned import notices
from tepat.runs.simulate.page.words import WORDS
from tests.house.repository import ROOT
from tests.runs.simulate.worked import simulated

pytestmark = pytest.mark.xdist_group("simulation_page")  # what it stands on is made once

BUDGET = 120_000_000


@pytest.fixture(scope="module")
def found(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A simulation with a budget to fit."""
    out = tmp_path_factory.mktemp("page") / "out"
    what = ROOT / "policy/reforms/sembako_deciles_1_to_4"
    made = simulated(demo_people, what, out, limit_budget=BUDGET, limit_by="sembako.decile_limit")
    assert page(made) == (out / "simulation.html").read_text(encoding="utf-8")
    kept: dict[str, Any] = json.loads((out / "simulation.json").read_text(encoding="utf-8"))
    assert page(kept) == page(made), "the page is made of simulation.json alone"
    return made


class Seen(HTMLParser):
    """What stands on a page: tags, texts of headings, figures and tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.links += [str(given[name]) for name in ("href", "src") if name in given]
        self.ids += [str(given["id"])] if "id" in given else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_needs_nothing_from_outside_and_runs_no_script(found: dict[str, Any]) -> None:
    seen = Seen(page(found))
    assert not {"script", "iframe", "img", "object", "form"} & {*seen.tags}
    assert all(link.startswith(("#", "data:")) for link in seen.links)
    assert "default-src 'none'" in page(found)
    anchors = {link[1:] for link in seen.links if link.startswith("#")}
    assert anchors <= {*seen.ids}, "a link leads nowhere"
    assert len(seen.ids) == len({*seen.ids}), "a name stands twice"


def test_each_picture_has_its_table(found: dict[str, Any]) -> None:
    text = page(found)
    figures = re.findall(r"<figure.*?</figure>\s*(<details class=\"numbers\">)?", text, re.S)
    assert len(figures) >= 20 and all(figures), "a picture stands without its numbers"
    assert len(re.findall(r'<svg class="wide"', text)) == len(
        re.findall('<svg class="narrow"', text)
    )


def test_both_languages_say_all_parts_and_none_speaks_the_other(found: dict[str, Any]) -> None:
    text = page(found)
    indonesian, english = text.split('<div class="version" id="en"')
    for name, (one, other) in WORDS.items():
        if name.endswith("_title") and name != "page_title":
            assert (one in indonesian) and (other in english), name
    assert "Sembako for deciles 1 to 4" not in indonesian.partition("</head>")[2]
    assert "Anggaran" not in english


def test_every_sentence_is_said_in_both_languages_with_the_same_names() -> None:
    for name, texts in WORDS.items():
        one, other = (sorted(re.findall(r"\{(\w+)\}", text)) for text in texts)
        assert one == other, name


def test_the_numbers_are_those_of_the_simulation(found: dict[str, Any]) -> None:
    text = page(found)
    for row in found["programmes"]:
        if row["money_before"]:
            assert f"Rp {row['money_before']:,}" in text
            assert f"Rp {row['money_before']:,}".replace(",", ".") in text
    for row in found["deciles"]:
        assert f">{row['families']:,}</td>" in text
    fits = found["limit"]
    assert fits["cost"] <= BUDGET and f"Rp {fits['cost']:,}" in text


def test_what_is_assumed_is_labelled_so(found: dict[str, Any]) -> None:
    text = page(found)
    own = found["reform"]["assumptions"][0]
    for lang, heading in (("id", "Anggapan"), ("en", "Assumptions")):
        part = text.split(f'<div class="version" id="{lang}"')[1]
        box = part.partition('<div class="assumed">')[2].partition("</div>")[0]
        assert heading in box and own[lang] in box
        assert box.count("<li>") >= 6


def test_nothing_that_fits_is_said_plainly(found: dict[str, Any]) -> None:
    made = copy.deepcopy(found)
    made["limit"] |= {"fits": "none", "value": None, "cost": None, "number": None}
    assert "Nothing fits: the cheapest that was tried, decile 1, costs" in page(made)
    made["limit"] |= {"steady": False, "points": made["limit"]["points"][::2]}
    assert "A value that was not tried may fit and use more of the budget." in page(made)


def test_hostile_names_are_shown_and_never_obeyed(found: dict[str, Any]) -> None:
    made = copy.deepcopy(found)
    bad = '<script>alert("x")</script>'
    made["reform"]["title"] = {"id": bad, "en": bad}
    made["reform"]["assumptions"] = [{"id": bad, "en": bad}]
    made["reform"]["changes"][0] |= {"name": bad, "kind": "rule", "old": bad, "new": bad}
    made["about"]["sembako"]["name"] = {"id": bad, "en": bad}
    made["arguments"]["input"] = bad
    text = page(made)
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "script" not in Seen(text).tags


def test_the_page_shows_no_family_and_no_person(found: dict[str, Any], demo_people: Path) -> None:
    import polars

    text = page(found)
    for table, key in (("families", "family_key"), ("members", "person_key")):
        for known in polars.read_parquet(demo_people / table)[key].head(50):
            assert str(known) not in text


def test_the_command_that_repeats_it_stands_on_the_page(found: dict[str, Any]) -> None:
    said = command(found)
    assert said.startswith("tepat simulate ") and "--limit-by sembako.decile_limit" in said
    assert f"--limit-budget {BUDGET}" in said and "--reform-quota" not in said


def versions(text: str) -> tuple[str, str]:
    """The page's two languages."""
    indonesian, english = text.split('<div class="version" id="en"')
    return indonesian, english


def test_the_headline_counts_as_the_figures_below_it(found: dict[str, Any]) -> None:
    made = copy.deepcopy(found)
    made["totals"] |= {"more": 3799, "won": 20, "less": 571, "lost": 10}
    one, other = versions(page(made))
    assert (
        "3.799 menerima lebih banyak, 20 baru dibantu, 571 menerima lebih sedikit, dan 10 tidak "
        "dibantu lagi." in one
    )
    said = "3,799 receive more, 20 are newly helped, 571 receive less, and 10 are helped no more."
    assert said in other
    assert "3.799 / 571" in one and "3,799 / 571" in other
    assert "581" not in one + other


def test_internal_names_stand_small_beside_words(found: dict[str, Any]) -> None:
    made = copy.deepcopy(found)
    ground = {"name": "excluded_by.civil_pensioner", "kind": "dropped", "old": "civil_pensioner"}
    made["reform"]["changes"].append(made["reform"]["changes"][0] | ground | {"new": ""})
    rule = {"name": "quota", "kind": "rule", "old": "national_quota", "new": "decile <= a"}
    made["reform"]["changes"].append(made["reform"]["changes"][0] | rule)
    one, other = versions(page(made))
    assert "Kuota nasional <small><code>national_quota</code></small>" in one
    assert "<code>decile &lt;= a</code>" in one
    small = "<small><code>decile_limit</code></small>"
    assert f"Batas desil {small}" in one and f"Decile limit {small}" in other
    assert "Pengecualian: Pensiunan ASN, TNI atau Polri <small>" in one
    assert "Exclusion: Pensioner of civil service, military or police <small>" in other
    assert ">civil_pensioner<" not in one + other
    assert "batas desil pada" in one and "decile limit of" in other, "the line that was searched"


def test_a_programme_in_kind_has_no_rupiah_and_one_in_cash_has(found: dict[str, Any]) -> None:
    subsidy = next(n for n, about in found["about"].items() if about["kind"] == "subsidy")
    assert not Found(found).money(subsidy) and Found(found).money("sembako")
    made = copy.deepcopy(found)
    for row in made["programmes"]:
        row |= {"money_before": 0, "money_after": 0}
    assert Found(made).money("pkh"), "cash that nobody gets is money still"


def test_the_terminal_says_what_the_page_says(
    found: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = copy.deepcopy(found)
    made["totals"] |= {"more": 3799, "won": 20, "less": 571, "lost": 10}
    _print(Path("out"), made, stood=False)
    printed = capsys.readouterr().out
    said = " ".join(printed.split())
    assert "3,799 get more, 20 newly helped, 571 get less, 10 helped no more" in said
    for name, about in found["about"].items():
        row = next(line for line in printed.splitlines() if line.startswith(f"{name} "))
        assert not (about["kind"] == "subsidy" and "Rp" in row), row
        assert "in kind" in row or "Rp" in row, row
    assert "in kind" in said
    warned = notices(Found(made), Told("en"))
    assert warned and all(notice.text in said for notice in warned)
    made["differing"] = []
    _print(Path("out"), made, stood=False)
    assert "On this day the reform changes nothing" in capsys.readouterr().out
