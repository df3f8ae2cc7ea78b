"""What is done once a day for users."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tepat.staff import once


@app.periodic(cron="37 2 * * *")
@app.task(queue="clock", queueing_lock="forget_sent_forms")
def forget_sent_forms(timestamp: int) -> None:
    """Forget the numbers of forms that were sent long ago."""
    once.forget_sent_forms()
