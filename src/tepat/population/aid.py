"""Who is on which list, and who holds what today, as the record would have it.

Flags that belong (a civil servant whom BKN lists) come from the true work of people. Holders are
drawn by the bureau's decile, so that aid reaches many who need it and some who do not.
"""

from __future__ import annotations

import numpy as np

from tepat.population.chances import UNKNOWN, Array, Columns, happens, per_family
from tepat.population.figures import ERRORS, HOLDERS_BY_DECILE, NATIONAL_QUOTA
from tepat.population.provinces import FAMILIES_IN_COUNTRY, PEOPLE_IN_COUNTRY

FAMILY_AID = ("pkh", "sembako", "bst", "blt_desa", "rst")
PERSON_AID = ("pbi_jk", "pip", "yapi")
CHECKED = ("civil_servant", "wage_above_minimum", "company_officer")
"""Grounds that the record was cleaned of before aid was given; errors are put back later."""

# Not every family drawn can hold: some are barred, some lack a member who counts. These raise the
# draw so that about as many hold each programme as do in the country.
_CAN_HOLD = {"pkh": 0.71, "sembako": 0.89, "bst": 0.71}
_PUPILS = 0.203  # share of people


def true_flags(rng: np.random.Generator, families: Columns, members: Columns) -> Columns:
    """For each ground, the members of whom it is true and whom the list names."""
    age, job, industry = members["age"], members["employment_status"], members["industry"]
    wealth = families["wealth"][members["family"]]
    chance = rng.random(len(age), dtype=np.float32)
    second = rng.random(len(age), dtype=np.float32)
    schooled, grown = members["diploma"] >= 18, age >= 18
    own = members["turnover"]
    return {
        "civil_servant": (job == 5) & (chance < 0.97),
        "civil_pensioner": (age >= 58) & (members["diploma"] >= 13) & (chance < 0.35) & (job != 5),
        "certified_teacher": (industry == 21) & schooled & (chance < 0.45),
        "public_income": (industry == 20) & (job == 4) & (second < 0.30),
        "wage_above_minimum": (job == 4) & grown & happens(rng, -2.6 + 1.2 * wealth),
        "company_officer": (job == 3) & (own >= 3) & (chance < 0.5),
        "health_worker": (industry == 22) & schooled & (second < 0.9),
        "village_official": (industry == 20) & (job == 4) & (second > 0.80),
        "social_worker": (industry == 24) & (job == 4) & schooled & (second < 0.02),
        "deceased": chance > 1 - ERRORS["deceased"],
        "moved_or_not_found": (second > 0.995) & (members["relation"] != 1),
    }


def family_flags(rng: np.random.Generator, families: Columns) -> Columns:
    """Grounds that hold for a family as a whole."""
    chance, rich = rng.random(len(families["wealth"])), families["wealth"] > 1.0
    return {
        "address_not_found": chance < 0.006,
        "refuses": chance > 0.9995,
        "already_able": rich & (chance > 0.5) & (chance < 0.53),
    }


def _by_decile(rng: np.random.Generator, programme: str, decile: Array, share: float) -> Array:
    """Holders drawn so that ``share`` of the country's units hold it, by decile."""
    weights = np.array(HOLDERS_BY_DECILE[programme]) / sum(HOLDERS_BY_DECILE[programme])
    chance = np.clip(10 * share * weights, 0, 1)[decile - 1]
    holds: Array = rng.random(len(decile)) < chance
    return holds


def give_aid(
    rng: np.random.Generator, families: Columns, members: Columns, flags: Columns
) -> tuple[Columns, Columns]:
    """Holders of family aid and of personal aid, as masks on families and on members."""
    decile, family, count = families["decile"], members["family"], len(families["decile"])
    barred = sum(per_family(family, flags[ground], count) for ground in CHECKED) > 0
    component = per_family(family, _counts_for_pkh(members), count) > 0
    quota = {name: units / FAMILIES_IN_COUNTRY for name, units in NATIONAL_QUOTA.items()}
    pkh = component & ~barred & _by_decile(rng, "pkh", decile, quota["pkh"] / _CAN_HOLD["pkh"])
    more = (quota["sembako"] - 0.85 * quota["pkh"]) / (1 - quota["pkh"])
    sembako = ~barred & np.where(
        pkh,
        rng.random(count) < 0.85,
        _by_decile(rng, "sembako", decile, more / _CAN_HOLD["sembako"]),
    )
    bst = _by_decile(rng, "bst", decile, quota["bst"] / _CAN_HOLD["bst"]) & ~barred
    both = _some(rng, bst & pkh, ERRORS["bst_with_pkh"], bst & ~pkh & ~sembako)
    bst &= (~pkh & ~sembako) | both
    families["bst_with_pkh"] = both
    # Asked of those who hold aid, and of nobody else.
    agrees = rng.random(count) < np.interp(decile, (1, 5), (0.02, 0.07))
    families["agrees_to_graduate"] = np.where(pkh | sembako, agrees, UNKNOWN)
    held = {
        "pkh": pkh,
        "sembako": sembako,
        "bst": bst,
        "blt_desa": _blt_desa(rng, families, pkh, sembako),
        "rst": (decile <= 4) & (families["housing"] == 1) & (rng.random(count) < 0.008),
    }
    return held, _personal(rng, families, members)


def _blt_desa(rng: np.random.Generator, families: Columns, pkh: Array, sembako: Array) -> Array:
    """BLT Desa goes to rural families without PKH and Sembako; some errors hold Sembako too."""
    desa = families["village"] // 1000 % 10 == 2
    poorer = np.interp(families["decile"], (1, 4, 5), (0.17, 0.045, 0.002))
    chosen = desa & (rng.random(len(desa)) < poorer)
    right = chosen & ~pkh & ~sembako
    wrong = _some(rng, desa & sembako & ~pkh, ERRORS["blt_desa_with_sembako"], right)
    families["blt_desa_with_sembako"] = wrong
    held: Array = right | wrong
    return held


def _some(rng: np.random.Generator, candidates: Array, rate: float, others: Array) -> Array:
    """So many of the candidates that they are ``rate`` of themselves and the others together."""
    wanted = rate / (1 - rate) * float(others.sum())
    chance = wanted / max(float(candidates.sum()), 1.0)
    some: Array = candidates & (rng.random(len(candidates)) < chance)
    return some


def _counts_for_pkh(members: Columns) -> Array:
    age = members["age"]
    pupil = (members["schooling"] == 2) & (age <= 21) & (members["school_level"] <= 17)
    counts: Array = (
        (age <= 6)
        | pupil
        | (age >= 60)
        | (members["pregnant"] == 1)
        | (members["difficulty_self_care"] == 1)
    )
    return counts


def _personal(rng: np.random.Generator, families: Columns, members: Columns) -> Columns:
    family, age = members["family"], members["age"]
    decile = families["decile"]
    share = NATIONAL_QUOTA["pbi_jk"] / PEOPLE_IN_COUNTRY
    insured = _by_decile(rng, "pbi_jk", decile, share)[family]
    national = insured & (rng.random(len(family)) < 0.95)
    by_pemda = (rng.random(len(decile)) < np.interp(decile, (1, 5, 10), (0.55, 0.35, 0.06)))[family]
    pupil = (members["schooling"] == 2) & (age >= 6) & (age <= 21) & (members["school_level"] <= 17)
    pip_share = NATIONAL_QUOTA["pip"] / PEOPLE_IN_COUNTRY / _PUPILS
    pip = pupil & _by_decile(rng, "pip", decile[family], pip_share)
    members["pbi_national"] = national.astype(np.int8)
    members["pbi_local"] = (by_pemda & ~national).astype(np.int8)
    members["has_kip"] = (pip | (pupil & (rng.random(len(age)) < 0.03))).astype(np.int8)
    orphan = (members["orphan"] > 0) & (decile[family] <= 6)
    return {"pbi_jk": national, "pip": pip, "yapi": orphan & (rng.random(len(age)) < 0.6)}
