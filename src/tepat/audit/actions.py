"""The rows of the audit, written in the transaction of what they tell of, or not at all."""

from __future__ import annotations

from typing import Any

from tepat.audit.models import Access, Entry


def record(
    *,
    actor_id: int,
    verb: str,
    subject: str,
    subject_id: int | None = None,
    home_id: int | None = None,
    reason: str = "",
    evidence: str = "",
    override: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down one thing that a person did.

    Args:
        actor_id: the user; the database refuses any but the one who acts.
        verb: what was done, such as ``record_birth``.
        subject: the kind of thing, such as ``family``.
        subject_id: its id in the database.
        home_id: the place whose staff may read the row; None for those who see the country.
        reason: why, where a reason was asked.
        evidence: what proves it: a document's number, a file.
        override: whether a person overruled what the system had found.
        details: counts and codes; never a name or a number of a person.
    """
    Entry.objects.bulk_create(
        [
            Entry(
                actor_id=actor_id,
                verb=verb,
                subject=subject,
                subject_id=subject_id,
                home_id=home_id,
                reason=reason,
                evidence=evidence,
                override=override,
                details=details or {},
            )
        ]
    )


def record_list(
    *, actor_id: int, page: str, shown: int, home_id: int | None = None, **asked: Any
) -> None:
    """Write down that a user read a list with names; nothing where it named nobody.

    A list is a search, and no opening of each family in it.

    Args:
        actor_id: the user.
        page: which list, by the name of its page.
        shown: how many rows with a name it had.
        home_id: the place that was listed; None where it is not one.
        asked: codes of filters; never what a person typed.
    """
    if shown:
        record(
            actor_id=actor_id,
            verb="read_list",
            subject="family",
            home_id=home_id,
            details={"page": page, "shown": shown, **asked},
        )


def record_access(*, actor_id: int, family_id: int, home_id: int, reason: str, page: str) -> None:
    """Write down that a user opened a family, and why. Raises where the family is out of reach."""
    Access.objects.bulk_create(
        [
            Access(
                actor_id=actor_id,
                family_id=family_id,
                home_id=home_id,
                reason=reason,
                page=page,
            )
        ]
    )
