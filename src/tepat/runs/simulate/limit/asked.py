"""What is asked to fit a budget: the programme, its line, and where to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.meaning import nearest
from tepat.policy.reform import Reform

QUOTA, SCORE = "quota", "score"
BOUNDS = {"decile": (1, 10), "percent": (0, 100), "years": (0, 120)}  # by unit
HIGHEST = 10**12  # of all else, so that sums stay exact


@dataclass(frozen=True)
class Limit:
    """A budget, and the line that is to fit it."""

    budget: int
    programme: str
    line: str
    low: int | None = None
    high: int | None = None

    @property
    def kind(self) -> str:
        """``quota``, ``score`` or ``parameter``."""
        return self.line if self.line in (QUOTA, SCORE) else "parameter"


def read_limit(
    budget: int, by: str | None, span: str | None, reform: Reform, programmes: list[str]
) -> Limit:
    """The limit that was asked for.

    Args:
        budget: rupiah a year.
        by: ``programme.line``; None where there is only one programme to think of.
        span: ``low..high``; None for the usual range.
        reform: the reform.
        programmes: programmes in force under the reform.

    Raises:
        TepatError: ``limit_budget``, ``limit_by``, ``limit_range``.
    """
    if budget < 0:
        raise TepatError("limit_budget", f"{budget} is not a budget.", do="Give whole rupiah.")
    low, high = _span(span)
    name, _, line = (by or _only(reform, programmes)).partition(".")
    if name not in programmes:
        raise TepatError(
            "limit_by",
            f"'{name}' is no programme of the reform's policy on this day.",
            nearest(name, programmes),
            f"Write --limit-by PROGRAMME.LINE; programmes: {', '.join(programmes)}.",
        )
    programme = reform.policy.programmes[name]
    known = [QUOTA, SCORE, *(n for n, p in programme.parameters.items() if _counts(p.values))]
    if line not in known:
        raise TepatError(
            "limit_by",
            f"'{line}' is no line of '{name}'.",
            nearest(line, known),
            f"Lines: {', '.join(known)}.",
        )
    _within(low, high, programme.parameters[line].unit if line in programme.parameters else line)
    return Limit(budget, name, line, low, high)


def _within(low: int | None, high: int | None, unit: str) -> None:
    least, most = BOUNDS.get(unit.split(" ")[0], (0, HIGHEST))
    if low is not None and high is not None and not least <= low < high <= most:
        raise TepatError(
            "limit_range",
            f"{low}..{high} leaves what '{unit}' can be.",
            do=f"Write a range within {least}..{most}.",
        )


def _counts(values: Any) -> bool:
    """Whether a parameter is a whole number throughout."""
    return all(isinstance(value.value, int) for value in values)


def _only(reform: Reform, programmes: list[str]) -> str:
    names = [name for name in (*reform.changed, *reform.added) if name in programmes]
    if len(names) == 1:
        return f"{names[0]}.{QUOTA}"
    raise TepatError(
        "limit_by",
        "It is not said what is to fit the budget.",
        f"The reform changes {len(names)} programmes.",
        f"Write --limit-by PROGRAMME.LINE, such as {(names or programmes)[0]}.{QUOTA}.",
    )


def _span(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    low, dots, high = text.replace("_", "").partition("..")
    if not (dots and low.strip().isdecimal() and high.strip().isdecimal() and int(low) < int(high)):
        raise TepatError(
            "limit_range",
            f"'{text}' is not a range.",
            do="Write two whole numbers, the lower first, such as 55..75.",
        )
    return int(low), int(high)
