"""NIK and KK numbers at rest: sealed, and found without being opened.

Sealed: AES-256-GCM with a key of the person (or family) alone, made from the installation's key and
a random salt that stands in the row. Destroying the salt destroys the key, in every backup of the
row that lacks it. Found: an HMAC-SHA-256 of the number, cut to 128 bits, under a key that is not in
the database; a plain hash would fall in hours, for there are few possible numbers.

No Django here. Functions work on whole columns; each number costs about two microseconds.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from typing_extensions import Buffer

from tepat.engine.errors import TepatError

SALT_LENGTH, TOKEN_LENGTH = 16, 16
_NONCE_LENGTH = 12


@dataclass(frozen=True)
class Sealer:
    """Seals and finds numbers with the keys of an installation."""

    data_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)

    def tokens(self, numbers: Sequence[str | None]) -> list[bytes | None]:
        """By what each number is found; None stays None."""
        start = hmac.new(self.index_key, b"", sha256)
        found: list[bytes | None] = []
        for number in numbers:
            if number is None:
                found.append(None)
                continue
            digest = start.copy()
            digest.update(number.encode())
            found.append(digest.digest()[:TOKEN_LENGTH])
        return found

    def salts(self, count: int) -> list[bytes]:
        """So many random salts."""
        drawn = os.urandom(SALT_LENGTH * count)
        return [drawn[at : at + SALT_LENGTH] for at in range(0, len(drawn), SALT_LENGTH)]

    def seal(self, numbers: Sequence[str | None], salts: Sequence[bytes]) -> list[bytes | None]:
        """Each number, sealed with the key of its salt; None stays None."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonces = os.urandom(_NONCE_LENGTH * len(numbers))
        start = hmac.new(self.data_key, b"", sha256)
        sealed: list[bytes | None] = []
        for at, (number, salt) in enumerate(zip(numbers, salts, strict=True)):
            if number is None:
                sealed.append(None)
                continue
            key = start.copy()
            key.update(salt)
            nonce = nonces[at * _NONCE_LENGTH : (at + 1) * _NONCE_LENGTH]
            sealed.append(nonce + AESGCM(key.digest()).encrypt(nonce, number.encode(), None))
        return sealed

    def open(self, sealed: Buffer | None, salt: Buffer | None) -> str | None:
        """A number again; None where there is none or its key was destroyed.

        Raises:
            TepatError: ``seal_broken`` where the bytes were changed or the key is another.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if sealed is None or salt is None:
            return None
        key = hmac.new(self.data_key, bytes(salt), sha256).digest()
        kept = bytes(sealed)
        nonce, text = kept[:_NONCE_LENGTH], kept[_NONCE_LENGTH:]
        try:
            return AESGCM(key).decrypt(nonce, text, None).decode()
        except InvalidTag as error:
            raise TepatError(
                "seal_broken",
                "A sealed number cannot be opened.",
                "Its bytes were changed, or this installation has another key for data.",
                "Compare the key's fingerprint with that of the backup.",
            ) from error

    def seal_bytes(self, content: bytes) -> bytes:
        """A file's content, sealed with the installation's key (for uploads and drafts)."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_LENGTH)
        return nonce + AESGCM(self.data_key).encrypt(nonce, content, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """What `seal_bytes` sealed. Raises TepatError ``seal_broken``."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self.data_key).decrypt(
                sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], None
            )
        except InvalidTag as error:
            raise TepatError(
                "seal_broken",
                "A sealed file cannot be opened.",
                "Its bytes were changed, or this installation has another key for data.",
                "Restore the file from a backup.",
            ) from error
