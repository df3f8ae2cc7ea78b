"""The partials in a browser: on phones and desks, in both languages, by keyboard, without scripts.

The pages are those of `tests/site/gallery`, served by a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import brotli
import pytest

from tests.axe import violations
from tests.needs import missing

ROOT = Path(__file__).resolve().parents[2]
WEB, OWN = ROOT / "var" / "web", ROOT / "src" / "tepat" / "site" / "static"
PAGES = ("family", "list", "form", "states", "done", "error/404")
WIDTHS, LANGS = (320, 360, 1280), ("id", "en")
NARROW = 320  # only fits or not: all else is as at 360
FOCUS_IS_SEEN = """() => {
  const at = document.activeElement
  if (at === document.body) return 'end'
  const drawn = (style) => style.boxShadow !== 'none'
    || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
  const label = at.labels && at.labels[0]
  const seen = drawn(getComputedStyle(at)) || (label && drawn(getComputedStyle(label, '::before')))
  const box = at.getBoundingClientRect()
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight
  return seen && inside ? 'seen' : at.outerHTML.slice(0, 120)
}"""
FIRST_LOAD = (
    WEB / "css" / "console.css",
    WEB / "js" / "govuk-frontend.min.js",
    WEB / "js" / "htmx.min.js",
    OWN / "js" / "supported.js",
    OWN / "js" / "start.js",
    OWN / "icon.svg",
)


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of the gallery."""
    if not (WEB / "css" / "console.css").exists():
        missing("npm", "Run `make setup` with npm at hand, so that scripts/front_end can compile.")
    command = [sys.executable, "-m", "tests.site.gallery"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        yield f"http://127.0.0.1:{int(served.stdout.readline())}"
        served.terminate()


@pytest.fixture
def visit(browser: Any, gallery: str) -> Iterator[Any]:
    """Opens a page in a language and width; `page.said` collects what the console complains of."""
    contexts = []

    def opened(path: str, lang: str = "id", width: int = 360, scripts: bool = True) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=scripts
        )
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": lang, "url": gallery}])
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(f"{gallery}/{path}/", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


def barriers(page: Any) -> list[str]:
    """What axe finds on a page."""
    return [
        f"{one['id']}: {node['html'][:160]}" for one in violations(page) for node in one["nodes"]
    ]


def complaints(page: Any, allowed: str = "status of 4") -> list[str]:
    """What the console said, but for the status of a page that is meant to have it."""
    return [line for line in page.said if allowed not in line]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", LANGS)
def test_no_page_has_barriers_errors_or_sideways_scrolling(
    visit: Any, lang: str, path: str
) -> None:
    page = visit(path, lang)
    assert page.evaluate("document.documentElement.lang") == lang
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width != NARROW:
            assert not barriers(page), f"at {width} px"
    assert not complaints(page)


@pytest.mark.parametrize(("lang", "width"), list(product(LANGS, (320, 1280))))
def test_opened_menus_and_refused_forms_have_no_barriers(visit: Any, lang: str, width: int) -> None:
    form = visit("form", lang, width)
    form.click("main form button[type=submit]")
    form.wait_for_load_state()
    assert form.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    assert not barriers(form)
    listing = visit("list", lang, width)
    if width < 860:
        listing.click(".tp-menu summary")
        assert listing.locator(".tp-menu a").first.is_visible()
        assert not barriers(listing)
        listing.keyboard.press("Escape")
        assert not listing.locator(".tp-menu a").first.is_visible()
        listing.click(".tp-filter summary")
    assert listing.locator(".tp-filter button").is_visible()
    assert not barriers(listing)
    assert not complaints(listing) and not complaints(form)


def test_a_barrier_would_be_found(visit: Any) -> None:
    page = visit("form")
    page.evaluate("document.querySelector('label[for=id_nik]').remove()")
    assert any(one.startswith("label:") for one in barriers(page))


def test_sideways_scrolling_would_be_found(visit: Any) -> None:
    page = visit("family", width=320)
    page.evaluate(
        "() => { const line = document.createElement('p'); line.className = 'tp-short';"
        "line.textContent = 'satu dua tiga '.repeat(20);"
        "document.querySelector('main').append(line) }"
    )
    assert page.evaluate("document.documentElement.scrollWidth") > 320


def walked(page: Any) -> tuple[int, list[str]]:
    """How many elements the tab key reaches, and those whose focus is not to be seen."""
    unseen, count = [], 0
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS_IS_SEEN)
        if found == "end":
            break
        count += 1
        if found != "seen":
            unseen.append(found)
    return count, unseen


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["family", "list", "form", "states"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    visit: Any, path: str, width: int
) -> None:
    count, unseen = walked(visit(path, width=width))
    assert count > 5
    assert not unseen, unseen


def test_a_focus_that_is_not_seen_would_be_found(visit: Any) -> None:
    page = visit("family")
    page.evaluate(
        "() => { const sheet = new CSSStyleSheet();"
        "sheet.replaceSync('*, *::before {outline: none !important; box-shadow: none !important}');"
        "document.adoptedStyleSheets = [sheet] }"
    )
    _, unseen = walked(page)
    assert unseen


def test_the_skip_link_leads_to_the_content(visit: Any) -> None:
    page = visit("family")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


def test_without_scripts_menu_language_filter_and_form_work(visit: Any) -> None:
    page = visit("list", scripts=False)
    page.click(".tp-menu summary")
    assert page.locator(".tp-menu a").first.is_visible()
    page.click(".tp-menu summary")
    page.click(".tp-language button[value=en]")
    page.wait_for_load_state()
    assert page.url.endswith("/list/")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click(".tp-filter summary")
    page.click(".tp-filter button")
    page.wait_for_load_state()
    assert "hamlet=1" in page.url
    assert page.locator(".tp-bulk button").first.is_visible()


def test_without_scripts_a_page_with_a_job_asks_anew_by_itself(visit: Any) -> None:
    page = visit("states", scripts=False)
    with page.expect_navigation(timeout=15_000):
        pass
    assert page.locator(".tp-progress a").first.is_visible()


def test_a_job_is_asked_for_until_it_is_finished(visit: Any) -> None:
    page = visit("states")
    asked: list[str] = []
    page.on("request", lambda sent: asked.extend([sent.url] if sent.url.endswith("/job/") else []))
    first = page.locator("#progress-1")
    assert "Berjalan" in first.inner_text()
    first.get_by_text("Selesai").wait_for(timeout=10_000)
    page.wait_for_timeout(500)  # a question may have waited behind one that was slow
    before = len(asked)
    page.wait_for_timeout(2_500)
    assert len(asked) == before > 0
    assert not complaints(page)


def test_choosing_all_rows_counts_them_in_the_language_of_the_page(visit: Any) -> None:
    page = visit("list")
    page.get_by_label("Pilih semua").check(force=True)
    assert page.locator("[data-chosen-count]").inner_text() == "3 dipilih"
    page.get_by_label("Pilih baris 2").uncheck(force=True)
    assert page.locator("[data-chosen-count]").inner_text() == "2 dipilih"
    assert not page.get_by_label("Pilih semua").is_checked()
    assert not complaints(page)


def test_a_side_column_stands_beside_the_content_only_on_a_desk(visit: Any) -> None:
    for width, beside in ((859, False), (880, True)):
        page = visit("family", width=width)
        content = page.locator(".tp-columns > div").bounding_box()
        side = page.locator(".tp-columns > aside").bounding_box()
        assert (side["x"] > content["x"] + content["width"]) is beside


def test_the_first_load_of_a_page_stays_below_50_kilobytes(visit: Any) -> None:
    asked: list[str] = []
    page = visit("done")
    page.on("response", lambda response: asked.append(response.url))
    page.goto(page.url.replace("done", "family"), wait_until="networkidle")
    known = {path.name for path in FIRST_LOAD}
    assert {url.rsplit("/", 1)[1] for url in asked if "/static/" in url} <= known
    weight = sum(len(brotli.compress(path.read_bytes())) for path in FIRST_LOAD)
    weight += len(brotli.compress(page.content().encode()))
    assert weight < 50_000, weight
