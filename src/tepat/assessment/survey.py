"""A household survey made ready for fitting: outcome, weights, clusters and typed columns.

Nothing is thrown away silently: rows and columns that cannot be used are counted and named.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tepat.assessment.model import MISSING_WORDS
from tepat.engine.errors import TepatError

if TYPE_CHECKING:
    import polars as pl

Array = np.ndarray[Any, np.dtype[Any]]
FEWEST_ROWS = 30
FEW_VALUES = 60


@dataclass(frozen=True)
class Column:
    """One column: ``values`` are numbers (NaN = unknown) or positions in ``labels`` (-1 = unknown).

    Attributes:
        labels: the texts, for a text column; None for a number.
        whole: every known value is a whole number.
        distinct: how many different known values there are.
    """

    name: str
    values: Array
    labels: tuple[str, ...] | None
    whole: bool
    distinct: int

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers rather than text."""
        return self.labels is None

    @property
    def known(self) -> Array:
        """Which rows have a value."""
        return np.isfinite(self.values) if self.is_number else self.values >= 0

    def codes(self) -> tuple[Array, list[str]]:
        """Each row's position in the list of different values as text (-1 = unknown)."""
        if self.labels is not None:
            return self.values.astype(np.int64), list(self.labels)
        known = self.known
        different, at = np.unique(self.values[known], return_inverse=True)
        codes = np.full(len(self.values), -1, dtype=np.int64)
        codes[known] = at
        return codes, [str(int(v)) if v == int(v) else repr(float(v)) for v in different]

    def take(self, rows: Array) -> Column:
        """The same column for some of the rows."""
        return Column(self.name, self.values[rows], self.labels, self.whole, self.distinct)


@dataclass
class Survey:
    """The rows that can be fitted, and what was left out on the way."""

    log_outcome: Array
    weight: Array
    cluster: Array
    columns: dict[str, Column]
    rows_kept: Array
    rows_read: int
    left_out_rows: dict[str, int]
    left_out: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows are fitted."""
        return len(self.log_outcome)


def require_column(frame: pl.DataFrame, name: str, role: str) -> None:
    """Stop with the nearest name where a named column is not in the file."""
    if name in frame.columns:
        return
    near = difflib.get_close_matches(name, frame.columns, n=1)
    raise TepatError(
        "column_missing",
        f"The households have no column '{name}' ({role}).",
        f"The nearest name is '{near[0]}'." if near else "",
        f"Columns: {', '.join(frame.columns[:40])}.",
    )


def read_households(path: Path) -> pl.DataFrame:
    """Read CSV, Parquet or XLSX, or the families of an input folder.

    Raises:
        TepatError: ``file_missing``, ``file_unreadable``, ``no_rows``.
    """
    import polars as pl

    path = Path(path)
    if path.is_dir():
        path = _families_in(path)
    if not path.exists():
        raise TepatError(
            "file_missing",
            f"There is no file {path}.",
            do="Give a CSV, Parquet or XLSX file with one row per household.",
        )
    try:
        frame = _read(path)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError, ValueError) as error:
        raise TepatError(
            "file_unreadable",
            f"{path} cannot be read: {error}".rstrip(".") + ".",
            do="Save it as UTF-8 CSV, Parquet or XLSX with names in the first row.",
        ) from error
    if frame.height == 0:
        raise TepatError(
            "no_rows", f"{path} has no rows.", do="Give a file with one row per household."
        )
    return frame


def _families_in(folder: Path) -> Path:
    for name in ("families.parquet", "families.csv", "families.xlsx", "families"):
        if (folder / name).exists():
            return folder / name
    return folder


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    kind = path.suffix.lower()
    if path.is_dir():
        return pl.scan_parquet(path / "**/*.parquet", hive_partitioning=True).collect()
    if kind in (".parquet", ".pq"):
        return pl.read_parquet(path)
    if kind in (".xlsx", ".xls", ".ods"):
        return pl.read_excel(path, infer_schema_length=None)
    return _read_csv(path)


def _read_csv(path: Path) -> pl.DataFrame:
    import polars as pl

    with path.open("rb") as file:
        head = file.read(1 << 16)
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace")
    separator = max(",;\t|", key=first.count)
    comma = separator == ";" and re.search(rb"(^|;)-?\d+,\d", head, re.M) is not None
    options: dict[str, Any] = {
        "separator": separator,
        "decimal_comma": comma,
        "infer_schema_length": None,
        "null_values": [word for word in MISSING_WORDS if word],
    }
    try:
        return pl.read_csv(path, **options)
    except (pl.exceptions.ComputeError, UnicodeDecodeError):
        return pl.read_csv(path, encoding="cp1252", **options)


def prepare(
    frame: pl.DataFrame,
    *,
    outcome: str,
    weight: str | None,
    cluster: str | None,
    names: Sequence[str],
) -> Survey:
    """Check outcome, weights and clusters, and keep the rows that can be fitted.

    Raises:
        TepatError: ``column_missing``, ``outcome_not_number``, ``outcome_not_positive``,
            ``weight_negative``, ``too_few_rows``.
    """
    named = {outcome: "outcome", weight: "weight", cluster: "cluster"}
    for name, role in named.items():
        if name is not None:
            require_column(frame, name, role)
    amounts = _outcome(frame, outcome)
    weights = _weight(frame, weight)
    dropped = {f"'{outcome}' is unknown": int(np.isnan(amounts).sum())}
    if weight is not None:
        dropped[f"'{weight}' is 0 or unknown"] = int((~(weights > 0)).sum())
    keep = np.flatnonzero(np.isfinite(amounts) & (weights > 0))
    if len(keep) < FEWEST_ROWS:
        raise TepatError(
            "too_few_rows",
            f"Only {len(keep)} rows can be fitted.",
            f"At least {FEWEST_ROWS} rows need '{outcome}' and a weight above 0.",
            "Give more households.",
        )
    columns = {name: to_column(frame.get_column(name)).take(keep) for name in names}
    clusters = np.arange(frame.height) if cluster is None else _clusters(frame, cluster)
    return Survey(
        np.log(amounts[keep]),
        weights[keep] / weights[keep].mean(),
        clusters[keep],
        columns,
        keep,
        frame.height,
        {why: n for why, n in dropped.items() if n},
    )


def _outcome(frame: pl.DataFrame, name: str) -> Array:
    column = to_column(frame.get_column(name))
    if not column.is_number:
        raise TepatError(
            "outcome_not_number",
            f"The outcome '{name}' holds text.",
            f"The first value is '{(column.labels or ('',))[0]}'.",
            "Name a column with consumption in money.",
        )
    bad = np.flatnonzero(column.values <= 0)
    if len(bad):
        raise TepatError(
            "outcome_not_positive",
            f"The outcome '{name}' is 0 or less in {len(bad)} rows, the first being data row "
            f"{bad[0] + 1} ({column.values[bad[0]]:g}).",
            "The logarithm of consumption is fitted.",
            "Correct those rows, or empty the value where it is unknown.",
        )
    return column.values


def _weight(frame: pl.DataFrame, name: str | None) -> Array:
    if name is None:
        return np.ones(frame.height)
    column = to_column(frame.get_column(name))
    if not column.is_number:
        raise TepatError(
            "weight_not_number",
            f"The weight '{name}' holds text.",
            do="Name a column with numbers.",
        )
    bad = np.flatnonzero(column.values < 0)
    if len(bad):
        raise TepatError(
            "weight_negative",
            f"The weight '{name}' is negative in {len(bad)} rows, "
            f"the first being data row {bad[0] + 1} ({column.values[bad[0]]:g}).",
            do="Correct those rows, or choose another weight.",
        )
    return column.values


def _clusters(frame: pl.DataFrame, name: str) -> Array:
    codes, labels = to_column(frame.get_column(name)).codes()
    alone = np.flatnonzero(codes < 0)
    codes[alone] = len(labels) + np.arange(len(alone))
    return codes


def to_column(series: pl.Series) -> Column:
    """A polars series as numbers, or as positions among texts."""
    import polars as pl

    kind = series.dtype
    if kind == pl.Boolean or kind.is_numeric():
        return number_column(series.name, series.cast(pl.Float64).to_numpy())
    text = series.cast(pl.String).str.strip_chars()
    text = text.set(text.is_in(list(MISSING_WORDS)).fill_null(True), None)
    numbers = _as_numbers(text)
    if numbers is not None:
        return number_column(series.name, numbers.to_numpy())
    labels = tuple(text.drop_nulls().unique().sort().to_list())
    found = (
        text.replace_strict(
            list(labels), list(range(len(labels))), default=-1, return_dtype=pl.Int64
        )
        if labels
        else pl.Series([-1] * len(text))
    )
    return Column(series.name, found.fill_null(-1).to_numpy(), labels, False, len(labels))


def _as_numbers(text: pl.Series) -> pl.Series | None:
    """The numbers that a text column writes; None where it is text or holds codes such as 01."""
    import polars as pl

    known = text.drop_nulls()
    if known.is_empty() or known.str.contains(r"^-?0\d").any():
        return None
    if (known.str.len_chars() > 15).any():
        return None
    numbers = text.cast(pl.Float64, strict=False)
    return numbers if numbers.null_count() == text.null_count() else None


def number_column(name: str, values: Array) -> Column:
    """A column of numbers; infinities are unknown."""
    values = np.where(np.isfinite(values), values, np.nan)
    known = values[np.isfinite(values)]
    whole = bool(np.all(known == np.floor(known)))
    return Column(name, values, None, whole, len(np.unique(known)))
