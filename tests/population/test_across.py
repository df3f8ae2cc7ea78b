"""People and cards of two provinces: the truth against a count of the files that knows of no truth.

Counted in DuckDB from families and members alone, as a reader would find them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tepat.population import across, make
from tepat.population.across import LENT, call_roll
from tepat.population.bureau import build_country
from tepat.population.figures import ERRORS
from tepat.population.mistakes import FUZZY, SAME_PERSON
from tepat.population.places import chosen_provinces, plan_parts
from tepat.population.record import make_record
from tests.population.made import KK, NIK, Made

MANY = {"nik_across": 0.008, "fuzzy_across": 0.002, "kk_across": 0.01}


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """12,000 families of all provinces in small parts, many of them in two provinces."""
    out = tmp_path_factory.mktemp("crossed") / "made"
    with pytest.MonkeyPatch.context() as patch:
        for kind, rate in MANY.items():
            patch.setitem(ERRORS, kind, rate)
        patch.setattr(make, "plan_parts", lambda *given: plan_parts(*given, 500))
        return Made(out, make.make_population(out, 12_000, None, 6))


@pytest.fixture(params=["country", "crossed"])
def made(request: pytest.FixtureRequest) -> Made:
    """The country as it is, and one in which the errors are many."""
    found: Made = request.getfixturevalue(request.param)
    return found


def rows(made: Made, query: str) -> list[tuple[Any, ...]]:
    """Ask DuckDB of the files.

    {m} members, {f} families, {t} truth of families, {p} of people, {nik} and {kk} patterns.
    """
    folder = made.folder
    hive = "hive_partitioning = true, hive_types_autocast = false"
    files = {
        "m": f"read_parquet('{folder}/members/**/*.parquet', {hive})",
        "f": f"read_parquet('{folder}/families/**/*.parquet', {hive})",
        "t": f"'{folder}/truth.parquet'",
        "nik": NIK,
        "kk": KK,
        "p": f"'{folder}/truth_members.parquet'",
    }
    return duckdb.sql(query.format(**files)).fetchall()


def test_a_nik_of_two_provinces_is_exactly_a_planted_one(made: Made) -> None:
    found = rows(
        made,
        "SELECT nik, list(person_key ORDER BY person_key) FROM {m} "
        "WHERE regexp_matches(nik, '{nik}') GROUP BY nik "
        "HAVING count(DISTINCT province) > 1 ORDER BY 1",
    )
    stated = rows(
        made,
        "SELECT nik, list_sort([person_key, original_person_key]) FROM {p} JOIN {m} "
        "USING (person_key) WHERE other_province AND error = 'duplicate_nik' ORDER BY 1",
    )
    assert found == stated
    rate = made.summary["error_rates"]["nik_across"]
    members = made.summary["rows"]["members"]
    assert round(rate["realised"] * members) == len(stated) > 20


def test_a_card_of_two_provinces_is_exactly_a_planted_one(made: Made) -> None:
    found = rows(
        made,
        "SELECT kk_number, list(family_key ORDER BY family_key) FROM {f} "
        "WHERE regexp_matches(kk_number, '{kk}') GROUP BY kk_number "
        "HAVING count(DISTINCT province) > 1 ORDER BY 1",
    )
    stated = rows(
        made,
        "SELECT kk_number, list_sort([family_key, original_family_key]) FROM {t} JOIN {f} "
        "USING (family_key) WHERE duplicate_kk ORDER BY 1",
    )
    assert found == stated
    rate = made.summary["error_rates"]["kk_across"]["realised"]
    assert round(rate * made.summary["rows"]["families"]) == len(stated) > 10
    # A card number is never borne twice within a province.
    twice = "SELECT kk_number FROM {f} WHERE regexp_matches(kk_number, '{kk}') "
    twice += "GROUP BY kk_number, province HAVING count(*) > 1"
    assert rows(made, twice) == []


def test_one_person_is_the_same_on_both_sides(made: Made) -> None:
    pairs = rows(
        made,
        "SELECT error, p.same_person, a.name = b.name, a.sex = b.sex, a.nik = b.nik, "
        "abs(date_diff('day', a.birth_date, b.birth_date)), a.province <> b.province, "
        "lower(a.name[:1]) = lower(b.name[:1]), a.relation, b.relation "
        "FROM {p} AS p JOIN {m} AS a USING (person_key) "
        "JOIN {m} AS b ON b.person_key = p.original_person_key WHERE p.other_province",
    )
    assert len(pairs) == rows(made, "SELECT count(*) FROM {p} WHERE other_province")[0][0]
    same = [pair for pair in pairs if pair[0] == "duplicate_nik" and pair[1]]
    lent = [pair for pair in pairs if pair[0] == "duplicate_nik" and not pair[1]]
    fuzzy = [pair for pair in pairs if pair[0] == "fuzzy_duplicate"]
    assert len(same) > 3 and abs(len(same) - len(lent)) <= 1
    assert len(fuzzy) > 10
    for _, _, name, sex, nik, days, provinces, _, relation, first in same:
        assert (name, sex, nik, days, provinces, relation, first) == (
            *(True, True, True, 0, True),
            *(8, 8),
        )
    for _, _, _, _, nik, _, provinces, _, relation, first in lent:
        assert (nik, provinces, first) == (True, True, 8)
        assert relation in (1, 8)  # 8 where the head was lost
    for _, told, _, sex, nik, days, provinces, initial, _, _ in fuzzy:
        assert (told, sex, nik, provinces, initial) == (True, True, False, True, True)
        assert 1 <= days <= 366
    assert sum(pair[2] for pair in lent) <= 0.1 * len(lent) + 1
    assert sum(pair[2] for pair in fuzzy) <= 0.3 * len(fuzzy)


def test_doubles_of_all_kinds_keep_their_rate(crossed: Made) -> None:
    rates = crossed.summary["error_rates"]
    for kind, rate in MANY.items():
        assert rates[kind]["target"] == rate
        assert rates[kind]["realised"] == pytest.approx(rate, rel=0.05)
    # Those of two provinces are part of the whole, which is as it was.
    for kind in ("duplicate_nik", "fuzzy_duplicate"):
        assert rates[kind]["realised"] == pytest.approx(ERRORS[kind], rel=0.15)
    own = rows(
        crossed,
        "SELECT count(*) FROM (SELECT nik FROM {m} WHERE regexp_matches(nik, '{nik}') "
        "GROUP BY nik HAVING count(*) > 1 AND count(DISTINCT province) = 1)",
    )[0][0]
    assert own / crossed.summary["rows"]["members"] == pytest.approx(0.003, rel=0.3)


def test_people_of_two_provinces_count_once_in_the_true_family(crossed: Made) -> None:
    wrong = rows(
        crossed,
        "WITH double AS (SELECT person_key FROM {p} WHERE same_person), listed AS (SELECT "
        "family_key, count(*) AS people FROM {m} ANTI JOIN double USING (person_key) GROUP BY 1) "
        "SELECT family_key FROM {t} JOIN listed USING (family_key) "
        "WHERE people + missing_members <> true_size",
    )
    assert wrong == []


def test_one_province_has_nobody_of_another(kabupaten: Made) -> None:
    assert not kabupaten.table("truth_members")["other_province"].any()
    assert not kabupaten.table("truth")["duplicate_kk"].any()
    assert "nik_across" not in kabupaten.summary["error_rates"]


def test_a_part_needs_no_other_part_to_name_its_twins() -> None:
    country, parts = build_country(), plan_parts(60_000, chosen_provinces(None, None), None)
    once, again = call_roll(9, parts), call_roll(9, parts)
    assert np.array_equal(once.nik, again.nik)
    assert not np.array_equal(once.nik, call_roll(10, parts).nik)
    assert set(once.kind) == {SAME_PERSON, FUZZY, LENT}
    places = np.concatenate([once.home, once.away, once.card_home, once.card_away])
    assert len(set(places)) == len(places)
    part = next(p for p in parts if len(once.of(p).away) and p.province != "11")
    alone = make_record(part, again, country, 9, 0.1)
    away = alone.members["side"] == across.AWAY
    assert away.sum() == len(once.of(part).away) > 0
    rest = [p for p in parts if p is not part]
    homes = {
        int(key)
        for p in rest
        if len(once.of(p).home)
        for key in p.first
        + int(p.province) * 10**9
        + once.home[once.of(p).home]
        - once.starts[p.number]
    }
    assert set(alone.elsewhere[away] // 100) <= homes


def test_numbers_of_the_whole_country_are_enough(tmp_path: Path) -> None:
    parts = plan_parts(94_200_000, chosen_provinces(None, None), None)
    roll = call_roll(1, parts)
    assert len(roll.nik) > 150_000
    both = np.concatenate([roll.nik, roll.second_nik])
    assert len(np.unique(both)) == len(both)
    assert (both % 10_000 > 9_900).all()
    assert len(np.unique(roll.kk)) == len(roll.kk) > 40_000
