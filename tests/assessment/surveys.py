"""Made-up household surveys for the tests of calibration, and plain regression on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

Array = np.ndarray[Any, np.dtype[Any]]


def survey(rows: int, seed: int) -> pl.DataFrame:
    """Households with answers, consumption, weights, clusters and everything that must not leak."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, max(rows // 12, 8), rows)
    size = 1 + rng.poisson(2.6, rows)
    wall = rng.choice(["brick", "wood", "bamboo"], rows, p=[0.5, 0.3, 0.2])
    fridge, car = rng.random(rows) < 0.5, rng.random(rows) < 0.2
    area = np.round(rng.gamma(4, 15, rows), 1)
    log = 13.2 - 0.12 * np.minimum(size, 6) + 0.25 * fridge + 0.45 * car * (wall == "brick")
    log += 0.006 * np.minimum(area, 80) - 0.3 * (wall == "bamboo")
    log += 0.15 * rng.normal(size=cluster.max() + 1)[cluster] + 0.3 * rng.normal(size=rows)
    person = np.round(np.exp(log), 2)
    parts = rng.dirichlet([8.0, 3, 2, 1], rows) * (person * size)[:, None]
    frame = pl.DataFrame(
        {
            "household": [f"H{seed}-{k:06d}" for k in range(rows)],
            "ea": cluster + 100,
            "region": cluster % 6,
            "size": size,
            "wall": wall,
            "fridge": fridge,
            "car": car.astype(int),
            "floor_area": area,
            "rooms": 1 + rng.poisson(1.5, rows),
            "nothing": 7,
            "consumption": person,
            "person_weight": np.round(rng.uniform(50, 400, rows) * size, 3),
        }
    )
    return frame.with_columns(
        **{f"v{k}": np.round(parts[:, k], 2) for k in range(4)},
        annual=pl.Series(np.round(person * size * 12, 2)),
        fifth=pl.Series(np.argsort(np.argsort(person)) * 5 // rows + 1),
        poor=pl.Series((person < np.quantile(person, 0.2)).astype(int)),
        floor_area=pl.when(pl.Series(rng.random(rows) < 0.1)).then(None).otherwise("floor_area"),
    )


def random_frame(seed: int, rows: int) -> pl.DataFrame:
    """A data set of any make: few or many columns, skewed, missing, curved, with or without use."""
    rng = np.random.default_rng(seed)
    total, columns = np.zeros(rows), {}
    for k in range(int(rng.integers(1, 7))):
        shape = int(rng.integers(4))
        values: Array = [
            rng.normal(size=rows),
            np.exp(1.5 * rng.normal(size=rows)) * 1000,
            rng.poisson(3, rows).astype(float),
            rng.uniform(size=rows),
        ][shape]
        standard = (values - values.mean()) / values.std()
        curve = np.minimum(standard, 0.3) if rng.random() < 0.5 else standard
        total += curve * rng.normal() * 0.3 * (rng.random() < 0.8)
        empty = rng.random(rows) < rng.choice([0.0, 0.02, 0.2])
        kind = pl.Int64 if shape == 2 else pl.Float64
        columns[f"n{k}"] = pl.Series([None if e else v for v, e in zip(values, empty, strict=True)])
        columns[f"n{k}"] = columns[f"n{k}"].cast(kind)
    for k in range(int(rng.integers(0, 6))):
        count = int(rng.choice([2, 4, 9, 25]))
        codes = rng.choice(count, rows, p=rng.dirichlet(np.ones(count)))
        total += (rng.normal(size=count) * 0.3 * (rng.random() < 0.7))[codes]
        text = rng.random() < 0.6
        columns[f"c{k}"] = pl.Series([f"v{c}" if text else int(c + 1) for c in codes])
    noise = rng.normal(size=rows) * rng.choice([0.3, 0.8])
    return pl.DataFrame(columns).with_columns(y=pl.Series(np.exp(10 + total + noise)))


def least_squares(train: pl.DataFrame, test: pl.DataFrame, codes: bool) -> Array:
    """Plain regression by scikit-learn: one-hot texts (and codes), medians for what is missing."""
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import OneHotEncoder

    names = [name for name in train.columns if name != "y"]
    few = [
        name
        for name in names
        if train[name].dtype == pl.String
        or (codes and train[name].dtype == pl.Int64 and train[name].n_unique() <= 20)
    ]
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    if few:
        encoder.fit(train.select(pl.col(few).cast(pl.String).fill_null("?")).to_numpy())

    def spread(frame: pl.DataFrame) -> Array:
        rest = [pl.col(n).fill_null(train[n].median()) for n in names if n not in few]
        parts = [frame.select(rest).to_numpy().astype(float)] if rest else []
        if few:
            texts = frame.select(pl.col(few).cast(pl.String).fill_null("?"))
            parts.append(encoder.transform(texts.to_numpy()))
        return np.column_stack(parts)

    model = LinearRegression().fit(spread(train), np.log(train["y"].to_numpy()))
    answer: Array = model.predict(spread(test))
    return answer
