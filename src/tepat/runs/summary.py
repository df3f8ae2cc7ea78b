"""The run in figures: a few CSV files that anyone can open, and the totals of run.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tepat.policy.compile import whole
from tepat.runs.folder import TABLES

OUTCOMES = ((1, "eligible"), (0, "not_eligible"), (2, "cannot_decide"))


def write_summary(folder: Path, con: Any, manifest: dict[str, Any]) -> None:
    """Write ``summary/*.csv`` and put rows and totals into the manifest."""
    (folder / "summary").mkdir()
    tables = {
        name: con.read_parquet(str(folder / path))
        for name, path in TABLES.items()
        if any(folder.glob(path))
    }
    programmes = manifest["programmes"]
    totals = _programmes(con, tables, programmes)
    _write(folder, "programmes", totals)
    _write(folder, "reasons", _reasons(con, tables, programmes))
    _write(folder, "deciles", _rows(con, _by(tables["awards"], tables, "decile")))
    _write(folder, "provinces", _rows(con, _by(tables["awards"], tables, "province")))
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


def _write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
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


def _rows(con: Any, table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = con.to_pyarrow(table).to_pylist()
    return rows


def _decisions(tables: dict[str, Any], unit: str) -> Any:
    return tables["family_decisions" if unit == "family" else "member_decisions"]


def _programmes(
    con: Any, tables: dict[str, Any], programmes: dict[str, Any]
) -> list[dict[str, Any]]:
    awards = tables["awards"]
    counts = {
        name: awards.count(where=awards.status == name)
        for name in ("awarded", "waiting", "refused")
    }
    paid = awards.amount_year.sum(where=awards.status == "awarded")
    grouped = awards.group_by("programme").agg(**counts, amount_year=whole(paid))
    by_name = {row["programme"]: row for row in _rows(con, grouped)}
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


def _reasons(con: Any, tables: dict[str, Any], programmes: dict[str, Any]) -> list[dict[str, Any]]:
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


def _by(awards: Any, tables: dict[str, Any], column: str) -> Any:
    """Families that hold an award, by programme and decile or province."""
    families = tables["families"]
    where = families.select(of_family=families.family_id, at=families[column])
    all_families = families.group_by(at=families[column]).agg(families=families.count())
    awards = awards.filter(awards.status == "awarded")
    joined = awards.left_join(where, awards.family_id == where.of_family)
    grouped = joined.group_by(["programme", "at"]).agg(
        awarded=joined.family_id.nunique(), amount_year=whole(joined.amount_year.sum())
    )
    programmes = grouped.select("programme").distinct()
    frame = programmes.cross_join(all_families)
    both = frame.left_join(
        grouped, [frame.programme == grouped.programme, frame["at"].identical_to(grouped["at"])]
    )
    return both.select(
        programme=frame.programme,
        **{column: frame["at"]},
        families=frame.families,
        awarded=grouped.awarded.fill_null(0),
        amount_year=grouped.amount_year.fill_null(0),
    ).order_by("programme", column)


def _findings(findings: Any) -> Any:
    return (
        findings.group_by(["rule", "severity", "table", "column"])
        .agg(
            findings=findings.count(),
            families=findings.family_id.nunique(),
        )
        .order_by("severity", "rule", "table", "column")
    )
