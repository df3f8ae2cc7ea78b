"""A test that lacks a system package is skipped at a desk and fails under CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import needs


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)


@pytest.mark.usefixtures("no_browser")
def test_at_a_desk_a_missing_browser_skips_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="system package missing: chromium"):
        needs.chromium_program()


@pytest.mark.usefixtures("no_browser")
def test_under_ci_a_missing_browser_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"chromium.*make setup"):
        needs.chromium_program()


def test_data_of_others_is_skipped_when_no_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEPAT_TEST_DATA", raising=False)
    with pytest.raises(pytest.skip.Exception, match="TEPAT_TEST_DATA is not set"):
        needs.data_of_others("any")


def test_data_of_others_is_found_below_the_named_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "survey").mkdir()
    monkeypatch.setenv("TEPAT_TEST_DATA", str(tmp_path))
    assert needs.data_of_others("survey") == tmp_path / "survey"
