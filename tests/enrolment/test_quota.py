"""Reading a quota file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tepat.engine.errors import TepatError
from tepat.enrolment.quota import read_quota


def write(folder: Path, text: str) -> Path:
    path = folder / "quota.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_national_and_kabupaten_quotas_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "programme,place,quota\npkh,,100\npkh,3204,7\nsembako,,0\n")
    assert read_quota(path, ["pkh", "sembako"]) == {"pkh": {"": 100, "3204": 7}, "sembako": {"": 0}}


def test_a_semicolon_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffprogramme;place;quota\npkh;;100\n")
    assert read_quota(path, ["pkh"]) == {"pkh": {"": 100}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pkhh,,100", "line 2: 'pkhh' is not a programme. Did you mean 'pkh'?"),
        ("pkh,32,100", "line 2: '32' is not a kabupaten code"),
        ("pkh,,1.000", "line 2: '1.000' is not a quota"),
        ("pkh,,-5", "line 2: '-5' is not a quota"),
        ("pkh,,", "line 2: '' is not a quota"),
        ("pkh,,1\npkh,,2", "line 3: pkh has two quotas for the nation"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(tmp_path: Path, line: str, said: str) -> None:
    path = write(tmp_path, f"programme,place,quota\n{line}\n")
    with pytest.raises(TepatError) as caught:
        read_quota(path, ["pkh"])
    assert said in caught.value.what


def test_wrong_columns_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TepatError, match="Name them programme, place, quota"):
        read_quota(write(tmp_path, "a,b\n1,2\n"), ["pkh"])
    with pytest.raises(TepatError, match="There is no quota file"):
        read_quota(tmp_path / "none.csv", ["pkh"])
