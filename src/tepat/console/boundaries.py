"""A ministry loads its own boundaries: who may, and the row of the audit that says so."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from tepat.audit.actions import record
from tepat.places.actions import store_boundaries
from tepat.places.models import BoundaryFile
from tepat.registry.actions.writing import require_role, today
from tepat.staff.models import Role, User

BOUNDARY_ROLES = frozenset({Role.ADMINISTRATOR, Role.MINISTRY_ANALYST})


def load_boundaries(
    *, path: Path, name: str, source: str, acting_user: User, code_property: str = ""
) -> BoundaryFile:
    """Replace the boundaries of the places that a TopoJSON or GeoJSON file holds.

    Args:
        path: where the uploaded file lies.
        name: what it is called.
        source: whose boundaries these are; shown below every map.
        acting_user: an administrator or an analyst of the ministry.
        code_property: the property that holds the codes; guessed where it is empty.

    Raises:
        TepatError: ``not_allowed``, or what `store_boundaries` says.
    """
    require_role(acting_user, BOUNDARY_ROLES, "load boundaries")
    with transaction.atomic():
        file = store_boundaries(
            path=path,
            name=name,
            source=source,
            on=today(),
            loaded_by_id=acting_user.pk,
            code_property=code_property,
        )
        record(
            actor_id=acting_user.pk,
            verb="load_boundaries",
            subject="boundaries",
            subject_id=file.pk,
            reason=source,
            evidence=file.digest,
            details={key: file.report[key] for key in ("shapes", "matched", "places")},
        )
    return file
