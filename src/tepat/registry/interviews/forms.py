"""The forms of the interview, made from the questions of the policy.

Each question can stay unasked, be asked without an answer, or have one; the three look different. A
question that does not apply has no field, so that nothing sent for it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import lazy

from tepat.engine.text import Text
from tepat.policy import wording
from tepat.policy.model import Variable
from tepat.registry import numbers
from tepat.registry.actions.people import cleaned
from tepat.registry.actions.writing import today
from tepat.registry.as_of import Fact
from tepat.registry.interviews.content import Content, Member
from tepat.registry.interviews.questions import NO, NO_ANSWER, NOT_ASKED, YES, variables, worded
from tepat.registry.rules.catalogue import RULES
from tepat.registry.source_words import source_name
from tepat.staff.day_field import DayField
from tepat.staff.language import language, say

_say = lazy(say, str)

UNKNOWN, UNASKED = "?", ""
NO_ANSWER_FIELD = "_no_answer"
MANY = 8  # more answers than these are a list that opens
LONGEST_TEXT = 60


@dataclass(frozen=True)
class Row:
    """A question on a page: its field with what is on record as its hint, the box for no answer."""

    field: BoundField
    no_answer: BoundField | None
    suffix: str
    radios: bool


class QuestionForm(forms.Form):
    """Questions of one page about one family or person.

    Args:
        questions: names of variables, those that apply.
        known: what the registry knows of them.
        answers: what the draft has; before the step was ever saved, the known is filled in.
        saved: whether the step was saved before.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        questions: Sequence[str],
        known: Mapping[str, Fact],
        answers: Mapping[str, Any],
        saved: bool,
    ) -> None:
        super().__init__(data)
        self.questions = [variables()[name] for name in questions if name in variables()]
        for variable in self.questions:
            name = variable.name
            self.fields[name] = _field(variable)
            self.fields[name].help_text = _known_words(name, known.get(name))
            if name in answers:
                value, asked = answers[name], True
            elif not saved and name in known and known[name].value is not None:
                value, asked = known[name].value, True
            else:
                value, asked = None, False
            self.initial[name] = _shown(variable, value, asked)
            if variable.type in ("number", "text"):
                box = forms.BooleanField(required=False, label=_say(NO_ANSWER))
                self.fields[name + NO_ANSWER_FIELD] = box
                self.initial[name + NO_ANSWER_FIELD] = asked and value is None

    def rows(self) -> Iterator[Row]:
        """The questions, for the page."""
        for variable in self.questions:
            box = variable.name + NO_ANSWER_FIELD
            field = self[variable.name]
            yield Row(
                field,
                self[box] if box in self.fields else None,
                _unit(variable),
                isinstance(field.field.widget, forms.RadioSelect),
            )

    def clean(self) -> dict[str, Any]:
        """An answer beside the box for no answer is one too many."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for variable in self.questions:
            name = variable.name
            if values.get(name + NO_ANSWER_FIELD) and values.get(name) not in (None, ""):
                self.add_error(
                    name,
                    say(
                        Text(
                            "Ada jawaban, tetapi juga ditandai tidak tahu. Pilih salah satu.",
                            "There is an answer and the mark for none. Choose one.",
                        )
                    ),
                )
        return values

    def answers(self) -> dict[str, Any]:
        """By variable: the answer, or None where it was asked and not answered."""
        found: dict[str, Any] = {}
        for variable in self.questions:
            value = self.cleaned_data.get(variable.name)
            if value == UNKNOWN or self.cleaned_data.get(variable.name + NO_ANSWER_FIELD):
                found[variable.name] = None
            elif value not in (None, UNASKED):
                found[variable.name] = _read(variable, value)
        return found


def _field(variable: Variable) -> forms.Field:
    question = variable.question or variable.label
    common: dict[str, Any] = {"required": False, "label": say(question)}
    if variable.type in ("code", "yes_no"):
        choices = _choices(variable)
        many = len(choices) > MANY + 2
        widget: Any = forms.Select if many else forms.RadioSelect
        if many:
            choices = [choices[-1], *choices[:-1]]
        return forms.ChoiceField(choices=choices, widget=widget, **common)
    if variable.type == "number":
        low, high = int(variable.minimum), int(variable.maximum)
        text = Text("Tulis angka dari {low} sampai {high}.", "Write a number from {low} to {high}.")
        wrong = say(
            text.filled(
                low=wording.number(low, language()),
                high=wording.number(high, language()),
            )
        )
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
        box = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        return forms.IntegerField(
            widget=box, error_messages=messages, min_value=low, max_value=high, **common
        )
    box = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(widget=box, max_length=LONGEST_TEXT, strip=True, **common)


def _choices(variable: Variable) -> list[tuple[str, str]]:
    if variable.type == "yes_no":
        answers = [("yes", say(YES)), ("no", say(NO))]
    else:
        answers = [(str(code), say(one.label)) for code, one in variable.codes.items()]
    return [*answers, (UNKNOWN, say(NO_ANSWER)), (UNASKED, say(NOT_ASKED))]


def _shown(variable: Variable, value: Any, asked: bool) -> Any:
    """An answer as the field holds it."""
    if variable.type in ("number", "text"):
        return value
    if not asked:
        return UNASKED
    if value is None:
        return UNKNOWN
    return {True: "yes", False: "no"}[value] if variable.type == "yes_no" else str(value)


def _read(variable: Variable, value: Any) -> Any:
    if variable.type == "yes_no":
        return value == "yes"
    return int(value) if variable.type in ("code", "number") else value


def _unit(variable: Variable) -> str:
    if variable.type != "number" or variable.name in ("school_grade", "pregnancy_number"):
        return ""
    return "m²" if variable.name == "floor_area" else ""


def _known_words(name: str, fact: Fact | None) -> str:
    if fact is None:
        return ""
    when = wording.day(fact.observed_on, language())
    if fact.value is None:
        return say(
            Text("Ditanyakan {when}, tidak terjawab.", "Asked on {when}, not answered.").filled(
                when=when
            )
        )
    return say(
        Text("Tercatat: {value}, {when}, {source}.", "On record: {value}, {when}, {source}.")
    ).format(value=say(worded(name, fact.value)), when=when, source=say(source_name(fact.source)))


class BeginForm(forms.Form):
    """In which village, and when the visit was."""

    village = forms.TypedChoiceField(
        coerce=int,
        label=_say(Text("Desa atau kelurahan", "Village")),
        error_messages={
            "required": _say(Text("Pilih desa atau kelurahan.", "Choose the village.")),
            "invalid_choice": _say(
                Text("Pilih desa atau kelurahan di wilayah Anda.", "Choose one of your villages.")
            ),
        },
    )
    observed_on = DayField(label=_say(Text("Tanggal wawancara", "Day of the interview")))

    def __init__(self, data: Any = None, *, villages: Sequence[tuple[int, str]] | None) -> None:
        super().__init__(data, initial={"observed_on": today()})
        village: Any = self.fields["village"]
        if villages is None:
            del self.fields["village"]
        elif len(villages) == 1:
            village.choices = [*villages]
            self.initial["village"] = villages[0][0]
        else:
            village.choices = [("", say(Text("Pilih", "Choose"))), *villages]

    def clean_observed_on(self) -> date:
        """A visit is written down after it was made."""
        day: date = self.cleaned_data["observed_on"]
        if day > today():
            raise forms.ValidationError(say(Text("Tanggal ini belum tiba.", "Not yet come.")))
        return day


def _number_field(label: Text, hint: Text) -> forms.CharField:
    box = forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(
        required=False, max_length=30, label=_say(label), help_text=_say(hint), widget=box
    )


def clean_number(text: str, pattern: str, rule: str) -> str | None:
    """A NIK or KK number as typed, without spaces and dashes. Raises ValidationError."""
    number = cleaned(text)
    if number is not None and re.fullmatch(pattern, number) is None:
        found = RULES[rule]
        raise forms.ValidationError(f"{say(found.says)}. {say(found.do)}")
    return number


class PlaceForm(QuestionForm):
    """Address, card and point, and the questions on the home."""

    address = forms.CharField(
        required=False,
        max_length=300,
        label=_say(Text("Alamat", "Address")),
        help_text=_say(Text("Jalan atau kampung, RT dan RW", "Street or hamlet, RT and RW")),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kk_number = _number_field(
        Text("Nomor KK", "KK number"), Text("16 angka di kartu keluarga", "16 digits on the card")
    )
    latitude = forms.DecimalField(
        required=False,
        max_digits=12,
        decimal_places=6,
        min_value=Decimal(-90),
        max_value=Decimal(90),
        label=_say(Text("Lintang", "Latitude")),
        help_text=_say(Text("Misalnya -7.061512", "For example -7.061512")),
        widget=forms.TextInput(attrs={"inputmode": "text", "data-point": "latitude"}),
    )
    longitude = forms.DecimalField(
        required=False,
        max_digits=12,
        decimal_places=6,
        min_value=Decimal(-180),
        max_value=Decimal(180),
        label=_say(Text("Bujur", "Longitude")),
        help_text=_say(Text("Misalnya 107.763412", "For example 107.763412")),
        widget=forms.TextInput(attrs={"inputmode": "text", "data-point": "longitude"}),
    )
    own = ("address", "kk_number", "latitude", "longitude")

    def __init__(self, data: Any = None, *, content: Content, registered: bool, **rest: Any):
        super().__init__(_dots(data), **rest)
        self.content = content
        self.initial.update(
            {
                "address": content.address,
                "latitude": content.latitude,
                "longitude": content.longitude,
            }
        )
        if registered:
            del self.fields["kk_number"]
        elif content.kk_number:
            self.fields["kk_number"].help_text = kept_hint(content.kk_number)

    def clean_kk_number(self) -> str | None:
        """The typed one, else the one that is kept."""
        typed = clean_number(self.cleaned_data["kk_number"], numbers.KK_PATTERN, "kk_form")
        return typed or self.content.kk_number

    def clean(self) -> dict[str, Any]:
        """Half a point is none."""
        values = super().clean()
        given = [self.data.get(name, "").strip() for name in ("latitude", "longitude")]
        if bool(given[0]) != bool(given[1]):
            missing = "longitude" if given[0] else "latitude"
            self.add_error(
                missing,
                say(
                    Text(
                        "Isi lintang dan bujur, atau kosongkan keduanya.",
                        "Give latitude and longitude, or neither.",
                    )
                ),
            )
        return values

    def change(self, content: Content) -> None:
        """Write it into a draft."""
        content.address = " ".join(self.cleaned_data["address"].split())
        for name in ("latitude", "longitude"):
            value = self.cleaned_data.get(name)
            setattr(content, name, None if value is None else str(value))
        if "kk_number" in self.fields:
            content.kk_number = self.cleaned_data["kk_number"]


def _dots(data: Any) -> Any:
    """Coordinates are written with a comma by many."""
    if data is None:
        return None
    changed = data.copy()
    for name in ("latitude", "longitude"):
        if name in changed:
            changed[name] = changed[name].strip().replace(",", ".")
    return changed


def kept_hint(number: str) -> str:
    """What stands under a box whose number is kept already."""
    masked = number[:4] + numbers.HIDDEN + number[-4:]
    return say(
        Text(
            "Tersimpan: {number}. Kosongkan bila tetap.", "Kept: {number}. Leave empty to keep it."
        ).filled(number=masked)
    )


class WhoForm(QuestionForm):
    """Who a member is. Of a person whom the registry knows only whether they were found."""

    name = forms.CharField(
        max_length=120,
        label=_say(Text("Nama lengkap", "Full name")),
        help_text=_say(Text("Seperti di KTP, KK, atau akta lahir", "As on the card")),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    nik = _number_field(
        Text("NIK", "NIK"),
        Text(
            "16 angka di KTP atau KK. Kosongkan bila belum punya.",
            "16 digits on the card. Leave empty where there is none yet.",
        ),
    )
    sex = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)
    birth_date = DayField(required=False)
    relation = forms.TypedChoiceField(coerce=int)
    own = ("name", "nik", "sex", "birth_date", "relation")

    def __init__(self, data: Any = None, *, member: Member, content: Content, **rest: Any) -> None:
        super().__init__(data, **rest)
        self.member, self.content = member, content
        if member.person_id is not None:
            for name in self.own:
                del self.fields[name]
            return
        fill_person_fields(self)
        self.initial.update(
            {
                "name": member.name,
                "sex": member.sex,
                "birth_date": member.born,
                "relation": member.relation,
            }
        )
        if member.nik:
            self.fields["nik"].help_text = kept_hint(member.nik)

    def clean_nik(self) -> str | None:
        """The typed one, else the one that is kept; no two members have the same."""
        typed = clean_number(self.cleaned_data["nik"], numbers.NIK_PATTERN, "nik_form")
        others = {one.nik for one in self.content.members if one.key != self.member.key}
        if typed is not None and typed in others:
            raise forms.ValidationError(say(RULES["nik_duplicate"].says))
        return typed or self.member.nik

    def clean_birth_date(self) -> date | None:
        """Nobody is born tomorrow."""
        day: date | None = self.cleaned_data["birth_date"]
        if day is not None and day > today():
            raise forms.ValidationError(say(Text("Tanggal ini belum tiba.", "Not yet come.")))
        return day

    def change(self, member: Member) -> None:
        """Write it into a member of a draft."""
        if member.person_id is not None:
            return
        values = self.cleaned_data
        member.name = " ".join(values["name"].split())
        member.nik, member.sex, member.relation = values["nik"], values["sex"], values["relation"]
        born = values["birth_date"]
        member.birth_date = born.isoformat() if born else None


def fill_person_fields(form: forms.Form, *, head: bool = True) -> None:
    """Sex, birth date and relation in the words of the policy."""
    known = variables()
    for name in ("sex", "birth_date", "relation"):
        if name in form.fields:
            form.fields[name].label = say(known[name].question or known[name].label)
    sex: Any = form.fields.get("sex")
    if sex is not None:
        sex.choices = [(code, say(one.label)) for code, one in known["sex"].codes.items()]
    relation: Any = form.fields.get("relation")
    if relation is not None:
        codes = [
            (code, say(one.label))
            for code, one in known["relation"].codes.items()
            if head or code > 1
        ]
        relation.choices = [("", say(Text("Pilih", "Choose"))), *codes]
    required = Text("Pilih atau isi.", "Choose or fill in.")
    for name in ("name", "sex", "relation"):
        if name in form.fields:
            form.fields[name].error_messages["required"] = say(required)


class PhotoForm(forms.Form):
    """One photo."""

    photo = forms.FileField(
        label=_say(Text("Foto", "Photo")),
        help_text=_say(
            Text("JPEG, PNG, atau WebP, paling besar 8 MB", "JPEG, PNG or WebP, 8 MB at most")
        ),
        error_messages={
            "required": _say(Text("Pilih foto dahulu.", "Choose a photo first.")),
            "empty": _say(Text("Berkas ini kosong.", "This file is empty.")),
        },
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
