"""However an input is cut, the same rows come out; where that cannot be, it is not cut."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tepat.policy.load import load_policy
from tepat.population.make import make_population
from tepat.runs.request import Request
from tepat.runs.run import run
from tepat.runs.steps import cut_input
from tests.runs.conftest import DAY, FEW

TABLES = ("families", "members", "flags", "benefits", "lists", "truth")
Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """A small kabupaten, each table in the order of its keys."""
    folder = tmp_path_factory.mktemp("cut") / "people"
    make_population(folder, 300, None, 3, kabupaten="3204")
    found = {}
    for name in TABLES:
        path = folder / name
        files = path / "**" / "*.parquet" if path.is_dir() else path.with_suffix(".parquet")
        found[name] = pl.read_parquet(files, hive_partitioning=False)
    return found | {
        "families": found["families"].sort("family_key"),
        "members": found["members"].sort("family_key", "person_key"),
    }


def written(folder: Path, frames: Frames, at: tuple[str, ...]) -> Path:
    """Families and members in a file for each range of family keys, the rest as it is."""
    bounds = ["", *at, "\U0010ffff"]
    for name in ("families", "members"):
        (folder / name).mkdir(parents=True)
        for number, (low, below) in enumerate(pairwise(bounds)):
            key = pl.col("family_key")
            some = frames[name].filter((key >= low) & (key < below))
            if some.height:
                some.write_parquet(folder / name / f"file-{number}.parquet")
    for name in set(TABLES) - {"families", "members"}:
        frames[name].write_parquet(folder / f"{name}.parquet")
    return folder


def thirds(frames: Frames) -> tuple[str, str]:
    keys = frames["families"]["family_key"]
    return keys[100], keys[200]


def made(folder: Path, out: Path, at_once: int) -> dict[str, Any]:
    return run(Request(folder, out, DAY, at_once=at_once, programmes=FEW))


def number_of_parts(folder: Path) -> int:
    asked = Request(folder, folder, DAY, at_once=90)
    return len(cut_input(asked, load_policy(None).variables))


def alike_however_cut(folder: Path, tmp_path: Path, parts: int) -> dict[str, Any]:
    assert number_of_parts(folder) == parts
    whole, cut = (made(folder, tmp_path / str(n), n) for n in (1_000, 90))
    assert cut["content"] == whole["content"]
    return cut


def with_rows(frame: pl.DataFrame, **columns: list[Any]) -> pl.DataFrame:
    """A frame with a few more rows, of which only some columns are known."""
    more = pl.DataFrame(columns, schema={name: frame.schema[name] for name in columns})
    return pl.concat([frame, more], how="diagonal")


def lost_members(frames: Frames) -> Frames:
    """A middle file of families has no members, and one of members no families."""
    low, high = thirds(frames)
    key = pl.col("family_key")
    return frames | {
        "members": frames["members"].filter((key < low) | (key >= high)),
        "families": frames["families"].filter(key < high),
    }


def unknown_persons(frames: Frames) -> Frames:
    """Flags of a known family on persons whom nobody knows."""
    known = [frames["families"]["family_key"][n] for n in (5, 150, 250)]
    flags = with_rows(
        frames["flags"],
        family_key=known,
        person_key=["A", "M", "Z"],
        ground=["civil_servant"] * 3,
        contested=[False] * 3,
    )
    return frames | {"flags": flags}


def nameless_truth(frames: Frames) -> Frames:
    truth = with_rows(frames["truth"], family_key=[None, None], true_pc_consumption=[1, 2])
    return frames | {"truth": truth}


def findings(out: Path, rule: str) -> pl.DataFrame:
    return pl.read_parquet(out / "findings" / "*.parquet").filter(pl.col("rule") == rule)


def test_files_in_order_have_the_same_rows_in_parts(frames: Frames, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", frames, thirds(frames))
    rows = alike_however_cut(folder, tmp_path, 3)["rows"]
    assert rows["families"] == frames["families"].height
    assert rows["members"] == frames["members"].height


def test_families_and_members_without_each_other_go_to_a_neighbour(
    frames: Frames, tmp_path: Path
) -> None:
    folder = written(tmp_path / "in", lost_members(frames), thirds(frames))
    assert alike_however_cut(folder, tmp_path, 2)["rows"]["families"] == 200
    assert findings(tmp_path / "90", "no_members").height >= 100
    assert findings(tmp_path / "90", "family_not_found").height > 100


def test_flags_on_persons_whom_nobody_knows_are_told_alike(frames: Frames, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", unknown_persons(frames), thirds(frames))
    alike_however_cut(folder, tmp_path, 3)
    lost = findings(tmp_path / "90", "target_not_found").filter(
        pl.col("key").is_in(["A", "M", "Z"])
    )
    assert lost.height == 3 and lost["family_id"].null_count() == 3


def test_truth_without_a_key_is_not_kept(frames: Frames, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", nameless_truth(frames), thirds(frames))
    kept = alike_however_cut(folder, tmp_path, 3)["rows"]["truth"]
    assert kept == frames["truth"].height


def test_a_table_of_text_beside_is_told_of_once(frames: Frames, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", frames, thirds(frames))
    (folder / "flags.parquet").unlink()
    text = frames["flags"].with_columns(unknown=pl.lit("é")).write_csv()
    (folder / "flags.csv").write_bytes(text.encode("cp1252"))
    alike_however_cut(folder, tmp_path, 3)
    assert findings(tmp_path / "90", "encoding_assumed").height == 1


def test_persons_in_another_order_than_their_families_are_not_cut(
    frames: Frames, tmp_path: Path
) -> None:
    low, _ = thirds(frames)
    first = pl.col("family_key") < low
    key = pl.when(first).then(pl.lit("Z") + pl.col("person_key")).otherwise(pl.col("person_key"))
    changed = frames | {
        "members": frames["members"].with_columns(person_key=key),
        "flags": frames["flags"].clear(),
        "benefits": frames["benefits"].clear(),
    }
    folder = written(tmp_path / "in", changed, thirds(frames))
    assert number_of_parts(folder) == 1
    # in the order of families again, it is cut
    changed["members"] = changed["members"].with_columns(
        person_key=pl.col("family_key") + pl.col("person_key")
    )
    assert number_of_parts(written(tmp_path / "ordered", changed, thirds(frames))) == 3


def test_dates_as_text_are_read_alike_in_all_files(frames: Frames, tmp_path: Path) -> None:
    """One row shows that months stand first, so that all others are in doubt."""
    low, _ = thirds(frames)
    day = pl.col("birth_date")
    day_first, month_first = (day.dt.strftime(form) for form in ("%d/%m/%Y", "%m/%d/%Y"))
    text = pl.when(pl.col("family_key") < low).then(day_first).otherwise(month_first)
    changed = frames | {"members": frames["members"].with_columns(birth_date=text)}
    folder = written(tmp_path / "in", changed, thirds(frames))
    assert number_of_parts(folder) == 1
    found = made(folder, tmp_path / "run", 90)
    assert found["rows"]["families"] == 300
    assert findings(tmp_path / "run", "date_ambiguous").height > 20
