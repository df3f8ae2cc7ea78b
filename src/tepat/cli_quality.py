"""Commands that judge runs: `tepat compare`, `tepat accuracy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tepat.cli_options import Boundaries, Memory
from tepat.cli_policy import AsJson, answer, terminal
from tepat.engine.progress import shown


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("compare")(compare_command)
    app.command("accuracy")(accuracy_command)


def compare_command(
    run_a: Annotated[Path, typer.Argument(help="The earlier run: a folder of `tepat run`.")],
    run_b: Annotated[Path, typer.Argument(help="The later run.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write; must not exist.")
    ] = None,
    boundaries: Boundaries = None,
    memory: Memory = None,
    as_json: AsJson = False,
) -> None:
    """Say who entered and who left between two runs, and why."""
    from tepat.runs.compare import compare

    with shown(as_json) as progress:
        found = compare(run_a, run_b, out, boundaries=boundaries, memory=memory, progress=progress)
    if as_json:
        answer(found)
        return
    _print_comparison(found)
    if out is not None:
        print(f"Page: {out / 'compare.html'}")


def _print_comparison(found: dict[str, Any]) -> None:
    from rich.table import Table

    from tepat.runs.compare.words import COMPARE_WORDS

    console = terminal(110)
    families = found["families"]
    console.print(
        f"As of {found['before']['as_of']} and {found['after']['as_of']}: {families['both']:,} "
        f"families in both runs, {families['new']:,} new, {families['gone']:,} gone"
    )
    flows = Table(box=None, pad_edge=False, header_style="bold")
    flows.add_column("programme")
    for name in ("before", "left", "entered", "after"):
        flows.add_column(name, justify="right")
    for row in found["programmes"]:
        numbers = (row[name] for name in ("before", "left", "entered", "after"))
        flows.add_row(row["programme"], *(f"{number:,}" for number in numbers))
    console.print(flows)
    why = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("change", "cause", "awards"):
        why.add_column(name, justify="right" if name == "awards" else "left")
    sums: dict[tuple[str, str], int] = {}
    for row in found["causes"]:
        key = (row["change"], row["cause"])
        sums[key] = sums.get(key, 0) + row["units"]
    for (change, cause), number in sorted(sums.items(), key=lambda item: (item[0][0], -item[1])):
        why.add_row(change, COMPARE_WORDS[f"cause_{cause}"][1], f"{number:,}")
    if sums:
        console.print()
        console.print(why)
    else:
        print("Nobody entered and nobody left.")
    for name, reason in found["left_out"].items():
        print(f"Not compared: {name} ({reason}).")


def accuracy_command(
    run: Annotated[Path, typer.Argument(help="The folder that `tepat run … --out` wrote.")],
    truth: Annotated[
        Path | None, typer.Option(help="family_key and true consumption; the run's own if none.")
    ] = None,
    unregistered: Annotated[
        Path | None, typer.Option(help="The same of families that are not registered.")
    ] = None,
    weight: Annotated[str | None, typer.Option(help="Column of survey weights.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Column of enumeration areas.")] = None,
    poor: Annotated[int, typer.Option(help="The poorest per cent to account for.")] = 40,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write; must not exist.")
    ] = None,
    memory: Memory = None,
    as_json: AsJson = False,
) -> None:
    """Say whom a run misses and whom it wrongly helps, where true consumption is known."""
    from tepat.runs.accuracy import accuracy

    with shown(as_json) as progress:
        found = accuracy(
            run,
            truth=truth,
            unregistered=unregistered,
            weight=weight,
            cluster=cluster,
            poor=poor,
            out=out,
            memory=memory,
            progress=progress,
        )
    if as_json:
        answer(found)
        return
    _print_accuracy(found)
    if out is not None:
        print(f"Page: {out / 'accuracy.html'}")


def _print_accuracy(found: dict[str, Any]) -> None:
    from rich.table import Table

    from tepat.assessment.model_card import percent
    from tepat.runs.accuracy.decomposition import ANY, FATES
    from tepat.runs.accuracy.errors import ERRORS
    from tepat.runs.accuracy.words import ACCURACY_WORDS

    console = terminal(130)
    outside = found["families"] - found["registered"]
    console.print(
        f"{found['families']:,} families of known consumption, {outside:,} of them not registered; "
        f"intervals of 95 %: {found['interval']}"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("cut-off", *ERRORS):
        heading = name if name == "cut-off" else ACCURACY_WORDS[name][1].lower()
        table.add_column(heading, justify="right")
    for row in found["errors"]:
        if not row["group"]:
            table.add_row(f"{row['cut']} %", *(percent(row[name]) for name in ERRORS))
    console.print(table)
    lost = {row["fate"]: row for row in found["lost"] if row["programme"] == ANY}
    whole = sum(row["weight"] for row in lost.values()) or 1
    said = ", ".join(
        f"{ACCURACY_WORDS[fate][1].lower()} {100 * lost[fate]['weight'] / whole:.1f} %"
        for fate in FATES
        if fate in lost
    )
    console.print(f"Of the poorest {found['poor']} %, for at least one kind of aid: {said}.")
