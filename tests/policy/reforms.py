"""Small reforms of the small policy, as text, for trying what the loader makes of them."""

from __future__ import annotations

from pathlib import Path

from tepat.policy.load import policy_from_files
from tepat.policy.reform import Reform, load_reform
from tests.policy import small

HEAD = """\
reform: try
title: {id: Coba, en: Try}
reference: Nobody
confidence: K
from: 2025-07-01
"""
VALUE = "reference: r, confidence: K"
NEW = """\
programme: new_aid
name: {id: Bantuan Baru, en: New Aid}
law: Nobody
confidence: K
unit: family
kind: cash
in_force: {from: 2025-07-01, reference: Nobody, confidence: K}
conditions:
  decile_within_limit:
    rule: decile <= decile_limit
    says: {id: "Desil {decile}", en: "Decile {decile}"}
    law: Nobody
    confidence: K
amount: new_amount
"""
NEW_AMOUNTS = """\
decile_limit:
  unit: decile
  values: [{from: 2025-07-01, value: 3, reference: Nobody, confidence: K}]
new_amount:
  unit: rupiah per year
  values: [{from: 2025-07-01, value: 500_000, reference: Nobody, confidence: K}]
"""
NEW_FILES = {
    "programmes/new_aid/programme.yaml": NEW,
    "programmes/new_aid/amounts.yaml": NEW_AMOUNTS,
}


def reform_of(
    folder: Path, text: str, more: dict[str, str] | None = None, head: str = HEAD
) -> Reform:
    """Write a reform of the small policy and load it."""
    small.write(folder / "try", {"reform.yaml": head + text, **(more or {})})
    return load_reform(folder / "try", policy_from_files(small.FILES))
