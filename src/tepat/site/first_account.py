"""The first administrator of an installation, whom nobody is there to make."""

from __future__ import annotations

import re

from tepat.engine.errors import TepatError

NAME_FORM = r"[a-z0-9][a-z0-9._-]{1,59}"


def make_administrator(username: str, name: str) -> str:
    """Make an administrator's account as the owner; returns its temporary password.

    It is for the first one, and for the day when the last one is lost: who may use the owner's
    role could do it in SQL as well. It is audited in the system's name.

    Raises:
        TepatError: ``username_taken``, ``username_wrong``, or what `as_owner` says.
    """
    from django.db import transaction

    from tepat.audit.actions import record
    from tepat.site.start import as_owner
    from tepat.staff.actions import temporary_password
    from tepat.staff.context import acting_as
    from tepat.staff.models import Role, User

    if not re.fullmatch(NAME_FORM, username) or not name.strip():
        raise TepatError(
            "username_wrong",
            f"{username} cannot be the name of an account, or the person's name is empty.",
            do="Use 2 to 60 small letters, digits, dots, hyphens and underscores.",
        )
    user = User(username=username, name=name, role=Role.ADMINISTRATOR, must_change_password=True)
    password = temporary_password()
    user.set_password(password)
    with as_owner(), transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise TepatError(
                "username_taken", f"There is an account {username} already.", do="Choose another."
            )
        user.save()
        system = User.objects.get(role=Role.SYSTEM)
        with acting_as(system.pk):
            record(actor_id=system.pk, verb="create_user", subject="user", subject_id=user.pk)
    return password
