"""The run in figures: a few CSV files that anyone can open, and the totals of run.json."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from tepat.engine.connect import rows_of
from tepat.enrolment.shares import NATIONAL, own_quotas
from tepat.policy.compile import whole
from tepat.runs.folder import TABLES
from tepat.runs.request import State, part_name

Row = dict[str, Any]
STATUSES = ("awarded", "waiting", "refused")

OUTCOMES = ((1, "eligible"), (0, "not_eligible"), (2, "cannot_decide"))


def write_summary(state: State) -> None:
    """Write ``summary/*.csv`` and put rows and totals into the manifest."""
    folder, con, manifest = state.folder, state.con, state.manifest
    (folder / "summary").mkdir(exist_ok=True)
    tables = {
        name: con.read_parquet(str(folder / path))
        for name, path in TABLES.items()
        if any(folder.glob(path))
    }
    programmes = manifest["programmes"]
    cells = _cells(state, programmes)
    answers = _answers(con, tables, programmes)
    totals = _programmes(answers, programmes, cells)
    _write(folder, "programmes", totals)
    _write(folder, "reasons", _reasons(answers, programmes))
    families = _families(con, tables["families"])
    for column in ("decile", "province"):
        _write(folder, f"{column}s", _by(column, sorted(programmes), cells, families))
    _write(folder, "findings", _findings(state))
    _write(
        folder,
        "quotas",
        [
            row
            for name, lines in manifest["lines"].items()
            for row in _quotas(name, programmes[name]["quota"], lines)
        ],
    )
    manifest["totals"] = {row["programme"]: row for row in totals}
    manifest["rows"] = {
        name: int(con.to_pyarrow(table.count()).as_py()) for name, table in tables.items()
    }


def _write(folder: Path, name: str, rows: list[Row]) -> None:
    import csv

    with (folder / "summary" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADERS[name], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


HEADERS = {
    "programmes": (
        "programme",
        "eligible",
        "not_eligible",
        "cannot_decide",
        "awarded",
        "waiting",
        "refused",
        "amount_year",
    ),
    "reasons": ("programme", "criterion", "failed", "unknown", "only_reason"),
    "deciles": ("programme", "decile", "families", "awarded", "amount_year"),
    "provinces": ("programme", "province", "families", "awarded", "amount_year"),
    "findings": ("rule", "severity", "table", "column", "findings", "families"),
    "quotas": (
        "programme",
        "kabupaten",
        "quota",
        "national_quota",
        "eligible",
        "awarded",
        "waiting",
    ),
}


def _quotas(programme: str, given: dict[str, int], lines: dict[str, dict[str, int]]) -> list[Row]:
    """A programme's quota and what came of it, by kabupaten; none is one that is not known.

    A kabupaten has a quota of its own, or none and shares what is left of the national one.
    """
    listed = own_quotas(given)
    nobody = {"awarded": 0, "eligible": 0}
    found = []
    for code in sorted({*lines, *listed}):
        line = lines.get(code, nobody)
        found.append(
            {
                "programme": programme,
                "kabupaten": code,
                "quota": listed.get(code),
                "national_quota": given.get(NATIONAL),
                "eligible": line["eligible"],
                "awarded": line["awarded"],
                "waiting": line["eligible"] - line["awarded"],
            }
        )
    return found


def _cells(state: State, programmes: dict[str, Any]) -> list[Row]:
    """Awards by programme, decile and province, from one group of families after the other.

    A family stands in one group, so that families may be added up.
    """
    found = []
    for name, about in programmes.items():
        of_family = about["unit"] == "family"
        for number in range(state.groups):
            path = state.folder / "awards" / f"{name}-{part_name(number)}.parquet"
            awards = state.desk.open("summary_awards", path)
            found += [
                {"programme": name, **row}
                for row in state.desk.rows(
                    f"summary_awards_of_{about['unit']}", partial(_cell, awards, of_family)
                )
            ]
    return found


def _cell(awards: Any, of_family: bool) -> Any:
    held = awards.status == "awarded"
    families = awards.count(where=held) if of_family else awards.family_id.nunique(where=held)
    return awards.group_by("decile", "province").agg(
        **{word: awards.count(where=awards.status == word) for word in STATUSES},
        families=families,
        amount_year=whole(awards.amount_year.sum(where=held)),
    )


def _families(con: Any, families: Any) -> list[Row]:
    return rows_of(con, families.group_by("decile", "province").agg(families=families.count()))


def _by(column: str, programmes: list[str], cells: list[Row], families: list[Row]) -> list[Row]:
    """Families that hold an award, by programme and decile or province."""
    of_all = _added(families, (column,), ("families",))
    of_held = _added(
        [cell for cell in cells if cell["awarded"]],
        ("programme", column),
        ("families", "amount_year"),
    )
    return [
        {
            "programme": programme,
            column: value,
            "families": every["families"],
            "awarded": held.get("families", 0),
            "amount_year": held.get("amount_year") or 0,
        }
        for programme in programmes
        for (value,), every in sorted(of_all.items(), key=_unknown_last)
        for held in [of_held.get((programme, value), {})]
    ]


def _unknown_last(item: tuple[tuple[Any, ...], Row]) -> tuple[bool, Any]:
    return item[0][0] is None, item[0][0]


def _added(
    rows: list[Row], by: tuple[str, ...], columns: tuple[str, ...]
) -> dict[tuple[Any, ...], Row]:
    """Sums of columns over rows with the same key; None where no row has a value."""
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        known = sums.setdefault(tuple(row[name] for name in by), dict.fromkeys(columns))
        for name in columns:
            if row[name] is not None:
                known[name] = (known[name] or 0) + row[name]
    return sums


def _programmes(
    answers: dict[str, list[Row]], programmes: dict[str, Any], cells: list[Row]
) -> list[Row]:
    columns = (*STATUSES, "amount_year")
    by_name = {name: row for (name,), row in _added(cells, ("programme",), columns).items()}
    found = []
    for name, about in programmes.items():
        decided = {
            word: sum(same["number"] for same in answers[name] if same["outcome"] == code)
            for code, word in OUTCOMES
        }
        none: dict[str, Any] = {"awarded": 0, "waiting": 0, "refused": 0, "amount_year": None}
        row = {"programme": name, **decided, **by_name.get(name, none)}
        if row["amount_year"] is None and about["kind"] == "cash":
            row["amount_year"] = 0
        found.append(row)
    return found


def _answers(con: Any, tables: dict[str, Any], programmes: dict[str, Any]) -> dict[str, list[Row]]:
    """How many families or members have the same answers from all criteria, by programme."""
    names = ("outcome", "failed", "unknown")
    found = {}
    for programme, about in programmes.items():
        table = tables["family_decisions" if about["unit"] == "family" else "member_decisions"]
        chosen = table.select(**{name: table[f"{programme}__{name}"] for name in names})
        found[programme] = rows_of(con, chosen.group_by(*names).agg(number=chosen.count()))
    return found


def _reasons(answers: dict[str, list[Row]], programmes: dict[str, Any]) -> list[Row]:
    """How often each criterion failed, was unknown, or was alone in the way."""
    found = []
    for name, about in programmes.items():
        given = [(same["failed"], same["unknown"], same["number"]) for same in answers[name]]
        for index, criterion in enumerate(about["criteria"]):
            bit = 1 << index
            found.append(
                {
                    "programme": name,
                    "criterion": criterion,
                    "failed": sum(number for failed, _, number in given if failed & bit),
                    "unknown": sum(number for _, unknown, number in given if unknown & bit),
                    "only_reason": sum(
                        number for failed, unknown, number in given if (failed | unknown) == bit
                    ),
                }
            )
    return found


def _findings(state: State) -> list[Row]:
    """Findings by rule and column, from one part after the other: a family stands in one part."""
    by = ("severity", "rule", "table", "column")
    found = []
    paths = state.all_parts("findings")
    if state.request.deciles is not None:
        paths.append(state.folder / "findings" / "deciles.parquet")
    for path in paths:
        part = state.desk.open("summary_findings", path)
        found += state.desk.rows("summary_findings", partial(_found, part, by))
    added = _added(found, by, ("findings", "families"))
    return [
        dict(zip(by, key, strict=True)) | sums
        for key, sums in sorted(added.items(), key=lambda item: [(v is None, v) for v in item[0]])
    ]


def _found(part: Any, by: tuple[str, ...]) -> Any:
    return part.group_by(*by).agg(findings=part.count(), families=part.family_id.nunique())
