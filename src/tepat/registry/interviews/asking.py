"""Which questions apply to whom: by age and sex, and by what was answered before.

Pure. A question applies unless something known speaks against it; one that hangs on an answer
applies only once that answer is there. What a later answer rules out is sent as unknown, so that no
old answer stays beside it: a family without a latrine has no closet any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FEMALE = 2

# name -> youngest and oldest to whom it is asked, in full years
AGES: dict[str, tuple[int, int]] = {
    "marital_status": (10, 200),
    "pregnant": (10, 54),
    "pregnancy_number": (10, 54),
    "orphan": (0, 17),
    "schooling": (3, 200),
    "diploma": (5, 200),
    "has_kip": (5, 30),
    "works": (5, 200),
    "owns_business": (10, 200),
    "pln_id": (17, 200),
    "nutrition": (0, 4),
    **{
        f"difficulty_{name}": (2, 200)
        for name in ("seeing", "hearing", "walking", "hands", "speaking")
    },
    **{
        f"difficulty_{name}": (5, 200)
        for name in ("remembering", "learning", "self_care", "sadness", "behaviour")
    },
}
OF_WOMEN = frozenset({"pregnant", "pregnancy_number"})


@dataclass(frozen=True)
class Gate:
    """A question hangs on another: asked where that has one of the answers.

    ``unless`` turns it round: asked unless that has one of them, and where it is not known.
    """

    question: str
    answers: tuple[Any, ...]
    unless: bool = False

    def opens(self, value: Any) -> bool:
        """Whether the question is asked, given the other's answer."""
        return (value in self.answers) != self.unless

    def shuts(self, value: Any) -> bool:
        """Whether a known answer rules the question out."""
        return value is not None and not self.opens(value)


_SCHOOL = Gate("schooling", (2, 3))
_WORK = Gate("works", (True,))
_BUSINESS = Gate("owns_business", (True,))
_LATRINE = Gate("latrine", (1, 2, 3))
_METER = Gate("lighting", (1,))
_HOME = Gate("homeless", (True,), unless=True)
GATES: dict[str, Gate] = {
    **dict.fromkeys(("school_level", "school_grade"), _SCHOOL),
    **dict.fromkeys(("industry", "employment_status"), _WORK),
    **dict.fromkeys(
        ("businesses", "paid_workers", "unpaid_workers", "turnover", "micro_business_permit"),
        _BUSINESS,
    ),
    "pregnancy_number": Gate("pregnant", (True,)),
    **dict.fromkeys(("closet", "sewage"), _LATRINE),
    **dict.fromkeys(("power", "family_pln_id"), _METER),
    **dict.fromkeys(
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
        _HOME,
    ),
}


def applies(name: str, facts: Mapping[str, Any]) -> bool:
    """Whether a question is asked.

    Args:
        name: of the variable.
        facts: what is known and answered so far, with ``years`` and ``sex`` of a member.
    """
    years, sex = facts.get("years"), facts.get("sex")
    if name in AGES and years is not None and not AGES[name][0] <= years <= AGES[name][1]:
        return False
    if name in OF_WOMEN and sex is not None and sex != FEMALE:
        return False
    gate = GATES.get(name)
    return gate is None or gate.opens(facts.get(gate.question))


def applying(questions: Iterable[str], facts: Mapping[str, Any]) -> list[str]:
    """Those of the questions that are asked, in their order."""
    return [name for name in questions if applies(name, facts)]


def as_sent(answers: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an interview tells: answers that apply, and unknown for what they rule out.

    Args:
        answers: by variable; None where it was asked and not answered.
        facts: as for `applies`, the answers included.
    """
    sent = {name: value for name, value in answers.items() if applies(name, facts)}
    for name, gate in GATES.items():
        if gate.question in sent and gate.shuts(sent[gate.question]):
            sent[name] = None
    return sent
