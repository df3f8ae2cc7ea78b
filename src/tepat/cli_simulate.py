"""The command line on reforms: `tepat simulate`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tepat.cli_options import AsOf, Deciles, Given, Mapping, Memory, Model, Quota, Truth
from tepat.cli_policy import AsJson, PolicyFolder, answer, day_of, terminal
from tepat.engine.errors import TepatError
from tepat.engine.progress import shown
from tepat.policy.thousands import meant

Reform = Annotated[
    Path, typer.Option("--reform", help="Folder with reform.yaml, or a name in the policy.")
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Folder to write; must not exist, unless it holds this very simulation, which is "
        "then found again.",
    ),
]
ReformQuota = Annotated[
    Path | None,
    typer.Option(help="The reform's places; programmes that it does not list keep theirs."),
]
LimitBudget = Annotated[
    str | None,
    typer.Option(
        metavar="RUPIAH", help="What one programme may cost a year; finds the line that fits."
    ),
]
LimitBy = Annotated[
    str | None,
    typer.Option(
        help="What is to fit: PROGRAMME.quota, PROGRAMME.score, or PROGRAMME.VALUE, such as "
        "sembako.decile_limit."
    ),
]
LimitRange = Annotated[str | None, typer.Option(help="Where to look, such as 55..75.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate_command)


def simulate_command(
    given: Given,
    reform: Reform,
    out: Out,
    as_of: AsOf,
    mapping: Mapping = None,
    deciles: Deciles = None,
    model: Model = None,
    quota: Quota = None,
    reform_quota: ReformQuota = None,
    truth: Truth = None,
    limit_budget: LimitBudget = None,
    limit_by: LimitBy = None,
    limit_range: LimitRange = None,
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
    budget = None if limit_budget is None else budget_of(limit_budget)
    with shown(as_json) as progress:
        ask = Ask(request, reform, reform_quota, budget, limit_by, limit_range)
        found = simulate(ask, progress)
    if as_json:
        answer(found)
    else:
        _print(out, found, stood=stood)


def budget_of(text: str) -> int:
    """Rupiah that a user gave.

    Raises:
        TepatError: ``limit_budget``.
    """
    plain = text.replace("_", "")
    if re.fullmatch(r"[0-9]{1,18}", plain):
        return int(plain)
    example = meant(text)
    if example is None or example >= 10**18:
        example = 10_000_000_000
    raise TepatError(
        "limit_budget",
        f"'{text}' is no budget.",
        do=f"Write whole rupiah, 0 or more, such as {example:_}.",
    )


def _print(out: Path, found: dict[str, Any], *, stood: bool) -> None:
    """Budget and families before and after, and where to read on."""
    if stood:
        again = "Nothing was calculated again."
        print(
            f"{out} exists: the same simulation, made {found['made_at']}. {again}", file=sys.stderr
        )
    from tepat.runs.simulate.page.found import Found
    from tepat.runs.simulate.page.sections.limit import sentences
    from tepat.runs.simulate.page.speech import Told
    from tepat.runs.simulate.page.warned import notices

    console = terminal(120)
    told = Found(found)
    console.print(f"{found['reform']['title']['en']}, as of {found['as_of']}")
    console.print(_families(found))
    console.print(_table(found))
    for notice in notices(told, Told("en")):
        console.print(f"{notice.title}. {notice.text}")
    if "limit" in found:
        console.print(*sentences(found["limit"], Told("en")))
    print(f"Page: {out / 'simulation.html'}")


def _families(found: dict[str, Any]) -> str:
    """Who gains and who loses, or that nothing changes."""
    from tepat.policy.wording import rupiah

    total = found["totals"]
    if not found["differing"]:
        return (
            f"On this day the reform changes nothing for any of {total['families']:,} families: "
            f"a year's budget stays {rupiah(total['money_before'] or 0, 'en')}."
        )
    return (
        f"{total['families']:,} families: {total['more']:,} get more, {total['won']:,} newly "
        f"helped, {total['less']:,} get less, {total['lost']:,} helped no more"
    )


def _table(found: dict[str, Any]) -> Any:
    """Each programme before and after."""
    from rich.table import Table

    from tepat.policy.wording import rupiah
    from tepat.runs.simulate.page.found import Found

    total, told = found["totals"], Found(found)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("programme")
    for name in ("families before", "after", "won", "lost", "rupiah a year before", "after"):
        table.add_column(name, justify="right")
    for row in found["programmes"]:
        money = [rupiah(row[f"money_{side}"], "en") for side in ("before", "after")]
        if not told.money(row["programme"]):
            money = ["in kind", "in kind"]
        keys = ("holders_before", "holders_after", "won", "lost")
        table.add_row(row["programme"], *(f"{row[key]:,}" for key in keys), *money)
    money = [rupiah(total[f"money_{side}"] or 0, "en") for side in ("before", "after")]
    table.add_row("all", f"{total['helped_before']:,}", f"{total['helped_after']:,}",
                  f"{total['won']:,}", f"{total['lost']:,}", *money)  # fmt: skip
    return table
