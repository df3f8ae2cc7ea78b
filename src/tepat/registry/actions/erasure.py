"""Forgetting a person: asked by one, decided by another, carried out under a role of its own.

The person's key is destroyed, so that the sealed number can be opened nowhere, backups of the other
rows included; name, day of birth, answers and what was written about them are cleared. That
somebody was a member stays, so that sums and decisions of the past still add up (decisions/0014).
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.people import member_of
from tepat.registry.actions.writing import open_batch, require_role, today
from tepat.registry.interviews import photos
from tepat.registry.later import ask_for
from tepat.registry.models import Erasure, Family, Membership
from tepat.registry.models.batches import BatchKind
from tepat.staff.models import Role, User

ASKERS = frozenset({Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE, Role.MINISTRY_ANALYST})


def ask_erasure(
    *, family_id: int, person_id: int, reason: str, document: str, acting_user: User
) -> Erasure:
    """Ask to erase a member of a family.

    Raises:
        TepatError: ``not_allowed``, ``no_evidence``, ``not_a_member``, ``already_asked``.
    """
    require_role(acting_user, ASKERS, "ask for an erasure")
    if not reason.strip() or not document.strip():
        raise TepatError(
            "no_evidence",
            Text(
                "Penghapusan perlu alasan dan dokumen.", "An erasure needs a reason and a document."
            ),
            Text("Penghapusan tidak dapat dibatalkan.", "It cannot be undone."),
            Text(
                "Isi nomor permintaan warga atau putusan.",
                "Give the number of the citizen's request or of the ruling.",
            ),
        )
    family = Family.objects.get(pk=family_id)
    member_of(family, person_id, today())
    if Erasure.objects.filter(person_id=person_id, granted=None).exists():
        raise TepatError(
            "already_asked",
            Text("Penghapusan ini sudah diajukan.", "This was already asked."),
            do=Text("Tunggu keputusan kementerian.", "Wait for the ministry's decision."),
        )
    asked = Erasure.objects.create(
        person_id=person_id,
        family=family,
        reason=reason.strip(),
        document=document.strip(),
        asked_by=acting_user,
        home_id=family.home_id,
    )
    record(
        actor_id=acting_user.pk,
        verb="ask_erasure",
        subject="person",
        subject_id=person_id,
        home_id=family.home_id,
    )
    return asked


def decide_erasure(*, erasure_id: int, granted: bool, answer: str, acting_user: User) -> None:
    """Grant or refuse; granting forgets the person at once and for ever.

    Raises:
        TepatError: ``not_allowed``, ``own_proposal``, ``already_decided``.
    """
    require_role(acting_user, {Role.MINISTRY_APPROVER}, "decide on an erasure")
    with transaction.atomic():
        # families first, as every other write locks them
        seen = Erasure.objects.get(pk=erasure_id)
        families = _locked_families(seen.person_id)
        # one that was decided meanwhile cannot be locked
        asked = Erasure.objects.select_for_update().filter(pk=erasure_id).first()
        asked = _still_open(asked or Erasure.objects.get(pk=erasure_id), acting_user)
        if granted:
            _forget(asked, families, acting_user)
        asked.granted, asked.answer = granted, answer
        asked.decided_by, asked.decided_at = acting_user, datetime.now(UTC)
        asked.save(
            update_fields=[
                "granted",
                "answer",
                "decided_by",
                "decided_at",
                "batch",
                "reason",
                "document",
            ]
        )
        record(
            actor_id=acting_user.pk,
            verb="erase_person" if granted else "refuse_erasure",
            subject="person",
            subject_id=asked.person_id,
            home_id=asked.home_id,
            reason=answer,
        )


def _locked_families(person_id: int) -> list[int]:
    """Every family to which somebody ever belonged, locked in the order of their ids."""
    ever = Membership.objects.filter(person_id=person_id).values("family")
    locked = Family.objects.select_for_update().filter(pk__in=ever).order_by("pk")
    return [family.pk for family in locked]


def _still_open(asked: Erasure, acting_user: User) -> Erasure:
    if asked.granted is not None:
        raise TepatError(
            "already_decided",
            Text("Ini sudah diputuskan.", "This was already decided."),
            do=Text("Buka lagi daftarnya.", "Open the list again."),
        )
    if asked.asked_by_id == acting_user.pk:
        raise TepatError(
            "own_proposal",
            Text("Anda sendiri yang mengajukan.", "You asked for this yourself."),
            Text("Orang kedua yang memutuskan.", "A second person decides."),
            Text("Mintalah kepada penyetuju lain.", "Ask another approver."),
        )
    return asked


def _forget(asked: Erasure, families: list[int], acting_user: User) -> None:
    """The words first, for they are found by the name; then photos, the person, the run folders."""
    person = asked.person_id
    with open_batch(kind=BatchKind.ERASURE, source="erasure", acting_user=acting_user) as batch:
        with connection.cursor() as cursor:
            cursor.execute("SELECT registry_forget_words(%s, %s)", [person, batch.pk])
            cursor.execute("SELECT registry_forget_photos(%s)", [person])
            forgotten = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT registry_erase(%s, %s)", [person, batch.pk])
        transaction.on_commit(lambda: photos.remove_all(forgotten))
        Family.objects.filter(pk__in=families).update(version=batch.pk)
        asked.batch = batch
        asked.reason = asked.document = ""  # they may name the person
    ask_for("tepat.runs.tasks.forget_erased", {})
