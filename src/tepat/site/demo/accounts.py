"""Accounts of the demonstration: one for each role, all with the same known password."""

from __future__ import annotations

from dataclasses import dataclass

from tepat.site.demo.request import DemoRequest

PASSWORD = "tepat sasaran untuk semua"


@dataclass(frozen=True)
class Account:
    """Who it is, and how deep in the tree of places they work: 0 country to 4 village."""

    username: str
    name: str
    role: str
    level: int | None


ACCOUNTS = (
    Account("operator", "Asep Suryana", "village_operator", 4),
    Account("pendamping", "Neneng Hayati", "facilitator", 3),
    Account("verifikator", "Dadang Permana", "kabupaten_verifier", 2),
    Account("kepala", "Euis Rohaeti", "head_of_office", 2),
    Account("analis", "Made Wirawan", "ministry_analyst", 0),
    Account("penyetuju", "Ratna Siregar", "ministry_approver", 0),
    Account("auditor", "Yohanes Tabuni", "auditor", 0),
    Account("admin", "Siti Zulaikha", "administrator", None),
)


def are_made(request: DemoRequest) -> bool:
    """Whether all accounts are there."""
    from tepat.staff.models import User

    names = [account.username for account in ACCOUNTS]
    return User.objects.filter(username__in=names).count() == len(names)


def make(request: DemoRequest) -> None:
    """Make the accounts, in one transaction, as the owner: nobody is there to make the first."""
    from django.db import transaction

    from tepat.site.start import as_owner

    with as_owner(), transaction.atomic():
        for account in ACCOUNTS:
            _make(account, request.kabupaten)


def _make(account: Account, kabupaten: str) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from tepat.staff.models import Assignment, User
    from tepat.staff.permissions import SECOND_FACTOR

    user = User(username=account.username, name=account.name, role=account.role)
    user.set_password(PASSWORD)
    user.save()
    if account.level is not None:
        Assignment.objects.create(user=user, place_id=_place(kabupaten, account.level))
    if account.role in SECOND_FACTOR:
        TOTP.activate(user, generate_totp_secret())


def _place(kabupaten: str, level: int) -> int:
    """The first place of a level in the kabupaten, or the country."""
    from tepat.places.models import COUNTRY_ID, Code

    if level == 0:
        return COUNTRY_ID
    found = Code.objects.filter(
        scheme=Code.Scheme.KEMENDAGRI,
        code__startswith=kabupaten,
        place__level=level,
        valid_to__isnull=True,
    ).order_by("code")
    return found.values_list("place_id", flat=True)[0]
