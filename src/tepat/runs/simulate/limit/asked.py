"""What is asked to fit a budget: the programme, its line, and where to look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tepat.engine.errors import TepatError
from tepat.enrolment.shares import own_quotas
from tepat.policy.dated import bounds
from tepat.policy.meaning import nearest
from tepat.policy.model import Parameter, Programme
from tepat.policy.reform import Reform
from tepat.runs.simulate.search import ALL_TRIED

QUOTA, SCORE = "quota", "score"
HIGHEST = 10**12  # of a value, so that sums stay exact


@dataclass(frozen=True)
class Limit:
    """A budget, the line that is to fit it, and from where to where to look."""

    budget: int
    programme: str
    line: str
    span: tuple[int, int] | None = None

    @property
    def kind(self) -> str:
        """``quota``, ``score`` or ``parameter``."""
        return self.line if self.line in (QUOTA, SCORE) else "parameter"


def read_limit(
    budget: int,
    by: str | None,
    span: str | None,
    reform: Reform,
    programmes: list[str],
    quotas: Mapping[str, Mapping[str, int]],
) -> Limit:
    """The limit that was asked for.

    Args:
        budget: rupiah a year.
        by: ``programme.line``; None where there is only one programme to think of.
        span: ``low..high``; None for the usual range.
        reform: the reform.
        programmes: programmes in force under the reform.
        quotas: the reform's places by programme and kabupaten, where a file gives them.

    Raises:
        TepatError: ``limit_budget``, ``limit_by``, ``limit_range``.
    """
    if budget < 0:
        raise TepatError(
            "limit_budget", f"{budget} is no budget.", do="Give whole rupiah, 0 or more."
        )
    name, _, line = (by or _only(reform, programmes)).partition(".")
    programme = _programme(name, reform, programmes)
    if line == QUOTA:
        listed = sum(own_quotas(quotas.get(name, {})).values())
        least, most, why = listed, HIGHEST, f"So many places are listed by kabupaten: {listed}."
    elif line == SCORE:
        least, most, why = 0, -1, "The line is sought among all scores of those awarded."
    else:
        least, highest, why = bounds(_value(line, programme).unit)
        most = HIGHEST if highest is None else highest
    return Limit(budget, name, line, _span(span, least, most, why))


def usual_span(unit: str, own: int | None) -> tuple[int, int]:
    """Where a value is sought if nothing is said.

    Costs rise and fall with ages: as many as are all tried, around the reform's own.
    """
    least, most, _ = bounds(unit)
    if most is None:
        return least, max(10, 4 * (own or 0))
    if own is None or most - least < ALL_TRIED:
        return least, most
    low = max(least, min(own - ALL_TRIED // 2 + 1, most - ALL_TRIED + 1))
    return low, low + ALL_TRIED - 1


def _programme(name: str, reform: Reform, programmes: list[str]) -> Programme:
    """The programme that is to fit: in force under the reform, and giving rupiah."""
    if name not in programmes:
        into = next((merge.into for merge in reform.merged if name in merge.programmes), None)
        why = f"The reform merges it into '{into}'." if into else nearest(name, programmes)
        if name in reform.ended and not into:
            why = "The reform ends it."
        raise TepatError(
            "limit_by",
            f"'{name}' is no programme of the reform's policy on this day.",
            why,
            f"Write --limit-by {into or 'PROGRAMME'}.LINE; programmes: {', '.join(programmes)}.",
        )
    programme = reform.policy.programmes[name]
    if not programme.gives_money:
        raise TepatError(
            "limit_by",
            f"'{name}' gives no rupiah.",
            "What it gives is in kind, and its cost is not known here.",
            "Search a programme that gives money.",
        )
    return programme


def _value(line: str, programme: Programme) -> Parameter:
    """The parameter that is to fit: a whole number throughout, and not the number of places."""
    places = () if programme.quota is None else programme.quota.names("parameter")
    whole = [name for name, p in programme.parameters.items() if _is_whole(p)]
    values = [name for name in whole if name not in places]
    if line in values:
        return programme.parameters[line]
    what = f"'{line}' is no line of '{programme.name}'."
    why = nearest(line, [QUOTA, SCORE, *values])
    if not line:
        what, why = f"Which line of '{programme.name}' is to fit is not said.", ""
    elif line in places:
        why = f"It is the number of places, and {programme.name}.{QUOTA} searches that."
    elif line in programme.parameters:
        why = "It is not a whole number, and only those are searched."
    lines = ", ".join([QUOTA, f"{SCORE} (with --model)", *values])
    do = f"Write --limit-by {programme.name}.LINE; lines: {lines}."
    raise TepatError("limit_by", what, why, do)


def _is_whole(parameter: Parameter) -> bool:
    return all(isinstance(value.value, int) for value in parameter.values)


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


def _span(text: str | None, least: int, most: int, why: str) -> tuple[int, int] | None:
    """The range that was asked for; nothing leads out of ``least`` to ``most``, for a reason."""
    if text is None:
        return None
    if most < least:
        raise TepatError(
            "limit_range", "This line takes no range.", why, "Leave --limit-range out."
        )
    found = re.fullmatch(r"([0-9]{1,30}) *\.\. *([0-9]{1,30})", text.replace("_", "").strip())
    if found is None or int(found[1]) >= int(found[2]):
        raise TepatError(
            "limit_range",
            f"'{text}' is not a range.",
            do="Write two whole numbers, the lower first, such as 55..75.",
        )
    low, high = int(found[1]), int(found[2])
    if not least <= low < high <= most:
        raise TepatError(
            "limit_range",
            f"{text} leaves what the line can be.",
            why[:1].upper() + why[1:],
            f"Write a range within {least}..{most}.",
        )
    return low, high
