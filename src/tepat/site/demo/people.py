"""The invented people of the demonstration, moved into villages that exist."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tepat.engine.errors import TepatError
from tepat.engine.home import tepat_home
from tepat.engine.manifest import new_folder
from tepat.site.demo.request import DemoRequest


def folder() -> Path:
    """Where the invented people lie, as files."""
    return tepat_home() / "demo"


def are_made(request: DemoRequest) -> bool:
    """Whether there are people. Other wishes than the first time's are refused, not mixed in."""
    return (folder() / "upload").exists()


def make(request: DemoRequest) -> None:
    """Invent people and write the two files that an office would upload."""
    from tepat.population.make import make_population

    people = folder() / "people"
    shutil.rmtree(people, ignore_errors=True)
    kabupaten = request.kabupaten
    made = make_population(
        people, request.families, kabupaten[:2], request.seed, kabupaten=kabupaten
    )
    with new_folder(folder() / "upload") as out:
        _write(people, out, kabupaten)
    print(f"      {made['rows']['families']:,} families, {made['rows']['members']:,} people")


def _write(people: Path, out: Path, kabupaten: str) -> None:
    """One file of families and one of members, with villages of the list of places."""
    import polars as pl

    real = _villages(kabupaten)
    families = pl.read_parquet(people / "families" / "**" / "*.parquet", hive_partitioning=False)
    invented = families["village"].unique().sort().to_list()
    moved = {
        "village": invented,
        "to": [real[at * len(real) // len(invented)] for at in range(len(invented))],
    }
    families = (
        families.join(pl.DataFrame(moved), on="village", how="left", maintain_order="left")
        .with_columns(village="to", kecamatan=pl.col("to").str.slice(0, 6))
        .drop("to")
    )
    members = pl.read_parquet(people / "members" / "**" / "*.parquet", hive_partitioning=False)
    families.write_parquet(out / "families.parquet")
    members.write_parquet(out / "members.parquet")
    (out / "about.json").write_text(json.dumps({"villages": len(set(moved["to"]))}))


def _villages(kabupaten: str) -> list[str]:
    from tepat.places.models import Code, Level

    found = Code.objects.filter(
        scheme=Code.Scheme.KEMENDAGRI,
        code__startswith=kabupaten,
        place__level=Level.VILLAGE,
        valid_to__isnull=True,
    )
    codes = list(found.order_by("code").values_list("code", flat=True))
    if not codes:
        raise TepatError(
            "kabupaten_unknown",
            f"The list of places has no kabupaten {kabupaten}.",
            do="Give the four digits of one that exists, such as 3204.",
        )
    return codes
