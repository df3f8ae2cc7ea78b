"""Fit a ranking formula to a household survey and say how well it finds the poor.

The formula is our own: the weights of the official DTSEN ranking are not public. What is written:
``model.json`` (the formula in whole numbers, what it was fitted on, how it fares), and beside it
``model.md``, the model card.

Every figure "out of fold" is honest in this sense: for each fifth of the clusters the whole
procedure, the choice of forms included, was run on the other four fifths.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tepat.assessment.community import mark_features, what_it_adds, with_places
from tepat.assessment.evaluate import Judge, assign_folds, boosted, subgroups
from tepat.assessment.fit import Choice, Fit, Workshop
from tepat.assessment.fixed_point import to_features
from tepat.assessment.leakage import leave_out, of_no_use
from tepat.assessment.model import FORMAT, parse_model
from tepat.assessment.model_card import model_card, report_lines
from tepat.assessment.outside import seen_by
from tepat.assessment.pairs import rich
from tepat.assessment.stability import stability
from tepat.assessment.survey import (
    Array,
    Column,
    Survey,
    prepare,
    read_households,
    require_column,
    to_column,
)
from tepat.assessment.terms import make_menu
from tepat.engine.errors import TepatError
from tepat.engine.manifest import file_hash

if TYPE_CHECKING:
    import polars as pl

__all__ = ["calibrate", "report_lines"]

Progress = Callable[[str, float], None]
_FORMS: dict[str, Callable[[Choice], Fit]] = {
    "plain": Choice.plain,
    "shrunk": Choice.shrunk,
    "richer": rich,
}
# How many times its noise a form's gain must be before it is preferred to the simpler one.
_CLEARLY = {"shrunk": 1.5, "richer": 2.0}
_NUMBERS = re.compile(r"\[\s*-?\d+(,\s*-?\d+)*\s*\]|\{\s*(\"at\"|\"value\")[^{}]*\}")


@dataclass
class _Trial:
    """One set of features, fitted and predicted out of fold."""

    shop: Workshop
    fit: Fit
    form: str
    out_of_fold: Array
    plain_out_of_fold: Array
    gain: tuple[float, float]


def calibrate(
    households: Path,
    *,
    outcome: str,
    weight: str | None = None,
    cluster: str | None = None,
    features: Sequence[str] | None = None,
    by: Sequence[str] = (),
    rank_signal: str | None = None,
    community_rank: str | None = None,
    village: str | None = None,
    area: str | None = None,
    out: Path,
    seed: int = 0,
    compare: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fit log consumption on what can be asked, write the model and its card, return the report.

    Args:
        households: CSV, Parquet or XLSX with one row per household, or an input folder.
        outcome: consumption or income per person, in money, above 0.
        weight: survey weight; people's weights make the errors shares of people.
        cluster: enumeration area; its rows stay together in folds and in intervals.
        features: columns to use; none means all that are neither identifiers, weights, clusters
            nor parts or copies of the outcome (what is left out is listed with its reason).
        by: columns whose values name subgroups to report on.
        rank_signal: a column known when families are ranked, of which only the order counts
            (a community's ranking, a decile of before): it enters as steps between quantiles, and
            the report says what it brings.
        community_rank: each village's own ranking, 1 the poorest; only the order within counts.
        village: the column of villages, with ``community_rank``.
        area: a column of areas, left out one by one to see how far the formula hangs on them.
        out: where to write model.json; the card is written beside it as .md.
        seed: for folds, draws and ties.
        compare: also try gradient boosting, for comparison only.
        progress: called with a step's name and the share done.

    Raises:
        TepatError: for anything wrong with the file, the columns or the place to write.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    say = progress or (lambda step, share: None)
    say("read", 0.0)
    frame = _opened(Path(households), area, community_rank, village, rank_signal)
    rank_signal = rank_signal or community_rank
    survey, named = _survey(frame, outcome, weight, cluster, features, by, rank_signal)
    usable = _usable(survey, named)
    # One thread adds in one order: the same file gives the same model on any machine.
    with threadpool_limits(limits=1):
        groups = _by_columns(frame, survey, by)
        places = _by_columns(frame, survey, [village] if village else [])
        trial, about = _study(survey, usable, rank_signal, places, seed, compare, groups, say)
        for column in _by_columns(frame, survey, [area] if area else []):
            about["stability"] = stability(trial.shop, trial.fit, column)
    about = _about(Path(households), survey, outcome, weight, cluster, seed, rank_signal) | about
    report = _write(Path(out), about, trial, village)
    say("done", 1.0)
    return report


def _opened(
    path: Path, area: str | None, rank: str | None, village: str | None, signal: str | None
) -> pl.DataFrame:
    """The survey; each village's own ranking, if any, as places between 0 and 1000."""
    frame = read_households(path)
    if area is not None:
        require_column(frame, area, "area")
    if rank is None and village is None:
        return frame
    if rank is None or village is None or signal is not None:
        raise TepatError(
            "community_options",
            "A community ranking is named by --community-rank and --village together.",
            "It is the rank signal itself, so --rank-signal cannot stand beside it.",
            "Give both, and no --rank-signal.",
        )
    return with_places(frame, rank, village)


def _usable(survey: Survey, named: Sequence[str]) -> list[Column]:
    """The columns to rank by."""
    usable = [survey.columns[name] for name in named if name not in survey.left_out]
    if not usable:
        raise TepatError(
            "no_features",
            "No column is left to rank by.",
            "; ".join(f"{name}: {why}" for name, why in survey.left_out.items()),
            "Name the columns with --features.",
        )
    return usable


def _study(
    survey: Survey,
    usable: Sequence[Column],
    rank_signal: str | None,
    village: Sequence[Column],
    seed: int,
    compare: bool,
    by: Sequence[Column],
    say: Progress,
) -> tuple[_Trial, dict[str, Any]]:
    """Fit, judge, and compare: with and without the signal, and with gradient boosting."""
    folds, judge = assign_folds(survey.cluster, seed), Judge(survey, seed)
    trial = _try(survey, usable, folds, rank_signal, judge, say)
    found = _evaluate(survey, judge, trial, by, say)
    if rank_signal:
        found["rank_signal"] = _without_signal(
            survey, usable, folds, rank_signal, judge, trial, village
        )
    if compare:
        say("compare", 0.85)
        trees = judge.measure(boosted(survey, usable, folds, seed), draws=0)
        found["comparison"] = {"gradient_boosting": trees}
    return trial, found


def _survey(
    frame: pl.DataFrame,
    outcome: str,
    weight: str | None,
    cluster: str | None,
    features: Sequence[str] | None,
    by: Sequence[str],
    rank_signal: str | None,
) -> tuple[Survey, list[str]]:
    for name in by:
        require_column(frame, name, "by")
    reserved = {outcome: "the outcome", weight: "the weight", cluster: "the cluster"}
    if rank_signal is not None:
        require_column(frame, rank_signal, "rank signal")
    for name in [*(features or ()), *([rank_signal] if rank_signal else [])]:
        require_column(frame, name, "feature")
        if name in reserved:
            raise TepatError(
                "feature_reserved",
                f"'{name}' is {reserved[name]}.",
                "It cannot be a feature too.",
                "Take it off --features.",
            )
    everything = [n for n in frame.columns if n not in reserved]
    names = list(dict.fromkeys(features)) if features is not None else everything
    if rank_signal and rank_signal not in names:
        names.append(rank_signal)
    survey = prepare(
        frame, outcome=outcome, weight=weight, cluster=cluster, names=list(dict.fromkeys(names))
    )
    survey.left_out = _left_out(frame, survey, weight, features, rank_signal)
    return survey, names


def _left_out(
    frame: pl.DataFrame,
    survey: Survey,
    weight: str | None,
    features: Sequence[str] | None,
    rank_signal: str | None,
) -> dict[str, str]:
    """What is not used; when features are named they are, and what speaks against them is kept."""
    useless = {n: why for n, c in survey.columns.items() if (why := of_no_use(c))}
    kept = survey.columns.pop(rank_signal) if rank_signal else None
    weights = to_column(frame.get_column(weight)) if weight else None
    found = leave_out(survey, weight, _same_rows(weights, frame, survey))
    if kept is not None:
        survey.columns[kept.name] = kept
    if features is None:
        useless |= found
    else:
        survey.doubts = {n: why for n, why in found.items() if n not in useless}
    if rank_signal in useless:
        raise TepatError(
            "signal_useless",
            f"The rank signal '{rank_signal}' says nothing: {useless[rank_signal]}.",
            do="Name another column, or none.",
        )
    return useless


def _same_rows(column: Column | None, frame: pl.DataFrame, survey: Survey) -> Column | None:
    if column is None or len(survey.rows_kept) == frame.height:
        return column
    return column.take(survey.rows_kept)


def _by_columns(frame: pl.DataFrame, survey: Survey, by: Sequence[str]) -> list[Column]:
    return [to_column(frame.get_column(name)).take(survey.rows_kept) for name in by]


def _areas(survey: Survey, columns: Sequence[Column]) -> frozenset[str]:
    """Coded columns that are the same within every cluster: where a family lives."""
    names, at, count = np.unique(survey.cluster, return_inverse=True, return_counts=True)
    if len(names) == survey.rows or count.max() < 2:
        return frozenset()
    found = []
    for column in columns:
        codes, labels = column.codes()
        if len(labels) > 2 and (not column.is_number or column.whole):
            low, high = np.full(len(names), len(labels)), np.full(len(names), -1)
            np.minimum.at(low, at, codes)
            np.maximum.at(high, at, codes)
            if np.all(low == high):
                found.append(column.name)
    return frozenset(found)


def _try(
    survey: Survey,
    columns: Sequence[Column],
    folds: Array,
    signal: str | None,
    judge: Judge,
    say: Progress,
) -> _Trial:
    """Fit each form on each four fifths; keep a richer one only where it is clearly better."""
    shop = Workshop(survey, make_menu(columns, signal, _areas(survey, columns)), folds)
    predicted = {form: np.zeros(survey.rows) for form in _FORMS}
    for step, k in enumerate(shop.numbers):
        say("cross-validate", 0.05 + 0.55 * step / len(shop.numbers))
        rows = np.flatnonzero(folds == k)
        choice = Choice(shop, [j for j in shop.numbers if j != k])
        for form, fit in _FORMS.items():
            predicted[form][rows] = shop.predict(fit(choice), rows)
    best = "plain"
    for form, clearly in _CLEARLY.items():
        gain = judge.gain(predicted[form], predicted[best])
        if gain[0] > 0 and gain[1] > clearly:
            best = form
    say("fit", 0.65)
    fitted = _FORMS[best](Choice(shop, shop.numbers))
    return _Trial(
        shop,
        fitted,
        best,
        predicted[best],
        predicted["plain"],
        judge.gain(predicted[best], predicted["plain"]),
    )


def _about(
    path: Path,
    survey: Survey,
    outcome: str,
    weight: str | None,
    cluster: str | None,
    seed: int,
    signal: str | None,
) -> dict[str, Any]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {
        "outcome": outcome,
        "training": {
            "files": [{"name": file.name, "sha256": file_hash(file)} for file in files],
            "rows_read": survey.rows_read,
            "rows_fitted": survey.rows,
            "rows_left_out": survey.left_out_rows,
            "weight": weight,
            "cluster": cluster,
            "clusters": len(np.unique(survey.cluster)) if cluster else None,
            "rank_signal": signal,
            "seed": seed,
        },
        "columns_left_out": survey.left_out,
        "doubts": survey.doubts,
    }


def _evaluate(
    survey: Survey, judge: Judge, trial: _Trial, by: Sequence[Column], say: Progress
) -> dict[str, Any]:
    say("judge", 0.75)
    inside = trial.shop.predict(trial.fit, np.arange(survey.rows))
    plain = judge.measure(trial.plain_out_of_fold, draws=0)
    return {
        "choice": {
            "form": trial.form,
            "tables_of_two": len(trial.fit.pairs),
            "shrinkage": trial.fit.penalty if trial.form != "plain" else 0.0,
            "gain_in_r2_over_plain": round(trial.gain[0], 4),
            "gain_over_its_noise": round(trial.gain[1], 2),
        },
        "evaluation": {
            "folds": len(trial.shop.numbers),
            "r2_in_sample": round(judge.r_squared(inside), 4),
            "out_of_fold": judge.measure(trial.out_of_fold, subgroups(by)),
            "plain_out_of_fold": plain,
        },
    }


def _without_signal(
    survey: Survey,
    usable: Sequence[Column],
    folds: Array,
    signal: str,
    judge: Judge,
    trial: _Trial,
    village: Sequence[Column],
) -> dict[str, Any]:
    """The same formula fitted without the signal, and what the signal adds to it."""
    rest = [column for column in usable if column.name != signal]
    if not rest:
        return {"column": signal, "without": None}
    without = _try(survey, rest, folds, None, judge, lambda step, share: None)
    gain = judge.gain(trial.out_of_fold, without.out_of_fold)
    added = [
        {"village": column.name}
        | what_it_adds(
            judge, survey, signal, column.codes()[0], trial.out_of_fold, without.out_of_fold
        )
        for column in village
    ]
    return {
        "column": signal,
        "gain_in_r2": round(gain[0], 4),
        "gain_over_its_noise": round(gain[1], 2),
        "without": judge.measure(without.out_of_fold),
        "less_missed": judge.difference(trial.out_of_fold, without.out_of_fold),
        "community": added[0] if added else None,
    }


def _write(out: Path, about: dict[str, Any], trial: _Trial, village: str | None) -> dict[str, Any]:
    intercept, features = to_features(trial.shop, trial.fit)
    if village is not None:
        mark_features(features, about["training"]["rank_signal"], village)
    features.sort(key=lambda feature: -int(feature["moves"]))
    parts = [part for feature in features for part in feature.get("parts", [feature])]
    used = [part["column"] for part in parts if "within" not in part]  # a rank has no range
    document = {
        "format": FORMAT,
        "intercept": intercept,
        "unit": "millionths of log outcome",
        **about,
        "seen": seen_by([menu.column for menu in trial.shop.menus], used),
        "features": features,
    }
    parse_model(document, out)
    card = out.with_suffix(".md")
    text = json.dumps(document, indent=1, ensure_ascii=False)
    _replace(out, _NUMBERS.sub(lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n")
    _replace(card, model_card(document))
    return document | {"model": str(out), "card": str(card)}


def _replace(path: Path, text: str) -> None:
    """Write beside, then rename, so that a reader never sees half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise TepatError(
            "not_writable",
            f"Cannot write {path}: {error.strerror}.",
            do="Choose a folder you may write to.",
        ) from error
    finally:
        beside.unlink(missing_ok=True)
