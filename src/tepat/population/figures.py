"""What the synthetic people aim at: rates of errors, aid and flags, with where they come from.

Where no published rate exists the comment says "ours".
"""

from __future__ import annotations

from datetime import date

REFERENCE_DAY = date(2025, 6, 30)
"""The day the invented registry is taken; every observation lies in the three years before."""

ERRORS: dict[str, float] = {
    # BPK 2020 on 97 million rows: 10.9 million invalid NIK, 16.4 million invalid KK numbers,
    # 5,702 blank names.
    "malformed_nik": 0.10,  # of members
    "malformed_kk": 0.15,  # of families
    "blank_name": 0.00005,  # of members
    # KPK 2021: 1.06 million double NIK and 234,000 deceased in 97 million persons.
    "duplicate_nik": 0.011,  # of members: the second bearer of a NIK
    "deceased": 0.0024,  # of members
    "fuzzy_duplicate": 0.003,  # of members; ours
    # Stranas PK 2023, on a list of the size of PKH: 23,800 civil servants, 13,369 company
    # officers; 493,000 wages above the minimum are 2 to 5 per cent.
    "civil_servant": 0.0024,  # of families that hold PKH or Sembako
    "wage_above_minimum": 0.035,  # of families that hold PKH or Sembako
    "company_officer": 0.0013,  # of families that hold PKH or Sembako
    "false_positive": 0.10,  # of those three, how many flags are wrong; ours
    # KPK 2021: 17.8 million missing members beside 97 million listed.
    "missing_of_poor": 0.155,  # of members of poor families
    "missing_of_others": 0.02,  # of members of other families; ours
    "no_head": 0.003,  # of families; ours
    "cross_check": 0.003,  # of families or members, per broken check; ours
    "bst_with_pkh": 0.02,  # of families that held BST; ours
    "blt_desa_with_sembako": 0.03,  # of families that hold BLT Desa; ours
    # In another province; the first two are part of double NIK and fuzzy doubles. Ours.
    "nik_across": 0.0004,  # of members
    "fuzzy_across": 0.0002,  # of members
    "kk_across": 0.0005,  # of families: the second bearer of a card number
    "decile_unknown": 0.01,  # of families; ours
}

UNREGISTERED: dict[str, float] = {
    # Of all families of the kind, how many are in no register: about 3 per cent of the country.
    # Susenas 2021: 97 per cent of people have a NIK (World Bank, information document of the
    # project ID for Inclusive Service Delivery, as quoted in January 2023). No coverage of DTSEN
    # was found. That as many families are in no register as people have no NIK is ours, and so is
    # that the poor and the remote are outside twice as often.
    "others": 0.027,
    "poor": 0.054,
    "remote": 0.054,
    "poor_and_remote": 0.10,
}

SAME_PERSON_SHARE = 0.5
"""Of double NIK, how many are one person on two cards; the rest are two persons with one NIK."""

NATIONAL_QUOTA: dict[str, int] = {
    # In units of the programme: families, or persons where persons are chosen one by one.
    "pkh": 10_000_000,
    "sembako": 18_300_000,  # 2025
    "pbi_jk": 96_800_000,  # persons
    "bst": 10_000_000,  # 2021
    "blt_desa": 1_800_000,  # draft budget 2026
    "blt_bbm": 20_650_000,  # 2022
    "blt_el_nino": 18_800_000,  # 2023
    "blt_kesra": 35_040_000,  # 2025
    "pip": 21_100_000,  # pupils, draft budget 2026
    "yapi": 4_023_622,  # children, 2022
    "permakanan": 133_774,  # persons
}

# Of every hundred families that hold the programme, how many are in decile 1, 2, … 10; ours,
# so that about 45 per cent are outside the deciles meant for it (DEN 2025).
HOLDERS_BY_DECILE: dict[str, tuple[float, ...]] = {
    "pkh": (26, 20, 14, 11, 9, 7, 6, 4, 2, 1),
    "sembako": (22, 18, 14, 11, 10, 8, 7, 5, 3, 2),
    "bst": (14, 15, 15, 14, 12, 10, 8, 6, 4, 2),
    "pbi_jk": (19, 17, 15, 13, 11, 8, 7, 5, 3, 2),
    "pip": (19, 17, 15, 13, 11, 9, 7, 5, 3, 1),
}

LISTS: tuple[tuple[str, str, str], ...] = (
    # ground, who keeps the list, the day it was given
    ("address_not_found", "ground check", "2025-04-20"),
    ("moved_or_not_found", "ground check", "2025-04-20"),
    ("deceased", "Dukcapil", "2025-06-15"),
    ("civil_servant", "BKN", "2025-06-01"),
    ("civil_servant_in_family", "BKN by family card", "2025-06-01"),
    ("already_able", "village meeting", "2025-05-30"),
    ("civil_pensioner", "Taspen and Asabri", "2025-06-01"),
    ("certified_teacher", "ministry of education", "2025-05-20"),
    ("public_income", "ministry of finance", "2025-05-31"),
    ("refuses", "ground check", "2025-04-20"),
    ("wage_above_minimum", "BPJS Ketenagakerjaan", "2025-06-10"),
    ("company_officer", "AHU", "2025-05-15"),
    ("health_worker", "ministry of health", "2025-05-28"),
    ("village_official", "ministry of villages", "2025-05-10"),
    ("social_worker", "Kemensos", "2025-06-20"),
)

UNKNOWN_RATE = 0.02
"""Of each fact of the questionnaire, how many answers are missing (three times that for health)."""
