"""What is answered when the ground is gone: the database is away, or a disk is full.

Whatever the request had done is taken back: its transaction did not end. Only where the database
goes away while it commits is it not known whether it did; so forms count once however often they
are sent, and the page says that sending again is right.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation

from tepat.engine.errors import TepatError
from tepat.site.health import RETRY_SECONDS
from tepat.site.middleware import language_of

FULL = "53100"
# Connection exceptions, a server that starts or stops, and too many clients at once.
_AWAY = ("08", "57P", "53300")


def broken(request: HttpRequest) -> HttpResponse:
    """The page for an error that no page foresaw: handler500 of the site."""
    error = sys.exc_info()[1]
    _take_back_messages(request)
    with translation.override(language_of(request)):
        if error is not None and database_is_away(error):
            return _away(request)
        if error is not None and disk_is_full(error):
            return _page("507.html", 507, request)
        return _page("500.html", 500, request)


def database_is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached now."""
    for one in _chain(error):
        code = getattr(one, "sqlstate", None)
        if code is not None and code.startswith(_AWAY):
            return True
        if code is None and isinstance(one, OperationalError | InterfaceError):
            cause = one.__cause__  # the driver's error; Django's own have none
            if getattr(cause, "sqlstate", None) is None:
                return True
    return False


def disk_is_full(error: BaseException) -> bool:
    """Whether an error says that the database or this machine has no room to write."""
    for one in _chain(error):
        if getattr(one, "sqlstate", None) == FULL:
            return True
        if isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(one, TepatError) and one.code == "disk_full":
            return True
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from."""
    now: BaseException | None = error
    seen: set[int] = set()
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        yield now
        now = now.__cause__ or now.__context__


def _take_back_messages(request: HttpRequest) -> None:
    """What a page was going to say is not true any more: nothing was saved."""
    kept = getattr(request, "_messages", None)
    if kept is not None:
        kept._queued_messages.clear()


def _away(request: HttpRequest) -> HttpResponse:
    polls = request.method == "GET" and request.headers.get("HX-Request") == "true"
    answer = _page("components/away.html" if polls else "503.html", 503, request)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _page(template: str, status: int, request: HttpRequest) -> HttpResponse:
    """A page that asks the database nothing: not even who reads it."""
    sent = request.method not in ("GET", "HEAD")
    context = {"sent": sent, "url": request.path, "seconds": RETRY_SECONDS}
    answer = HttpResponse(loader.get_template(template).render(context), status=status)
    answer["Cache-Control"] = "no-store, private"
    return answer
