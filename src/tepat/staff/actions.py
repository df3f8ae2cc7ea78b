"""What administrators do to users, and users to their own sessions. Each act leaves an audit row.

The database refuses the same things once more, whoever asks: see migration 0004.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.staff import lockout
from tepat.staff.context import acting_as
from tepat.staff.models import Assignment, Role, User

# Without letters and digits that are taken for one another.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def temporary_password() -> str:
    """A password to be told once and changed at once: 80 bits in four groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def create_user(
    *, username: str, name: str, email: str, role: str, acting_user: User
) -> tuple[User, str]:
    """Make an account; returns it with its temporary password.

    Raises:
        TepatError: ``not_administrator``, ``role_unknown`` or ``username_taken``.
    """
    _require_administrator(acting_user)
    _require_role(role)
    password = temporary_password()
    with acting_as(acting_user.pk):
        if User.objects.filter(username=username).exists():
            raise TepatError(
                "username_taken",
                Text(f"Sudah ada akun {username}.", f"There is an account {username} already."),
                do=Text(
                    "Pilih nama lain, atau aktifkan kembali akun itu.",
                    "Choose another name, or reactivate that account.",
                ),
            )
        user = User(username=username, name=name, email=email, role=role)
        user.set_password(password)
        user.must_change_password = True
        user.save()
        _record("create_user", user, acting_user, details={"role": role})
    return user, password


def change_user(*, user_id: int, name: str, email: str, role: str, acting_user: User) -> User:
    """Change a user's name, e-mail and role.

    Raises:
        TepatError: ``not_administrator``, ``own_account``, ``role_unknown``, ``system_account`` or
            ``last_administrator``.
    """
    _require_administrator(acting_user)
    _require_role(role)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        if user.role != role:
            _require_other(user, acting_user)
            _require_another_administrator(user)
        before, user.name, user.email, user.role = user.role, name, email, role
        user.save(update_fields=["name", "email", "role"])
        details = {"role": role, "role_before": before} if role != before else {}
        _record("change_user", user, acting_user, details=details)
    return user


def give_places(*, user_id: int, place_ids: Collection[int], acting_user: User) -> int:
    """Let a user work in these places, too; returns how many of them are new.

    Raises:
        TepatError: ``not_administrator``, ``own_account`` or ``system_account``.
    """
    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        _require_other(user, acting_user)
        held = set(_open(user, place_ids).values_list("place_id", flat=True))
        new = [place for place in dict.fromkeys(place_ids) if place not in held]
        Assignment.objects.bulk_create(
            Assignment(user=user, place_id=place, given_by=acting_user) for place in new
        )
        if new:
            _record("give_places", user, acting_user, details={"places": new})
    return len(new)


def end_places(*, user_id: int, place_ids: Collection[int], acting_user: User) -> int:
    """Let a user work in these places no longer; returns how many ended.

    Raises:
        TepatError: ``not_administrator``, ``own_account`` or ``system_account``.
    """
    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        _require_other(user, acting_user)
        ended = int(_open(user, place_ids).update(ended_at=Now()))
        if ended:
            _record("end_places", user, acting_user, details={"places": sorted(place_ids)})
    return ended


def deactivate_user(*, user_id: int, left_on: date, reason: str, acting_user: User) -> User:
    """End an account: its sessions die at their next request, its places end.

    Raises:
        TepatError: ``not_administrator``, ``own_account``, ``system_account`` or
            ``last_administrator``.
    """
    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        _require_other(user, acting_user)
        _require_another_administrator(user)
        user.is_active = False
        user.left_at = timezone.make_aware(datetime.combine(left_on, time()))
        user.session_round += 1
        user.save(update_fields=["is_active", "left_at", "session_round"])
        ended = Assignment.objects.filter(user=user, ended_at=None).update(ended_at=Now())
        details = {"left_on": left_on.isoformat(), "places_ended": ended}
        _record("deactivate_user", user, acting_user, reason=reason, details=details)
    return user


def reactivate_user(*, user_id: int, reason: str, acting_user: User) -> tuple[User, str]:
    """Let a leaver come back, with a new temporary password and no places yet.

    Raises:
        TepatError: ``not_administrator``, ``own_account`` or ``system_account``.
    """
    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        _require_other(user, acting_user)
        user.is_active, user.left_at = True, None
        password = _set_temporary(user, "is_active", "left_at")
        _record("reactivate_user", user, acting_user, reason=reason)
    return user, password


def give_new_password(*, user_id: int, acting_user: User) -> tuple[User, str]:
    """Replace a forgotten password by a temporary one; all sessions end.

    Raises:
        TepatError: ``not_administrator``, ``own_account`` or ``system_account``.
    """
    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        _require_other(user, acting_user)
        password = _set_temporary(user)
        _record("give_new_password", user, acting_user)
    return user, password


def reset_second_factor(*, user_id: int, reason: str, acting_user: User) -> int:
    """Remove apps, passkeys and recovery codes of who lost them; all sessions end.

    Raises:
        TepatError: ``not_administrator``, ``own_account`` or ``system_account``.
    """
    from allauth.mfa.models import Authenticator

    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        _require_other(user, acting_user)
        removed, _ = Authenticator.objects.filter(user_id=user.pk).delete()
        _end_sessions(user)
        details = {"removed": removed}
        _record("reset_second_factor", user, acting_user, reason=reason, details=details)
    return int(removed)


def unlock_user(*, user_id: int, acting_user: User) -> User:
    """Let an account that rests after wrong attempts sign in at once.

    Raises:
        TepatError: ``not_administrator`` or ``system_account``.
    """
    _require_administrator(acting_user)
    with acting_as(acting_user.pk):
        user = _locked(user_id)
        lockout.unlock(user.username)
        _record("unlock_user", user, acting_user)
    return user


def end_own_sessions(*, acting_user: User) -> User:
    """Sign a user out everywhere; returns the user in the new round."""
    with acting_as(acting_user.pk):
        user = _locked(acting_user.pk)
        _end_sessions(user)
        _record("end_own_sessions", user, acting_user)
    return user


def _set_temporary(user: User, *more: str) -> str:
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.session_round += 1
    user.save(update_fields=["password", "must_change_password", "session_round", *more])
    return password


def _end_sessions(user: User) -> None:
    user.session_round += 1
    user.save(update_fields=["session_round"])


def _open(user: User, place_ids: Iterable[int]) -> Any:
    return Assignment.objects.filter(user=user, ended_at=None, place_id__in=list(place_ids))


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().get(pk=user_id)
    if user.role == Role.SYSTEM:
        raise TepatError(
            "system_account",
            Text(
                "Akun milik sistem tidak dapat diubah.",
                "The system's own account cannot be changed.",
            ),
            do=Text("Pilih akun lain.", "Choose another account."),
        )
    return user


def _record(verb: str, user: User, acting_user: User, **more: Any) -> None:
    record(actor_id=acting_user.pk, verb=verb, subject="user", subject_id=user.pk, **more)


def _require_administrator(acting_user: User) -> None:
    if acting_user.role != Role.ADMINISTRATOR:
        raise TepatError(
            "not_administrator",
            Text(
                f"{acting_user.username} tidak boleh mengelola pengguna.",
                f"{acting_user.username} may not manage users.",
            ),
            Text("Hanya administrator yang boleh.", "Only administrators may."),
            Text("Minta administrator kantor Anda.", "Ask the administrator of your office."),
        )


def _require_role(role: str) -> None:
    if role not in Role.values or role == Role.SYSTEM:
        raise TepatError(
            "role_unknown",
            Text(f"Tidak ada peran {role}.", f"There is no role {role}."),
            do=Text("Pilih satu dari daftar.", "Choose one of the list."),
        )


def _require_other(user: User, acting_user: User) -> None:
    if user.pk == acting_user.pk:
        raise TepatError(
            "own_account",
            Text(
                "Tidak seorang pun memberi dirinya peran atau wilayah, atau mengakhiri akunnya.",
                "Nobody gives themselves a role or places, or ends their own account.",
            ),
            do=Text("Minta administrator lain.", "Ask another administrator."),
        )


def _require_another_administrator(user: User) -> None:
    if user.role != Role.ADMINISTRATOR or not user.is_active:
        return
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise TepatError(
            "last_administrator",
            Text(
                "Ini administrator terakhir, dan harus ada yang dapat membuat akun.",
                "This is the last administrator, and somebody must be able to make accounts.",
            ),
            do=Text("Buat administrator lain dahulu.", "Make another administrator first."),
        )
