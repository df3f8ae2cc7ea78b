"""Which steps of a demonstration are over for good.

Their data cannot tell it: a visitor may approve, undo or decide what a step left, and the next
start must not do it once more.
"""

from __future__ import annotations

from tepat.site.demo import people


def is_marked(name: str) -> bool:
    """Whether a step was brought to its end."""
    return (people.folder() / f"{name}.done").exists()


def mark(name: str) -> None:
    """A step is at its end."""
    (people.folder() / f"{name}.done").touch()
