"""The page of a simulation in a browser: accessible, and whole on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.axe import violations
from tests.house.repository import ROOT
from tests.runs.simulate.worked import simulated
from tests.runs.test_report_browser import CUT_OFF, SPOKEN, TOO_BROAD

pytestmark = pytest.mark.xdist_group("simulation_seen")  # what it stands on is made once


@pytest.fixture(scope="module")
def simulation(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a merger with a budget: the longest one."""
    out = tmp_path_factory.mktemp("seen") / "out"
    what = ROOT / "policy/reforms/pkh_and_sembako_merged"
    more = {"limit_budget": 60_000_000, "limit_by": "family_payment.quota"}
    simulated(demo_people, what, out, "2025-08-01", **more)
    return out / "simulation.html"


@pytest.fixture
def opened(browser: Any, simulation: Path) -> Iterator[Any]:
    """A function that opens the page in a language and a width, all tables unfolded."""
    pages, said = [], []

    def open_page(lang: str, width: int) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{simulation.as_uri()}#{lang}")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not said, said


@pytest.mark.parametrize(("lang", "width"), SPOKEN)
def test_axe_finds_no_violation_on_a_simulation(opened: Any, lang: str, width: int) -> None:
    assert violations(opened(lang, width)) == []


@pytest.mark.parametrize(("lang", "width"), SPOKEN)
def test_a_simulation_never_scrolls_sideways_and_cuts_no_word(
    opened: Any, lang: str, width: int
) -> None:
    page = opened(lang, width)
    assert page.locator(f"#{lang} h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_BROAD) == []
    assert page.evaluate(CUT_OFF) == []
