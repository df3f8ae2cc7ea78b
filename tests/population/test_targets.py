"""Realised figures against the published ones they follow."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tepat.population.figures import ERRORS, NATIONAL_QUOTA
from tepat.population.provinces import FAMILIES_IN_COUNTRY, PEOPLE_IN_COUNTRY, PROVINCES
from tests.population.made import Made, make


@pytest.mark.parametrize("kind", sorted(set(ERRORS) - {"cross_check"}))
def test_errors_come_at_their_rates(country: Made, kind: str) -> None:
    rate = country.summary["error_rates"][kind]
    assert rate["target"] == ERRORS[kind]
    # Four standard errors of a count, at the smallest base there is for this kind.
    base = {
        "blank_name": 118_000,
        "bst_with_pkh": 3_500,
        "blt_desa_with_sembako": 700,
        "false_positive": 250,
        "civil_servant": 8_000,
        "company_officer": 8_000,
        "wage_above_minimum": 8_000,
    }.get(kind, 14_000)
    tolerance = 4 * (rate["target"] / base) ** 0.5
    assert abs(rate["realised"] - rate["target"]) <= tolerance + 0.05 * rate["target"]


def test_rates_are_recounted_from_the_files(country: Made) -> None:
    members, rates = country.table("members").height, country.summary["error_rates"]
    for kind in ("malformed_nik", "duplicate_nik", "fuzzy_duplicate", "deceased"):
        assert rates[kind]["realised"] == pytest.approx(
            country.errors(kind).height / members, abs=1e-6
        )
    truth = country.table("truth")
    assert rates["malformed_kk"]["realised"] == truth["malformed_kk"].mean()
    assert rates["decile_unknown"]["realised"] == pytest.approx(
        country.table("families")["decile"].null_count() / 40_000
    )


def test_provinces_have_their_share_of_families(country: Made) -> None:
    found = dict(country.table("families").group_by("province").len().iter_rows())
    for province in PROVINCES:
        wanted = 40_000 * province.people / PEOPLE_IN_COUNTRY
        assert abs(found[province.code] - wanted) <= 1


def test_poverty_of_people_is_as_published(country: Made) -> None:
    truth = country.table("truth")
    poor = pl.col("true_size").filter(pl.col("poor")).sum() / pl.col("true_size").sum()
    rates = dict(truth.group_by("province").agg((100 * poor).alias("poor")).iter_rows())
    for province in PROVINCES:
        families = 40_000 * province.people / PEOPLE_IN_COUNTRY
        # Families are drawn evenly over welfare; half the error of free draws remains.
        free = 100 * (province.poor_pct / 100 * (1 - province.poor_pct / 100) / families) ** 0.5
        assert abs(rates[province.code] - province.poor_pct) < 3 * free, province.name
    assert abs(truth.select(100 * poor).item() - 8.56) < 0.4


def test_urban_and_rural_poverty_are_as_published(country: Made) -> None:
    both = country.table("truth").join(country.table("families"), on="family_key")
    poor = pl.col("true_size").filter(pl.col("poor")).sum() / pl.col("true_size").sum()
    rates = dict(both.group_by("area").agg((100 * poor).alias("poor")).iter_rows())
    assert abs(rates[1] - 6.73) < 0.6
    assert abs(rates[2] - 11.03) < 0.6


def test_a_province_of_its_own_meets_its_rate(tmp_path: Path) -> None:
    made = make(tmp_path / "ntt", 8_000, province="53")
    found = made.summary["provinces"]["53"]
    assert abs(found["poor_pct"] - 18.60) < 1.0
    deciles = made.table("families")["decile"].drop_nulls()
    # Deciles are the country's: a poor province has more than its tenth in the lowest.
    assert (deciles == 1).mean() > 0.15


def test_families_are_made_up_as_the_country_is(country: Made) -> None:
    shares = country.summary["make_up"]
    assert shares["mean_family_size"] == pytest.approx(3.07, abs=0.05)
    assert shares["pregnant"] == pytest.approx(0.012, abs=0.0015)
    assert shares["elderly"] == pytest.approx(0.12, abs=0.01)
    assert shares["with_pregnant"] == pytest.approx(0.037, abs=0.004)
    assert 0.22 < shares["with_infant"] < 0.31
    assert 0.34 < shares["with_pupil_age"] < 0.41
    assert 0.24 < shares["with_elderly"] < 0.29


def test_poor_families_are_larger_and_less_schooled(country: Made) -> None:
    truth = country.table("truth")
    size = dict(truth.group_by("poor").agg(pl.col("true_size").mean()).iter_rows())
    assert 1.2 < size[True] / size[False] < 1.45
    heads = country.table("members").filter(pl.col("relation") == 1).join(truth, on="family_key")
    low = pl.col("diploma") <= 5
    farms = pl.col("industry") <= 6
    found = {
        poor: (a, b)
        for poor, a, b in heads.group_by("poor")
        .agg(low.mean().alias("low"), farms.mean().alias("farms"))
        .iter_rows()
    }
    assert found[True][0] > found[False][0] + 0.1
    assert found[True][1] > found[False][1] + 0.1


def test_pupils_attend_at_the_published_rates(country: Made) -> None:
    members = country.table("members").with_columns(
        ((pl.date(2025, 6, 30) - pl.col("birth_date")).dt.total_days() // 365.2425).alias("age")
    )
    for low, high, wanted in ((7, 12, 0.992), (13, 15, 0.962), (16, 18, 0.746)):
        asked = members.filter(pl.col("age").is_between(low, high))["schooling"].drop_nulls()
        assert abs((asked == 2).mean() - wanted) < 0.02


def test_the_decile_is_a_proxy_of_the_true_one(country: Made) -> None:
    both = country.table("truth").join(country.table("families"), on="family_key")
    deciles = both["decile"].drop_nulls()
    shares = [(deciles == tenth).mean() for tenth in range(1, 11)]
    assert all(abs(share - 0.1) < 0.012 for share in shares)
    for tenth in range(1, 11):
        assert abs((both["true_decile"] == tenth).mean() - 0.1) < 0.012
    poorest = both.filter((pl.col("true_decile") <= 4) & pl.col("decile").is_not_null())
    assert 0.24 < (poorest["decile"] > 4).mean() < 0.34


def test_a_proxy_means_test_explains_a_little_over_half(country: Made) -> None:
    fit = country.summary["score_of_the_bureau"]
    assert 0.5 < fit["r2"] < 0.63
    assert 0.27 < fit["exclusion_30"] < 0.37


def test_quotas_are_scaled_to_the_population(country: Made, kabupaten: Made) -> None:
    for name, units in NATIONAL_QUOTA.items():
        assert country.summary["quota"][name] == round(units * 40_000 / FAMILIES_IN_COUNTRY)
    lines = (country.folder / "quota.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "programme,place,quota"
    assert lines[1:] == [f"{k},,{v}" for k, v in country.summary["quota"].items()]
    # A place gets by its poor: this kabupaten has fewer than the country's mean.
    here = kabupaten.summary["quota"]["pkh"] / 3_000
    assert 0.5 < here / (10_000_000 / FAMILIES_IN_COUNTRY) < 1.0


def test_aid_reaches_about_as_many_as_it_does(country: Made) -> None:
    held = dict(country.table("benefits").group_by("programme").len().iter_rows())
    scale = 40_000 / FAMILIES_IN_COUNTRY
    for name in ("pkh", "sembako", "pbi_jk", "pip"):
        assert held[name] == pytest.approx(NATIONAL_QUOTA[name] * scale, rel=0.15), name
