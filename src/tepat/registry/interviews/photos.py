"""Photos: what is taken in, how it is made small and harmless, and where it lies sealed.

A file is what it decodes to, whatever its name says. The picture that is kept is drawn anew, so
that nothing travels with it: no place, no device, no script.
"""

from __future__ import annotations

import errno
import os
import secrets
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.people import sealer

LARGEST_FILE = 8 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")


def redrawn(content: bytes) -> bytes:
    """A picture as a JPEG of at most 1600 pixels a side, and nothing besides.

    Raises:
        TepatError: ``photo_too_large`` or ``photo_unreadable``.
    """
    from PIL import Image

    if len(content) > LARGEST_FILE:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise _too_large()
                return _jpeg(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise TepatError(
            "photo_unreadable",
            Text("Berkas ini bukan foto yang dapat dibaca.", "This file is not a readable photo."),
            Text(
                "Yang diterima hanya foto JPEG, PNG, atau WebP yang utuh; isi berkas yang dilihat, "
                "bukan namanya.",
                "Only whole JPEG, PNG or WebP photos are taken; what counts is what the file "
                "holds, not its name.",
            ),
            Text(
                "Ambil foto lagi dengan kamera, lalu kirim foto itu.",
                "Take the photo again with the camera and send that one.",
            ),
        ) from error


def _jpeg(opened: Any) -> bytes:
    from PIL import Image, ImageOps

    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright.getchannel("A"))
    out = BytesIO()
    plain.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def _too_large() -> TepatError:
    return TepatError(
        "photo_too_large",
        Text("Foto ini terlalu besar.", "This photo is too large."),
        Text("Batasnya 8 MB dan 60 juta titik gambar.", "The limit is 8 MB and 60 million pixels."),
        Text(
            "Pilih ukuran foto yang lebih kecil di kamera, lalu ambil lagi.",
            "Choose a smaller size in the camera and take it again.",
        ),
    )


def folder() -> Path:
    """Where the sealed photos lie."""
    return Path(settings.FILES) / "photos"


def keep(picture: bytes) -> str:
    """Seal a picture and write it, whole or not at all; its random name.

    Raises:
        TepatError: ``disk_full`` or ``photo_not_kept``.
    """
    name = secrets.token_hex(16)
    whole, part = folder() / name, folder() / f"{name}.part"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealer().seal_bytes(picture))
            file.flush()
            os.fsync(file.fileno())
        part.rename(whole)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _not_kept(error) from error
    return name


def _not_kept(error: OSError) -> TepatError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TepatError(
            "disk_full",
            Text("Foto belum tersimpan: penyimpanan penuh.", "Not saved: the disk is full."),
            Text("Isian lain tidak terganggu.", "All other answers are safe."),
            Text(
                "Beri tahu pengelola sistem, lalu kirim foto ini lagi.",
                "Tell who runs the system, then send the photo again.",
            ),
        )
    return TepatError(
        "photo_not_kept",
        Text("Foto belum tersimpan.", "The photo was not saved."),
        Text("Penyimpanan tidak dapat ditulisi.", "The storage cannot be written."),
        Text(
            "Beri tahu pengelola sistem, lalu kirim foto ini lagi.",
            "Tell who runs the system, then send the photo again.",
        ),
    )


def opened(name: str) -> bytes:
    """A picture again, a JPEG.

    Raises:
        TepatError: ``photo_missing`` or ``seal_broken``.
    """
    try:
        return sealer().open_bytes((folder() / Path(name).name).read_bytes())
    except OSError as error:
        raise TepatError(
            "photo_missing",
            Text("Berkas foto ini tidak ada.", "The file of this photo is not there."),
            do=Text("Beri tahu pengelola sistem.", "Tell who runs the system."),
        ) from error


def remove(name: str) -> None:
    """Take a picture away for good."""
    (folder() / Path(name).name).unlink(missing_ok=True)


def remove_all(names: Iterable[str]) -> None:
    """Take pictures away for good."""
    for name in names:
        remove(name)
