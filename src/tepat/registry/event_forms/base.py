"""What the forms of events share: the day, who told it, the members, and the people who come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.functional import lazy

from tepat.engine.text import Text
from tepat.policy import wording
from tepat.registry import numbers
from tepat.registry.actions.members import Told
from tepat.registry.actions.people import PersonFacts, sealer
from tepat.registry.actions.writing import today
from tepat.registry.as_of import FamilyView, MemberView
from tepat.registry.interviews.forms import clean_number, fill_person_fields
from tepat.registry.interviews.questions import variables
from tepat.registry.models.people import HEAD
from tepat.staff.day_field import DayField
from tepat.staff.language import language, say
from tepat.staff.models import User

tell = lazy(say, str)
CHOOSE = Text("Pilih", "Choose")
FILL_IN = Text("Isi bagian ini.", "Fill this in.")
NUMBERS = {"nik", "kk_number", "other_number"}
_BOX = {"autocomplete": "off", "spellcheck": "false"}


def name_field(required: bool = True) -> forms.CharField:
    """A person's full name."""
    return forms.CharField(
        max_length=120,
        required=required,
        label=tell(Text("Nama lengkap", "Full name")),
        widget=forms.TextInput(attrs=_BOX),
    )


def number_field(label: Text, hint: Text, required: bool = False) -> forms.CharField:
    """A NIK or KK number, typed as text."""
    return forms.CharField(
        max_length=30,
        required=required,
        label=tell(label),
        help_text=tell(hint),
        widget=forms.TextInput(attrs={**_BOX, "inputmode": "numeric"}),
        error_messages={"required": tell(Text("Isi nomornya.", "Fill in the number."))},
    )


def nik_field() -> forms.CharField:
    """A NIK, if there is one."""
    return number_field(
        Text("NIK", "NIK"), Text("16 angka. Kosongkan bila belum punya.", "16 digits, if any.")
    )


def card_field(required: bool = False) -> forms.CharField:
    """A KK number."""
    return number_field(
        Text("Nomor KK", "KK number"),
        Text("16 angka di kartu keluarga", "16 digits on the family card"),
        required,
    )


def choice(label: Text, *, required: bool = True, radios: bool = True) -> forms.TypedChoiceField:
    """A choice of a whole number; its options are filled in by the form."""
    said = Text("Pilih salah satu.", "Choose one.")
    return forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=required,
        label=tell(label),
        widget=forms.RadioSelect if radios else forms.Select,
        error_messages={"required": tell(said), "invalid_choice": tell(said)},
    )


class EventForm(forms.Form):
    """One event of one family.

    ``slug`` is its word in the address; ``title`` what happens; ``ask_on`` the label of the day.
    """

    slug: ClassVar[str]
    title: ClassVar[Text]
    lead: ClassVar[Text | None] = None
    ask_on: ClassVar[Text] = Text("Tanggal kejadian", "Day it happened")
    proof_needed: ClassVar[bool] = False
    leaves: ClassVar[bool] = False  # the family may be out of sight afterwards
    last: ClassVar[tuple[str, ...]] = ("on", "source", "document", "note")

    on = DayField()
    source = forms.CharField(
        max_length=120,
        label=tell(Text("Sumber laporan", "Who reported it")),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    document = forms.CharField(
        max_length=200,
        required=False,
        label=tell(Text("Dokumen", "Document")),
        help_text=tell(Text("Nama dan nomornya, misalnya akta atau surat", "Its name and number")),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        max_length=500,
        required=False,
        label=tell(Text("Catatan", "Note")),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, view: FamilyView, user: User) -> None:
        super().__init__(data)
        self.view, self.user = view, user
        self.prepare()
        for field in self.fields.values():
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = say(FILL_IN)
        self.order_fields([name for name in self.fields if name not in self.last] + [*self.last])

    def prepare(self) -> None:
        """Fill in the words and options that depend on the event and the family."""
        self.fields["on"].label = say(self.ask_on)
        self.fields["on"].error_messages["required"] = say(
            Text("Isi tanggalnya.", "Fill in the day.")
        )
        self.initial["source"] = say(Text("Laporan keluarga", "The family"))
        if self.proof_needed:
            for name, label in (
                ("document", Text("Dokumen yang membuktikan", "Document that proves it")),
                ("note", Text("Alasan", "Reason")),
            ):
                self.fields[name].required = True
                self.fields[name].label = say(label)

    # ---- what they share ----

    def person_choices(self) -> list[tuple[int, str]]:
        """The members, as options."""
        return [(one.person_id, self.shown(one)) for one in self.view.members]

    def shown(self, one: MemberView) -> str:
        """A member in words: name, relation, birth year."""
        code = variables()["relation"].codes.get(one.relation or 0)
        born = one.record.get("birth_date")
        parts = [one.record.get("name") or "–"]
        parts += [say(code.label)] if code else []
        parts += [str(born.year)] if born else []
        return " · ".join(parts)

    def name_of(self, person_id: int) -> str:
        """A member's name."""
        found = [one for one in self.view.members if one.person_id == person_id]
        return str(found[0].record.get("name") or "–") if found else "–"

    def head(self) -> int | None:
        """The member who is head."""
        return next((one.person_id for one in self.view.members if one.relation == HEAD), None)

    def options(self, name: str, choices: list[tuple[int, str]], empty: Text | None = None) -> None:
        """Give a choice its options; `empty` is the word for none."""
        field: Any = self.fields[name]
        first = [("", say(empty))] if empty else []
        if not first and isinstance(field.widget, forms.Select):
            first = [("", say(CHOOSE))]
        field.choices = [*first, *choices]

    def relation_choices(self, *, head: bool) -> list[tuple[int, str]]:
        """Relations to the head, as options."""
        codes = variables()["relation"].codes
        return [(code, say(one.label)) for code, one in codes.items() if head or code != HEAD]

    def ask_relations(self, prefix: str, *, head: bool, label: Text, empty: Text) -> None:
        """One list of relations for each member."""
        for one in self.view.members:
            name = f"{prefix}_{one.person_id}"
            self.fields[name] = choice(Text("", ""), required=False, radios=False)
            self.fields[name].label = say(label).format(name=self.name_of(one.person_id))
            self.options(name, self.relation_choices(head=head), empty)

    def relations(self, prefix: str) -> dict[int, int]:
        """What was said for each member; those without an answer are left out."""
        found = {}
        for one in self.view.members:
            value = self.cleaned_data.get(f"{prefix}_{one.person_id}")
            if value is not None:
                found[one.person_id] = value
        return found

    def clean_on(self) -> date:
        """What has not come yet did not happen."""
        day: date = self.cleaned_data["on"]
        if day > today():
            raise forms.ValidationError(say(Text("Tanggal ini belum tiba.", "Not yet come.")))
        return day

    def clean_nik(self) -> str | None:
        """In the form of a NIK."""
        return clean_number(self.cleaned_data["nik"], numbers.NIK_PATTERN, "nik_form")

    def clean_kk_number(self) -> str | None:
        """In the form of a KK number."""
        return clean_number(self.cleaned_data["kk_number"], numbers.KK_PATTERN, "kk_form")

    def told(self, base_version: int | None) -> Told:
        """Day, source, document and note."""
        values = self.cleaned_data
        return Told(
            values["on"], values["source"], values["document"], values["note"], base_version
        )

    def person_facts(self) -> PersonFacts:
        """Who comes in, as told."""
        values = self.cleaned_data
        name = " ".join((values.get("name") or "").split()) or None
        return PersonFacts(name, values.get("nik"), values.get("sex"), values.get("birth_date"))

    def summary(self) -> Iterator[tuple[str, str]]:
        """Label and value of what was filled in, numbers hidden."""
        for bound in self:
            value = self.cleaned_data.get(bound.name)
            if value in (None, "", []):
                continue
            yield str(bound.label), self.worded(bound.name, value)

    def worded(self, name: str, value: Any) -> str:
        """One value as people say it."""
        field: Any = self.fields[name]
        if name in NUMBERS:
            return str(value)[:4] + numbers.HIDDEN + str(value)[-4:]
        if isinstance(value, date):
            return wording.day(value, language())
        if hasattr(field, "choices"):
            options: Mapping[str, str] = {str(key): text for key, text in field.choices}
            return str(options.get(str(value), value))
        return str(value)

    def perform(self, base_version: int | None) -> None:
        """Call the action of this event."""
        raise TypeError(f"{type(self).__name__} says nothing of what it does")


class ComesIn(EventForm):
    """A person who joins: somebody the registry knows by NIK, or somebody new."""

    name = name_field(required=False)
    nik = nik_field()
    sex = choice(Text("Jenis kelamin", "Sex"), required=False)
    birth_date = DayField(required=False)

    known_person: int | None = None
    from_family: str = ""

    def prepare(self) -> None:
        """In the words of the policy."""
        super().prepare()
        self.fields["nik"].help_text = say(
            Text(
                "Bila NIK sudah terdaftar di wilayah Anda, orang itu dipindahkan ke sini; isian "
                "lain tidak perlu.",
                "If the NIK is in the registry in your places, that person is moved here; the "
                "rest need not be filled in.",
            )
        )
        fill_person_fields(self, head=False)

    def clean(self) -> dict[str, Any]:
        """A known NIK is enough; without one, name and sex are needed."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "nik" in self.errors:
            return values
        self.find_known(values.get("nik"))
        if self.known_person is not None:
            return values
        for name in ("name", "sex"):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, say(Text("Isi bagian ini.", "Fill this in.")))
        born = values.get("birth_date")
        if born is not None and born > today():
            self.add_error("birth_date", say(Text("Tanggal ini belum tiba.", "Not yet come.")))
        return values

    def find_known(self, nik: str | None) -> None:
        """Look for a living person with this NIK; one elsewhere cannot be moved from here."""
        from tepat.registry.event_forms.people import whom

        if nik is None:
            return
        found, elsewhere = whom(sealer().tokens([nik])[0], self.user)
        if found is not None:
            self.known_person, self.from_family = found
            if any(one.person_id == self.known_person for one in self.view.members):
                self.add_error(
                    "nik",
                    say(
                        Text(
                            "Orang ini sudah anggota keluarga ini.",
                            "This person already belongs to this family.",
                        )
                    ),
                )
        elif elsewhere:
            self.add_error(
                "nik",
                say(
                    Text(
                        "NIK ini terdaftar di luar wilayah Anda. Mintalah petugas di sana, atau "
                        "kabupaten, mencatat kepindahannya.",
                        "This NIK is in the registry outside your places. Ask the staff there, or "
                        "the kabupaten, to record the move.",
                    )
                ),
            )

    def summary(self) -> Iterator[tuple[str, str]]:
        """For somebody known, who it is."""
        yield from super().summary()
        if self.known_person is not None:
            yield (
                say(Text("Sudah terdaftar", "Already in the registry")),
                say(Text("{name}, dipindahkan ke sini", "{name}, will be moved here")).format(
                    name=self.from_family
                ),
            )

    def incoming(self) -> PersonFacts | int:
        """The known person, or the facts of a new one."""
        return self.known_person if self.known_person is not None else self.person_facts()
