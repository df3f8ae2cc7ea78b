"""Files that mean harm, or look like it: the loader refuses them quickly or reads them safely."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tepat.eligibility.cases import read_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.policy.yaml_file import MOST_CHARACTERS, MOST_LEVELS, Problems, parse_yaml
from tests.policy import small

SECONDS = 60  # far more than any of them takes, on a busy machine


def _laughs() -> str:
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


def _stairs() -> str:
    return "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 500))


HOSTILE = {
    "a billion laughs": (_laughs(), "with its aliases"),
    "a stair of aliases": (_stairs(), "with its aliases"),
    "an alias to nothing": ("a: *b", "undefined alias"),
    "brackets in brackets": ("[" * 20_000, f"more than {MOST_LEVELS} times"),
    "braces in braces": ("{a: " * 20_000, f"more than {MOST_LEVELS} times"),
    "lists in lists": ("- " * 20_000 + "x", f"more than {MOST_LEVELS} times"),
    "steps to the right": (
        "\n".join(" " * n + f"a{n}:" for n in range(200)),
        f"more than {MOST_LEVELS} times",
    ),
    "a huge file": ("# " + "x" * MOST_CHARACTERS, "characters"),
    "a huge number": ("a: " + "9" * 10_000, "4300 digits"),
    "a python object": ("a: !!python/object/apply:os.system ['echo harm']", "'!' is not used"),
    "a python name": ("a: !!python/name:os.system", "'!' is not used"),
    "a tag of one's own": ("a: !secret 1", "'!' is not used"),
    "a byte of zero": ("a: \x00", "U+0000, which is a control character"),
    "two documents": ("a: 1\n---\nb: 2", "another document"),
    "a key given twice": ("a: 1\na: 2", "duplicate key"),
    "a day of no calendar": ("a: 1\nb: 2025-02-30", "day is out of range"),
    "a broken line": ("a: 'b", "A quote is opened and not closed."),
    "a text that turns": ("a: b\u202ec", "U+202E, which changes the direction of writing"),
    "an escape that turns": ('a: ["\\u2067"]', "U+2067, which changes the direction of writing"),
    "a terminal's escape": ("a: \x1b[2J", "U+001B, which is a control character"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(name: str) -> None:
    text, said = HOSTILE[name]
    problems, start = Problems(), time.monotonic()
    assert parse_yaml(text, "bad.yaml", problems) is None
    assert time.monotonic() - start < SECONDS
    assert len(problems) == 1
    assert said in str(problems[0])
    assert str(problems[0]).startswith("bad.yaml:")


def test_the_line_of_an_impossible_day_is_told() -> None:
    problems = Problems()
    assert parse_yaml("a: 1\nb: 2025-01-31\nc: 2025-02-30\n", "bad.yaml", problems) is None
    assert problems[0].where.line == 3


def test_an_alias_may_repeat_a_value() -> None:
    problems = Problems()
    assert parse_yaml("a: &poor {decile: 1}\nb: *poor", "good.yaml", problems)["b"] == {"decile": 1}
    assert problems == []


def test_a_list_that_holds_itself_does_not_hang() -> None:
    problems = Problems()
    parse_yaml("a: &a [1, *a]", "odd.yaml", problems)
    assert len(problems) <= 1


@pytest.mark.parametrize("file", ["variables.yaml", small.CASE_FILE])
def test_the_loader_refuses_a_hostile_file_anywhere(tmp_path: Path, file: str) -> None:
    folder = small.write(tmp_path, small.FILES | {small.CASE_FILE: small.CASES})
    assert read_cases(load_policy(folder))
    (folder / file).write_text(_laughs(), encoding="utf-8")
    with pytest.raises(TepatError, match="with its aliases"):
        read_cases(load_policy(folder))


def test_a_file_that_begins_with_a_mark_of_order_is_read(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.FILES)
    path = folder / "overlaps.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_policy(folder).overlaps
