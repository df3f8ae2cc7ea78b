"""Two runs side by side: who entered, who left, and why."""

from tepat.runs.compare.compare import compare

__all__ = ["compare"]
