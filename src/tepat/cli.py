"""The command line: `tepat …`. Each command calls one function and prints what it found.

Exit codes: 0 done, 1 done but something needs mending, 2 could not be done (see the message).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tepat.engine.errors import TepatError

app = typer.Typer(
    name="tepat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Records of families in; out comes who is helped, with what, and why.",
)
policy_app = typer.Typer(no_args_is_help=True, help="Read, check and compare policy files.")
app.add_typer(policy_app, name="policy")

PolicyFolder = Annotated[
    Path | None, typer.Option("--policy", help="Folder with variables.yaml and programmes/.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable answer on standard output.")]


def main() -> None:
    """Run the command line; errors are printed as text a person can act on."""
    try:
        app()
    except TepatError as error:
        if "--json" in sys.argv:
            print(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
        _complain(error)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("Stopped. Nothing half-written was left.", file=sys.stderr)
        raise SystemExit(130) from None


def _complain(error: TepatError) -> None:
    parts = [f"Error ({error.code}): {error.what.rstrip()}", error.why, error.do]
    print("\n".join(part for part in parts if part), file=sys.stderr)


def _answer(value: Any) -> None:
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
        _answer(
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
