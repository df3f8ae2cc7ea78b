"""What the record says against what is true: numbers, families, answers, errors."""

from __future__ import annotations

import polars as pl

from tepat.population.figures import REFERENCE_DAY
from tests.population.made import KK, NIK, Made


def _joined(made: Made, kind: str) -> pl.DataFrame:
    return made.errors(kind).join(made.table("members"), on="person_key")


def test_exactly_the_malformed_numbers_are_malformed(country: Made) -> None:
    members, families = country.table("members"), country.table("families")
    bad = set(members.filter(~pl.col("nik").str.contains(NIK))["person_key"])
    assert bad == set(country.errors("malformed_nik")["person_key"])
    bad = set(families.filter(~pl.col("kk_number").str.contains(KK))["family_key"])
    truth = country.table("truth")
    assert bad == set(truth.filter("malformed_kk")["family_key"])


def test_the_other_niks_are_unique(country: Made) -> None:
    spoiled = country.table("truth_members").filter(
        pl.col("error").is_in(["malformed_nik", "duplicate_nik"])
    )
    clean = country.table("members").join(spoiled, on="person_key", how="anti")
    assert clean["nik"].n_unique() == clean.height > 100_000
    wrong = country.table("truth").filter(pl.col("malformed_kk") | pl.col("duplicate_kk"))
    kk = country.table("families").join(wrong, on="family_key", how="anti")
    assert kk["kk_number"].n_unique() == kk.height


def test_a_nik_tells_sex_and_birth_date(country: Made) -> None:
    wrong = country.table("truth_members").filter(
        pl.col("error").is_in(["malformed_nik", "duplicate_nik", "birth_date_not_of_nik"])
    )
    clean = country.table("members").join(wrong, on="person_key", how="anti")
    day = pl.col("nik").str.slice(6, 2).cast(pl.Int64)
    told = (day % 40).cast(pl.String).str.zfill(2) + pl.col("nik").str.slice(8, 4)
    agrees = clean.select(
        (told == pl.col("birth_date").dt.strftime("%d%m%y")).alias("date"),
        ((day > 40) == (pl.col("sex") == 2)).alias("sex"),
    )
    assert agrees["date"].all()
    assert agrees["sex"].all()


def test_doubles_point_to_their_originals(country: Made) -> None:
    originals = country.table("members").select(
        pl.col("person_key").alias("original_person_key"),
        pl.col("nik").alias("first"),
        pl.col("family_key").alias("home"),
        pl.col("name").alias("first_name"),
    )
    doubles = _joined(country, "duplicate_nik").join(originals, on="original_person_key")
    assert doubles.height == country.errors("duplicate_nik").height > 500
    assert (doubles["nik"] == doubles["first"]).all()
    twice = doubles.filter("same_person")
    assert 0.3 < twice.height / doubles.height < 0.7
    assert (twice["family_key"] != twice["home"]).all()
    fuzzy = _joined(country, "fuzzy_duplicate").join(originals, on="original_person_key")
    assert (fuzzy["nik"] != fuzzy["first"]).all()
    assert (fuzzy["name"] != fuzzy["first_name"]).mean() > 0.85


def test_a_blank_name_is_an_error_of_the_record(country: Made) -> None:
    blank = set(country.table("members").filter(pl.col("name") == "")["person_key"])
    assert blank == set(country.errors("blank_name")["person_key"])


def test_listed_and_missing_members_make_the_true_family(country: Made) -> None:
    copies = country.table("truth_members").filter(
        pl.col("same_person") & pl.col("error").is_in(["duplicate_nik", "fuzzy_duplicate"])
    )
    own = country.table("members").join(copies, on="person_key", how="anti")
    listed = own.group_by("family_key").agg(pl.len().cast(pl.Int64).alias("listed"))
    truth = country.table("truth").join(listed, on="family_key")
    assert truth.height == 40_000
    assert (truth["listed"] + truth["missing_members"] == truth["true_size"]).all()
    families = country.table("families").join(truth, on="family_key")
    assert (families["family_size"] == families["true_size"]).all()


def test_families_have_one_head_but_for_the_stated_errors(country: Made) -> None:
    heads = (
        country.table("members")
        .group_by("family_key")
        .agg((pl.col("relation") == 1).sum().alias("heads"))
        .join(country.table("truth"), on="family_key")
    )
    assert (heads["heads"] == (~heads["no_head"]).cast(pl.UInt32)).all()


def test_the_poor_are_those_below_the_line_of_their_area(country: Made) -> None:
    both = country.table("truth").join(country.table("families"), on="family_key")
    line = pl.when(pl.col("area") == 1).then(629_561).otherwise(580_349)
    below = both.select(pl.col("true_pc_consumption") < line).to_series()
    assert (below == both["poor"]).all()


def test_answers_pass_the_cross_checks_but_for_the_stated_errors(country: Made) -> None:
    families = country.table("families").join(country.table("truth"), on="family_key")
    checks = {
        "closet_without_latrine": (pl.col("latrine") >= 4) & pl.col("closet").is_not_null(),
        "cylinder_without_gas": ~pl.col("cooking_fuel").is_in([2, 3])
        & (pl.col("gas_cylinder") > 0),
        "appliance_without_power": (pl.col("lighting") == 4) & (pl.col("refrigerator") > 0),
        "impossible_floor_area": ~pl.col("floor_area").is_between(1, 997),
    }
    for kind, broken in checks.items():
        found = families.filter(broken)
        stated = families.filter(pl.col("broken_check") == kind)
        assert set(found["family_key"]) <= set(stated["family_key"]), kind
        assert found.height > 0.9 * stated.height > 50


def test_people_pass_the_cross_checks_but_for_the_stated_errors(country: Made) -> None:
    members = country.table("members").with_columns(
        ((REFERENCE_DAY - pl.col("birth_date")).dt.total_days() // 365.25).alias("age")
    )
    checks = {
        "pregnant_man": pl.col("pregnant") & (pl.col("sex") == 1),
        "nutrition_of_older": pl.col("nutrition").is_not_null() & (pl.col("age") > 5),
    }
    for kind, broken in checks.items():
        stated = set(country.errors(kind)["person_key"])
        assert set(members.filter(broken)["person_key"]) <= stated, kind
    mothers = members.filter(pl.col("pregnant") & (pl.col("sex") == 2))
    assert mothers["age"].is_between(10, 54).all()
    assert (mothers["marital_status"].drop_nulls() > 1).mean() > 0.9
    assert members.filter(pl.col("industry").is_not_null() & ~pl.col("works")).is_empty()


def test_nobody_was_seen_before_birth_or_after_the_day(country: Made) -> None:
    members = country.table("members")
    # A birth date three days early is one of the stated errors; none is in the future.
    assert (members["observed_on"] >= members["birth_date"]).all()
    assert (members["observed_on"] <= REFERENCE_DAY).all()
    first = country.table("families")["observed_on"].min()
    assert (REFERENCE_DAY - first).days < 3 * 366
    assert set(country.table("families")["source"]) == {"interview", "ground_check", "import"}


def test_planted_flags_stand_in_the_flags_file(country: Made) -> None:
    flags = country.table("flags")
    for ground in ("civil_servant", "wage_above_minimum", "company_officer", "deceased"):
        truly = country.errors(ground)
        found = truly.join(flags.filter(pl.col("ground") == ground), on="person_key", how="semi")
        assert found.height == truly.height > 0, ground
    false = country.table("truth_members").filter("false_positive")
    contested = flags.join(false, on="person_key", how="semi")["contested"]
    assert 0.3 < contested.mean() < 0.9


def test_overlaps_are_the_stated_ones(country: Made) -> None:
    benefits, truth = country.table("benefits"), country.table("truth")
    held = {
        p: set(benefits.filter(pl.col("programme") == p)["family_key"])
        for p in ("pkh", "sembako", "bst", "blt_desa")
    }
    assert held["bst"] & held["pkh"] == set(truth.filter("bst_with_pkh")["family_key"])
    wrong = set(truth.filter("blt_desa_with_sembako")["family_key"])
    assert held["blt_desa"] & held["sembako"] == wrong
    assert not held["blt_desa"] & held["pkh"]
    assert len(wrong) > 5


def test_a_survey_family_answers_as_in_the_registry(country: Made) -> None:
    survey = country.table("survey")
    both = survey.join(country.table("families"), on="family_key", suffix="_there").join(
        country.table("truth"), on="family_key"
    )
    assert both.height == survey.height
    assert (both["pc_exp"] == both["true_pc_consumption"]).all()
    assert (both["ea"] == both["village"]).all()
    assert both["floor"].equals(both["floor_there"].alias("floor"), null_equal=True)
    assert "decile" not in survey.columns
    assert abs(survey["weight"].sum() / 40_000 - 1) < 0.05
