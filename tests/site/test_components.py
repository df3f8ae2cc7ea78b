"""The partials without a browser: what they draw, what they tie together, what they never hold."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from tepat.site.templatetags import components
from tepat.staff.day_field import DayField

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "src" / "tepat" / "site" / "templates"
PARTIALS = sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.glob("components/*.html"))
GALLERY = ROOT / "tests" / "site" / "gallery" / "templates"
ERRORS = ("400", "403", "403_csrf", "404", "413", "429", "500")


class Elements(HTMLParser):
    """All start tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember one tag."""
        self.found.append((tag, dict(attrs)))

    def ids(self) -> list[str]:
        """Every id, as often as it stands there."""
        return [attrs["id"] or "" for _, attrs in self.found if "id" in attrs]


class Visit(forms.Form):
    """A form with the fields whose ids are not simply theirs."""

    nik = forms.CharField(label="NIK", help_text="16 angka")
    born = DayField(label="Tanggal lahir")
    sex = forms.ChoiceField(label="JK", choices=[("1", "L"), ("2", "P")], widget=forms.RadioSelect)
    assets = forms.MultipleChoiceField(
        label="Barang",
        choices=[("1", "Motor"), ("2", "Kulkas")],
        widget=forms.CheckboxSelectMultiple,
    )
    sure = forms.BooleanField(label="Sudah dibacakan")
    photo = forms.FileField(label="Foto")

    def clean(self) -> dict[str, Any]:
        """An error that belongs to no field."""
        raise forms.ValidationError("Isian ini sudah diubah orang lain.")


def drawn(partial: str, **context: Any) -> str:
    """A partial in Indonesian."""
    with translation.override("id"):
        return render_to_string(f"components/{partial}.html", context)


def inline_code(html: str) -> list[str]:
    """Scripts and styles that stand in a page itself, which our content policy forbids."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", html)
    styles = re.findall(r"<style\b|\sstyle=|\son\w+=|javascript:|hx-on|js:", html)
    return scripts + styles


def test_no_template_holds_a_script_or_a_style() -> None:
    found = {
        str(path): bad
        for path in ROOT.glob("src/tepat/*/templates/**/*.html")
        if (bad := inline_code(path.read_text(encoding="utf-8")))
    }
    assert not found, f"The content policy forbids this; use a class or start.js: {found}"


@pytest.mark.parametrize(
    "bad", ["<script>go()</script>", '<p style="color:red">', '<a onclick="go()">', "<style>"]
)
def test_a_script_or_style_in_a_template_would_be_found(bad: str) -> None:
    assert inline_code(bad)
    assert not inline_code('<script src="/static/js/start.js" type="module"></script>')


def test_every_partial_says_what_it_takes_and_is_listed() -> None:
    listed = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
    for partial in PARTIALS:
        first = (TEMPLATES / partial).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("{# "), f"{partial}: begin with a comment that names the parameters"
        assert f"`{partial.stem}`" in listed, f"docs/interface.md does not list {partial.stem}"


def test_every_partial_is_seen_in_the_gallery() -> None:
    waiting = [*GALLERY.glob("*.html"), TEMPLATES / "base.html"]
    seen: set[Path] = set()
    while waiting:
        source = waiting.pop().read_text(encoding="utf-8")
        for name in re.findall(r'include "(components/[\w/]+\.html)"', source):
            if Path(name) not in seen:
                seen.add(Path(name))
                waiting.append(TEMPLATES / name)
    assert not set(PARTIALS) - seen, "Show each partial on a page of tests/site/gallery."


@pytest.mark.parametrize("state", ["yes", "waiting", "no", "unknown"])
def test_a_tag_has_a_word_a_shape_and_a_colour(state: str) -> None:
    html = drawn("tag", state=state, word="Menerima")
    assert f"tp-{state}" in html and "<svg" in html and "Menerima" in html


def test_the_shapes_of_the_four_meanings_differ() -> None:
    shapes = {drawn("shape", state=state) for state in ("yes", "waiting", "no", "unknown")}
    assert len(shapes) == 4


@example(places=100, place=101, ranked=101)
@example(places=0, place=1, ranked=10**7)
@example(places=1, place=1, ranked=10**7)
@given(places=st.integers(0, 10**7), place=st.integers(1, 10**7), ranked=st.integers(0, 10**7))
def test_a_family_always_stands_on_its_side_of_the_quota(
    places: int, place: int, ranked: int
) -> None:
    quota = {"places": places, "place": place, "ranked": ranked}
    line = components.quota_line(quota, "Sembako")
    full, here = (float(line[key].rstrip("%")) for key in ("full", "here"))
    assert 0 <= full <= 100 and 0 <= here <= 100
    assert line["reached"] == (place <= places)
    assert here > full if place > places else here <= full


def test_the_quota_line_says_in_words_what_it_draws() -> None:
    quota = {"places": 96_420, "place": 96_634, "ranked": 284_000, "area": "Kabupaten Bandung"}
    html = drawn("quota", quota=quota, name="Sembako")
    assert "Kuota 96.420 keluarga. Keluarga ini di urutan 96.634, di luar kuota." in html
    inside = drawn("quota", quota={**quota, "place": 96_420}, name="Sembako")
    assert "di dalam kuota" in inside


def test_a_form_ties_hints_and_errors_to_their_fields() -> None:
    html = drawn("error_summary", forms=(form := Visit({}))) + drawn("form", form=form)
    page = Elements(html)
    ids = page.ids()
    assert len(ids) == len(set(ids)), "an id stands twice"
    described = [a["aria-describedby"] or "" for _, a in page.found if "aria-describedby" in a]
    assert len(described) == len(form.fields)
    assert {one for each in described for one in each.split()} <= set(ids)
    links = [a["href"] or "" for tag, a in page.found if tag == "a"]
    assert len(links) == len(form.fields)
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert "Isian ini sudah diubah orang lain." in html


def test_links_of_the_error_summary_lead_to_what_takes_focus() -> None:
    form = Visit({})
    page = Elements(drawn("error_summary", forms=form) + drawn("form", form=form))
    tags = {attrs["id"]: tag for tag, attrs in page.found if "id" in attrs}
    led_to = {tags[(a["href"] or "")[1:]] for tag, a in page.found if tag == "a"}
    assert led_to == {"input"}


def test_what_was_sent_stands_in_the_form_again_and_is_escaped() -> None:
    sent = {"nik": '"><script>', "born_day": "3", "born_month": "<b>", "sex": "2", "assets": ["2"]}
    html = drawn("form", form=Visit(sent))
    assert "<script>" not in html and "<b>" not in html
    checked = [a["value"] for _, a in Elements(html).found if "checked" in a]
    assert checked == ["2", "2"]
    assert 'value="3"' in html


class Birthday(forms.Form):
    """One date."""

    born = DayField(required=False)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("27", "3", "1958"), date(1958, 3, 27)),
        (("", "", ""), None),
        (("31", "2", "2025"), "Tanggal ini tidak ada"),
        (("27", "Maret", "1958"), "Tanggal ini tidak ada"),
        (("27", "", "1958"), "Isi tanggal, bulan, dan tahun"),
        (("1", "1", "99999"), "Tanggal ini tidak ada"),
    ],
)
def test_a_day_in_three_parts_is_a_date_or_says_what_to_do(
    parts: tuple[str, str, str], expected: Any
) -> None:
    form = Birthday(dict(zip(("born_day", "born_month", "born_year"), parts, strict=True)))
    with translation.override("id"):
        if isinstance(expected, str):
            assert str(form.errors["born"][0]).startswith(expected)
        else:
            assert form.is_valid() and form.cleaned_data["born"] == expected


def test_a_table_names_the_column_of_each_cell_for_the_phone() -> None:
    table = {
        "caption": "Keluarga",
        "columns": [{"label": "Kepala"}, {"label": "Jumlah", "numeric": True}],
        "rows": [{"cells": ["<i>Ana</i>", {"text": 3}]}],
    }
    html = drawn("table", table=table)
    assert 'data-label="Jumlah"' in html and "&lt;i&gt;Ana" in html


def test_a_row_with_too_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        components.beside(["Ana"], [{"label": "Kepala"}, {"label": "Jumlah"}])


@pytest.mark.parametrize("state", ["waiting", "running", "done", "failed"])
def test_a_job_is_asked_for_until_it_is_finished(state: str) -> None:
    html = drawn("progress", job={"title": "Impor", "state": state}, url="/job/", page_url="/")
    assert ("every 2s" in html) == (state in ("waiting", "running"))
    assert ("Perbarui" in html) == (state in ("waiting", "running")), "the way without scripts"


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_an_error_page_needs_no_request_and_says_code_and_way_on(code: str, lang: str) -> None:
    with translation.override(lang):
        html = render_to_string(f"{code}.html")
    assert f'<html lang="{lang}"' in html
    assert re.search(rf"(Kode|Code) {code[:3]}", html)
    assert 'href="/"' in html


def test_the_lock_of_the_front_end_has_hashes_and_no_addresses() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text, "Leave `resolved` and `funding` out of package-lock.json."
    missing = [name for name, entry in packages.items() if name and "integrity" not in entry]
    assert packages and not missing
