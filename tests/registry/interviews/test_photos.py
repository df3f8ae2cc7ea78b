"""Photos: only what decodes as one is taken, made small, stripped, and kept sealed."""

from __future__ import annotations

import errno
import os
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tepat.engine.errors import TepatError
from tepat.registry.interviews import photos


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.FILES = tmp_path
    return tmp_path / "photos"


def picture(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), **more: Any) -> bytes:
    out = BytesIO()
    mode = "RGBA" if kind in ("PNG", "WEBP") else "RGB"
    Image.new(mode, size, "teal").save(out, kind, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it has 40,000 by 40,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 10_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_small_jpeg(kind: str) -> None:
    with Image.open(BytesIO(photos.redrawn(picture(kind)))) as drawn:
        assert (drawn.format, max(drawn.size)) == ("JPEG", 1600)


def test_nothing_travels_with_a_photo() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of the phone"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[2] = (7.0, 3.0, 41.0)
    content = picture(exif=exif, comment=b"<script>alert(1)</script>")
    assert b"Maker of the phone" in content and b"<script>" in content
    drawn = photos.redrawn(content)
    assert b"Maker" not in drawn and b"<script>" not in drawn
    with Image.open(BytesIO(drawn)) as again:
        assert not again.getexif() and again.size == (800, 1600), "upright, and without data"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF = bytes.fromhex("474946383961010001008000000000000000000021f90401000000002c00000000")


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        GIF,
        b"<?php system($_GET['x']); ?>",
        b"",
        b"\xff\xd8\xff\xe0" + b"\0" * 400,
        picture()[:2000],
        picture("PNG")[:60],
        b"%PDF-1.7",
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_what_is_no_whole_photo_is_refused(content: bytes) -> None:
    with pytest.raises(TepatError) as caught:
        photos.redrawn(content)
    assert caught.value.code == "photo_unreadable" and "camera" in caught.value.do


def test_what_would_grow_beyond_measure_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(TepatError) as caught:
        photos.redrawn(bomb())
    assert caught.value.code == "photo_too_large"
    with pytest.raises(TepatError) as caught:
        photos.redrawn(picture() + b"\0" * photos.LARGEST_FILE)
    assert caught.value.code == "photo_too_large"


def test_a_kept_photo_is_sealed_and_can_be_opened_and_removed(home: Path) -> None:
    drawn = photos.redrawn(picture())
    name = photos.keep(drawn)
    kept = (home / name).read_bytes()
    assert drawn not in kept and b"JFIF" not in kept
    assert (home / name).stat().st_mode & 0o077 == 0
    assert photos.opened(name) == drawn
    photos.remove(name)
    with pytest.raises(TepatError, match="not there"):
        photos.opened(name)


def test_a_full_disk_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(photos.os, "fsync", full)
        with pytest.raises(TepatError) as caught:
            photos.keep(b"picture")
    assert caught.value.code == "disk_full"
    assert list(home.iterdir()) == []
    assert photos.keep(b"picture"), "with room again it works"
    assert len(list(home.iterdir())) == 1


def test_a_name_cannot_lead_out_of_the_folder(home: Path) -> None:
    home.mkdir(parents=True)
    (home.parent / "secret").write_bytes(b"x")
    with pytest.raises(TepatError, match="not there"):
        photos.opened("../secret")
