"""What a reform would do: today's policy and the reform's, on the same families, in one pass."""

from tepat.runs.simulate.simulate import Ask, simulate

__all__ = ["Ask", "simulate"]
