"""The command line on policies: `tepat policy …`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

policy_app = typer.Typer(no_args_is_help=True, help="Read, check and compare policy files.")

PolicyFolder = Annotated[
    Path | None, typer.Option("--policy", help="Folder with variables.yaml and programmes/.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable answer on standard output.")]


def answer(value: Any) -> None:
    """Print a machine-readable answer."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@policy_app.command("check")
def policy_check(policy: PolicyFolder = None, as_json: AsJson = False) -> None:
    """Read all policy files and run all worked cases."""
    from tepat.eligibility.cases import check_cases, read_cases
    from tepat.policy.load import load_policy

    loaded = load_policy(policy)
    cases = read_cases(loaded)
    differences = check_cases(loaded, cases)
    if as_json:
        answer(
            {
                "programmes": list(loaded.programmes),
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
            f"{len(loaded.grounds)} exclusion grounds: read without a mistake."
        )
        wrong = len({id(d.case) for d in differences})
        print(f"{len(cases)} worked cases: {len(cases) - wrong} as expected, {wrong} not.")
    if differences:
        raise typer.Exit(1)
