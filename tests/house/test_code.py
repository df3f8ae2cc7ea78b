"""STYLE.md on Python code, each rule a test; and each checker shown a bad sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.house import code_checks as code
from tests.house.repository import collect, python_files

Check = Callable[[Path, str], list[str]]

EVERYWHERE = [
    code.file_size,
    code.function_size,
    code.module_header,
    code.pandas_imports,
    code.swallowed_exceptions,
    code.unfinished_code,
]
IN_THE_PACKAGE = [
    code.documented_and_annotated,
    code.heavy_imports,
    code.row_by_row,
    code.tepat_errors,
    code.float_money,
]


@pytest.mark.parametrize("check", EVERYWHERE, ids=lambda check: check.__name__)
def test_every_python_file_keeps_the_style(check: Check) -> None:
    problems = collect(check, python_files())
    assert not problems, problems


@pytest.mark.parametrize("check", IN_THE_PACKAGE, ids=lambda check: check.__name__)
def test_every_file_of_the_package_keeps_the_style(check: Check) -> None:
    problems = collect(check, python_files("src"))
    assert not problems, problems


def test_rules_are_pure() -> None:
    rules = [name for name in python_files("src") if "rules" in (name.stem, name.parent.name)]
    problems = "\n".join(each for name in rules for each in code.pure_rules(name, _text(name)))
    assert not problems, problems


def test_every_test_asserts_and_says_what() -> None:
    tests = [name for name in python_files("tests") if name.stem.startswith("test_")]
    problems = collect(code.asserting_tests, tests)
    assert not problems, problems


def _text(name: Path) -> str:
    return (Path(__file__).parents[2] / name).read_text(encoding="utf-8")


GOOD = '''
"""Adds families up."""
from decimal import Decimal
from tepat.engine.errors import TepatError


def amount_of(path: str) -> int:
    """Rupiah of a file of amounts."""
    import polars

    try:
        return int(polars.read_parquet(path)["amount"].sum())
    except OSError as error:
        raise TepatError("unreadable", f"Cannot read {path}.", str(error), "Check it.") from error


def test_a_good_sample_holds():
    check_it()


def check_it():
    assert True
'''

BAD = [
    (code.file_size, "x = 1\n" * 501, "a folder of that name"),
    (code.function_size, "def long():\n" + "    x = 1\n" * 60, "names of their own"),
    (code.module_header, "x = 1\n", "Open with a docstring"),
    (code.module_header, '"""' + "line\n" * 21 + '"""', "Move the detail"),
    (code.documented_and_annotated, "def f(x: int) -> int:\n    return x", "has no docstring"),
    (code.documented_and_annotated, 'def f(x) -> int:\n    """F."""', "no type for x"),
    (code.documented_and_annotated, 'def f(x: int):\n    """F."""', "no type for the result"),
    (
        code.documented_and_annotated,
        'class C:\n    """C."""\n    def f(self) -> int: ...',
        "f has no docstr",
    ),
    (code.heavy_imports, "import ibis", "inside the function"),
    (code.heavy_imports, "from sklearn.linear_model import Ridge", "inside the function"),
    (
        code.heavy_imports,
        "try:\n    import polars as pl\nfinally:\n    x = 1",
        "inside the function",
    ),
    (code.pandas_imports, "def f():\n    import pandas as pd", "Use Ibis"),
    (code.row_by_row, "for row in frame.iterrows():\n    f(row)", "row by row"),
    (code.row_by_row, "frame.to_pandas()", "row by row"),
    (code.pure_rules, "import random", "imports random"),
    (code.pure_rules, "from django.db import models", "imports django"),
    (code.pure_rules, "from datetime import date\nx = date.today()", "calls today()"),
    (code.pure_rules, "x = open('families.csv')", "calls open()"),
    (code.swallowed_exceptions, "try:\n    f()\nexcept ValueError:\n    pass", "swallowed"),
    (code.swallowed_exceptions, "try:\n    f()\nexcept Exception:\n    x = 0", "swallowed"),
    (code.swallowed_exceptions, "try:\n    f()\nexcept:\n    x = 0", "swallowed"),
    (code.swallowed_exceptions, "with contextlib.suppress(ValueError):\n    f()", "suppress"),
    (code.unfinished_code, "def f():\n    pass", "does nothing"),
    (code.unfinished_code, "def f():\n    raise NotImplemented" + "Error", "left unwritten"),
    (code.tepat_errors, "raise TepatError('missing', 'No file.')", "what to do"),
    (code.tepat_errors, "raise TepatError('no file!', 'x', 'y', 'z')", "not plain"),
    (code.float_money, "def f(amount_year: float) -> None: ...", "whole"),
    (code.float_money, "total_rupiah: float = 0", "whole"),
    (code.float_money, "def budget() -> float: ...", "whole"),
    (code.asserting_tests, "def test_it_runs_to_the_end():\n    f()", "asserts nothing"),
    (code.asserting_tests, "def test_amount():\n    assert f() == 1", "does not say what holds"),
]


@pytest.mark.parametrize(("check", "sample", "said"), BAD)
def test_a_bad_sample_is_reported_with_its_remedy(check: Check, sample: str, said: str) -> None:
    problems = check(Path("sample.py"), sample)
    assert len(problems) == 1, problems
    assert said in problems[0]
    assert problems[0].startswith("sample.py:")


@pytest.mark.parametrize("check", sorted({check for check, _, _ in BAD}, key=lambda c: c.__name__))
def test_a_good_sample_passes_every_check(check: Check) -> None:
    sample = dedent(GOOD).strip()
    if check is code.documented_and_annotated:
        sample = sample[: sample.index("def test_a")]
    assert check(Path("sample.py"), sample) == []
