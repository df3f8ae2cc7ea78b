"""How well a run finds the poor, where true consumption is known."""

from tepat.runs.accuracy.accuracy import accuracy

__all__ = ["accuracy"]
