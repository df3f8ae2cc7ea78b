"""The report of a run: one self-contained HTML file in Indonesian and English."""

from tepat.runs.report.page import write_report

__all__ = ["write_report"]
