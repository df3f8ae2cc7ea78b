"""The roles as pages call them."""

from __future__ import annotations

from tepat.engine.text import Text
from tepat.staff.models import Role

ROLE_NAMES = {
    Role.VILLAGE_OPERATOR: Text("Operator desa", "Village operator"),
    Role.FACILITATOR: Text("Pendamping", "Facilitator"),
    Role.KABUPATEN_VERIFIER: Text("Verifikator kabupaten", "Kabupaten verifier"),
    Role.HEAD_OF_OFFICE: Text("Kepala dinas", "Head of office"),
    Role.MINISTRY_ANALYST: Text("Analis kementerian", "Ministry analyst"),
    Role.MINISTRY_APPROVER: Text("Pejabat penyetuju kementerian", "Ministry approver"),
    Role.AUDITOR: Text("Auditor", "Auditor"),
    Role.ADMINISTRATOR: Text("Administrator", "Administrator"),
    Role.SYSTEM: Text("Sistem", "System"),
}


def role_name(role: str) -> Text:
    """A role's name in both languages."""
    return ROLE_NAMES[Role(role)]
