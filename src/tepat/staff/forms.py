"""The forms of the pages for administrators and auditors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy

from tepat.engine.text import Text
from tepat.staff.day_field import DayField
from tepat.staff.language import say
from tepat.staff.lockout import ACCOUNT_NAME
from tepat.staff.models import Role, User
from tepat.staff.roles import ROLE_NAMES

_say = lazy(say, str)
ASSIGNABLE = [role for role in Role if role != Role.SYSTEM]
ANY = Text("Semua", "All")
REQUIRED = {"required": _say(Text("Isi bagian ini.", "Fill in this part."))}


def _roles() -> list[tuple[str, str]]:
    return [(role.value, say(ROLE_NAMES[role])) for role in ASSIGNABLE]


class UserFilter(forms.Form):
    """Which users to list."""

    peran = forms.ChoiceField(label=_say(Text("Peran", "Role")), required=False)
    status = forms.ChoiceField(label=_say(Text("Status", "State")), required=False)
    wilayah = forms.CharField(
        label=_say(Text("Wilayah", "Place")),
        help_text=_say(Text("Nama atau kode.", "Name or code.")),
        required=False,
        max_length=60,
    )

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        states = [("", Text("Aktif", "Active")), ("berhenti", Text("Berhenti", "Left"))]
        states.append(("semua", ANY))
        self.fields["status"].choices = [(one, say(text)) for one, text in states]  # type: ignore[attr-defined]
        self.fields["peran"].choices = [("", say(ANY)), *_roles()]  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """A name; sent by POST, so that it stands in no address."""

    nama = forms.CharField(
        label=_say(Text("Nama atau nama akun", "Name or account name")),
        max_length=120,
        error_messages=REQUIRED,
    )


class PlaceForm(forms.Form):
    """A place to look for."""

    cari = forms.CharField(
        label=_say(Text("Cari wilayah", "Find a place")),
        help_text=_say(
            Text("Awal nama, atau kode Kemendagri.", "The beginning of its name, or its code.")
        ),
        required=False,
        max_length=60,
    )


class ChangeUserForm(forms.Form):
    """Name, e-mail and role."""

    name = forms.CharField(
        label=_say(Text("Nama", "Name")), max_length=120, error_messages=REQUIRED
    )
    email = forms.EmailField(
        label=_say(Text("Surel (boleh kosong)", "E-mail (may be empty)")), required=False
    )
    role = forms.ChoiceField(
        label=_say(Text("Peran", "Role")), widget=forms.RadioSelect, error_messages=REQUIRED
    )

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["role"].choices = _roles()  # type: ignore[attr-defined]


class NewUserForm(ChangeUserForm):
    """The same and the name of the account, which stays for ever."""

    username = forms.CharField(
        label=_say(Text("Nama akun", "Account name")),
        help_text=_say(
            Text(
                "Huruf kecil, angka, titik, garis. Tidak dapat diubah kemudian.",
                "Small letters, digits, dots, dashes. It cannot be changed later.",
            )
        ),
        max_length=60,
        error_messages=REQUIRED,
    )
    field_order = ("username", "name", "email", "role")

    def clean_username(self) -> str:
        """In small letters, of the form that accounts have, and free."""
        name = str(self.cleaned_data["username"]).strip().lower()
        if not ACCOUNT_NAME.fullmatch(name):
            raise ValidationError(
                say(
                    Text(
                        "Mulai dengan huruf atau angka; lalu huruf kecil, angka, titik, garis.",
                        "Begin with a letter or digit; then small letters, digits, dots, dashes.",
                    )
                )
            )
        if User.objects.filter(username=name).exists():
            taken = Text("Nama akun ini sudah dipakai.", "This account name is taken.")
            raise ValidationError(say(taken))
        return name


class ReasonForm(forms.Form):
    """Why; read by auditors."""

    reason = forms.CharField(
        label=_say(Text("Alasan", "Reason")),
        help_text=_say(Text("Auditor membacanya.", "Auditors read it.")),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=REQUIRED,
    )


class LeaveForm(ReasonForm):
    """Since when a user works here no longer, and why."""

    left_on = DayField(label=_say(Text("Hari terakhir bekerja", "Last day at work")))
    field_order = ("left_on", "reason")

    def clean_left_on(self) -> Any:
        """A day up to today: the account ends at once."""
        day = self.cleaned_data["left_on"]
        if day > timezone.localdate():
            later = Text(
                "Hari ini belum tiba. Akun berakhir seketika, jadi lakukan pada harinya.",
                "This day is to come. The account ends at once, so do this on that day.",
            )
            raise ValidationError(say(later))
        return day


class TrailFilter(forms.Form):
    """Which rows of the audit to list."""

    tindakan = forms.ChoiceField(label=_say(Text("Tindakan", "Act")), required=False)
    wilayah = forms.CharField(
        label=_say(Text("Wilayah", "Place")),
        help_text=_say(Text("Nama atau kode.", "Name or code.")),
        required=False,
        max_length=60,
    )
    dari = DayField(label=_say(Text("Sejak", "From")), required=False)
    sampai = DayField(label=_say(Text("Sampai", "Until")), required=False)
    hanya_putusan = forms.BooleanField(
        label=_say(Text("Hanya putusan manual", "Only manual overrides")), required=False
    )
    petugas = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *words: Any, verbs: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*words, **named)
        if verbs:
            self.fields["tindakan"].choices = [("", say(ANY)), *verbs]  # type: ignore[attr-defined]
        else:
            del self.fields["tindakan"], self.fields["hanya_putusan"]
