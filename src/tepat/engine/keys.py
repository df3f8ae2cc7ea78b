"""The secret keys of an installation: for sessions, for encrypting and for finding numbers.

With a database server of one's own both secrets come from the environment. With the embedded
server they are made at the first start, in a file that only its owner may read. Losing the secret
for the data loses every NIK and KK number in the database: keep a copy of it elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tepat.engine.errors import TepatError

VARIABLES = {"site": "TEPAT_SECRET_KEY", "data": "TEPAT_DATA_KEY"}
# What secrets.token_urlsafe(32) gives: 256 bits.
SHORTEST = 43


@dataclass(frozen=True)
class Keys:
    """Keys that are never shown: `django` signs, `data` encrypts (32 bytes), `index` finds (32)."""

    django: str = field(repr=False)
    data: bytes = field(repr=False)
    index: bytes = field(repr=False)

    def fingerprint(self) -> str:
        """Eight letters that tell whether two installations have the same key for data."""
        return _derived(self.data, "fingerprint").hex()[:8]


def load_keys(home: Path) -> Keys:
    """The keys of the installation in a folder, made where it is new.

    Raises:
        TepatError: ``key_missing``, ``key_weak``, ``keys_lost`` or ``keys_unreadable``.
    """
    given = {name: os.environ.get(variable, "") for name, variable in VARIABLES.items()}
    if os.environ.get("DATABASE_URL"):
        _require(given)
    elif not all(given.values()):
        given = {**_kept(home), **{name: text for name, text in given.items() if text}}
    _refuse_weak(given)
    secret = given["data"].encode()
    return Keys(given["site"], _derived(secret, "data"), _derived(secret, "index"))


def _require(given: dict[str, str]) -> None:
    missing = [VARIABLES[name] for name, text in given.items() if not text]
    if missing:
        raise TepatError(
            "key_missing",
            f"DATABASE_URL is set, but not {' and '.join(missing)}.",
            "For a server of your own, Tepat makes no keys: they must outlive this machine.",
            'Make each once with python3 -c "import secrets; print(secrets.token_urlsafe(32))" '
            "and keep it where passwords are kept.",
        )


def _refuse_weak(given: dict[str, str]) -> None:
    weak = [VARIABLES[name] for name, text in given.items() if len(text) < SHORTEST]
    if weak:
        raise TepatError(
            "key_weak",
            f"{' and '.join(weak)} must have at least {SHORTEST} characters.",
            do='Make one with python3 -c "import secrets; print(secrets.token_urlsafe(32))".',
        )


def _kept(home: Path) -> dict[str, str]:
    """The secrets in the installation's file, made if there is neither file nor database."""
    file = home / "keys" / "keys.json"
    if not file.exists():
        if (home / "pg" / "data").exists():
            raise TepatError(
                "keys_lost",
                f"{file} is missing, and the database beside it was encrypted with it.",
                "With new keys no NIK or KK number in it could be read or found again.",
                "Put the file back from a copy. To begin anew, move the whole folder away.",
            )
        _make(file)
    try:
        kept = json.loads(file.read_text())
        return {name: str(kept[name]) for name in VARIABLES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TepatError(
            "keys_unreadable",
            f"Cannot read the keys in {file}.",
            f"{type(error).__name__}",
            "Run this as the user who started Tepat there, or put the file back from a copy.",
        ) from error


def _make(file: Path) -> None:
    """Write new secrets, whole at once; of two processes the first wins."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = {name: secrets.token_urlsafe(32) for name in VARIABLES}
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as draft:  # made with mode 0600
        json.dump(new, draft)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, file)
        except FileExistsError:
            return


def _derived(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from which the secret cannot be found."""
    return hmac.digest(secret, f"tepat {purpose}".encode(), hashlib.sha256)
