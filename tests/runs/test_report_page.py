"""The report stands by itself, speaks both languages, and shows the numbers of the summary."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from tepat.engine.connect import open_engine
from tepat.policy.wording import number
from tepat.runs.report import write_report
from tepat.runs.report.page import command
from tepat.runs.report.speech import Speech
from tepat.runs.report.words import WORDS
from tepat.runs.request import Request
from tepat.runs.run import run as make_run
from tepat.runs.simulate.page.speech import Told
from tests.chain.small import small_input

HOSTILE = "<script>alert(1)</script>\"'&"
PACKAGE = Path(__file__).parents[2] / "src" / "tepat" / "runs" / "report"


class Page(HTMLParser):
    """Tags with attributes, and the rows of every table, by language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, dict[str, list[list[str]]]] = {"id": {}, "en": {}}
        self.order: list[str] = []
        self._lang, self._caption, self._cell, self._skip = "id", "", False, 0
        self._rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.order.append(tag)
        if tag == "div" and found.get("class") == "version":
            self._lang = found["lang"] or ""
        elif tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th", "caption"):
            self._cell = True
            if tag != "caption":
                self._rows[-1].append("")
        elif tag == "span" and found.get("class") == "label":
            self._skip = 1

    def handle_endtag(self, tag: str) -> None:
        self.order.append("/" + tag)
        if tag in ("td", "th", "caption"):
            self._cell = False
        elif tag == "span":
            self._skip = 0
        elif tag == "table":
            self.tables[self._lang].setdefault(self._caption, self._rows)

    def handle_data(self, data: str) -> None:
        if not self._cell or self._skip:
            return
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += data
        else:
            self._caption += data


@pytest.fixture(scope="module")
def text(demo_run: Path) -> str:
    return (demo_run / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def _rows(run: Path, name: str) -> list[dict[str, str]]:
    with (run / "summary" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _manifest(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return found


def test_nothing_is_fetched_from_anywhere(page: Page, text: str) -> None:
    for tag, attributes in page.tags:
        assert tag not in ("script", "iframe", "object", "embed", "base", "img"), tag
        assert not [name for name in attributes if name.startswith("on")], attributes
        assert "style" not in attributes, f"{tag} has a style attribute, which the policy refuses"
        for name in ("src", "href", "action", "xlink:href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:,")), f"{tag} {name}={value}"
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", text)
    assert "@import" not in text


def test_the_security_policy_allows_one_style_sheet_by_hash(page: Page) -> None:
    (policy,) = [a["content"] or "" for t, a in page.tags if t == "meta" and "http-equiv" in a]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", WORDS)
def test_every_sentence_has_both_languages_with_the_same_gaps(name: str) -> None:
    indonesian, english = WORDS[name]
    assert indonesian.strip() and english.strip()
    gaps = [{gap for _, gap, _, _ in Formatter().parse(text) if gap} for text in WORDS[name]]
    assert gaps[0] == gaps[1]


def test_every_word_that_a_template_says_is_known() -> None:
    said = {
        name
        for path in (PACKAGE / "templates").glob("*.html")
        for name in re.findall(r'say\("(\w+)"[,)]', path.read_text(encoding="utf-8"))
    }
    assert said <= set(WORDS), said - set(WORDS)


def test_both_languages_hold_the_same_parts(page: Page) -> None:
    ids = [attributes["id"] or "" for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids)), "an id stands twice"
    indonesian, english = (
        {each.removeprefix(f"{lang}-") for each in ids if each.startswith(f"{lang}-")}
        for lang in ("id", "en")
    )
    assert indonesian == english
    assert {"totals", "places", "deciles", "truth", "quotas", "reasons", "quality"} <= indonesian
    assert len(page.tables["id"]) == len(page.tables["en"])


def test_every_picture_is_followed_by_its_table(page: Page) -> None:
    figures = [i for i, tag in enumerate(page.order) if tag == "/figure"]
    assert figures
    for at in figures:
        assert page.order[at + 1 : at + 2] == ["details"]
        assert "table" in page.order[at : page.order.index("/details", at)]


def test_every_picture_has_a_title_and_a_description(page: Page) -> None:
    pictures = [a for t, a in page.tags if t == "svg" and a.get("role") == "img"]
    ids = {a["id"] for t, a in page.tags if t in ("title", "desc") and a.get("id")}
    assert pictures
    for picture in pictures:
        assert set((picture["aria-labelledby"] or "").split()) <= ids


@pytest.mark.parametrize("lang", ["id", "en"])
def test_totals_are_those_of_the_summary(demo_run: Path, page: Page, lang: str) -> None:
    table = page.tables[lang][Speech(lang).say("totals_caption")]
    shown = {row[0].split()[-1]: row for row in table[1:]}
    for row in _rows(demo_run, "programmes"):
        cells = shown[row["programme"]]
        for at, name in enumerate(
            ("eligible", "not_eligible", "cannot_decide", "awarded", "waiting", "refused"), 2
        ):
            assert cells[at] == number(int(row[name]), lang), (row["programme"], name)
        money = row["amount_year"]
        expected = f"Rp {number(int(money), lang)}" if money else Speech(lang).say("in_kind")
        assert cells[8] == expected


@pytest.mark.parametrize("lang", ["id", "en"])
def test_deciles_findings_and_reasons_are_those_of_the_summary(
    demo_run: Path, page: Page, lang: str
) -> None:
    speech = Speech(lang)
    deciles = {r[0].split()[-1]: r for r in page.tables[lang][speech.say("deciles_caption")][1:]}
    for row in _rows(demo_run, "deciles"):
        if row["decile"]:
            cell = deciles[row["programme"]][int(row["decile"])]
            assert cell.startswith(number(int(row["awarded"]), lang))
            assert cell.endswith(speech.share(int(row["awarded"]), int(row["families"])))
    findings = page.tables[lang][speech.say("quality_table")][1:]
    expected = _rows(demo_run, "findings")
    assert sorted(row[3] for row in findings) == sorted(
        number(int(row["findings"]), lang) for row in expected
    )
    for name, about in _manifest(demo_run)["programmes"].items():
        caption = speech.say("reasons_caption", title=about["name"][lang])
        shown = sorted(tuple(row[1:]) for row in page.tables[lang][caption][1:])
        kept = [row for row in _rows(demo_run, "reasons") if row["programme"] == name]
        assert shown == sorted(
            tuple(number(int(row[key]), lang) for key in ("failed", "unknown", "only_reason"))
            for row in kept
        )


def test_quota_tables_are_those_of_the_summary(demo_run: Path, page: Page) -> None:
    for name, about in _manifest(demo_run)["programmes"].items():
        kept = [row for row in _rows(demo_run, "quotas") if row["programme"] == name]
        if not kept:
            continue
        caption = Speech("id").say("quota_table", title=about["name"]["id"])
        columns = ("eligible", "awarded", "waiting")
        assert page.tables["id"][caption][1:] == [
            [row["kabupaten"], *(number(int(row[key]), "id") for key in columns)] for row in kept
        ]


@pytest.fixture(scope="module")
def listed_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with more places than compete, and a quota of its own for a kabupaten of nobody."""
    folder = tmp_path_factory.mktemp("listed")
    (folder / "quota.csv").write_text(
        "programme,place,quota\npkh,,100\npkh,3205,7\npkh,3204,5\npip,,9\n"
    )
    quota, programmes = folder / "quota.csv", ("pkh", "pip", "pena")
    given = small_input(folder / "input")
    make_run(Request(given, folder / "run", date(2025, 7, 1), quota=quota, programmes=programmes))
    return folder / "run"


def test_the_summary_tells_the_quota_and_the_places_filled_as_two_things(listed_run: Path) -> None:
    columns = ("programme", "kabupaten", "quota", "national_quota", "awarded", "waiting")
    awarded = str(_manifest(listed_run)["totals"]["pkh"]["awarded"])
    assert awarded == "2"
    assert [tuple(row[name] for name in columns) for row in _rows(listed_run, "quotas")] == [
        ("pkh", "3204", "5", "100", "2", "0"),
        ("pkh", "3205", "7", "100", "0", "0"),
    ]
    assert _manifest(listed_run)["programmes"]["pkh"]["quota"] == {"": 100, "3204": 5, "3205": 7}


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_tells_the_quota_and_the_places_filled_as_two_things(
    listed_run: Path, lang: str
) -> None:
    tables = Page((listed_run / "report.html").read_text(encoding="utf-8")).tables[lang]
    overview = tables[Speech(lang).say("quotas_caption")]
    words = ("quota", "competing", "awarded", "waiting_short", "quota_empty", "kabupaten")
    assert overview[0][1:] == [Speech(lang).say(word) for word in words]
    rows = {row[0].split()[-1]: row[1:] for row in overview[1:]}
    # a programme that nobody competes for has its quota all the same, one without has no row
    assert rows == {
        "pkh": ["100", "2", "2", "0", "98", "2"],
        "pip": ["9", "0", "0", "0", "9", "0"],
    }
    title = _manifest(listed_run)["programmes"]["pkh"]["name"][lang]
    own = tables[Speech(lang).say("quota_table", title=title)]
    assert own[0][1] == Speech(lang).say("quota_own")
    assert [row[1:] for row in own[1:]] == [["5", "2", "2", "0"], ["7", "0", "0", "0"]]


def test_hostile_text_is_shown_and_never_obeyed(demo_run: Path, tmp_path: Path) -> None:
    import polars

    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    manifest = _manifest(run)
    manifest["programmes"]["pkh"]["name"] = {"id": HOSTILE, "en": HOSTILE}
    manifest["arguments"]["input"] = HOSTILE
    manifest["unit_note"] = {"id": HOSTILE, "en": HOSTILE}
    (run / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    for path in [*run.glob("facts/families/*.parquet"), *run.glob("awards/*.parquet")]:
        polars.read_parquet(path).with_columns(kabupaten=polars.lit(HOSTILE)).write_parquet(path)
    quotas = run / "summary" / "quotas.csv"
    quotas.write_text(
        "programme,kabupaten,quota,national_quota,eligible,awarded,waiting\n"
        f'pkh,"{HOSTILE.replace(chr(34), chr(34) * 2)}",1,,2,1,1\n'
    )
    write_report(run, open_engine())
    written = (run / "report.html").read_text(encoding="utf-8")
    assert "<script" not in written.lower()
    assert html.escape(HOSTILE, quote=False).replace("'", "&#39;").replace('"', "&#34;") in written
    assert not [tag for tag, _ in Page(written).tags if tag == "script"]


def test_no_key_of_a_family_or_person_is_shown(demo_run: Path, text: str) -> None:
    import polars

    families = polars.read_parquet(demo_run / "facts" / "families" / "*.parquet")["family_key"]
    people = polars.read_parquet(demo_run / "facts" / "members" / "*.parquet")["person_key"]
    words = set(re.findall(r"[\w-]+", text))
    assert not words & {key for key in [*families, *people] if len(key) > 5}


def test_the_command_repeats_the_run() -> None:
    given = {"input": "my people", "as_of": "2025-07-01", "quota": "q.csv", "programmes": ["pkh"]}
    assert command({"arguments": given}) == (
        "tepat run 'my people' --out RUN --as-of 2025-07-01 --quota q.csv --programmes pkh"
    )


@pytest.mark.parametrize(
    ("part", "whole", "indonesian", "english"),
    [
        (1, 3, "33,3%", "33.3%"),
        (0, 3, "0%", "0%"),
        (3, 3, "100%", "100%"),
        (1, 9999, "<0,1%", "<0.1%"),
        (9996, 10_000, ">99,9%", ">99.9%"),
        (1998, 2000, "99,9%", "99.9%"),
        (2, 5, "40,0%", "40.0%"),
        (0, 0, "–", "–"),
    ],
)
def test_a_share_is_written_in_each_language(
    part: int, whole: int, indonesian: str, english: str
) -> None:
    for speech in (Speech, Told):
        assert speech("id").share(part, whole) == indonesian
        assert speech("en").share(part, whole) == english


@pytest.mark.parametrize(
    ("ratio", "indonesian", "english"),
    [
        (0, "0%", "0%"),
        (0.0004, "<0,1%", "<0.1%"),
        (0.001, "0,1%", "0.1%"),
        (0.5, "50,0%", "50.0%"),
        (0.9994, "99,9%", "99.9%"),
        (0.9996, ">99,9%", ">99.9%"),
        (1, "100%", "100%"),
        (1.2, "120,0%", "120.0%"),
    ],
)
def test_a_ratio_is_rounded_neither_to_all_nor_to_nothing(
    ratio: float, indonesian: str, english: str
) -> None:
    for speech in (Speech, Told):
        assert speech("id").percent(ratio) == indonesian
        assert speech("en").percent(ratio) == english


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [
        (999_999, "Rp 999.999", "Rp 999,999"),
        (6_244_700_000, "Rp 6,2 miliar", "Rp 6.2 billion"),
        (129_000_000_000, "Rp 129 miliar", "Rp 129 billion"),
        (2_500_000, "Rp 2,5 juta", "Rp 2.5 million"),
        (45_120_000_000_000, "Rp 45,1 triliun", "Rp 45.1 trillion"),
    ],
)
def test_money_is_written_in_round_words(amount: int, indonesian: str, english: str) -> None:
    assert Speech("id").money(amount) == indonesian
    assert Speech("en").money(amount) == english
