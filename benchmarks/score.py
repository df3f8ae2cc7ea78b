"""Scoring, ranking and deciles by our expressions, against bare DuckDB SQL doing the same.

    python benchmarks/score.py [families]

Both read one Parquet file of made-up families and write one; each runs in a process of its own, so
the peak memory is its own too. The bare statement is what one would write by hand for this model:
no unknown or unseen values are looked after, arithmetic is the same, ties are broken the same way.
Prints the ratio of the times, the memory of each, and whether the results agree.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

SEED = "2025"
LEVELS, NUMBERS, PAIRS, VALUES = 22, 4, 12, 6


def make_model() -> dict[str, Any]:
    """A model of the size that a household survey gives: levels, bent lines, tables of two."""
    features: list[dict[str, Any]] = []
    for k in range(LEVELS):
        amounts = {str(v): (v * 7919 * (k + 3)) % 90_001 - 45_000 for v in range(1, VALUES + 1)}
        features.append(
            {
                "column": f"c{k}",
                "kind": "levels",
                "values": "integer",
                "levels": amounts,
                "other": 0,
                "missing": 0,
            }
        )
    for k in range(NUMBERS):
        features.append(
            {
                "column": f"n{k}",
                "kind": "number",
                "decimals": 0,
                "lowest": -1000,
                "highest": 3000,
                "level": 10,
                "zero": 50,
                "slope": 431_077 + k,
                "bends": [{"at": 100, "slope": -98_765}, {"at": 500, "slope": -54_321}],
                "divisor": 1000,
                "missing": 0,
            }
        )
    for k in range(PAIRS):
        parts = [
            {
                "column": f"c{c}",
                "kind": "levels",
                "values": "integer",
                "levels": {str(v): v - 1 for v in range(1, VALUES + 1)},
                "other": VALUES,
                "missing": VALUES + 1,
            }
            for c in (k, k + 5)
        ]
        table = [
            [
                (i * 31 + j * 17 + k * 13) % 9_001 - 4_500 if max(i, j) < VALUES else 0
                for j in range(VALUES + 2)
            ]
            for i in range(VALUES + 2)
        ]
        features.append({"kind": "pair", "parts": parts, "values": table})
    return {
        "format": "tepat-model/1",
        "outcome": "consumption",
        "intercept": 14_000_000,
        "features": features,
    }


def bare_sql(model: dict[str, Any], source: Path) -> str:
    """The same ranking as one would write it by hand."""
    terms = [str(model["intercept"])]
    for feature in model["features"]:
        if feature["kind"] == "levels":
            whens = " ".join(f"when {v} then {a}" for v, a in feature["levels"].items())
            terms.append(f"case {feature['column']} {whens} else 0 end")
        elif feature["kind"] == "number":
            column = feature["column"]
            bends = "".join(
                f" + {b['slope']} * greatest({column}::bigint - {b['at']}, 0)"
                for b in feature["bends"]
            )
            line = f"{feature['slope']} * ({column}::bigint - {feature['zero']}){bends}"
            terms.append(f"{feature['level']} + floor(({line}) / {feature['divisor']})::bigint")
        else:
            first, second = (part["column"] for part in feature["parts"])
            cells = [feature["values"][i][j] for i in range(VALUES) for j in range(VALUES)]
            terms.append(f"({cells})[({first}::bigint - 1) * {VALUES} + {second}]")
    return f"""
        select family_id, family_key, score, rank, (rank - 1) * 10 // count(*) over () + 1 as decile
        from (select *, row_number() over (order by score, md5('{SEED}:' || family_key)) as rank
              from (select family_id, family_key, {" + ".join(terms)} as score
                    from read_parquet('{source}')))"""


def make_families(path: Path, rows: int) -> None:
    """Write made-up families, the same for the same number of rows."""
    columns = [f"(hash(i * 131 + {k}) % {VALUES} + 1)::smallint as c{k}" for k in range(LEVELS)]
    columns += [f"(hash(i * 137 + {k}) % 900)::integer as n{k}" for k in range(NUMBERS)]
    duckdb.sql(f"""copy (select i as family_id, 'K' || i as family_key, {", ".join(columns)}
                         from range({rows}) t(i)) to '{path}' (format parquet)""")


def run_ours(folder: Path, out: Path) -> None:
    """Score and rank with the project's expressions."""
    from tepat.assessment.rules import load_model, rank_and_decile, score_expression
    from tepat.engine.connect import open_engine

    con = open_engine()
    table = con.read_parquet(folder / "families.parquet")
    scored = table.select(
        "family_id", "family_key", score=score_expression(load_model(folder / "model.json"), table)
    )
    rank_and_decile(con, scored, SEED).to_parquet(out)


def run_bare(folder: Path, out: Path) -> None:
    """Score and rank with one hand-written statement."""
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    statement = bare_sql(model, folder / "families.parquet")
    duckdb.connect().execute(f"copy ({statement}) to '{out}' (format parquet)")


def measure(which: str, folder: Path) -> tuple[float, float]:
    """Seconds (imports apart) and peak memory in GB of one way, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, which, str(folder)], check=True, capture_output=True, text=True
    )
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def child(which: str, folder: Path) -> None:
    """Run one way and print its seconds and its peak memory."""
    import ibis  # noqa: F401  (start-up is not what is measured)

    start = time.perf_counter()
    {"ours": run_ours, "bare": run_bare}[which](folder, folder / f"{which}.parquet")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{seconds:.3f} {peak:.3f}")


def main(rows: int) -> None:
    """Measure both, three times in turn, and print the ratio of the fastest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_families(folder / "families.parquet", rows)
        (folder / "model.json").write_text(json.dumps(make_model()), encoding="utf-8")
        times: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}
        for _ in range(3):
            for which, found in times.items():
                found.append(measure(which, folder))
        ours, bare = min(times["ours"]), min(times["bare"])
        differ = duckdb.sql(
            f"""select count(*) from '{folder}/ours.parquet' a join '{folder}/bare.parquet' b
                using (family_id) where (a.score, a.rank, a.decile) is distinct from
                                        (b.score, b.rank, b.decile)"""
        ).fetchone()
    print(f"families {rows:,}")
    print(f"ours     {ours[0]:.2f} s, {ours[1]:.2f} GB")
    print(f"bare     {bare[0]:.2f} s, {bare[1]:.2f} GB")
    print(f"ratio    {ours[0] / bare[0]:.2f}")
    print(f"rows that differ: {differ[0] if differ else '?'}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) == 2 else 3_000_000)
