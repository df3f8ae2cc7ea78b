"""The command line: `tepat …`. Each command calls one function and prints what it found.

Exit codes: 0 done, 1 done but something needs mending, 2 could not be done (see the message).
"""

from __future__ import annotations

import json
import sys

import typer

from tepat.cli_policy import policy_app
from tepat.engine.errors import TepatError

app = typer.Typer(
    name="tepat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Records of families in; out comes who is helped, with what, and why.",
)
app.add_typer(policy_app, name="policy")


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
