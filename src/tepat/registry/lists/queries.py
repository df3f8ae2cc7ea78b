"""What the pages of lists show. Row-level security decides which lists a user sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from tepat.engine.csv_lines import BEGINNING, csv_line
from tepat.engine.text import Text
from tepat.registry.keyset import Keyset
from tepat.registry.lists.actions import LIST_APPROVERS
from tepat.registry.lists.texts import OUTCOMES, WHY, error
from tepat.registry.models import Flag, ListLoad, ListRow
from tepat.registry.models.lists import ListState, Outcome
from tepat.staff.context import acting_as
from tepat.staff.models import User

AT_ONCE = 2_000  # rows of a file between two looks at the database


def loads() -> QuerySet[ListLoad]:
    """The lists of the user's places, the newest first."""
    return ListLoad.objects.select_related("home", "uploaded_by", "decided_by").order_by(
        "-uploaded_at"
    )


def load_of(load: int) -> ListLoad:
    """One list. Raises TepatError ``list_not_found``."""
    found = loads().filter(pk=load).first()
    if found is None:
        raise error("list_not_found")
    return found


def sources_used(most: int = 12) -> list[str]:
    """The institutions of the user's lists, the latest first."""
    latest = ListLoad.objects.values("source").annotate(last=Max("uploaded_at"))
    return list(latest.order_by("-last").values_list("source", flat=True)[:most])


def waiting_lists(user: User) -> QuerySet[ListLoad]:
    """The lists that wait for this user's decision: checked, and not their own."""
    if user.role not in LIST_APPROVERS:
        return ListLoad.objects.none()
    return loads().filter(state=ListState.CHECKED).exclude(uploaded_by=user)


def contested() -> QuerySet[Flag]:
    """The contested findings in the user's places, the longest waiting first."""
    found = Flag.objects.filter(contested=True, superseded_by=None, valid_to=None)
    return found.select_related("family", "batch", "contested_by").order_by("batch__known_at")


def to_settle(user: User) -> QuerySet[Flag]:
    """Those that wait for this user's decision: contested by somebody else."""
    return contested().filter(Q(contested_by=None) | ~Q(contested_by=user))


@dataclass(frozen=True)
class MayDecide:
    """What a user may do with a list now."""

    approve: bool
    refuse: bool
    undo: bool


def may_decide(load: ListLoad, user: User) -> MayDecide:
    """Which buttons a page shows; the actions look again."""
    own, decides = load.uploaded_by_id == user.pk, user.role in LIST_APPROVERS
    return MayDecide(
        approve=load.state == ListState.CHECKED and decides and not own,
        refuse=load.state in (ListState.CHECKING, ListState.CHECKED) and (decides or own),
        undo=load.state == ListState.DONE and decides and not own,
    )


@dataclass(frozen=True)
class WhyCount:
    """Why rows name nobody, and how many."""

    outcome: str
    why: str
    rows: int
    says: Text
    do: Text


def not_taken(load: ListLoad) -> list[WhyCount]:
    """The rows that name nobody, by reason, the most frequent first."""
    counted = (
        ListRow.objects.filter(load=load)
        .exclude(outcome=Outcome.MATCHED)
        .values("outcome", "why")
        .annotate(rows=Count("pk"))
        .order_by("-rows", "why")
    )
    return [
        WhyCount(row["outcome"], row["why"], row["rows"], *WHY[row["why"]])
        for row in counted
        if row["why"] in WHY
    ]


def rows_of(load: ListLoad, why: str = "") -> QuerySet[ListRow]:
    """The rows that name nobody."""
    found = ListRow.objects.filter(load=load).exclude(outcome=Outcome.MATCHED)
    return found.filter(why=why) if why else found


def rows_file(*, load: int, user: int, language: str) -> Iterator[bytes]:
    """The rows that name nobody as CSV, for the institution; streamed on behalf of the user.

    Each page of rows is a transaction of its own: who reads slowly keeps none open.
    """
    header = {
        "id": ("baris", "nomor", "hasil", "alasan", "perbaikan"),
        "en": ("row", "number", "outcome", "reason", "what to do"),
    }[language]
    yield BEGINNING + csv_line(header)
    pages, last = Keyset(("number", "pk"), AT_ONCE), None
    while True:
        with acting_as(user):
            rows = pages.after(rows_of(load_of(load)), last)
        yield b"".join(csv_line(_cells(row, language)) for row in rows)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1]


def _cells(row: ListRow, language: str) -> tuple[object, ...]:
    told = (OUTCOMES[row.outcome][1], *WHY[row.why])
    return (row.number, row.shown, *(text.get(language) for text in told))
