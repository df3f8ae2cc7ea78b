"""When runs are worked on: one after the other, again where a worker was cut off."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from tepat.runs import work

AGAIN = RetryStrategy(max_attempts=60, wait=5, retry_exceptions=work.PASSING)


@app.task(queue="runs", lock="runs", retry=AGAIN, pass_context=True)
def perform_run(context: JobContext, run: int) -> None:
    """Do what is left of a run."""
    work.perform(run, ends=context.should_abort)


@app.task(queue="runs", lock="runs", retry=AGAIN)
def forget_erased() -> None:
    """Forget in finished runs who was erased; never while one is at work."""
    work.forget_erased()
