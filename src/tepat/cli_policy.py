"""The command line on policies: `tepat policy …`."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tepat.engine.errors import TepatError

policy_app = typer.Typer(help="Read, check and compare policy files.")

PolicyFolder = Annotated[
    Path | None, typer.Option("--policy", help="Folder with variables.yaml and programmes/.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable answer on standard output.")]
Language = Annotated[str, typer.Option("--lang", help="id (Indonesian) or en (English).")]
Programme = Annotated[str, typer.Argument(help="The programme's short name, such as pkh.")]
DAY = "Year-month-day, such as 2025-07-01."


def day_of(text: str, option: str) -> date:
    """A day that a user gave.

    Raises:
        TepatError: ``date_unreadable``.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise TepatError(
            "date_unreadable",
            f"{option} {text} is not a day of the calendar.",
            do="Write year-month-day, such as 2025-07-01.",
        ) from error


def language_of(text: str) -> str:
    """``id`` or ``en``.

    Raises:
        TepatError: ``language_unknown``.
    """
    if text in ("id", "en"):
        return text
    raise TepatError(
        "language_unknown", f"There is no language '{text}'.", do="Write --lang id or --lang en."
    )


def answer(value: Any) -> None:
    """Print a machine-readable answer."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def terminal(width: int) -> Any:
    """A console for tables and sentences, which prints every text as it stands.

    Names and titles come from files of people: ``[/b]`` in one is no mark-up.

    Args:
        width: how many characters a line has where the output is no terminal.
    """
    from rich.console import Console

    usual = None if sys.stdout.isatty() else width
    return Console(width=usual, highlight=False, markup=False, emoji=False)


@policy_app.command("check")
def policy_check(
    policy: PolicyFolder = None,
    reform: Annotated[
        list[Path] | None,
        typer.Option(help="A reform's folder; those in the policy are read anyway."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read all policy files and reforms, and run all worked cases."""
    from tepat.eligibility.cases import check_cases, read_cases
    from tepat.eligibility.reform_cases import check_reform_cases
    from tepat.policy.load import load_policy
    from tepat.policy.reform import find_reform, load_reform, reform_folders

    loaded = load_policy(policy)
    cases = read_cases(loaded)
    differences = check_cases(loaded, cases)
    folders = [*reform_folders(loaded.folder).values()]
    folders += [find_reform(asked, policy) for asked in reform or ()]
    reforms = [load_reform(folder, loaded) for folder in dict.fromkeys(folders)]
    for found in reforms:
        own, wrong = check_reform_cases(loaded, found)
        cases += own
        differences += wrong
    if as_json:
        answer(
            {
                "programmes": list(loaded.programmes),
                "reforms": [found.name for found in reforms],
                "cases": len(cases),
                "differences": [
                    {"where": str(d.case.where), "case": d.case.title, "what": d.what}
                    for d in differences
                ],
            }
        )
    else:
        for difference in differences:
            print(difference)
        print(
            f"{len(loaded.programmes)} programmes, {len(loaded.variables)} variables, "
            f"{len(loaded.grounds)} exclusion grounds, {len(reforms)} reforms: "
            "read without a mistake."
        )
        failed = len({id(d.case) for d in differences})
        print(f"{len(cases)} worked cases: {len(cases) - failed} as expected, {failed} not.")
    if differences:
        raise typer.Exit(1)


@policy_app.command("show")
def policy_show(
    programme: Programme,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=DAY)],
    lang: Language = "id",
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show a programme as it stood on a day, in words, with its sources."""
    from tepat.policy.load import load_policy
    from tepat.policy.words import as_dict, show

    day, language = day_of(on, "--on"), language_of(lang)
    loaded = load_policy(policy)
    if as_json:
        answer(as_dict(loaded, programme, day, language))
    else:
        print(show(loaded, programme, day, language), end="")


@policy_app.command("diff")
def policy_diff(
    programme: Programme,
    start: Annotated[str, typer.Option("--from", metavar="DATE", help=DAY)],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help=DAY)],
    lang: Language = "id",
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed in a programme between two days."""
    from tepat.policy.changes import diff, diff_as_dict
    from tepat.policy.load import load_policy

    days, language = (day_of(start, "--from"), day_of(end, "--to")), language_of(lang)
    loaded = load_policy(policy)
    if as_json:
        answer(diff_as_dict(loaded, programme, *days, language))
    else:
        print(diff(loaded, programme, *days, language), end="")


@policy_app.command("schema")
def policy_schema(
    out: Annotated[Path, typer.Option("--out", help="Folder for the JSON Schemas.")],
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write JSON Schemas of the policy files, with which editors complete them."""
    from tepat.policy.load import load_policy
    from tepat.policy.schema import write_schemas

    written = write_schemas(load_policy(policy), out)
    if as_json:
        answer([str(path) for path in written])
    else:
        print("\n".join(str(path) for path in written))
