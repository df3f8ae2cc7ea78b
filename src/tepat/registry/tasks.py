"""When the registry's long work runs: imports, checks of the record, and what was cut off again."""

from __future__ import annotations

from typing import Any

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from tepat.registry import sealed_files
from tepat.registry.imports import jobs
from tepat.registry.lists import jobs as lists
from tepat.registry.quality import jobs as quality

# Until the database is back, however long it was away, at growing intervals; what nobody foresaw is
# given up by `jobs.do` after a few tries.
AGAIN = RetryStrategy(wait=5, linear_wait=5)
AGAIN_THIS_HOUR = RetryStrategy(max_attempts=30, wait=5, linear_wait=5)  # the clock asks anew
STALLED_AFTER = 30  # seconds without a sign of life of the worker
FIRST = 10  # before all other work, for a queue of imports may be long


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def import_look(context: JobContext, job: int, user: int) -> None:
    """Find the columns of an upload."""
    jobs.do(jobs.look, job=job, user=user, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def import_read(context: JobContext, job: int, user: int) -> None:
    """Read and check an upload."""
    jobs.do(jobs.read, job=job, user=user, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def import_shard(context: JobContext, job: int, user: int, shard: int) -> None:
    """Compare a shard with the registry."""
    jobs.do(jobs.shard, job=job, user=user, shard=shard, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def import_settle(context: JobContext, job: int, user: int) -> None:
    """End a dry run."""
    jobs.do(jobs.settle, job=job, user=user, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def import_apply(context: JobContext, job: int, user: int) -> None:
    """Write an approved import."""
    jobs.do(jobs.apply, job=job, user=user, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN)
def import_clean(job: int, user: int) -> None:
    """Remove what an import no longer needs."""
    jobs.clean(job, user)


@app.periodic(cron="17 2 * * *")
@app.task(queue="clock", queueing_lock="import_expire")
def import_expire(timestamp: int) -> None:
    """Refuse imports that nobody decided."""
    jobs.expire()


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def list_check(context: JobContext, load: int, user: int) -> None:
    """Find whom a list of an institution names."""
    lists.do(lists.check, load=load, user=user, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN, pass_context=True)
def list_apply(context: JobContext, load: int, user: int) -> None:
    """Make the findings of an approved list."""
    lists.do(lists.apply, load=load, user=user, tries=context.job.attempts)


@app.task(queue="imports", retry=AGAIN)
def list_clean(load: int, user: int) -> None:
    """Forget the numbers of a list that has ended."""
    lists.clean(load, user)


@app.periodic(cron="23 2 * * *")
@app.task(queue="clock", queueing_lock="list_expire")
def list_expire(timestamp: int) -> None:
    """Refuse lists that nobody decided."""
    lists.expire()


@app.periodic(cron="29 2 * * *")
@app.task(queue="clock", queueing_lock="sweep_files")
def sweep_files(timestamp: int) -> None:
    """Remove sealed files that no row names."""
    sealed_files.sweep()


@app.periodic(cron="* * * * * */10")  # six fields: the last is seconds
@app.task(queue="clock", queueing_lock="retry_stalled", priority=FIRST, pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Run again what a killed worker left in the middle.

    Of the clock's own jobs one may wait at a time. Where the next one waits already, the one that
    was cut off is ended: it would hold its lock for ever, and keep those after it here from their
    turn.
    """
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


@app.periodic(cron="41 0 * * *")
@app.task(queue="clock", queueing_lock="check_places")
def check_places(timestamp: int) -> None:
    """Ask for checks of what was not checked for a week."""
    quality.check_places()


@app.task(queue="checks", retry=AGAIN_THIS_HOUR)
def check_place(place: int, asked_at: str) -> None:
    """Check a kabupaten."""
    quality.check_place(place, asked_at)


@app.periodic(cron="* * * * * */30")
@app.task(queue="checks", queueing_lock="check_changed", lock="check_changed")
def check_changed(timestamp: int) -> None:
    """Check the families that changed."""
    quality.check_changed()
