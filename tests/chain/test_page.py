"""``docs/real-data.md`` tells the figures that come out today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.chain import figures
from tests.chain.figures import Rows

Told = dict[str, list[list[str]]]
PAGE = Path(__file__).parents[2] / "docs" / "real-data.md"
SURVEY_TOLERANCE = 0.35  # per cent points: other processors round the fit elsewhere


def tables_of(text: str) -> Told:
    """The rows of each table, by the heading above it; the line of column names left out."""
    found: Told = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not re.fullmatch(r"[|:\- ]+", line):
            cells = [cell.strip() for cell in line.strip("| ").split("|")]
            found.setdefault(heading, []).append(cells)
    return {name: rows[1:] for name, rows in found.items()}


def as_cell(value: object) -> str:
    """A figure as the page writes it."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def differs(told: list[list[str]], rows: Rows, tolerance: float = 0) -> list[str]:
    """The rows that the page should have and has not."""
    wrong = []
    for place, row in enumerate(rows):
        cells = told[place] if place < len(told) else []
        same = len(cells) == len(row) and all(map(lambda a, b: near(a, b, tolerance), cells, row))
        if not same:
            wrong.append("| " + " | ".join(map(as_cell, row)) + " |")
    return wrong + [f"too many rows: {cells}" for cells in told[len(rows) :]]


def near(cell: str, value: object, tolerance: float) -> bool:
    """Whether a cell tells a figure, exactly or nearly."""
    if isinstance(value, float):
        return abs(float(cell) - value) <= tolerance
    return cell == as_cell(value)


@pytest.fixture(scope="module")
def told() -> Told:
    """The tables of the page."""
    return tables_of(PAGE.read_text(encoding="utf-8"))


def assert_same(told: Told, heading: str, rows: Rows, by: float = 0) -> None:
    """The table under a heading tells the rows."""
    wrong = differs(told.get(heading, []), rows, by)
    assert not wrong, f"{PAGE.name}, '{heading}': it should say\n" + "\n".join(wrong)


def test_the_page_tells_the_programmes_of_jambi(told: Told, jambi_run: Path) -> None:
    assert_same(told, "Jambi: programmes", figures.jambi_programmes(jambi_run))


def test_the_page_tells_who_counts_for_pkh_in_jambi(told: Told, jambi_run: Path) -> None:
    assert_same(told, "Jambi: who counts for PKH", figures.jambi_components(jambi_run))
    assert_same(told, "Jambi: families that PKH helps", figures.jambi_families(jambi_run))


def test_the_page_tells_what_the_roster_cannot(told: Told, jambi_run: Path, susenas: Path) -> None:
    rows = figures.jambi_untold(jambi_run, susenas)
    assert_same(told, "Jambi: what a roster cannot tell", rows)


def test_the_page_tells_the_errors_of_the_survey(told: Told, survey_run: Path) -> None:
    run, truth = survey_run / "run", survey_run / "truth.csv"
    rows = figures.survey_errors(run, truth)
    assert_same(told, "Survey: errors", rows, SURVEY_TOLERANCE)
    assert_same(told, "Survey: halves", figures.survey_fit(run, truth), 0.01)


def test_the_survey_pays_what_the_page_says(told: Told, survey_run: Path) -> None:
    for row, cells in zip(
        figures.survey_programmes(survey_run / "run"), told["Survey: programmes"], strict=True
    ):
        assert row[0] == cells[0]
        for value, cell in zip(row[1:], cells[1:], strict=True):
            assert int(cell.replace(",", "")) == pytest.approx(value, rel=0.02)


def test_a_wrong_figure_on_the_page_is_reported() -> None:
    told = tables_of("## A\n| name | n |\n|---|---|\n| pkh | 2,097 |\n| pip | 7 |\n")
    assert not differs(told["A"], [["pkh", 2097], ["pip", 7]])
    assert differs(told["A"], [["pkh", 2098], ["pip", 7]]) == ["| pkh | 2,098 |"]
    assert differs(told["A"], [["pkh", 2097]]) == ["too many rows: ['pip', '7']"]
