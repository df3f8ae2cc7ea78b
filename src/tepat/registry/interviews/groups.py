"""In which step of the interview each question is asked, and which are not asked at all.

Five to twelve questions stand on a page, so that a page is light on a slow line. Each variable of
the policy stands in exactly one place here; a test says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from tepat.engine.text import Text


@dataclass(frozen=True)
class Step:
    """A page of the interview."""

    name: str
    title: Text
    questions: tuple[str, ...] = ()


FAMILY_STEPS = (
    Step(
        "place",
        Text("Tempat tinggal dan kartu keluarga", "Home and family card"),
        ("family_size", "area", "remote_area", "homeless"),
    ),
    Step(
        "house",
        Text("Rumah", "House"),
        (
            "housing",
            "land_proof",
            "floor_area",
            "floor",
            "wall",
            "wall_damaged",
            "roof",
            "roof_damaged",
        ),
    ),
    Step(
        "water",
        Text("Air, jamban, listrik, dan dapur", "Water, latrine, power and kitchen"),
        ("drinking_water", "latrine", "lighting", "cooking_fuel", "gas_cylinder"),
    ),
    Step(
        "fittings",
        Text("Rincian jamban dan listrik", "Latrine and power in detail"),
        ("closet", "sewage", "power", "family_pln_id"),
    ),
    Step(
        "goods",
        Text("Barang yang dimiliki", "Things the family owns"),
        (
            "motorcycle",
            "car",
            "bicycle",
            "smartphone",
            "flat_tv",
            "computer",
            "refrigerator",
            "air_conditioner",
            "water_heater",
            "landline",
            "gold",
        ),
    ),
    Step(
        "land",
        Text("Rumah lain, lahan, perahu, dan ternak", "Other houses, land, boats and livestock"),
        (
            "other_house",
            "other_land",
            "boat",
            "motorboat",
            "cattle",
            "buffalo",
            "horse",
            "goat",
            "pig",
        ),
    ),
    Step(
        "livelihood",
        Text("Penghidupan", "Livelihood"),
        (
            "food_worry",
            "food_share_over_half",
            "bought_clothing",
            "lost_livelihood",
            "agrees_to_graduate",
            "proposed_by_local_government",
        ),
    ),
)
WHO = Step("who", Text("Data diri", "Who this is"), ("presence",))
MEMBER_STEPS = (
    WHO,
    Step(
        "life",
        Text("Status dan kegiatan", "Status and activity"),
        (
            "marital_status",
            "pregnant",
            "orphan",
            "schooling",
            "diploma",
            "has_kip",
            "works",
            "owns_business",
            "pbi_national",
            "pbi_local",
            "rights_victim",
        ),
    ),
    Step(
        "work",
        Text("Rincian sekolah, kerja, dan usaha", "School, work and business in detail"),
        (
            "school_level",
            "school_grade",
            "industry",
            "employment_status",
            "businesses",
            "paid_workers",
            "unpaid_workers",
            "turnover",
            "micro_business_permit",
            "pln_id",
            "pregnancy_number",
        ),
    ),
    Step(
        "health",
        Text("Kesehatan", "Health"),
        (
            "nutrition",
            "chronic_illness",
            "difficulty_seeing",
            "difficulty_hearing",
            "difficulty_walking",
            "difficulty_hands",
            "difficulty_remembering",
            "difficulty_speaking",
            "difficulty_learning",
            "difficulty_self_care",
            "difficulty_sadness",
            "difficulty_behaviour",
        ),
    ),
)
# Who a member is, which is a record of its own and no observation.
RECORD = ("sex", "birth_date", "relation")
# Worked out from other facts, or the result of a ranking.
NOT_ASKED = ("age", "decile", "score")

PHOTOS = Text("Foto", "Photos")
MEMBERS = Text("Anggota keluarga", "Members of the family")


def family_step(name: str) -> Step | None:
    """The step of the family with this name."""
    return next((step for step in FAMILY_STEPS if step.name == name), None)


def member_step(name: str) -> Step | None:
    """The step of a member with this name."""
    return next((step for step in MEMBER_STEPS if step.name == name), None)
