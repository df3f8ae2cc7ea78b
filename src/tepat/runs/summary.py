"""The run in figures: a few CSV files that anyone can open, and the totals of run.json."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

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
    totals = _programmes(con, tables, programmes, cells)
    _write(folder, "programmes", totals)
    _write(folder, "reasons", _reasons(con, tables, programmes))
    families = _families(con, tables["families"])
    for column in ("decile", "province"):
        _write(folder, f"{column}s", _by(column, cells, families))
    _write(folder, "findings", _rows(con, _findings(tables["findings"])))
    _write(
        folder,
        "quotas",
        [
            {"programme": name, "kabupaten": code, **line}
            for name, lines in manifest["lines"].items()
            for code, line in lines.items()
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
    "quotas": ("programme", "kabupaten", "quota", "eligible"),
}


def _rows(con: Any, table: Any) -> list[Row]:
    rows: list[Row] = con.to_pyarrow(table).to_pylist()
    return rows


def _decisions(tables: dict[str, Any], unit: str) -> Any:
    return tables["family_decisions" if unit == "family" else "member_decisions"]


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
    return _rows(con, families.group_by("decile", "province").agg(families=families.count()))


def _by(column: str, cells: list[Row], families: list[Row]) -> list[Row]:
    """Families that hold an award, by programme and decile or province."""
    of_all = _added(families, (column,), ("families",))
    of_held = _added(
        [cell for cell in cells if cell["awarded"]],
        ("programme", column),
        ("families", "amount_year"),
    )
    programmes = sorted({programme for programme, _ in of_held})
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
    con: Any, tables: dict[str, Any], programmes: dict[str, Any], cells: list[Row]
) -> list[Row]:
    columns = (*STATUSES, "amount_year")
    by_name = {name: row for (name,), row in _added(cells, ("programme",), columns).items()}
    found = []
    for name, about in programmes.items():
        table = _decisions(tables, about["unit"])
        outcome = table[f"{name}__outcome"]
        decided = table.agg(**{word: table.count(where=outcome == code) for code, word in OUTCOMES})
        none: dict[str, Any] = {"awarded": 0, "waiting": 0, "refused": 0, "amount_year": None}
        row = {"programme": name, **_rows(con, decided)[0], **by_name.get(name, none)}
        if row["amount_year"] is None and about["kind"] == "cash":
            row["amount_year"] = 0
        found.append(row)
    return found


def _reasons(con: Any, tables: dict[str, Any], programmes: dict[str, Any]) -> list[Row]:
    """How often each criterion failed, was unknown, or was alone in the way."""
    found = []
    for name, about in programmes.items():
        table = _decisions(tables, about["unit"])
        failed, unknown = table[f"{name}__failed"], table[f"{name}__unknown"]
        columns: dict[str, Any] = {}
        for index, criterion in enumerate(about["criteria"]):
            bit = 1 << index
            columns |= {
                f"{criterion}|failed": table.count(where=(failed & bit) != 0),
                f"{criterion}|unknown": table.count(where=(unknown & bit) != 0),
                f"{criterion}|only": table.count(where=(failed | unknown) == bit),
            }
        row = _rows(con, table.agg(**columns))[0]
        found += [
            {
                "programme": name,
                "criterion": c,
                "failed": row[f"{c}|failed"],
                "unknown": row[f"{c}|unknown"],
                "only_reason": row[f"{c}|only"],
            }
            for c in about["criteria"]
        ]
    return found


def _findings(findings: Any) -> Any:
    return (
        findings.group_by(["rule", "severity", "table", "column"])
        .agg(
            findings=findings.count(),
            families=findings.family_id.nunique(),
        )
        .order_by("severity", "rule", "table", "column")
    )
