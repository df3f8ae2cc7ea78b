"""The report tells of families outside what the model was fitted on, once a run counted them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tepat.cli import _warn_outside
from tepat.engine.connect import open_engine
from tepat.runs.report import write_report

COUNTS = {
    "": {"families": 300, "unknown": 0, "outside": 45},
    "floor_area": {"families": 300, "unknown": 12, "outside": 40},
    "wall": {"families": 300, "unknown": 3, "outside": 1},
}
WARNED = [{"column": "floor_area", **COUNTS["floor_area"], "unknown_in_survey": 10}]


def _written(demo_run: Path, folder: Path, outside: dict[str, Any] | None) -> str:
    run = folder / "run"
    shutil.copytree(demo_run, run)
    manifest = json.loads((run / "run.json").read_text(encoding="utf-8"))
    if outside is not None:
        manifest["outside"] = outside
    (run / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    write_report(run, open_engine())
    return (run / "report.html").read_text(encoding="utf-8")


def test_the_report_names_the_columns_and_their_share(demo_run: Path, tmp_path: Path) -> None:
    text = _written(demo_run, tmp_path, {"counts": COUNTS, "warnings": WARNED})
    assert 'id="id-outside"' in text and 'id="en-outside"' in text
    assert "45 families (15.0%)" in text and "45 keluarga (15,0%)" in text
    assert "<code>floor_area</code>" in text and "13.3%" in text


@pytest.mark.parametrize("outside", [None, {"counts": {}, "warnings": []}])
def test_a_run_that_did_not_count_has_no_such_part(
    demo_run: Path, tmp_path: Path, outside: dict[str, Any] | None
) -> None:
    assert 'id="en-outside"' not in _written(demo_run, tmp_path, outside)


def test_the_command_warns_only_where_there_is_something(capsys: Any) -> None:
    _warn_outside({"outside": {"counts": COUNTS, "warnings": WARNED}})
    assert "45 of 300" in capsys.readouterr().err
    _warn_outside({"outside": {"counts": COUNTS, "warnings": []}})
    _warn_outside({})
    assert capsys.readouterr().err == ""
