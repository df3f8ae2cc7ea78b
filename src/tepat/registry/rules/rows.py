"""Rules on one row: a member or a family, its numbers and its answers.

Each is a yes-or-no expression over the table's columns; null (a fact that is not known) breaks no
rule. `rules.check` adds ``today``, ``years`` (age in full years), ``is_head``, ``wrong`` (what is
wrong with the NIK or KK number, as bits; null where there is none) and ``masked`` (the number as it
may be shown; null where only its token is known).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from tepat.policy.model import Variable
from tepat.registry import numbers

HEAD, SPOUSE = 1, 2
OLDEST = 125
AGE = "birth_date|age"
NIK, KK = "nik|nik_token", "kk_number|kk_token"
DIFFICULTIES = tuple(
    f"difficulty_{name}"
    for name in (
        "seeing",
        "hearing",
        "walking",
        "hands",
        "remembering",
        "speaking",
        "learning",
        "self_care",
        "sadness",
        "behaviour",
    )
)
APPLIANCES = ("flat_tv", "computer", "refrigerator", "air_conditioner", "water_heater")


# What the rules take a variable to be. A policy of another country may use the same name for
# something else; then the rule is not asked.
MEANT: dict[str, str | dict[int, str]] = {
    "sex": {1: "male", 2: "female"},
    "relation": {1: "head", 2: "spouse"},
    "marital_status": {1: "never_married"},
    "schooling": {1: "never", 2: "attending"},
    "latrine": {1: "own", 2: "shared", 3: "communal"},
    "lighting": {1: "pln_metered", 4: "none"},
    "cooking_fuel": {2: "lpg5", 3: "lpg12"},
    **{name: {1: "cannot", 2: "much"} for name in DIFFICULTIES},
    **dict.fromkeys((*APPLIANCES, "gas_cylinder", "age", "family_size"), "number"),
    **dict.fromkeys(("pregnant", "works"), "yes_no"),
    "birth_date": "date",
}


def as_meant(name: str, variable: Variable | None) -> bool:
    """Whether a variable is what the rules take it to be."""
    meant = MEANT.get(name)
    if meant is None:
        return True
    if variable is None:
        return False
    if isinstance(meant, str):
        return variable.type == meant
    return variable.type == "code" and all(
        code in variable.codes and variable.codes[code].name == word for code, word in meant.items()
    )


@dataclass(frozen=True)
class RowRule:
    """A rule on one row: which columns it needs, when it is broken, what to show.

    ``needs`` are column names; ``a|b`` means one of the two suffices.
    """

    name: str
    needs: tuple[str, ...]
    broken: Callable[[Any], Any]
    column: str
    shown: Callable[[Any], Any] | None = None


def rules_of_members() -> list[RowRule]:
    """All row rules of members."""
    return [*_identity(), *_ages(), *_pregnancy(), *_answers_of_members()]


def _identity() -> list[RowRule]:
    return [
        RowRule(
            "nik_form",
            (NIK,),
            lambda m: _wrong_nik(m, "nik_form"),
            "nik",
            lambda m: m.masked,
        ),
        RowRule(
            "nik_missing",
            (NIK,),
            lambda m: m.wrong.isnull() & (m.years.isnull() | (m.years >= 1)),
            "nik",
        ),
        RowRule("nik_missing_baby", (NIK,), lambda m: m.wrong.isnull() & (m.years < 1), "nik"),
        RowRule(
            "nik_birth_date",
            (NIK, "birth_date"),
            lambda m: _wrong_nik(m, "nik_birth_date"),
            "birth_date",
            lambda m: m.birth_date.cast("string"),
        ),
        RowRule(
            "nik_sex",
            (NIK, "sex"),
            lambda m: _wrong_nik(m, "nik_sex"),
            "sex",
            lambda m: m.sex.cast("string"),
        ),
        RowRule("name_blank", ("name",), lambda m: m.name.isnull(), "name"),
    ]


def _wrong_nik(m: Any, name: str) -> Any:
    return (m.wrong & numbers.NIK_FINDINGS[name]) != 0


def _wrong_kk(f: Any, name: str) -> Any:
    return (f.wrong & numbers.KK_FINDINGS[name]) != 0


def _ages() -> list[RowRule]:
    return [
        RowRule(
            "impossible_age",
            (AGE,),
            lambda m: m.years > OLDEST,
            "birth_date",
            lambda m: m.birth_date.cast("string"),
        ),
        RowRule(
            "birth_in_future",
            ("birth_date",),
            lambda m: m.birth_date > m.today,
            "birth_date",
            lambda m: m.birth_date.cast("string"),
        ),
        RowRule(
            "age_differs",
            ("birth_date", "age"),
            # days, not birthdays: cheap, and a year of doubt is left anyway
            lambda m: (
                (m.age + 0.5 - (_observed(m) - m.birth_date).cast("float64") / 365.2425).abs() > 1.6
            ),
            "age",
            lambda m: m.age.cast("string"),
        ),
        RowRule(
            "head_is_child",
            ("relation", AGE),
            lambda m: m.is_head & (m.years < 10),
            "age",
            _years_shown,
        ),
        RowRule(
            "spouse_is_child",
            ("relation", AGE),
            lambda m: (m.relation == SPOUSE) & (m.years < 10),
            "age",
            _years_shown,
        ),
        RowRule(
            "married_child",
            ("marital_status", AGE),
            lambda m: (m.marital_status > 1) & (m.years < 10),
            "marital_status",
            _years_shown,
        ),
    ]


def _pregnancy() -> list[RowRule]:
    return [
        RowRule(
            "pregnant_not_female",
            ("pregnant", "sex"),
            lambda m: m.pregnant & (m.sex == numbers.MALE),
            "pregnant",
            lambda m: m.sex.cast("string"),
        ),
        RowRule(
            "pregnant_age",
            ("pregnant", AGE),
            lambda m: m.pregnant & ~m.years.between(10, 54),
            "pregnant",
            _years_shown,
        ),
        RowRule(
            "pregnant_never_married",
            ("pregnant", "marital_status"),
            lambda m: m.pregnant & (m.marital_status == 1),
            "pregnant",
        ),
    ]


def _answers_of_members() -> list[RowRule]:
    return [
        RowRule(
            "nutrition_age",
            ("nutrition", AGE),
            lambda m: m.nutrition.notnull() & (m.years >= 5),
            "nutrition",
            _years_shown,
        ),
        RowRule(
            "difficulty_age",
            ("|".join(DIFFICULTIES), AGE),
            lambda m: (
                (_least(m[name] for name in DIFFICULTIES if name in m.columns) <= 2) & (m.years < 2)
            ),
            "difficulty_self_care",
            _years_shown,
        ),
        RowRule(
            "attending_age",
            ("schooling", AGE),
            lambda m: (m.schooling == 2) & ~m.years.between(3, 30),
            "schooling",
            _years_shown,
        ),
        RowRule(
            "school_level_without_school",
            ("schooling", "school_level"),
            lambda m: (m.schooling == 1) & m.school_level.notnull(),
            "school_level",
            lambda m: m.school_level.cast("string"),
        ),
        RowRule(
            "working_child",
            ("works", AGE),
            lambda m: m.works & (m.years < 5),
            "works",
            _years_shown,
        ),
    ]


def rules_of_families() -> list[RowRule]:
    """All row rules of families."""
    return [*_card(), *_dwelling()]


def _card() -> list[RowRule]:
    return [
        RowRule(
            "kk_form",
            (KK,),
            lambda f: _wrong_kk(f, "kk_form"),
            "kk_number",
            lambda f: f.masked,
        ),
        RowRule(
            "kk_date",
            (KK,),
            lambda f: _wrong_kk(f, "kk_date"),
            "kk_number",
            lambda f: f.masked,
        ),
        RowRule("kk_missing", (KK,), lambda f: f.wrong.isnull(), "kk_number"),
    ]


def _dwelling() -> list[RowRule]:
    return [
        RowRule(
            "gas_cylinder_fuel",
            ("gas_cylinder", "cooking_fuel"),
            lambda f: (f.gas_cylinder > 0) != f.cooking_fuel.isin((2, 3)),
            "gas_cylinder",
            _shown("cooking_fuel"),
        ),
        RowRule(
            "closet_without_latrine",
            ("latrine", "closet"),
            lambda f: (f.latrine > 3) & f.closet.notnull(),
            "closet",
            _shown("closet"),
        ),
        RowRule(
            "sewage_without_latrine",
            ("latrine", "sewage"),
            lambda f: (f.latrine > 3) & f.sewage.notnull(),
            "sewage",
            _shown("sewage"),
        ),
        RowRule(
            "appliance_without_electricity",
            ("lighting", "|".join(APPLIANCES)),
            lambda f: (
                (f.lighting == 4) & _any(f[name] > 0 for name in APPLIANCES if name in f.columns)
            ),
            "lighting",
        ),
        RowRule(
            "power_without_meter",
            ("lighting", "power"),
            lambda f: (f.lighting > 1) & f.power.notnull(),
            "power",
            _shown("power"),
        ),
    ]


def _years_shown(m: Any) -> Any:
    return m.years.cast("string")


def _shown(column: str) -> Callable[[Any], Any]:
    return lambda f: f[column].cast("string")


def _least(columns: Iterable[Any]) -> Any:
    """The least of those that are known; engines skip what is unknown."""
    import ibis

    first, *others = columns
    return ibis.least(first, *others) if isinstance(first, ibis.Value) else first.least(*others)


def _any(tests: Iterable[Any]) -> Any:
    return reduce(or_, [test.fill_null(False) for test in tests])


def _observed(m: Any) -> Any:
    return m.observed_on.coalesce(m.today)
