"""How well a ranking finds the poor: errors at several cut-offs, by subgroup, with intervals.

*Exclusion error* at k %: of the poorest k % of people (by survey weight), the share whom the
predicted poorest k % leaves out. *Inclusion error* at k %: of the predicted poorest k %, the share
who are not among the poorest k %. Over a whole survey the two are nearly equal, because both
groups have the same size; in a subgroup they are not. Intervals come from drawing clusters again
with replacement (the cluster bootstrap): 95 % of the draws lie inside.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tepat.assessment.survey import Array, Column, Survey

SHARES = (10, 20, 30, 40, 50)
FOLDS = 5
DRAWS = 200
_MOST_GROUPS = 12
_FEWEST_IN_GROUP = 10


def assign_folds(cluster: Array, seed: int, folds: int = FOLDS) -> Array:
    """A fold for each row, whole clusters together, folds of about equal size; repeatable."""
    names, at, count = np.unique(cluster, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-count[order], kind="stable")]
    load = np.zeros(min(folds, len(names)))
    fold = np.zeros(len(names), dtype=np.int64)
    for name in order:
        fold[name] = int(np.argmin(load))
        load[fold[name]] += count[name]
    answer: Array = fold[at]
    return answer


class Judge:
    """Measures predictions against the truth, for the survey and for draws of its clusters."""

    def __init__(self, survey: Survey, seed: int) -> None:
        self.truth, self.weight, self.seed = survey.log_outcome, survey.weight, seed
        self.cluster = np.unique(survey.cluster, return_inverse=True)[1]
        self.mix = np.random.default_rng(seed).permutation(survey.rows)
        self.true_order = self._order(self.truth)

    def _order(self, values: Array) -> Array:
        """From the poorest; equal values in a random but repeatable order, not the file's."""
        order: Array = np.lexsort((self.mix, values))
        return order

    def r_squared(self, predicted: Array, weight: Array | None = None) -> float:
        """The share of the variance of log outcome that the prediction explains."""
        w = self.weight if weight is None else weight
        mean = np.average(self.truth, weights=w)
        return float(1 - (w @ (self.truth - predicted) ** 2) / (w @ (self.truth - mean) ** 2))

    def measure(
        self, predicted: Array, groups: Mapping[str, Array] | None = None, draws: int = DRAWS
    ) -> dict[str, Any]:
        """R², exclusion and inclusion at each cut-off, whole and by group, with intervals."""
        order, groups = self._order(predicted), groups or {}
        middle = self._numbers(predicted, order, self.weight, groups)
        rng = np.random.default_rng(self.seed)
        clusters = int(self.cluster.max()) + 1
        drawn = []
        for _ in range(draws):
            times = np.bincount(rng.integers(clusters, size=clusters), minlength=clusters)
            weight = self.weight * times[self.cluster]
            drawn.append(self._numbers(predicted, order, weight, groups))
        return _with_intervals(middle, drawn)

    def _numbers(
        self, predicted: Array, order: Array, weight: Array, groups: Mapping[str, Array]
    ) -> dict[str, float]:
        numbers = {"r2": self.r_squared(predicted, weight)}
        for share in SHARES:
            poor = _poorest(self.true_order, weight, share)
            chosen = _poorest(order, weight, share)
            for group, rows in ({"": np.s_[:]} | dict(groups)).items():
                w, p, c = weight[rows], poor[rows], chosen[rows]
                both = float(w @ (p & c))
                numbers[f"{group}|exclusion|{share}"] = _share_missed(both, float(w @ p))
                numbers[f"{group}|inclusion|{share}"] = _share_missed(both, float(w @ c))
        return numbers

    def difference(
        self, better: Array, worse: Array, rows: Array | None = None, draws: int = DRAWS
    ) -> dict[str, Any]:
        """How much less ``better`` misses of the poor than ``worse``, by cut-off, with intervals.

        Both are judged on the same draws of clusters, so that what they share cancels out. With
        ``rows`` the poor among these are meant; the cut-offs stay those of the whole.
        """
        orders = [(values, self._order(values)) for values in (better, worse)]
        group = {} if rows is None else {"these": rows}
        name = "" if rows is None else "these"

        def less(weight: Array) -> dict[str, float]:
            first, second = (self._numbers(v, order, weight, group) for v, order in orders)
            keys = [f"{name}|exclusion|{share}" for share in SHARES]
            return {key: second[key] - first[key] for key in keys}

        rng = np.random.default_rng(self.seed)
        clusters = int(self.cluster.max()) + 1
        drawn = []
        for _ in range(draws):
            times = np.bincount(rng.integers(clusters, size=clusters), minlength=clusters)
            drawn.append(less(self.weight * times[self.cluster]))
        found = _with_intervals(less(self.weight), drawn)
        answer: dict[str, Any] = (found["groups"][name] if name else found)["exclusion"]
        return answer

    def gain(self, better: Array, worse: Array) -> tuple[float, float]:
        """How much less squared error, as a share of variance, and that divided by its noise."""
        saved = self.weight * ((self.truth - worse) ** 2 - (self.truth - better) ** 2)
        by_cluster = np.bincount(self.cluster, saved)
        mean = np.average(self.truth, weights=self.weight)
        total = float(self.weight @ (self.truth - mean) ** 2)
        noise = float(np.sqrt(((by_cluster - by_cluster.mean()) ** 2).sum()))
        return float(saved.sum() / total), float(saved.sum() / noise) if noise > 0 else 0.0


def _poorest(order: Array, weight: Array, share: int) -> Array:
    """Who is among the poorest share of people: those at whom the share is not yet full."""
    ordered = weight[order]
    before = np.cumsum(ordered) - ordered
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order] = before < ordered.sum() * share / 100
    return chosen


def _share_missed(both: float, whole: float) -> float:
    return 1 - both / whole if whole > 0 else float("nan")


def _with_intervals(middle: dict[str, float], drawn: Sequence[dict[str, float]]) -> dict[str, Any]:
    result: dict[str, Any] = {"groups": {}}
    for key, value in middle.items():
        spread = np.array([numbers[key] for numbers in drawn])
        spread = spread[np.isfinite(spread)]
        ends = np.percentile(spread, [2.5, 97.5]) if len(spread) >= 20 else [np.nan, np.nan]
        entry = {"value": _rounded(value), "low": _rounded(ends[0]), "high": _rounded(ends[1])}
        if key == "r2":
            result["r2"] = entry
            continue
        group, error, share = key.split("|")
        place = result["groups"].setdefault(group, {}) if group else result
        place.setdefault(error, {})[share] = entry
    return result


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def subgroups(columns: Sequence[Column]) -> dict[str, Array]:
    """Rows of each subgroup, named ``column = value``; many-valued numbers are cut in quarters."""
    found: dict[str, Array] = {}
    for column in columns:
        codes, labels = column.codes()
        if column.is_number and len(labels) > _MOST_GROUPS:
            codes, labels = _quarters(column)
        for k, label in enumerate(labels):
            rows = np.flatnonzero(codes == k)
            if len(rows) >= _FEWEST_IN_GROUP:
                found[f"{column.name.replace('|', ' ')} = {label.replace('|', ' ')}"] = rows
    return found


def _quarters(column: Column) -> tuple[Array, list[str]]:
    known = column.known
    cuts = np.unique(np.quantile(column.values[known], (0.25, 0.5, 0.75), method="higher"))
    codes = np.full(len(column.values), -1, dtype=np.int64)
    codes[known] = np.searchsorted(cuts, column.values[known], side="right")
    ends = [f"{cut:g}" for cut in cuts]
    labels = [
        f"below {ends[0]}",
        *(f"{a} to below {b}" for a, b in itertools.pairwise(ends)),
        f"{ends[-1]} or more",
    ]
    return codes, labels


def boosted(survey: Survey, columns: Sequence[Column], folds: Array, seed: int) -> Array:
    """Out-of-fold predictions of gradient boosting, for comparison; it is never the formula."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    values = np.column_stack([_for_trees(column) for column in columns])
    texts = [not column.is_number for column in columns]
    predicted = np.zeros(survey.rows)
    for k in np.unique(folds):
        train, test = np.flatnonzero(folds != k), np.flatnonzero(folds == k)
        trees = HistGradientBoostingRegressor(
            max_iter=200,
            learning_rate=0.06,
            random_state=seed,
            early_stopping=False,
            categorical_features=texts,
        )
        with threadpool_limits(limits=1):
            trees.fit(values[train], survey.log_outcome[train], sample_weight=survey.weight[train])
            predicted[test] = trees.predict(values[test])
    return predicted


def _for_trees(column: Column) -> Array:
    if column.is_number:
        return column.values
    codes = column.values.astype(float)
    frequent = np.argsort(-np.bincount(codes[codes >= 0].astype(int), minlength=1))[:250]
    place = np.full(column.distinct + 1, np.nan)
    place[frequent] = np.arange(len(frequent))
    answer: Array = place[codes.astype(int)]
    return answer
