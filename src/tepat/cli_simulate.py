"""The command line on reforms: `tepat simulate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tepat.cli_options import AsOf, Deciles, Given, Mapping, Memory, Model, NewFolder, Quota, Truth
from tepat.cli_policy import AsJson, PolicyFolder, answer, day_of
from tepat.engine.progress import shown


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate_command)


def simulate_command(
    given: Given,
    reform: Annotated[
        Path, typer.Option("--reform", help="Folder with reform.yaml, or a name in the policy.")
    ],
    out: NewFolder,
    as_of: AsOf,
    mapping: Mapping = None,
    deciles: Deciles = None,
    model: Model = None,
    quota: Quota = None,
    reform_quota: Annotated[
        Path | None, typer.Option(help="The same for the reform, where its places differ.")
    ] = None,
    truth: Truth = None,
    limit_budget: Annotated[
        int | None, typer.Option(help="Rupiah a year that one programme may cost; finds the line.")
    ] = None,
    limit_by: Annotated[
        str | None,
        typer.Option(
            help="What is to fit: PROGRAMME.quota, PROGRAMME.score, or PROGRAMME.VALUE, such as "
            "sembako.decile_limit."
        ),
    ] = None,
    limit_range: Annotated[str | None, typer.Option(help="Where to look, such as 55..75.")] = None,
    memory: Memory = None,
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a reform: budget, who wins and who loses, before it is signed."""
    from tepat.engine.manifest import is_taken
    from tepat.runs.request import Request
    from tepat.runs.simulate import Ask, simulate

    request = Request(
        given,
        out,
        day_of(as_of, "--as-of"),
        mapping=mapping,
        deciles=deciles,
        model=model,
        quota=quota,
        truth=truth,
        policy=policy,
        memory=memory,
    )
    stood = is_taken(out)
    with shown(as_json) as progress:
        ask = Ask(request, reform, reform_quota, limit_budget, limit_by, limit_range)
        found = simulate(ask, progress)
    if as_json:
        answer(found)
    else:
        _print(out, found, stood=stood)


def _print(out: Path, found: dict[str, Any], *, stood: bool) -> None:
    """Budget and families before and after, and where to read on."""
    if stood:
        again = "Nothing was calculated again."
        print(
            f"{out} exists: the same simulation, made {found['made_at']}. {again}", file=sys.stderr
        )
    from rich.console import Console
    from rich.table import Table

    from tepat.policy.wording import rupiah

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    total = found["totals"]
    console.print(f"{found['reform']['title']['en']}, as of {found['as_of']}")
    console.print(
        f"{total['families']:,} families: {total['won']:,} newly helped, {total['lost']:,} helped "
        f"no more, {total['more']:,} get more, {total['less']:,} get less"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("programme")
    for name in ("families before", "after", "won", "lost", "rupiah a year before", "after"):
        table.add_column(name, justify="right")
    for row in found["programmes"]:
        money = (rupiah(row[f"money_{side}"], "en") for side in ("before", "after"))
        keys = ("holders_before", "holders_after", "won", "lost")
        table.add_row(row["programme"], *(f"{row[key]:,}" for key in keys), *money)
    money = (rupiah(total[f"money_{side}"], "en") for side in ("before", "after"))
    table.add_row("all", f"{total['helped_before']:,}", f"{total['helped_after']:,}",
                  f"{total['won']:,}", f"{total['lost']:,}", *money)  # fmt: skip
    console.print(table)
    if "limit" in found:
        console.print(_limit(found["limit"]))
    print(f"Page: {out / 'simulation.html'}")


def _limit(found: dict[str, Any]) -> str:
    """What fits the budget, in a sentence."""
    from tepat.policy.wording import rupiah

    name, budget = f"{found['programme']}.{found['line']}", rupiah(found["budget"], "en")
    if found["fits"] == "none":
        least = min(found["points"], key=lambda point: int(point["cost"]))
        return (
            f"Nothing fits {budget}: {name} = {least['value']:,} costs "
            f"{rupiah(least['cost'], 'en')}, the least of what was tried."
        )
    words = "even the dearest fits" if found["fits"] == "all" else "the dearest that fits"
    return (
        f"{budget}: {name} = {found['value']:,} costs {rupiah(found['cost'], 'en')} ({words}; "
        f"{found['number']:,} awards)."
    )
