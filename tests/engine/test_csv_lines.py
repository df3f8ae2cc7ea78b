"""Lines of CSV hold what they were given, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from tepat.engine.csv_lines import csv_line, harmless


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r1", "\n=1"])
def test_a_cell_that_begins_a_formula_is_made_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("x" + cell) == "x" + cell


def test_a_line_reads_back_as_its_cells() -> None:
    line = csv_line(["Siti, binti", 'kata "ini"', None, 7, "=2+5"]).decode()
    assert line.endswith("\r\n")
    assert next(csv.reader(io.StringIO(line))) == ["Siti, binti", 'kata "ini"', "", "7", "'=2+5"]
