"""How allauth works here: no sign-up, our words, sealed secrets, and in whose name it writes."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from hmac import digest
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import lazy

from tepat.audit.actions import record
from tepat.engine.text import Text
from tepat.staff.context import set_user
from tepat.staff.language import say
from tepat.staff.models import Role, User
from tepat.staff.proof import LAST_FACTOR, factors, has_proved_recently, may_remove_factor

_say = lazy(say, str)
_NONCE = 12
WRONG_CODE = Text(
    "Kode ini salah atau sudah lewat. Tunggu kode berikutnya, lalu coba lagi.",
    "This code is wrong or has expired. Wait for the next one, then try again.",
)
SAID = {
    "account/messages/password_changed.txt": Text(
        "Kata sandi diganti. Semua sesi lain sudah diakhiri.",
        "The password is changed. All other sessions have ended.",
    ),
    "account/messages/logged_out.txt": Text("Anda sudah keluar.", "You have signed out."),
    "mfa/messages/totp_activated.txt": Text(
        "Aplikasi autentikasi dipasang.", "The authenticator app is set up."
    ),
    "mfa/messages/totp_deactivated.txt": Text(
        "Aplikasi autentikasi dilepas.", "The authenticator app is removed."
    ),
    "mfa/messages/webauthn_added.txt": Text(
        "Kunci sandi ditambahkan.", "The passkey has been added."
    ),
    "mfa/messages/webauthn_removed.txt": Text(
        "Kunci sandi dihapus.", "The passkey has been removed."
    ),
    "mfa/messages/recovery_codes_generated.txt": Text(
        "Kode pemulihan dibuat. Simpan di tempat yang aman.",
        "Recovery codes have been made. Keep them in a safe place.",
    ),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in and passwords."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _say(
            Text(
                "Nama akun atau kata sandi salah. Periksa keduanya, lalu coba lagi.",
                "The account name or the password is wrong. Check both, then try again.",
            )
        ),
        "incorrect_password": _say(Text("Kata sandi salah.", "The password is wrong.")),
        "enter_current_password": _say(
            Text("Ini bukan kata sandi Anda sekarang.", "This is not your present password.")
        ),
        "incorrect_code": _say(WRONG_CODE),
        "too_many_login_attempts": _say(
            Text("Terlalu banyak percobaan yang salah.", "Too many wrong attempts.")
        ),
        "rate_limited": _say(Text("Terlalu sering. Tunggu sebentar.", "Too often. Wait a little.")),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: administrators make accounts."""
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words; a welcome is not said at all."""
        said = message or (say(SAID[message_template]) if message_template in SAID else "")
        if said:
            messages.add_message(request, level, said, extra_tags=extra_tags)

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Leavers and the system's own account do not come in."""
        if user.role == Role.SYSTEM:
            user.is_active = False  # for this answer only
        answer: HttpResponse | None = super().pre_login(request, user, **more)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        """From here on the request acts as the user who has proved who they are."""
        set_user(user.pk)
        super().login(request, user)

    def set_password(self, user: User, password: str) -> None:
        """The user's own choice, so it need not be changed any more."""
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        record(actor_id=user.pk, verb="change_password", subject="user", subject_id=user.pk)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where one came from: the account."""
        return reverse("account")

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """A login just now is proof enough for the next step."""
        return not has_proved_recently(context.request)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. Their secrets are sealed with a key of the installation."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _say(WRONG_CODE),
        "cannot_delete_authenticator": _say(LAST_FACTOR),
        "cannot_generate_recovery_codes": _say(
            Text("Pasang faktor kedua dahulu.", "Set up a second factor first.")
        ),
    }

    def encrypt(self, text: str) -> str:
        """A secret as it lies in the database."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE)
        return b64encode(nonce + AESGCM(_key()).encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        sealed = b64decode(encrypted_text)
        return AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()

    def get_totp_label(self, user: User) -> str:
        """What the app on the telephone calls this account."""
        return user.username

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one of a role that must have one."""
        return may_remove_factor(authenticator.user)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """A name to begin with; the user may write a better one."""
        count = len(factors(user))
        return say(Text(f"Kunci sandi {count + 1}", f"Passkey {count + 1}"))


def _key() -> bytes:
    return digest(settings.KEYS.data, b"second factor", sha256)
