"""The command line: `tepat …`. Each command calls one function and prints what it found.

Exit codes: 0 done, 1 done but something needs mending, 2 could not be done (see the message),
3 could not be done and nobody foresaw why, 130 stopped by Ctrl-C or by a request to end.
"""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tepat import cli_app, cli_places, cli_quality, cli_registry, cli_simulate
from tepat.cli_options import (
    Against,
    AsOf,
    Boundaries,
    Deciles,
    Given,
    Mapping,
    Memory,
    Model,
    NewFolder,
    Quota,
    Truth,
)
from tepat.cli_policy import (
    AsJson,
    Language,
    PolicyFolder,
    answer,
    day_of,
    language_of,
    policy_app,
    terminal,
)
from tepat.engine.errors import TepatError
from tepat.engine.progress import shown

app = typer.Typer(
    name="tepat",
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Records of families in; out comes who is helped, with what, and why.",
)
app.add_typer(policy_app, name="policy")
UNFORESEEN, STOPPED = 3, 130
NOTHING_LEFT = "Nothing half-written was left."
Master = Annotated[str | None, typer.Option(help="Spark's master: spark://host:7077, or local[2].")]
Run = Annotated[Path, typer.Argument(help="The folder that `tepat run … --out` wrote.")]
RARELY = 50_000, 20, 20  # expressions are trees of small objects: sought for garbage too often


def main() -> None:
    """Run the command line; errors are printed as text a person can act on."""
    signal.signal(signal.SIGTERM, _terminated)
    gc.set_threshold(*RARELY)
    code, left = 0, NOTHING_LEFT
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except KeyboardInterrupt as error:
        code, left = STOPPED, _left(error)
    except Exception as error:
        code, left = _failed(error), _left(error)
        if code == UNFORESEEN and os.environ.get("TEPAT_TRACE"):
            raise
        raise SystemExit(code) from None
    finally:
        if code == STOPPED:
            print(f"Stopped. {left}", file=sys.stderr)
    raise SystemExit(code or 0)


def _left(error: BaseException | None) -> str:
    """What an error says of work that was kept."""
    while error is not None:
        if notes := getattr(error, "__notes__", None):
            return " ".join(notes)
        error = error.__cause__ or error.__context__
    return NOTHING_LEFT


def _failed(error: Exception) -> int:
    """Say what went wrong; returns the exit code."""
    if _was_stopped(error):
        return STOPPED
    if isinstance(error, TepatError):
        _complain(error)
        if (left := _left(error)) != NOTHING_LEFT:
            print(left, file=sys.stderr)
        return 2
    if isinstance(error, typer.TyperException):
        _complain(_wrong_use(error))
        return 2
    _complain(_our_mistake(error))
    return UNFORESEEN


def _was_stopped(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: the engine answers it with an error of its own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt) or str(error) == "Query interrupted":
            return True
        error = error.__cause__ or error.__context__
    return False


def _terminated(number: int, frame: Any) -> None:
    """Stop as on Ctrl-C, so that what is half-written is removed here too."""
    raise KeyboardInterrupt


def _wrong_use(error: typer.TyperException) -> TepatError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "tepat"
    return TepatError("usage", error.format_message(), do=f"{command} --help lists what there is.")


def _our_mistake(error: Exception) -> TepatError:
    """What to say where something happened that nobody foresaw; long numbers are not shown."""
    first = (str(error).strip().splitlines() or ["nothing more is known"])[0]
    said = re.sub(r"[0-9]{8,}", "…", first)[:300]
    return TepatError(
        "unforeseen",
        f"Tepat could not go on: {type(error).__name__}: {said}",
        f"{_left(error)} This may be a mistake in Tepat.",
        "Look whether disk and memory suffice. Run it again with TEPAT_TRACE=1 to see the place, "
        "and report that.",
    )


def _complain(error: TepatError) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
    parts = [f"Error ({error.code}): {error.what.rstrip()}", error.why, error.do]
    print("\n".join(part for part in parts if part), file=sys.stderr)


@app.command("run")
def run_command(
    given: Given,
    out: NewFolder,
    as_of: AsOf,
    mapping: Mapping = None,
    deciles: Deciles = None,
    model: Model = None,
    programmes: Annotated[
        list[str] | None, typer.Option(help="Names, with commas between or repeated; all if none.")
    ] = None,
    quota: Quota = None,
    truth: Truth = None,
    boundaries: Boundaries = None,
    against: Against = None,
    memory: Memory = None,
    engine: Annotated[str, typer.Option(help="duckdb, or spark for a cluster.")] = "duckdb",
    master: Master = None,
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Turn records into decisions, awards and a report."""
    from tepat.runs.request import Request
    from tepat.runs.run import existing, run

    listed = ",".join(programmes or []).split(",")
    names = tuple(dict.fromkeys(name.strip() for name in listed if name.strip()))
    request = Request(
        given,
        out,
        day_of(as_of, "--as-of"),
        mapping,
        deciles,
        model,
        names,
        quota,
        policy,
        truth,
        boundaries,
        against,
        memory,
        engine=engine,
        master=master,
    )
    kept = existing(request)
    if kept is None:
        with shown(as_json) as progress:
            manifest = run(request, progress)
    else:
        manifest = kept
        print(
            f"{out} exists: the same run, made {kept['made_at']}. Nothing was run again.",
            file=sys.stderr,
        )
    if as_json:
        answer(manifest)
    else:
        _print_run(out, manifest)


def _print_run(out: Path, manifest: dict[str, Any]) -> None:
    """The run's totals as a table, and where to read on."""
    from rich.table import Table

    from tepat.policy.wording import rupiah

    rows = manifest["rows"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("programme")
    for name in ("eligible", "cannot decide", "awarded", "waiting", "refused", "rupiah a year"):
        table.add_column(name, justify="right")
    for name, row in manifest["totals"].items():
        amount = "in kind" if row["amount_year"] is None else rupiah(row["amount_year"], "en")
        numbers = [
            row[key] for key in ("eligible", "cannot_decide", "awarded", "waiting", "refused")
        ]
        table.add_row(name, *(f"{number:,}" for number in numbers), amount)
    console = terminal(110)
    console.print(
        f"{rows['families']:,} families, {rows['members']:,} members, as of "
        f"{manifest['as_of']}; {rows['findings']:,} findings on the record"
    )
    console.print(table)
    _warn_outside(manifest)
    if problem := manifest.get("not_compared"):
        print(f"Not compared: {problem['what']}", file=sys.stderr)
    print(f"Report: {out / 'report.html'}")


def _warn_outside(manifest: dict[str, Any]) -> None:
    """Say where the families lie outside what the model was fitted on."""
    found = manifest.get("outside")
    if not found or not found["warnings"]:
        return
    whole = found["counts"][""]
    names = ", ".join(row["column"] for row in found["warnings"])
    print(
        f"Warning: {whole['outside']:,} of {whole['families']:,} families hold answers that the "
        f"model's survey never held, or far more are unknown: {names}. See the report.",
        file=sys.stderr,
    )


@app.command("export")
def export_command(
    run: Run,
    table: Annotated[str, typer.Argument(help="decisions, awards, ranking or findings.")],
    out: Annotated[Path, typer.Option("--out", help="A .parquet or .csv file to write.")],
    programme: Annotated[str | None, typer.Option(help="Only this programme.")] = None,
    family: Annotated[str | None, typer.Option(help="Only the family with this key.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write one of the run's tables in long form, with the source's keys."""
    from tepat.runs.export import export
    from tepat.runs.folder import RunFolder

    rows = export(RunFolder(run), table, out, programme, family)
    if as_json:
        answer({"table": table, "rows": rows, "file": str(out)})
    else:
        print(f"{rows} rows of {table} written to {out}.")


@app.command("explain")
def explain_command(
    run: Run,
    family_key: Annotated[str, typer.Argument(help="The family's key, as the source gave it.")],
    lang: Language = "id",
    as_json: AsJson = False,
) -> None:
    """Say for each programme what was decided about a family, and why."""
    from tepat.runs.explain_text import as_text
    from tepat.runs.explainer import Explainer
    from tepat.runs.export import family_number
    from tepat.runs.folder import RunFolder

    language = language_of(lang)
    family_number(RunFolder(run), family_key)  # a wrong key is refused at once
    found = Explainer(run).explain(family_key)
    if as_json:
        answer(found)
    else:
        print(as_text(found, language))


@app.command("population")
def population_command(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist.")],
    families: Annotated[int, typer.Option("--families", help="How many families.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")],
    province: Annotated[str | None, typer.Option(help="Two-digit code; all if none.")] = None,
    kabupaten: Annotated[str | None, typer.Option(help="Four-digit code.")] = None,
    processes: Annotated[
        int | None, typer.Option(help="Made side by side; as many as processors if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make synthetic people, with the errors that audits found and a file of the truth."""
    from tepat.population.make import make_population, usual_processes

    crew = usual_processes(families) if processes is None else processes
    with shown(as_json) as progress:
        made = make_population(
            out, families, province, seed, progress, kabupaten=kabupaten, processes=crew
        )
    if as_json:
        answer(made)
        return
    rows = made["rows"]
    print(f"{rows['families']:,} families and {rows['members']:,} people, all invented, in {out}.")
    print(
        f"{made['speed']['rows_per_second']:,} rows a second over {made['speed']['seconds']:,} "
        f"seconds, {made['bytes_per_person']} bytes a person."
    )
    print(
        f"README.txt there explains each file. Next: tepat run {out} --out RUN "
        f"--as-of 2025-07-01 --quota {out / 'quota.csv'}"
    )


@app.command("calibrate")
def calibrate_command(
    households: Annotated[Path, typer.Argument(help="Survey with one row per household.")],
    outcome: Annotated[str, typer.Option(help="Consumption per person, above 0.")],
    out: Annotated[Path, typer.Option("--out", help="model.json; its card is written beside.")],
    weight: Annotated[str | None, typer.Option(help="Column of survey weights.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Column of enumeration areas.")] = None,
    features: Annotated[str, typer.Option(help="Columns with commas between; all if none.")] = "",
    by: Annotated[str, typer.Option(help="Columns of subgroups to report on.")] = "",
    rank_signal: Annotated[
        str | None, typer.Option(help="Column of which only the order counts.")
    ] = None,
    community_rank: Annotated[
        str | None, typer.Option(help="Column of each village's own ranking, 1 the poorest.")
    ] = None,
    village: Annotated[
        str | None, typer.Option(help="Column of villages, with --community-rank.")
    ] = None,
    area: Annotated[
        str | None, typer.Option(help="Column of areas to leave out one by one.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For folds, draws and ties.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Fit a model of consumption that ranks families, and say how well it does and for whom."""
    from tepat.assessment.calibrate import calibrate
    from tepat.assessment.model_card import report_lines

    def split(text: str) -> list[str]:
        return [name.strip() for name in text.split(",") if name.strip()]

    with shown(as_json) as progress:
        report = calibrate(
            households,
            outcome=outcome,
            weight=weight,
            cluster=cluster,
            features=split(features) or None,
            by=split(by),
            rank_signal=rank_signal,
            community_rank=community_rank,
            village=village,
            area=area,
            out=out,
            seed=seed,
            progress=lambda step, share: progress(step, round(share * 100), 100),
        )
    if as_json:
        answer(report)
        return
    console = terminal(110)
    for line in report_lines(report):
        console.print(line)
    print(f"Model: {out}")


cli_app.add_to(app)
cli_places.add_to(app)
cli_quality.add_to(app)
cli_registry.add_to(app)
cli_simulate.add_to(app)
