"""Two runs side by side: who entered, who left, and why."""

from tepat.runs.compare.compare import compare, compare_into
from tepat.runs.compare.page import in_report
from tepat.runs.compare.pair import open_pair

__all__ = ["compare", "compare_into", "in_report", "open_pair"]
