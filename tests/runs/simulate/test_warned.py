"""What a simulation warns of: more that cannot be decided, quotas that limit nothing or all."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import polars
import pytest

from tepat.runs.simulate.page import page
from tepat.runs.simulate.page.found import Found
from tepat.runs.simulate.page.speech import Told
from tepat.runs.simulate.page.warned import notices
from tests.runs.simulate.worked import reform, simulated

ASKS = """\
change:
  sembako:
    conditions:
      no_gooseneck:
        rule: closet != gooseneck
        says: {id: Kloset lain, en: Another closet}
        law: Nobody
        confidence: K
"""
UNDECIDED = "The reform uses facts that are unknown"
ROOMY, BINDING = "The quota limits nothing", "The quota decides how many receive"


@pytest.fixture(scope="module")
def people(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's families, of whose closets nothing is known, but for every third."""
    folder = tmp_path_factory.mktemp("closets") / "people"
    for path in demo_people.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(demo_people)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    for path in (folder / "families").rglob("*.parquet"):
        rows = polars.read_parquet(path, hive_partitioning=False).with_row_index()
        known = polars.when(polars.col("index") % 3 == 0).then(polars.col("closet"))
        rows.with_columns(known.alias("closet")).drop("index").write_parquet(path)
    return folder


@pytest.fixture(scope="module")
def asked(people: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A reform that asks for the closet."""
    folder = tmp_path_factory.mktemp("asks")
    return simulated(people, reform(folder, "asks", ASKS), folder / "out")


def warned(found: dict[str, Any]) -> dict[str, str]:
    """The warnings by their titles."""
    return {notice.title: notice.text for notice in notices(Found(found), Told("en"))}


def row_of(found: dict[str, Any], programme: str) -> dict[str, Any]:
    row: dict[str, Any] = next(r for r in found["programmes"] if r["programme"] == programme)
    return row


def one_programme(**more: Any) -> dict[str, Any]:
    """A simulation of which only what warnings are made of is known."""
    numbers = {"won": 0, "lost": 0, "undecided_before": 0, "undecided_after": 0}
    return {
        "about": {"aid": {"name": {"id": "Bantuan", "en": "Aid"}, "unit": "family"}},
        "reform": {"changes": []},
        "differing": ["aid"],
        "programmes": [{"programme": "aid", "undecided_holders": 0} | numbers | more],
        "quotas": [],
        "quota_lines": [],
    }


def with_places(
    before: tuple[int, int] | None, after: tuple[int, int], source: str = "file", **more: Any
) -> dict[str, Any]:
    """Places and who competes for them, in one kabupaten."""
    found = one_programme(**more)
    for side, pair in (("before", before), ("after", after)):
        if pair is not None:
            places, eligible = pair
            awarded = min(pair)
            found["quotas"].append(
                {"programme": "aid", "side": side, "source": source, "places": places,
                 "eligible": eligible, "awarded": awarded, "waiting": eligible - awarded}
            )  # fmt: skip
    return found


def test_a_reform_that_asks_for_what_is_unknown_says_whom_it_cannot_decide(
    asked: dict[str, Any],
) -> None:
    row = row_of(asked, "sembako")
    assert row["undecided_after"] > row["undecided_before"]
    assert 0 < row["undecided_holders"] <= row["undecided_after"] - row["undecided_before"]
    assert row["undecided_holders"] <= min(row["lost"], row["holders_before"])
    for name in ("pip", "kube"):  # the reform does not touch them
        same = row_of(asked, name)
        assert same["undecided_before"] == same["undecided_after"] > 0 == same["undecided_holders"]
    said = warned(asked)[UNDECIDED]
    assert f"{row['undecided_after']:,} families with the reform" in said
    assert f"{row['undecided_holders']:,} of these hold it today" in said


def test_the_page_tells_of_the_undecided_beside_who_wins_and_who_loses(
    asked: dict[str, Any],
) -> None:
    one, other = page(asked).split('<div class="version" id="en"')
    number = row_of(asked, "sembako")["undecided_after"]
    assert "Reformasi ini memakai fakta yang belum diketahui." in one and UNDECIDED in other
    assert 'id="id-undecided"' in one and 'id="en-undecided"' in other
    assert f"{number} keluarga" in one and f"{number} families" in other
    assert other.count("Undecided, reform</th>") == 2, "beside the holders, and on its own"


def test_a_page_where_everybody_is_decided_says_nothing_of_it(asked: dict[str, Any]) -> None:
    made = copy.deepcopy(asked)
    for row in made["programmes"]:
        row |= {"undecided_before": 0, "undecided_after": 0, "undecided_holders": 0}
    text = page(made)
    assert "undecided" not in text.lower() and "belum diputuskan" not in text.lower()
    assert UNDECIDED not in warned(made)


def test_no_warning_where_as_many_are_undecided_as_before() -> None:
    assert warned(one_programme(undecided_before=7, undecided_after=7)) == {}
    assert warned(one_programme(undecided_before=7, undecided_after=6)) == {}
    assert UNDECIDED in warned(one_programme(undecided_before=7, undecided_after=8))
    fewer = warned(one_programme(undecided_before=7, undecided_after=6, undecided_holders=2))
    assert "2 of these hold it today" in fewer[UNDECIDED], "fewer, but others than before"


def test_programmes_that_merge_are_counted_together() -> None:
    found = one_programme(undecided_after=9)
    said = warned(found)[UNDECIDED]
    assert said.endswith("Aid: 0 cannot be decided today, 9 families with the reform.")
    row = found["programmes"][0]
    for before in (9, 10):
        row["undecided_merged"] = before
        assert warned(found) == {}
    row |= {"undecided_merged": 10, "undecided_after": 11}
    for held, more in ((0, ""), (3, "; 3 of these hold it today")):
        row["undecided_holders"] = held
        assert warned(found)[UNDECIDED].endswith(
            "Aid: 10 cannot be decided today by one of the programmes that merge, "
            f"11 families with the reform{more}."
        )


def test_a_quota_is_called_roomy_exactly_where_nobody_waits_under_the_reform() -> None:
    assert ROOMY in warned(with_places((10, 20), (20, 20)))
    assert ROOMY not in warned(with_places((10, 20), (19, 20)))
    assert ROOMY not in warned(with_places((30, 20), (10, 20))), "it is roomy only today"
    assert ROOMY not in warned(with_places((30, 20), (10, 0))), "nobody is eligible"
    said = warned(with_places((10, 20), (25, 20)))[ROOMY]
    assert "Aid: 25 places for 20 families; today 10 families wait." in said
    assert "--quota" not in said
    assert "--quota" in warned(with_places(None, (25, 20), "policy"))[ROOMY]


def test_todays_places_of_the_nation_are_told_of_where_the_reform_has_few() -> None:
    sample = with_places((900, 20), (0, 20), "policy")
    assert ROOMY not in warned(sample)
    said = warned(sample)["Today's quota limits nothing"]
    assert "Aid: 900 places for 20 families." in said and "give its places with --quota" in said
    ended = with_places((900, 20), (0, 20), "policy")
    ended["quotas"].pop()
    assert list(warned(ended)) == ["Today's quota limits nothing"]
    assert list(warned(with_places((900, 20), (900, 20), "policy"))) == [ROOMY], "it is told once"
    assert warned(with_places((900, 20), (0, 20))) == {}, "a file gave these places"
    assert warned(with_places((10, 20), (0, 20), "policy")) == {}, "somebody waits today"


def test_a_quota_is_called_binding_where_as_many_places_are_filled_and_others_wait() -> None:
    said = warned(with_places((10, 30), (10, 20), won=2, lost=2))
    told = "Aid: 10 places filled; 30 compete today, 20 families with the reform"
    assert f"{told}; families that enter: 2, that leave: 2." in said[BINDING]
    same = warned(with_places((10, 30), (10, 20)))
    assert f"{told}; the same families hold it." in same[BINDING]
    for text in (said[BINDING], same[BINDING]):
        assert "the reform does not change how many receive" in text
        assert "who receives" not in text, "that hangs on the programme"
    assert BINDING not in warned(with_places((10, 30), (11, 30))), "the reform adds a place"
    assert BINDING not in warned(with_places((10, 30), (10, 10))), "nobody waits any more"
    assert BINDING not in warned(with_places(None, (10, 20))), "there was no quota"


def test_what_does_not_differ_is_not_warned_of() -> None:
    for found in (with_places((10, 20), (20, 20)), with_places((10, 30), (10, 20))):
        assert warned(found) != {}
        found["differing"] = []
        assert warned(found) == {}


def test_places_of_the_nation_for_a_sample_are_warned_of_from_its_own_counts(
    demo_people: Path, tmp_path: Path
) -> None:
    what = Path("sembako_deciles_1_to_4")
    given = simulated(demo_people, what, tmp_path / "given")
    assert ROOMY not in warned(given) and BINDING in warned(given)
    nation = simulated(demo_people, what, tmp_path / "nation", asked={"quota": None})
    assert BINDING not in warned(nation)
    said = warned(nation)[ROOMY]
    after = next(r for r in nation["quotas"] if r["programme"] == "sembako")
    assert f"{after['places']:,} places for" in said and "give its places with --quota" in said
    assert "Tempat itu kuota nasional" in page(nation) and "Tempat itu" not in page(given)


def test_each_kabupaten_is_told_where_a_programme_differs(asked: dict[str, Any]) -> None:
    lines = [row for row in asked["quota_lines"] if row["programme"] == "sembako"]
    for side in ("before", "after"):
        total = next(r for r in asked["quotas"] if (r["programme"], r["side"]) == ("sembako", side))
        assert sum(row[f"eligible_{side}"] or 0 for row in lines) == total["eligible"] > 0
        assert sum(row[f"awarded_{side}"] or 0 for row in lines) == total["awarded"] > 0
    assert {row["programme"] for row in asked["quota_lines"]} <= {*asked["differing"]}
