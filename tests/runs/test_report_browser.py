"""The report in a browser: readable on a phone, accessible, printable, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.axe import violations

ANYWHERE = [(lang, width) for lang in ("id", "en") for width in (320, 360, 1280)]
SPOKEN = [place for place in ANYWHERE if place[1] != 320]  # to axe as at 360
TOO_BROAD = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')].filter(e => {
    if (e.closest('.scroll, svg, .skip, thead') || !e.getClientRects().length) return false;
    return e.getBoundingClientRect().right > wide + 1;
  }).map(e => e.tagName + '.' + e.className).slice(0, 5);
}"""
CUT_OFF = """() => [...document.querySelectorAll('svg[role=img]')].filter(
  svg => svg.getClientRects().length).flatMap(svg => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter(t => {
      const r = t.getBoundingClientRect();
      return r.left < box.left - 1 || r.right > box.right + 1 || r.bottom > box.bottom + 1;
    }).map(t => t.textContent);
  })"""


@pytest.fixture
def opened(browser: Any, demo_run: Path) -> Iterator[Any]:
    """A function that opens the report in a language and a width; the browser must not complain."""
    said: list[str] = []
    pages = []

    def open_page(lang: str, width: int) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: said.append(request.url) if "http" in request.url[:5] else None,
        )
        page.goto(f"{(demo_run / 'report.html').as_uri()}#{lang}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not said, said


@pytest.mark.parametrize(("lang", "width"), SPOKEN)
def test_axe_finds_no_violation(opened: Any, lang: str, width: int) -> None:
    page = opened(lang, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(page) == []


@pytest.mark.parametrize(("lang", "width"), ANYWHERE)
def test_the_page_never_scrolls_sideways(opened: Any, lang: str, width: int) -> None:
    page = opened(lang, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_BROAD) == []
    assert page.evaluate(CUT_OFF) == []


def test_the_language_switch_needs_no_script(opened: Any) -> None:
    page = opened("", 360)
    assert page.locator("#id h1").is_visible() and not page.locator("#en h1").is_visible()
    page.get_by_role("link", name="English").click()
    assert page.locator("#en h1").is_visible() and not page.locator("#id h1").is_visible()
    page.locator("#en .contents a").first.click()
    assert page.locator("#en h1").is_visible(), "a link inside English leads back to Indonesian"
    page.get_by_role("link", name="Bahasa Indonesia").click()
    assert page.locator("#id h1").is_visible() and not page.locator("#en h1").is_visible()


def test_links_and_tables_can_be_reached_by_keyboard(opened: Any) -> None:
    page = opened("id", 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        focused = "document.activeElement"
        reached.add(page.evaluate(f"{focused}.tagName"))
        outline = page.evaluate(f"getComputedStyle({focused}).outlineStyle")
        assert outline == "solid", f"no ring around {page.evaluate(f'{focused}.outerHTML')[:80]}"
    assert {"A", "SUMMARY"} <= reached


@pytest.mark.parametrize(("lang", "other"), [("id", "en"), ("en", "id")])
def test_print_shows_the_chosen_language_with_every_table_open(
    opened: Any, lang: str, other: str
) -> None:
    page = opened(lang, 1280)
    page.emulate_media(media="print")
    assert (
        page.locator(f"#{lang} h1").is_visible() and not page.locator(f"#{other} h1").is_visible()
    )
    assert page.locator(f"#{lang} .contents").is_hidden()
    tables = page.locator(f"#{lang} table")
    heights = [tables.nth(i).bounding_box()["height"] for i in range(tables.count())]
    assert heights and min(heights) > 20, "a table stays folded on paper"
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert paper.startswith(b"%PDF")
    assert 5 <= len(re.findall(rb"/Type\s*/Page[^s]", paper)) <= 60
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\.?\d* 84[12]", paper), "the paper is not A4"
