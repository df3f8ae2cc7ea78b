"""What goes into a log: where something broke, never what a person told us.

A database says which row it refused, with names and numbers; a conversion says which word it could
not read. So of an error only its kind, the lines of code and, of a database, the code of the error
and the names of table, column and constraint are written. The words are kept of those errors that
speak of the program alone, and of our own.
"""

from __future__ import annotations

import copy
import logging
import sys
import traceback
from types import TracebackType

from tepat.engine.errors import TepatError

# These name a class, an attribute, a module or a file of ours.
SPEAKS_OF_CODE = (TepatError, AttributeError, ImportError, NameError)
# Of a row that was refused.
_NAMES = ("constraint_name", "table_name", "column_name")


class QuietFormatter(logging.Formatter):
    """Formats records as ever, and errors, also those among a message's values, without words."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and where there is an error what may be known of it."""
        quiet = copy.copy(record)
        quiet.exc_text = None  # another handler may have formatted it with its words
        if isinstance(record.args, tuple):
            quiet.args = tuple(
                in_short(one) if isinstance(one, BaseException) else one for one in record.args
            )
        if isinstance(record.msg, BaseException):
            quiet.msg, quiet.args = in_short(record.msg), None
        return super().format(quiet)

    def formatException(self, ei: object) -> str:
        """An error and what caused it, each with its lines of code."""
        error = ei[1] if isinstance(ei, tuple) else None
        return in_full(error) if isinstance(error, BaseException) else ""


def be_quiet() -> None:
    """Let what nobody catches in this process be written like this as well."""

    def told(kind: type[BaseException], error: BaseException, lines: TracebackType | None) -> None:
        print(in_full(error), file=sys.stderr, flush=True)

    sys.excepthook = told


def in_short(error: BaseException) -> str:
    """The kind of an error, and what may be written of its words."""
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    said = _said(error)
    return f"{module}{kind.__qualname__}{': ' if said else ''}{said}"


def _said(error: BaseException) -> str:
    if isinstance(error, SPEAKS_OF_CODE):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or ""
    if not hasattr(error, "sqlstate"):  # psycopg's errors have it
        return ""
    if error.sqlstate is None:  # not the database spoke but what leads to it
        return str(error).strip().split("\n", 1)[0]
    about = getattr(error, "diag", None)
    names = [str(found) for one in _NAMES if (found := getattr(about, one, None))]
    return " ".join([f"SQLSTATE {error.sqlstate}", *names])


def in_full(error: BaseException) -> str:
    """An error with its lines of code, below those that led to it."""
    told: list[str] = []
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        lines = "".join(traceback.format_tb(now.__traceback__))
        told.append(f"Traceback (most recent call last):\n{lines}{in_short(now)}")
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return "\n\nwhich led to\n\n".join(reversed(told))
