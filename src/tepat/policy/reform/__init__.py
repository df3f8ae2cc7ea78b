"""Reforms: overlays over a policy, to be simulated before they are signed."""

from tepat.policy.reform.load import find_reform, load_reform, reform_folders
from tepat.policy.reform.model import Change, Merge, Reform
from tepat.policy.reform.values import with_value

__all__ = [
    "Change", "Merge", "Reform", "find_reform", "load_reform", "reform_folders", "with_value",
]  # fmt: skip
