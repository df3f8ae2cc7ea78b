"""The JSON Schemas fit the code and every policy file, and refuse what the loader refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tepat.policy.load import load_policy
from tepat.policy.schema import as_text, schemas, write_schemas
from tests.house.repository import ROOT

POLICY = ROOT / "policy"
FILES = sorted(path for path in POLICY.rglob("*.yaml"))


def _kind(path: Path) -> str:
    if path.parent.name == "cases":
        return "cases"
    return "mapping" if path.parent.name == "mappings" else path.stem


def _plain(value: Any) -> Any:
    """YAML as JSON has it: text keys, days as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _read(path: Path) -> Any:
    return _plain(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return schemas(load_policy(POLICY))


def _mistakes(known: dict[str, Any], kind: str, data: Any) -> list[str]:
    found = Draft202012Validator(known[kind]).iter_errors(data)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in found]


def test_the_committed_schemas_are_those_of_the_code(known: dict[str, Any]) -> None:
    for name, schema in known.items():
        path = POLICY / "schema" / f"{name}.json"
        assert path.is_file() and path.read_text(encoding="utf-8") == as_text(schema), (
            f"policy/schema/{name}.json is not what the code makes: "
            "run `tepat policy schema --out policy/schema`."
        )


def test_each_schema_is_a_schema(known: dict[str, Any]) -> None:
    for schema in known.values():
        Draft202012Validator.check_schema(schema)
        assert schema["title"].startswith("Tepat: ")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(POLICY).as_posix())
def test_every_policy_file_fits_its_schema(known: dict[str, Any], path: Path) -> None:
    assert _mistakes(known, _kind(path), _read(path)) == []


Change = Callable[[Any], object]
MAPPING = "mappings/susenas2020_jambi.yaml"
BAD: list[tuple[str, str, Change]] = [
    ("variables.yaml", "colour", lambda d: d["sex"].update(colour="red")),
    ("variables.yaml", "'minimum' is a required", lambda d: d["age"].pop("minimum")),
    ("variables.yaml", "not valid under any", lambda d: d["sex"].pop("codes")),
    ("variables.yaml", "does not match", lambda d: d.update({"My var": d["sex"]})),
    ("exclusions.yaml", "'anyone' is not one of", lambda d: d["deceased"].update(reach="anyone")),
    ("overlaps.yaml", "too short", lambda d: d["not_together"][0].update(programmes=["pkh"])),
    ("programmes/pkh/programme.yaml", "'Z' is not one of", lambda d: d.update(confidence="Z")),
    ("programmes/pkh/programme.yaml", "is not one of", lambda d: d.update(excluded_by=["rich"])),
    ("programmes/pkh/programme.yaml", "'unit' is a required", lambda d: d.pop("unit")),
    (
        "programmes/pkh/programme.yaml",
        "'en' is a required",
        lambda d: d["conditions"]["someone_counts"]["says"].pop("en"),
    ),
    ("programmes/pkh/amounts.yaml", "unti", lambda d: d["decile_limit"].update(unti="decile")),
    (
        "programmes/pkh/amounts.yaml",
        "not valid under any",
        lambda d: d["decile_limit"]["values"][0].update(value="four"),
    ),
    ("programmes/pkh/calendar.yaml", "less than the minimum", lambda d: d[0].update(months=[0])),
    ("programmes/pip/cases/who.yaml", "decil", lambda d: d[0]["family"].update(decil=4)),
    ("programmes/pip/cases/who.yaml", "is not one of", lambda d: d[0].update(lists=["rich"])),
    (MAPPING, "decil", lambda d: d["families"]["columns"].update(decil="X")),
    (MAPPING, "'files' is a required", lambda d: d.pop("files")),
]  # fmt: skip


@pytest.mark.parametrize(("file", "said", "change"), BAD)
def test_a_bad_file_does_not_fit_its_schema(
    known: dict[str, Any], file: str, said: str, change: Change
) -> None:
    path = POLICY / file
    data = copy.deepcopy(_read(path))
    assert _mistakes(known, _kind(path), data) == []
    change(data)
    found = _mistakes(known, _kind(path), data)
    assert len(found) == 1, found
    assert said in found[0]


def test_schemas_are_written_with_one_file_each(tmp_path: Path) -> None:
    written = write_schemas(load_policy(POLICY), tmp_path / "schema")
    assert {path.stem for path in written} >= {"programme", "amounts", "cases", "mapping"}
    assert json.loads(written[0].read_text(encoding="utf-8"))["$schema"].endswith("schema")
