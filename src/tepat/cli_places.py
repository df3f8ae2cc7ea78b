"""The command line on places: `tepat places load`, `tepat places bps`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tepat.cli_policy import AsJson, answer, day_of

places_app = typer.Typer(help="The tree of places: load a newer list, add BPS codes.")


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(places_app, name="places")


@places_app.command("load")
def load_command(
    edition: Annotated[
        Path | None,
        typer.Option(help="Folder of idn-area-data, or a CSV file of code,name (may be gzip)."),
    ] = None,
    day: Annotated[str | None, typer.Option(help="Since when its codes hold.")] = None,
    source: Annotated[str, typer.Option(help="The decree it follows.")] = "",
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin with an empty tree, while nothing names a place.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the tree to a list of places. Places keep their numbers; changed codes are dated."""
    from tepat.places.sources import read_edition
    from tepat.site.start import as_owner, begin

    begin()
    from tepat.places.load import empty_tree, load_edition, package_folder

    read = read_edition(
        edition or package_folder(), day=day_of(day, "--day") if day else None, source=source
    )
    with as_owner():
        if anew:
            empty_tree()
        report = load_edition(read)
    if as_json:
        answer(report)
        return
    for line in _lines(report):
        print(line)


@places_app.command("bps")
def bps_command(
    file: Annotated[Path, typer.Argument(help="CSV file with the columns kemendagri and bps.")],
    day: Annotated[str, typer.Option(help="Since when its codes hold.")],
    source: Annotated[str, typer.Option(help="Where the codes come from.")],
    as_json: AsJson = False,
) -> None:
    """Fill the codes of Statistics Indonesia from a bridge file."""
    from tepat.site.start import as_owner, begin

    begin()
    from tepat.places.bps import load_bridge

    with as_owner():
        report = load_bridge(file, day=day_of(day, "--day"), source=source)
    if as_json:
        answer(report)
    else:
        print(f"{report['stored']} codes stored, {report['unknown']} of no known place.")


def _lines(report: dict[str, Any]) -> list[str]:
    order = ("province", "kabupaten", "kecamatan", "village")
    counts = ", ".join(f"{report['places'][level]:,} {level}" for level in order)
    if not report["changed"]:
        return [f"This list was loaded before: {counts}."]
    lines = [f"Loaded: {counts}."]
    for level, ways in report.get("found", {}).items():
        changed = {way: n for way, n in sorted(ways.items()) if way != "same"}
        if changed:
            lines.append(f"  {level}: " + ", ".join(f"{n:,} {way}" for way, n in changed.items()))
    for key, words in (
        ("new_unexplained", "new, from where is not known"),
        ("ended_without_successor", "ended, what followed is not known"),
    ):
        if report.get(key):
            lines.append(f"  {len(report[key]):,} {words}; first: {', '.join(report[key][:3])}")
    return lines
