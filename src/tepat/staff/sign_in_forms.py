"""The forms of signing in and of one's own account: allauth's, with our words.

Whatever checks a code writes to the user's factor, so it acts as that user, who is known by then.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.functional import lazy

from tepat.engine.text import Text
from tepat.staff.adapter import WRONG_CODE
from tepat.staff.context import acting_as, set_user
from tepat.staff.language import say
from tepat.staff.lockout import refuse_if_locked

_say = lazy(say, str)
# A code holds for half a minute, and one before and after it are taken too.
CODE_SECONDS = 120
PASSWORD_HINT = Text(
    "Paling sedikit 12 huruf. Beberapa kata yang tidak berhubungan lebih kuat dan mudah diingat.",
    "At least 12 characters. A few unrelated words are stronger, and easier to remember.",
)
CODE_HINT = Text(
    "Enam angka dari aplikasi di telepon, atau delapan angka dari kode pemulihan.",
    "Six digits from the app on your telephone, or eight digits of a recovery code.",
)


def _named(form: forms.Form, labels: dict[str, Text], hints: dict[str, Text] | None = None) -> None:
    """Give fields our labels, and no words inside the boxes, which vanish while one types."""
    for name, field in form.fields.items():
        kept = field.widget.attrs.get("autocomplete")
        field.widget.attrs = {"autocomplete": kept} if kept else {}
        field.label = _say(labels[name]) if name in labels else field.label
        field.help_text = _say(hints[name]) if hints and name in hints else ""


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """Account name and password."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        labels = {"login": Text("Nama akun", "Account name")}
        _named(self, labels | {"password": Text("Kata sandi", "Password")})
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    """The password again."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        _named(self, {"password": Text("Kata sandi", "Password")})


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    """Old and new password."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        labels = {
            "oldpassword": Text("Kata sandi sekarang", "Present password"),
            "password1": Text("Kata sandi baru", "New password"),
            "password2": Text("Kata sandi baru, sekali lagi", "New password, once more"),
        }
        _named(self, labels, {"password1": PASSWORD_HINT})


class _CodeForm:
    """What all forms with a code do besides allauth: no code twice, and none where it is locked."""

    user: Any
    fields: dict[str, forms.Field]

    def _prepare(self) -> None:
        _named(self, {"code": Text("Kode", "Code")}, {"code": CODE_HINT})  # type: ignore[arg-type]
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}

    def clean_code(self) -> str:
        """The code, right and not used before."""
        if refuse_if_locked(context.request, self.user.username):
            raise ValidationError(say(WRONG_CODE))
        wrong: ValidationError | None = None
        with acting_as(self.user.pk):
            try:
                code: str = super().clean_code()  # type: ignore[misc]
            except ValidationError as error:
                wrong = error  # raised outside, else the count of wrong codes were rolled back
        if wrong is not None:
            raise wrong
        normalised = "".join(filter(str.isalnum, code))  # as allauth compares codes
        if not cache.add(f"tepat.code.{self.user.pk}.{normalised}", 1, CODE_SECONDS):
            raise ValidationError(say(WRONG_CODE))
        return code

    def save(self) -> None:
        """Note the use of the factor."""
        with acting_as(self.user.pk):
            super().save()  # type: ignore[misc]


class CodeForm(_CodeForm, codes.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._prepare()


class CodeAgainForm(_CodeForm, codes.ReauthenticateForm):  # type: ignore[misc]
    """A code before a step that matters."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._prepare()


class ActivateAppForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app proves that it has the secret."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        hint = Text("Enam angka yang ditunjukkan aplikasi.", "The six digits that the app shows.")
        _named(self, {"code": Text("Kode", "Code")}, {"code": hint})
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class PasskeyStepForm(passkeys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step of signing in."""

    def save(self) -> None:
        """Note the use of the factor."""
        with acting_as(self.user.pk):
            super().save()


class PasskeyLoginForm(passkeys.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone: it asks for a finger or a code itself, so it is two factors in one."""

    def clean_credential(self) -> Any:
        """The passkey, whose owner acts from here on in this request."""
        found = super().clean_credential()
        set_user(found.user_id)
        return found


class AddPasskeyForm(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, always of the kind that suffices alone."""

    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True)

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        hint = Text(
            "Supaya Anda mengenalinya, misalnya telepon kantor.",
            "So that you know it again, for example office telephone.",
        )
        _named(self, {"name": Text("Nama kunci", "Name of the passkey")}, {"name": hint})


class RenamePasskeyForm(passkeys.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        _named(self, {"name": Text("Nama kunci", "Name of the passkey")})
