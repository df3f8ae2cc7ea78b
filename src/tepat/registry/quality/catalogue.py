"""What the work list looks for: the checks of the main job, and families long not visited.

After how many months a family should be visited again is the office's own choice
(``TEPAT_OVERDUE_MONTHS``, 24 unless set): no regulation that we know of gives a number for every
family.
"""

from __future__ import annotations

from tepat.engine.text import Text
from tepat.registry.rules.catalogue import ERROR, NOTE, RULES, WARNING, Rule

OVERDUE = Rule(
    "survey_overdue",
    WARNING,
    Text("Lama tidak disurvei", "Not surveyed for long"),
    Text(
        "Kunjungi keluarga ini dan isi survei lapangan.",
        "Visit this family and fill in a ground check.",
    ),
)
NIK_TWICE, KK_TWICE = "nik_duplicate", "kk_duplicate"
TWICE = (NIK_TWICE, KK_TWICE)
SEVERITIES = {
    ERROR: Text("Kesalahan", "Error"),
    WARNING: Text("Perlu diperiksa", "To be looked at"),
    NOTE: Text("Catatan", "Note"),
}
# In the record nothing is a file any more: what to do where the catalogue speaks of one.
_DO = {
    "nik_duplicate": Text(
        "Cocokkan NIK dengan KTP atau KK, lalu perbaiki di halaman keluarga.",
        "Compare the NIK with the identity card, then mend it on the family's page.",
    ),
    "kk_duplicate": Text(
        "Cocokkan nomor dengan KK asli, lalu perbaiki di halaman keluarga.",
        "Compare the number with the family card, then mend it on the family's page.",
    ),
}
# Whose codes a shown value is one of, where it is not the column that the finding is on.
CODED = {
    "nik_sex": "sex",
    "pregnant_not_female": "sex",
    "school_level_without_school": "school_level",
    "gas_cylinder_fuel": "cooking_fuel",
    "closet_without_latrine": "closet",
    "sewage_without_latrine": "sewage",
    "power_without_meter": "power",
}
IN_YEARS = frozenset(
    {
        "head_is_child", "spouse_is_child", "married_child", "pregnant_age", "nutrition_age",
        "difficulty_age", "attending_age", "working_child", "age_differs",
    }
)  # fmt: skip


def rule(name: str) -> Rule:
    """A rule by its name; one that is not known any more says its name."""
    if name == OVERDUE.name:
        return OVERDUE
    return RULES.get(name) or Rule(name, NOTE, Text(name, name), Text("", ""))


def what_to_do(name: str) -> Text:
    """What somebody who has the family before them does."""
    return _DO.get(name) or rule(name).do
