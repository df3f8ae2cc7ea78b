"""Keys are made once, kept closed, and never replaced under a database that needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tepat.engine.errors import TepatError
from tepat.engine.keys import VARIABLES, load_keys

LONG = "a" * 43


@pytest.fixture(autouse=True)
def _no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", *VARIABLES.values()):
        monkeypatch.delenv(name, raising=False)


def test_a_second_start_finds_the_keys_of_the_first(tmp_path: Path) -> None:
    first, second = load_keys(tmp_path), load_keys(tmp_path)
    assert first == second
    assert first != load_keys(tmp_path / "another")


def test_keys_differ_by_purpose_and_are_not_shown(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)
    assert len({keys.django.encode(), keys.data, keys.index}) == 3
    assert len(keys.data) == len(keys.index) == 32
    assert repr(keys) == "Keys()"


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    load_keys(tmp_path)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    (file,) = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_new_keys_are_made_beside_a_database(tmp_path: Path) -> None:
    load_keys(tmp_path)
    (tmp_path / "pg" / "data").mkdir(parents=True)
    load_keys(tmp_path)
    (tmp_path / "keys" / "keys.json").unlink()
    with pytest.raises(TepatError) as lost:
        load_keys(tmp_path)
    assert lost.value.code == "keys_lost"


def test_a_broken_file_of_keys_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path)
    (tmp_path / "keys" / "keys.json").write_text("{}")
    with pytest.raises(TepatError) as broken:
        load_keys(tmp_path)
    assert broken.value.code == "keys_unreadable"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "key_missing"),
        ({"TEPAT_SECRET_KEY": LONG}, "key_missing"),
        ({"TEPAT_SECRET_KEY": LONG, "TEPAT_DATA_KEY": "short"}, "key_weak"),
        ({"TEPAT_SECRET_KEY": LONG, "TEPAT_DATA_KEY": LONG}, None),
    ],
)
def test_a_server_of_ones_own_needs_keys_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], code: str | None
) -> None:
    for name, value in {"DATABASE_URL": "postgresql://x/y", **given}.items():
        monkeypatch.setenv(name, value)
    if code is None:
        assert load_keys(tmp_path).django == LONG
    else:
        with pytest.raises(TepatError) as refused:
            load_keys(tmp_path)
        assert refused.value.code == code
    assert not (tmp_path / "keys").exists(), "no keys are made for a server of one's own"
