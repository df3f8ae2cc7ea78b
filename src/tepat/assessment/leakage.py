"""Columns that must not help to rank: parts and copies of the outcome, identifiers, weights.

A formula that reads a part of consumption looks excellent on the survey and is useless in the
field, where nobody knows consumption. So, unless the features are named, each column is tried:

- *slices*: the values cut the outcome into ranges that hardly overlap (quintiles, a poverty flag);
- *copies*: with the few-valued columns (household size, region) it gives the outcome exactly;
- *parts*: columns that add up to the outcome or to its total, and what is made from them;
- *names*: a column of many values whose name says spending, or whose name says rank.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tepat.assessment.survey import Array, Column, Survey

_SAMPLE = 5_000
_SLICES = 0.97
_SLICES_OF_TWO = 0.995
_COPY = 0.98
_EXACT = 0.999
_MANY = 20
_SPENDING = {
    "exp",
    "exps",
    "expd",
    "expend",
    "expenditure",
    "expenditures",
    "cons",
    "consumption",
    "spend",
    "spending",
    "food",
    "nonfood",
    "pce",
    "pcexp",
    "pengeluaran",
    "konsumsi",
    "makanan",
    "belanja",
    "welfare",
    "perkapita",
    "totcons",
    "foodexp",
}
_RANKING = {
    "quintile",
    "quint",
    "decile",
    "desil",
    "kuintil",
    "percentile",
    "poor",
    "poverty",
    "miskin",
    "pov",
    "poorest",
    "rank",
    "score",
}
_IDENTIFIER = {
    "id",
    "key",
    "hid",
    "hhid",
    "uuid",
    "nik",
    "kk",
    "serial",
    "nomor",
    "no",
    "number",
    "hhno",
    "pid",
    "renum",
}
_WEIGHT = re.compile(
    r"(^|_)(weights?|wgts?|wts?|hhw\w*|popw\w*|pw\w*|fwt\w*|bobot|penimbang)(_|$)"
    r"|weight|weind"
)
_OURS = {
    "family_key": "it is an identifier",
    "family_id": "it is an identifier",
    "person_key": "it is an identifier",
    "kk_number": "it is an identifier",
    "family_pln_id": "it is an identifier",
    "observed_on": "it says when, not how a family is",
    "source": "it says who asked, not how a family is",
    "weight": "it is a weight",
    "score": "it is the ranking of an earlier run",
    "decile": "it is the ranking of an earlier run",
}


def words(name: str) -> set[str]:
    """The words a column's name is made of, in lower case."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return {w for w in re.split(r"[^a-z]+", parts) if w}


def leave_out(survey: Survey, weight: str | None, weights: Column | None) -> dict[str, str]:
    """The columns that are not features, each with the reason in plain words."""
    out: dict[str, str] = {}
    for name, column in survey.columns.items():
        reason = _OURS.get(name) or _of_no_use(survey, column)
        if reason:
            out[name] = reason
    out.update(_weights(survey, out, weight, weights))
    out.update(_Leaks(survey, set(out)).find())
    return out


def of_no_use(column: Column) -> str | None:
    """Why a column can say nothing at all: empty or constant."""
    if column.distinct == 0:
        return "it is empty"
    if column.distinct == 1 and column.known.all():
        return "it has the same value everywhere"
    return None


def _of_no_use(survey: Survey, column: Column) -> str | None:
    plain = of_no_use(column)
    if plain:
        return plain
    known = int(column.known.sum())
    share = column.distinct / known
    if not column.is_number:
        if share >= 0.5 and known >= 20:
            return f"its values are nearly all different ({column.distinct} in {known} rows)"
        if column.distinct > 200 and known / column.distinct < 10:
            return f"it has too many different texts ({column.distinct} in {known} rows)"
        return _names_clusters(survey, column)
    if column.whole and _is_number_of_rows(column, share):
        return f"it is an identifier ({column.distinct} different numbers in {known} rows)"
    return _names_clusters(survey, column) if column.whole else None


def _is_number_of_rows(column: Column, share: float) -> bool:
    if column.distinct < 50:
        return False
    if words(column.name) & _IDENTIFIER and share >= 0.2:
        return True
    known = column.values[column.known]
    dense = (known.max() - known.min() + 1) <= 1.5 * column.distinct
    digits = known.min() >= 1e9 and np.log10(known.max()) // 1 == np.log10(known.min()) // 1
    return share >= 0.95 and bool(dense or digits)


def _names_clusters(survey: Survey, column: Column) -> str | None:
    """A code of the clusters says where the survey went, which no other family shares."""
    clusters = len(np.unique(survey.cluster))
    if clusters == survey.rows or column.distinct <= max(50, clusters // 2):
        return None
    codes, _ = column.codes()
    order = np.lexsort((codes, survey.cluster))
    same = np.diff(survey.cluster[order]) == 0
    mixed = np.any(np.diff(codes[order])[same] != 0)
    return None if mixed else "it names the clusters"


def _weights(
    survey: Survey, out: dict[str, str], weight: str | None, weights: Column | None
) -> dict[str, str]:
    found = {}
    rows = _sample(survey)
    helpers = _Few(survey, set(out), rows)
    base = None if weights is None else helpers.rest(_log(weights.values[rows]))
    for name, column in survey.columns.items():
        if name in out or not column.is_number or column.distinct <= _MANY:
            continue
        if _WEIGHT.search(name.lower()):
            found[name] = "its name says that it is a weight"
        elif base is not None:
            own = helpers.rest(_log(column.values[rows]))
            if own is not None and _squared_correlation(own, base) >= _EXACT:
                found[name] = f"it follows from the weight '{weight}'"
    return found


def _sample(survey: Survey) -> Array:
    if survey.rows <= _SAMPLE:
        return np.arange(survey.rows)
    return np.sort(np.random.default_rng(0).choice(survey.rows, _SAMPLE, replace=False))


def _log(values: Array) -> Array | None:
    known = np.isfinite(values)
    if not known.any() or values[known].min() <= 0:
        return None
    logs = np.full(len(values), np.nan)
    logs[known] = np.log(values[known])
    return logs


def _squared_correlation(a: Array | None, b: Array | None) -> float:
    if a is None or b is None:
        return 0.0
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < 30 or a[known].std() < 1e-9 or b[known].std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a[known], b[known])[0, 1] ** 2)


def _ranks(values: Array) -> Array:
    _, at, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Array = (np.cumsum(count) - (count - 1) / 2)[at]
    return ranks


def _rank_correlation(a: Array, b: Array) -> float:
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < 30:
        return 0.0
    return float(np.sqrt(_squared_correlation(_ranks(a[known]), _ranks(b[known]))))


def ordered_pairs(codes: Array, outcome: Array) -> float:
    """Goodman and Kruskal's gamma between groups, ordered by mean outcome, and the outcome."""
    known = codes >= 0
    groups, at = np.unique(codes[known], return_inverse=True)
    if len(groups) < 2 or known.sum() < 30:
        return 0.0
    y = outcome[known]
    means = np.bincount(at, y) / np.bincount(at)
    place = np.argsort(np.argsort(means))[at]
    slices = np.minimum((_ranks(y) - 1) * 200 // len(y), 199).astype(np.int64)
    table = np.bincount(place * 200 + slices, minlength=len(groups) * 200)
    table = table.reshape(len(groups), 200).astype(float)
    below = np.cumsum(table, axis=0) - table
    agree = table * (np.cumsum(below, axis=1) - below)
    against = table * (below.sum(axis=1, keepdims=True) - np.cumsum(below, axis=1))
    total = agree.sum() + against.sum()
    return float((agree.sum() - against.sum()) / total) if total else 0.0


class _Few:
    """What is left of a variable when the few-valued columns have explained what they can."""

    def __init__(self, survey: Survey, out: set[str], rows: Array) -> None:
        parts = [np.ones((len(rows), 1))]
        for name, column in survey.columns.items():
            if name in out or column.distinct > 30 or column.distinct < 2:
                continue
            codes, labels = column.codes()
            parts.append(np.eye(len(labels) + 1)[codes[rows]][:, :-1])
        design = np.column_stack(parts)
        strength, turn = np.linalg.eigh(design.T @ design)
        useful = strength > strength[-1] * 1e-10
        self.basis = design @ (turn[:, useful] / np.sqrt(strength[useful]))

    def rest(self, values: Array | None) -> Array | None:
        if values is None or not np.isfinite(values).all():
            return values
        left: Array = values - self.basis @ (self.basis.T @ values)
        return left


class _Leaks:
    """Finds slices, copies, parts and names, in that order."""

    def __init__(self, survey: Survey, out: set[str]) -> None:
        self.survey, self.rows = survey, _sample(survey)
        self.columns = {n: c.take(self.rows) for n, c in survey.columns.items() if n not in out}
        self.y = survey.log_outcome[self.rows]
        self.found: dict[str, str] = {}

    def find(self) -> dict[str, str]:
        self._slices()
        self._copies()
        self._parts()
        self._made_from_these()
        self._names()
        self._made_from_these()
        return self.found

    def _open(self, *, many: bool) -> dict[str, Column]:
        return {
            n: c
            for n, c in self.columns.items()
            if n not in self.found
            and ((c.is_number and c.distinct > _MANY) if many else 2 <= c.distinct <= _MANY)
        }

    def _slices(self) -> None:
        few = {n: c.codes()[0] for n, c in self._open(many=False).items()}
        for name, codes in few.items():
            limit = _SLICES_OF_TWO if self.columns[name].distinct == 2 else _SLICES
            overall = ordered_pairs(codes, self.y)
            if overall >= limit:
                self.found[name] = "its groups are slices of the outcome"
            elif overall >= 0.6 and words(name) & _RANKING:
                self.found[name] = "by its name and order it is a ranking made from the outcome"
            elif overall >= 0.6:
                inside = self._slices_inside(name, codes, few, limit)
                if inside:
                    self.found[name] = f"within '{inside}' its groups are slices of the outcome"
        for name, column in self._open(many=True).items():
            same = _rank_correlation(column.values, self.y)
            if same >= 0.98:
                self.found[name] = f"it orders households as the outcome does ({same:.3f})"

    def _slices_inside(
        self, name: str, codes: Array, few: dict[str, Array], limit: float
    ) -> str | None:
        for other, groups in few.items():
            if other == name or other in self.found:
                continue
            inside = [
                ordered_pairs(np.where(groups == g, codes, -1), self.y)
                for g in np.unique(groups[groups >= 0])
            ]
            inside = [value for value in inside if value]
            if len(inside) > 1 and min(inside) >= limit:
                return other
        return None

    def _copies(self) -> None:
        helpers = _Few(
            self.survey, set(self.survey.columns) - set(self._open(many=False)), self.rows
        )
        rest = helpers.rest(self.y)
        for name, column in self._open(many=True).items():
            own = helpers.rest(_log(column.values))
            known = _squared_correlation(own, rest)
            if known >= _COPY:
                self.found[name] = "with the other columns it gives the outcome itself"

    def _totals(self) -> dict[str, Array]:
        money = np.exp(self.y)
        totals = {
            n: self.columns[n].values
            for n in self.found
            if self.columns[n].is_number and self.columns[n].distinct > _MANY
        }
        sizes = {
            n: c.values
            for n, c in self.columns.items()
            if c.is_number and c.whole and 2 <= c.distinct <= 30 and np.nanmin(c.values) >= 1
        }
        return (
            {"the outcome": money}
            | totals
            | {f"the outcome times '{n}'": money * v for n, v in sizes.items()}
        )

    def _parts(self) -> None:
        parts = {n: c.values for n, c in self._open(many=True).items() if np.nanmin(c.values) >= 0}
        for label, total in self._totals().items():
            members = _adds_up(parts, total)
            if members:
                self.found.update(
                    {
                        n: f"it is a part of {label}: {len(members)} columns add up to it"
                        for n in members
                    }
                )
                return

    def _made_from_these(self) -> None:
        """A second look: sums and ratios of what has been left out."""
        base = [
            self.columns[n].values
            for n in self.found
            if self.columns[n].is_number and self.columns[n].distinct > _MANY
        ]
        if not base:
            return
        levels = np.column_stack([np.nan_to_num(v) for v in base])
        logs = [v for v in (_log(b) for b in base) if v is not None]
        for name, column in self._open(many=True).items():
            log = _log(column.values)
            ratio = bool(logs) and log is not None and _explained(np.column_stack(logs), log)
            if _explained(levels, column.values) or ratio:
                self.found[name] = "it is made from columns that are parts of the outcome"

    def _names(self) -> None:
        for name, column in self._open(many=True).items():
            said = words(name)
            related = _rank_correlation(column.values, self.y)
            if said & _SPENDING and related > 0.1:
                self.found[name] = "its name says spending, which the outcome is made of"
            elif said & _RANKING and related > 0.5:
                self.found[name] = "by its name and order it is a ranking made from the outcome"


def _explained(basis: Array, values: Array) -> bool:
    known = np.isfinite(values) & np.isfinite(basis).all(axis=1)
    if known.sum() < 3 * basis.shape[1] + 30:
        return False
    design = np.column_stack([np.ones(known.sum()), basis[known]])
    rest = values[known] - design @ _least_squares(design, values[known])
    return bool(rest.var() <= (1 - _EXACT) * values[known].var())


def _least_squares(design: Array, values: Array) -> Array:
    scale = np.sqrt((design**2).mean(axis=0)) + 1e-300
    solved: Any = np.linalg.lstsq(design / scale, values, rcond=1e-10)[0]
    answer: Array = solved / scale
    return answer


def _adds_up(parts: dict[str, Array], total: Array) -> list[str]:
    """The columns whose sum is the total (times a constant, as with months and years)."""
    unlike: dict[str, Array] = {}
    copies: dict[str, str] = {}
    for name, values in parts.items():
        same = next((o for o, v in unlike.items() if _squared_correlation(values, v) > 0.9999), "")
        if same:
            copies[name] = same
        else:
            unlike[name] = np.nan_to_num(values)
    if len(unlike) < 2:
        return []
    design, known = np.column_stack(list(unlike.values())), np.isfinite(total)
    design, total = design[known], total[known]
    answer = _least_squares(design, total)
    rest = total - design @ answer
    if len(total) < 3 * design.shape[1] + 30 or rest.var() > (1 - _EXACT) * total.var():
        return []
    strength = np.abs(answer) * design.std(axis=0)
    usual = np.median(np.abs(answer[strength > 0.01 * total.std()]))
    members = [n for n, a in zip(unlike, answer, strict=True) if 0.8 <= abs(a) / usual <= 1.25]
    return members + [n for n, o in copies.items() if o in members] if len(members) > 1 else []
