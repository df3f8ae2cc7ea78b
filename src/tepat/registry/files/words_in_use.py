"""Words and letters that Indonesian files use for codes, beside their names and labels.

Only what means one thing: `cerai` alone may be either kind of divorce, so it stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

# variable -> name of the code -> words, without case
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sex": {
        "male": ("l", "lk", "laki", "pria", "m"),
        "female": ("p", "pr", "wanita", "f"),
    },
    "relation": {
        "head": ("kk", "krt", "kepala", "kepala rumah tangga"),
        "spouse": ("istri", "isteri", "suami", "pasangan"),
        "child": ("anak kandung", "anak tiri", "anak angkat"),
        "parent": ("orang tua", "orangtua", "mertua"),
        "helper": ("pembantu", "sopir"),
        "other": ("famili lain", "keluarga lain", "saudara", "lain", "lain-lain"),
    },
    "marital_status": {
        "never_married": ("belum menikah", "lajang"),
        "married": ("menikah", "kawin tercatat", "kawin belum tercatat"),
    },
}
