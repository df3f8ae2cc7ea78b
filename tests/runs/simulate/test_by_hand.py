"""A simulation says what plain Python counts, family by family, under a policy edited by hand."""

from __future__ import annotations

import copy
import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.policy.load import load_policy
from tepat.runs.request import Request
from tepat.runs.run import run
from tepat.runs.simulate import Ask, simulate
from tests.house.repository import ROOT
from tests.runs.simulate import worked
from tests.runs.simulate.by_hand import MERGED, ByHand, compared, differences

POLICY = ROOT / "policy"
Edit = Callable[[Path], None]


def edited(file: str, old: str, new: str) -> Edit:
    """A change of one text in one file."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} does not hold {old!r} once"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


def merged(folder: Path) -> None:
    """PKH and Sembako ended, the new payment first in the order, with what they were barred by."""
    new = POLICY / "reforms/pkh_and_sembako_merged/programmes/family_payment"
    shutil.copytree(new, folder / "programmes/family_payment")
    for name, first in (("pkh", "2019-01-01"), ("sembako", "2017-01-01")):
        start = f"in_force: {{from: {first}, "
        edited(f"programmes/{name}/programme.yaml", start, f"{start}to: 2025-07-31, ")(folder)
    text = (folder / "overlaps.yaml").read_text(encoding="utf-8")
    text = text.replace("order:\n", "order:\n  - family_payment\n")
    text = text.replace("[sembako, ", "[family_payment, ").replace("[pkh, ", "[family_payment, ")
    (folder / "overlaps.yaml").write_text(text, encoding="utf-8")


def small_children_first(folder: Path) -> None:
    """The reform of docs/simulation.md, written into the policy itself."""
    for file, old, new in (
        (
            "sembako/amounts.yaml",
            "value: 5, reference: Kepmensos",
            "value: 4, reference: Kepmensos",
        ),
        ("pkh/amounts.yaml", "{from: 2023-01-01, value: 60,", "{from: 2023-01-01, value: 65,"),
        ("pkh/amounts.yaml", ELDERLY_AMOUNT, ELDERLY_AMOUNT.replace("2_400_000", "2_700_000")),
        ("pkh/programme.yaml", "  - refuses\n", ""),
        ("kube/programme.yaml", "  - {from: 2025-01-01,", "  - {from: 2025-01-01, to: 2025-06-30,"),
    ):
        edited(f"programmes/{file}", old, new)(folder)
    worked.write(
        folder,
        {
            name.removeprefix("small_children_first/"): text
            for name, text in worked.FILES.items()
            if "toddler_grant/" in name
        },
    )
    edited("overlaps.yaml", "  - sembako\n", "  - sembako\n  - toddler_grant\n")(folder)
    pair = "not_together:\n  - {programmes: [toddler_grant, blt_desa], law: l, confidence: K}\n"
    edited("overlaps.yaml", "not_together:\n", pair)(folder)


ELDERLY_AMOUNT = """\
elderly_amount:
  unit: rupiah per year
  values:
    - {from: 2019-01-01, value: 2_400_000,"""
REFORMS = {
    "sembako_deciles_1_to_4": (
        "2025-07-01",
        edited(
            "programmes/sembako/amounts.yaml",
            "{from: 2025-01-01, value: 5, reference: Kepmensos",
            "{from: 2025-01-01, value: 4, reference: Kepmensos",
        ),
    ),
    "pkh_elderly_from_60": (
        "2022-07-01",
        edited(
            "programmes/pkh/amounts.yaml",
            "{from: 2020-01-01, value: 70,",
            "{from: 2020-01-01, value: 60,",
        ),
    ),
    "pkh_and_sembako_merged": ("2025-08-01", merged),
    "small_children_first": ("2025-07-01", small_children_first),
}


def by_hand(people: Path, day: str, edit: Edit, folder: Path) -> dict[str, Any]:
    """The figures, counted."""
    run(Request(people, folder / "run", date.fromisoformat(day), quota=people / "quota.csv"))
    shutil.copytree(POLICY, folder / "policy", ignore=shutil.ignore_patterns("reforms", "cases"))
    edit(folder / "policy")
    policies = [load_policy(POLICY), load_policy(folder / "policy")]
    with (people / "quota.csv").open() as file:
        places = {line["programme"]: int(line["quota"]) for line in csv.DictReader(file)}
    places["family_payment"] = places["sembako"]
    hand = ByHand(folder / "run", date.fromisoformat(day))
    return compared(hand, policies, [hand.holds(policy, places) for policy in policies])


@pytest.mark.parametrize("name", REFORMS)
def test_a_simulation_counts_as_plain_python_does(
    name: str, demo_people: Path, tmp_path: Path
) -> None:
    day, edit = REFORMS[name]
    quota = demo_people / "quota.csv"
    request = Request(demo_people, tmp_path / "out", date.fromisoformat(day), quota=quota)
    of_the_docs = worked.write(tmp_path, worked.FILES)
    found = simulate(Ask(request, of_the_docs if name == of_the_docs.name else Path(name)))
    hand = by_hand(demo_people, day, edit, tmp_path)
    assert differences(found, hand) == []
    into = [row for row in found["programmes"] if row["undecided_merged"] is not None]
    assert len(into) == (name == "pkh_and_sembako_merged")
    for row in into:
        single = [hand["programmes"][other]["undecided_before"] for other in MERGED]
        assert row["undecided_merged"] == len(hand["merged"])
        assert max(single) <= len(hand["merged"]) < sum(single), "some are of both"
    changed = [hand["totals"][key] for key in ("won", "lost", "more", "less")]
    assert sum(changed) > 0, "nothing changes, so agreement means nothing"
    wrong = copy.deepcopy(found)
    wrong["totals"]["more"] += 1
    assert len(differences(wrong, hand)) == 1, "a wrong figure is not noticed"
