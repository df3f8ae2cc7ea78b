"""Intervals of 95 per cent for a share, from counts or from a survey with weights and clusters.

*Counts*: Wilson's interval (Wilson 1927, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22). It holds where every
family counts once and is drawn by itself.

*Weights and clusters*: a share of a survey is a ratio of two weighted sums. Its variance is that of
the linearised ratio between clusters drawn with replacement (Woodruff 1971, "A simple method for
approximating the variance of a complicated estimate", Journal of the American Statistical
Association 66; Wolter 2007, Introduction to Variance Estimation, section 6.5). The interval is
built on the logit of the share and taken back, so that its ends stay between 0 and 1, with t of
Student on clusters - 1 degrees of freedom (Korn and Graubard 1998, Survey Methodology 24).

*A full count beside a sample*: families of whom everyone is known are a stratum that was taken
whole. It adds to both sums and nothing to the variance (Cochran 1977, Sampling Techniques, 5.3);
that of the sample is taken about the sample's own mean, which is then not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Z = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A share with the ends of its interval; ``whole`` is what it is a share of."""

    value: float | None
    low: float | None
    high: float | None
    part: float
    whole: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON: rounded to four decimals; sums as they are."""

        def rounded(number: float | None) -> float | None:
            return None if number is None else round(number, 4)

        return {
            "value": rounded(self.value),
            "low": rounded(self.low),
            "high": rounded(self.high),
            "part": self.part,
            "whole": self.whole,
        }


def wilson(part: float, whole: float) -> Estimate:
    """Wilson's interval for a share of independent families; nothing is known of an empty whole."""
    if whole <= 0:
        return Estimate(None, None, None, part, whole)
    p = part / whole
    middle = p + Z * Z / (2 * whole)
    half = Z * sqrt(max(p * (1 - p), 0.0) / whole + Z * Z / (4 * whole * whole))
    below = 1 + Z * Z / whole
    low, high = max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)
    return Estimate(p, low, high, part, whole)


def of_clusters(
    parts: Numbers, wholes: Numbers, clusters: int, counted: tuple[float, float] = (0.0, 0.0)
) -> Estimate:
    """The interval of a ratio of weighted sums, from each cluster's sums.

    Args:
        parts: weighted sum of the part in each cluster that has any.
        wholes: weighted sum of the whole in each.
        clusters: how many clusters the survey has, those with nothing of the whole included.
        counted: part and whole of those who were not sampled, for everyone of them is known.
    """
    part, whole = float(parts.sum()) + counted[0], float(wholes.sum()) + counted[1]
    if whole <= 0:
        return Estimate(None, None, None, part, whole)
    p = part / whole
    if clusters < 2:
        return Estimate(p, None, None, part, whole)
    gaps = parts - p * wholes
    spread = float(gaps @ gaps) - float(gaps.sum()) ** 2 / clusters
    variance = clusters / (clusters - 1) * max(spread, 0.0) / whole**2
    return _on_logit(p, variance, clusters - 1, part, whole)


def of_rows(
    part: float,
    whole: float,
    squares_part: float,
    squares_whole: float,
    rows: int,
    sampled: tuple[float, float] | None = None,
) -> Estimate:
    """The same where each row is a cluster: from sums of weights and of their squares.

    Args:
        part: weighted sum of the part.
        whole: weighted sum of the whole.
        squares_part: sum of squared weights of the part, among sampled rows.
        squares_whole: the same of the whole.
        rows: how many rows were sampled.
        sampled: part and whole among sampled rows; none means that all were.
    """
    if whole <= 0:
        return Estimate(None, None, None, part, whole)
    p = part / whole
    if rows < 2:
        return Estimate(p, None, None, part, whole)
    spread = (1 - 2 * p) * squares_part + p * p * squares_whole
    if sampled is not None:
        spread -= (sampled[0] - p * sampled[1]) ** 2 / rows
    variance = rows / (rows - 1) * max(spread, 0.0) / whole**2
    return _on_logit(p, variance, rows - 1, part, whole)


def _on_logit(p: float, variance: float, freedom: int, part: float, whole: float) -> Estimate:
    from scipy.stats import t

    if p <= 0 or p >= 1 or variance <= 0:
        # no cluster differs: the linearised variance is zero and says nothing
        return Estimate(p, None, None, part, whole)
    at = log(p / (1 - p))
    half = float(t.ppf(0.975, freedom)) * sqrt(variance) / (p * (1 - p))
    ends = [_back(at - half), _back(at + half)]
    return Estimate(p, ends[0], ends[1], part, whole)


def _back(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit > -700 else 0.0
