"""The page of a simulation: one self-contained HTML file in Indonesian and English."""

from tepat.runs.simulate.page.page import page

__all__ = ["page"]
