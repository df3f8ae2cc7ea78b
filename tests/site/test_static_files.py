"""Static files as they are served: every address of one carries its hash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from tests.needs import missing

STORAGES = {"staticfiles": {"BACKEND": "tepat.site.static_files.Storage"}}


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """All static files, gathered as an installation gathers them."""
    if not (settings.ROOT / "var" / "web" / "css" / "console.css").exists():
        missing("npm", "Run `make setup` with npm at hand, so that scripts/front_end can compile.")
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=settings.STORAGES | STORAGES):
        call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def unhashed(text: str) -> list[str]:
    """Addresses of other files, in a script or style sheet, that carry no hash."""
    named = re.findall(r"""(?:from\s*|import\()["'](\./[^"']+)|url\(([^)]+)\)""", text)
    return [
        one for pair in named for one in pair if one and not re.search(r"\.[0-9a-f]{12}\.", one)
    ]


def test_scripts_and_styles_name_other_files_by_their_hash(collected: Path) -> None:
    hashed = re.compile(r"\.[0-9a-f]{12}\.(?:css|js)$")
    served = [path for path in collected.rglob("*") if hashed.search(path.name)]
    own = [path for path in served if path.name.startswith(("start.", "console."))]
    assert len(own) == 2
    for path in own:
        assert not unhashed(path.read_text(encoding="utf-8")), path.name
        assert path.with_name(path.name + ".br").exists(), "compressed copies are served"


def test_an_address_without_hash_would_be_found() -> None:
    source = (Path(settings.ROOT) / "src/tepat/site/static/js/start.js").read_text(encoding="utf-8")
    assert len(unhashed(source)) == 2


def test_no_font_and_no_crest_is_carried(collected: Path) -> None:
    names = [path.name for path in collected.rglob("*")]
    assert names and not [name for name in names if re.search(r"woff|ttf|crest", name)]
    styles = (settings.ROOT / "var" / "web" / "css" / "console.css").read_text(encoding="utf-8")
    assert "@font-face" not in styles and "GDS" not in styles
