"""Lists of other institutions, and what becomes of a finding: contested, upheld, withdrawn.

A list is loaded whole, as a proposal that a second person approves; see `registry.lists`. Here a
single finding is contested by whoever knows better, and settled by another person who has looked.
"""

from __future__ import annotations

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.writing import copied, open_batch, require_role, supersede
from tepat.registry.models import Batch, Family, Flag
from tepat.registry.models.batches import BatchKind
from tepat.staff.models import Role, User

CONTESTERS = frozenset({Role.VILLAGE_OPERATOR, Role.FACILITATOR, Role.KABUPATEN_VERIFIER})
SETTLERS = frozenset({Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE, Role.MINISTRY_APPROVER})


def contest_flag(*, flag_id: int, reason: str, document: str, acting_user: User) -> Flag:
    """Say that a finding is wrong; until somebody has looked it counts as neither yes nor no.

    Raises:
        TepatError: ``not_allowed``, ``no_evidence``, ``flag_gone``, ``already_contested``.
    """
    require_role(acting_user, CONTESTERS, "contest a finding")
    _require_reason(reason, document)
    with open_batch(kind=BatchKind.LIST, source="contest", acting_user=acting_user) as batch:
        flag = _living(flag_id)
        if flag.contested:
            raise TepatError(
                "already_contested",
                Text("Temuan ini sudah disanggah.", "This finding is contested already."),
                do=Text("Tunggu sampai ada yang memeriksa.", "Wait until somebody has looked."),
            )
        evidence = " · ".join(part for part in (flag.evidence, document, reason) if part)
        changed = _follow(flag, batch, contested_by=acting_user, evidence=evidence)
        _write_down("contest_flag", flag, batch, reason, document, acting_user)
    return changed


def settle_flag(
    *, flag_id: int, upheld: bool, reason: str, document: str, acting_user: User
) -> Flag | None:
    """Decide on a contested finding: it stands, or it is withdrawn. Not by whoever contested it.

    Returns the finding as it stands now, None where it was withdrawn.

    Raises:
        TepatError: ``not_allowed``, ``no_evidence``, ``flag_gone``, ``not_contested``,
            ``own_proposal``.
    """
    require_role(acting_user, SETTLERS, "decide on a contested finding")
    _require_reason(reason, document)
    with open_batch(kind=BatchKind.LIST, source="settle", acting_user=acting_user) as batch:
        flag = _living(flag_id)
        if not flag.contested:
            raise TepatError(
                "not_contested",
                Text("Temuan ini tidak disanggah.", "This finding is not contested."),
                do=Text("Buka lagi halaman keluarga.", "Open the family's page again."),
            )
        if flag.contested_by_id == acting_user.pk:
            raise TepatError(
                "own_proposal",
                Text("Anda sendiri yang menyanggah.", "You contested this yourself."),
                Text("Orang kedua yang memutuskan.", "A second person decides."),
                Text("Mintalah kepada petugas lain.", "Ask somebody else."),
            )
        changed = None
        if upheld:
            changed = _follow(flag, batch, contested_by=None, evidence=flag.evidence)
        else:
            supersede(Flag, [flag.pk], batch)
        Family.objects.filter(pk=flag.family_id).update(version=batch.pk)
        verb = "uphold_flag" if upheld else "withdraw_flag"
        _write_down(verb, flag, batch, reason, document, acting_user, override=not upheld)
    return changed


def _require_reason(reason: str, document: str) -> None:
    if not reason.strip() or not document.strip():
        raise TepatError(
            "no_evidence",
            Text("Perlu alasan dan bukti.", "A reason and evidence are needed."),
            Text("Kelak akan ditanya atas dasar apa.", "Somebody will ask later on what ground."),
            Text("Isi alasan dan nomor dokumen.", "Give the reason and the document's number."),
        )


def _living(flag_id: int) -> Flag:
    """The finding, locked after its family, in the order in which lists lock them."""
    about = Flag.objects.filter(pk=flag_id).values_list("family_id", flat=True)
    list(Family.objects.select_for_update().filter(pk__in=list(about)))
    found = (
        Flag.objects.select_for_update(of=("self",))
        .select_related("batch")
        .filter(pk=flag_id, superseded_by=None)
        .first()
    )
    if found is None:
        raise TepatError(
            "flag_gone",
            Text("Temuan ini sudah tidak berlaku.", "This finding no longer stands."),
            do=Text("Buka lagi halaman keluarga.", "Open the family's page again."),
        )
    return found


def _follow(flag: Flag, batch: Batch, *, contested_by: User | None, evidence: str) -> Flag:
    """The finding as it stands from now on, in place of what it was."""
    supersede(Flag, [flag.pk], batch)
    Family.objects.filter(pk=flag.family_id).update(version=batch.pk)
    contested = contested_by is not None
    changed: Flag = copied(
        flag, batch, contested=contested, contested_by=contested_by, evidence=evidence
    )
    changed.save()
    return changed


def _write_down(
    verb: str,
    flag: Flag,
    batch: Batch,
    reason: str,
    document: str,
    acting_user: User,
    override: bool = False,
) -> None:
    record(
        actor_id=acting_user.pk,
        verb=verb,
        subject="family",
        subject_id=flag.family_id,
        home_id=flag.home_id,
        reason=reason,
        evidence=document,
        override=override,
        details={"ground": flag.ground, "batch": batch.pk},
    )
