"""A form counts once, however often it is sent.

A page that was sent and not answered, because the database went away or somebody pressed twice, is
sent again by the browser with the same number. The number and what the form did are one
transaction: where both are there, the second sending is led to where the first one led. Two at the
same time wait for one another at the number.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from tepat.engine.text import Text
from tepat.staff.context import acting_as
from tepat.staff.form_number import FIELD
from tepat.staff.language import say
from tepat.staff.queries import system_id

KEPT_DAYS = 7
SAVED = Text(
    "Ini sudah tersimpan. Kiriman yang kedua tidak dicatat lagi.",
    "This was saved already. Sending it a second time recorded nothing more.",
)
_TAKE = """
INSERT INTO staff_sentform (user_id, number, at, led_to) VALUES (%s, %s, now(), '')
ON CONFLICT DO NOTHING RETURNING id
"""
_LED_TO = "SELECT led_to FROM staff_sentform WHERE user_id = %s AND number = %s"


def number_of(request: HttpRequest) -> uuid.UUID | None:
    """The number of a form that was sent; None for pages that are read and forms without one."""
    if request.method != "POST" or FIELD not in request.POST:
        return None
    try:
        return uuid.UUID(str(request.POST[FIELD]))
    except ValueError:
        return None


def answered_once(
    request: HttpRequest, number: uuid.UUID, view: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """What a view answers to a form; for one that was saved already, the way to what it made."""
    user = request.user.pk
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [user, number])
        taken = cursor.fetchone()
        if taken is None:
            cursor.execute(_LED_TO, [user, number])
            messages.info(request, say(SAVED))
            return redirect(cursor.fetchone()[0])
    answer = view()
    if answer.status_code == 302:
        _run("UPDATE staff_sentform SET led_to = %s WHERE id = %s", answer["Location"], taken[0])
    else:  # nothing was saved: what was wrong is put right and sent again
        _run("DELETE FROM staff_sentform WHERE id = %s", taken[0])
    return answer


def forget_sent_forms() -> None:
    """Forget the numbers that no browser sends any more."""
    with acting_as(system_id()):
        _run("DELETE FROM staff_sentform WHERE at < now() - make_interval(days => %s)", KEPT_DAYS)


def _run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
