"""Twin and engine agree on random rules: every construct of the language, in whole decisions."""

from __future__ import annotations

from datetime import date

import pytest

from tests.twin.engine import differences, engine_answers, twin_answers
from tests.twin.families import Pools, random_family
from tests.twin.made_up import made_up_policy

LISTS = [frozenset[str](), frozenset(["soft", "personal", "strict", "strict_person"])]
DAYS = [date(2020, 2, 29), date(2021, 6, 1), date(2024, 12, 28)]


@pytest.mark.parametrize("seed", range(3))
def test_twin_and_engine_agree_on_random_rules(seed: int) -> None:
    policy, day = made_up_policy(seed, conditions=25), DAYS[seed]
    pools = Pools(policy, day)
    families = [random_family(pools, seed * 1000 + i) for i in range(250)]
    asked = (policy, families, day, ["one", "two"])
    given = {"lists": LISTS[seed % 2], "benefits_given": seed != 2}
    engine, twin = engine_answers(*asked, **given), twin_answers(*asked, **given)
    found = differences(engine, twin)
    assert len({name for answer in twin.values() for name in answer.failed | answer.unknown}) > 20
    assert not found, f"{len(found)} differences, first of them:\n" + "\n".join(found[:10])
