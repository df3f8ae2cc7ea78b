"""Checks of the policy files as a lawyer would make them: where is it written, and how sure are we.

They read the YAML by themselves and know nothing of the loader.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONFIDENCE = {"A", "B", "C", "D", "K"}


def _lacks(entry: Any, *keys: str) -> list[str]:
    """Keys that are missing or empty, and a confidence that is not one of the marks."""
    if not isinstance(entry, dict):
        return list(keys)
    missing = [key for key in keys if not entry.get(key)]
    if "confidence" in keys and entry.get("confidence") and entry["confidence"] not in CONFIDENCE:
        missing.append("a confidence of A, B, C, D or K")
    return missing


def _report(name: Path, where: str, missing: list[str]) -> Iterator[str]:
    if missing:
        yield f"{name}: {where} lacks {', '.join(missing)}. Name the source and how sure it is."


def parameters(name: Path, content: Any) -> list[str]:
    """amounts.yaml: a unit for each parameter; date, reference and confidence for each value."""
    problems: list[str] = []
    for parameter, entry in (content or {}).items():
        problems += _report(name, parameter, _lacks(entry, "unit", "values"))
        for value in (entry or {}).get("values") or []:
            where = f"{parameter} from {value.get('from')}"
            problems += _report(name, where, _lacks(value, "from", "reference", "confidence"))
    return problems


def programme(name: Path, content: Any) -> list[str]:
    """programme.yaml: law and confidence wherever something is decided, in two languages."""
    problems = list(
        _report(name, "the programme", _lacks(content, "law", "confidence", "in_force"))
    )
    periods = content.get("in_force") or []
    for period in periods if isinstance(periods, list) else [periods]:
        problems += _report(name, "in_force", _lacks(period, "from", "reference", "confidence"))
    for part in ("values", "conditions", "components"):
        for key, entry in (content.get(part) or {}).items():
            problems += _report(name, f"{part}.{key}", _lacks(entry, "law", "confidence"))
            spoken = {"conditions": "says", "components": "name"}.get(part)
            if spoken:
                problems += _report(
                    name, f"{part}.{key}.{spoken}", _lacks(entry.get(spoken), "id", "en")
                )
    return problems


def calendar(name: Path, content: Any) -> list[str]:
    """calendar.yaml: each line has a channel, a first day, months and a source."""
    problems: list[str] = []
    for number, line in enumerate(content or [], 1):
        needed = _lacks(line, "channel", "from", "months", "reference", "confidence")
        problems += _report(name, f"line {number}", needed)
    return problems


def variables(name: Path, content: Any) -> list[str]:
    """variables.yaml: each variable is labelled, asked, classified and sourced."""
    problems: list[str] = []
    for variable, entry in content.items():
        needed = ("of", "type", "label", "sensitivity", "reference", "confidence")
        problems += _report(name, variable, _lacks(entry, *needed))
        problems += _report(name, f"{variable}.label", _lacks(entry.get("label"), "id", "en"))
    return problems


def exclusions(name: Path, content: Any) -> list[str]:
    """exclusions.yaml: each ground has its source of evidence, its law and a way to object."""
    problems: list[str] = []
    for ground, entry in content.items():
        needed = ("name", "says", "reach", "appeal", "law", "confidence")
        problems += _report(name, ground, _lacks(entry, *needed))
    return problems


def overlaps(name: Path, content: Any) -> list[str]:
    """overlaps.yaml: each pair that may not be held together has its law."""
    problems: list[str] = []
    for line in content.get("not_together") or []:
        where = " and ".join(map(str, line.get("programmes") or []))
        problems += _report(name, where, _lacks(line, "programmes", "law", "confidence"))
    return problems


def cases(name: Path, content: Any) -> list[str]:
    """cases/*.yaml: each case is a sentence with a source, a day and an expected outcome."""
    problems: list[str] = []
    for case in content or []:
        where = repr(case.get("case"))
        problems += _report(name, where, _lacks(case, "case", "cites", "on", "expect"))
    return problems


CHECKS = {
    "amounts.yaml": parameters,
    "programme.yaml": programme,
    "calendar.yaml": calendar,
    "variables.yaml": variables,
    "exclusions.yaml": exclusions,
    "overlaps.yaml": overlaps,
}


def check_for(name: Path) -> Any:
    """The check of a policy file, by its name; None for a file of another kind."""
    return cases if name.parent.name == "cases" else CHECKS.get(name.name)
