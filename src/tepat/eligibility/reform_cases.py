"""Worked cases of a reform: a family, a day, and what the reform would say of it."""

from __future__ import annotations

from dataclasses import replace

from tepat.eligibility.cases import Case, Difference, check_cases, read_cases
from tepat.policy.model import Policy, Where
from tepat.policy.reform import Reform


def check_reform_cases(base: Policy, reform: Reform) -> tuple[list[Case], list[Difference]]:
    """Run a reform's worked cases; returns them, and those whose answer differs.

    A case of a day before the reform is asked of the policy as it is.

    Raises:
        TepatError: ``policy_invalid`` with every mistake in the case files.
    """
    cases = [_placed(case, reform) for case in read_cases(reform.policy, reform.folder)]
    sooner = [
        case for case in cases if case.on < reform.start and case.programme in base.programmes
    ]
    later = [case for case in cases if case not in sooner]
    return cases, [*check_cases(base, sooner), *check_cases(reform.policy, later)]


def _placed(case: Case, reform: Reform) -> Case:
    """The case with the whole path of its file: the policy has files of the same names."""
    where = Where(str(reform.folder / case.where.file), case.where.line)
    return replace(case, where=where)
