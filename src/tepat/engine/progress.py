"""Progress of long work: a bar on a terminal, plain lines elsewhere. Always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]


@contextmanager
def shown(quiet: bool = False) -> Iterator[Progress]:
    """A function to call with a step's name, how much is done and how much there is."""
    if quiet:
        yield lambda step, done, total: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _plain()


def _plain() -> Progress:
    last = ""

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        if step != last:
            print(f"[{done}/{total}] {step}", file=sys.stderr, flush=True)
            last = step

    return report


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=1)
        yield lambda step, done, total: bars.update(
            task, description=step, completed=done, total=total
        )
