"""The command line on the running application: `tepat serve`, `worker`, `migrate`, `otp`, `db …`.

Django takes a while to import, so it is imported when a command that needs it runs.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from tepat.cli_policy import AsJson, answer, day_of
from tepat.engine.home import tepat_home

db_app = typer.Typer(help="The database server: look at the embedded one, stop it; roles.")

Port = Annotated[int, typer.Option(help="Where the pages are.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("serve")(serve_command)
    app.command("worker")(worker_command)
    app.command("migrate")(migrate_command)
    app.command("administrator")(administrator_command)
    app.command("otp")(otp_command)
    app.command("demo")(demo_command)
    app.add_typer(db_app, name="db")


def serve_command(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    processes: Annotated[int, typer.Option(help="Processes that answer.", min=1)] = 1,
    threads: Annotated[int, typer.Option(help="Requests at once in each.", min=1)] = 4,
) -> None:
    """Serve the pages; a worker beside it does the long work."""
    from tepat.site.start import begin, require_ready
    from tepat.site.static_build import gather
    from tepat.site.supervisor import free_port
    from tepat.site.web import become, web_server

    free_port(host, port)
    begin()
    require_ready()
    gather()
    print(f"Tepat: http://{'localhost' if host == '127.0.0.1' else host}:{port}", flush=True)
    become(web_server(host, port, processes=processes, threads=threads))


def worker_command(
    at_once: Annotated[int, typer.Option(help="Jobs at the same time.", min=1)] = 1,
) -> None:
    """Do the long work: imports, snapshots, runs. Stops after the job at hand when asked to end."""
    from tepat.site.start import begin, require_ready
    from tepat.site.web import become, worker

    begin()
    require_ready()
    become(worker(at_once))


def migrate_command(as_json: AsJson = False) -> None:
    """Make or change the tables as this version needs them."""
    from tepat.site.schema import migrate
    from tepat.site.start import begin

    begin()
    applied = migrate()
    if as_json:
        answer({"applied": applied})
    elif applied:
        print(f"{len(applied)} changes were applied; the last is {applied[-1]}.")
    else:
        print("The database is as this version needs it.")


def administrator_command(
    account: Annotated[str, typer.Argument(help="The account's name, in small letters.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
) -> None:
    """Make the first administrator, who makes all other accounts on the pages."""
    from tepat.site.first_account import make_administrator
    from tepat.site.start import begin, require_ready

    begin()
    require_ready()
    print(f"Password, to be changed at the first login: {make_administrator(account, name)}")


def otp_command(
    account: Annotated[str, typer.Argument(help="An account's name, as `tepat demo` lists them.")],
    as_json: AsJson = False,
) -> None:
    """Give the current code of a demonstration's account."""
    from tepat.site.demo.codes import current_code
    from tepat.site.start import begin

    begin()
    code, seconds = current_code(account)
    if as_json:
        answer({"account": account, "code": code, "seconds": seconds})
    else:
        print(f"{code}   (for {seconds} seconds more)")


def demo_command(
    port: Port = 8000,
    families: Annotated[int, typer.Option(help="Families to invent.", min=100)] = 20_000,
    kabupaten: Annotated[str, typer.Option(help="Four-digit code.")] = "3204",
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    as_of: Annotated[str, typer.Option(help="Day of the first decision.")] = "2025-07-01",
) -> None:
    """Run the whole application on invented people; Ctrl-C stops it, the data stays."""
    from tepat.site.demo.request import DemoRequest
    from tepat.site.demo.run import run_demo

    day: date = day_of(as_of, "--as-of")
    run_demo(DemoRequest(port, families, kabupaten, seed, day))


@db_app.command("status")
def db_status(as_json: AsJson = False) -> None:
    """Say whether the embedded server runs, and where."""
    from tepat.engine import embedded

    found = embedded.status(tepat_home() / "pg")
    if as_json:
        answer({"folder": found.home, "socket": found.socket, "pid": found.pid})
    elif found.pid is not None:
        print(f"It runs as process {found.pid}, and its socket is in {found.socket}.")
    else:
        print("It does not run." if found.exists else "There is none: `tepat migrate` makes it.")
    if not as_json and found.exists:
        print(f"Its data and logs are in {found.home / 'data'}.")


@db_app.command("stop")
def db_stop() -> None:
    """Stop the embedded server; what is connected loses its connection."""
    from tepat.engine import embedded

    stopped = embedded.stop(tepat_home() / "pg")
    print("The database server has stopped." if stopped else "It did not run.")


@db_app.command("roles")
def db_roles() -> None:
    """Print the SQL that makes roles and database on a server of your own."""
    from tepat.engine.database import statements_for_an_own_server

    print(statements_for_an_own_server())
