"""Events of members: birth, death, joining, leaving, marriage, a new head, a correction."""

from __future__ import annotations

from typing import Any

from django import forms

from tepat.engine.text import Text
from tepat.registry.actions import members
from tepat.registry.event_forms.base import (
    ComesIn,
    EventForm,
    choice,
    name_field,
    nik_field,
    tell,
)
from tepat.registry.interviews.forms import fill_person_fields
from tepat.staff.day_field import DayField
from tepat.staff.language import say

CHILD = 3
WHO = Text("Siapa?", "Who?")
RELATION = Text("Hubungan dengan kepala keluarga", "Relation to the head")
TO_NEW_HEAD = Text("{name} menjadi apa bagi kepala baru?", "What is {name} to the new head?")
SPOUSE = Text("Hubungan pasangan dengan kepala keluarga", "Spouse's relation to the head")
STAYS = Text("Tetap", "No change")


class Birth(EventForm):
    """A child is born."""

    slug = "kelahiran"
    title = Text("Catat kelahiran", "Record a birth")
    ask_on = Text("Tanggal lahir", "Day of birth")
    name = name_field()
    nik = nik_field()
    sex = choice(Text("Jenis kelamin", "Sex"))
    relation = choice(RELATION, radios=False)

    def prepare(self) -> None:
        """Most often a child of the head."""
        super().prepare()
        fill_person_fields(self, head=False)
        self.fields["relation"].label = say(RELATION)
        self.initial["relation"] = CHILD

    def perform(self, base_version: int | None) -> None:
        """Add the child."""
        members.record_birth(
            family_id=self.view.family_id,
            child=self.person_facts(),
            relation=self.cleaned_data["relation"],
            told=self.told(base_version),
            acting_user=self.user,
        )


class _HeadChanges(EventForm):
    """Where somebody else becomes head, the former relations are said anew."""

    new_head = choice(Text("Kepala keluarga yang baru", "New head of the family"), required=False)

    def prepare(self) -> None:
        """Any member may become head."""
        super().prepare()
        nobody = Text("Belum ada", "Nobody yet")
        self.options("new_head", self.person_choices(), None if self.must_name() else nobody)
        self.ask_relations("relation", head=False, label=TO_NEW_HEAD, empty=STAYS)

    def must_name(self) -> bool:
        """Whether a new head has to be named."""
        return True

    def others(self) -> dict[int, int]:
        """Relations to the new head, of everybody but them and whoever left."""
        gone = (self.cleaned_data.get("new_head"), self.cleaned_data.get("person"))
        return {one: code for one, code in self.relations("relation").items() if one not in gone}


class Death(_HeadChanges):
    """A member died; where it was the head, somebody else may become it at once."""

    slug = "kematian"
    title = Text("Catat kematian", "Record a death")
    ask_on = Text("Tanggal meninggal", "Day of death")
    person = choice(Text("Siapa yang meninggal?", "Who died?"))

    def prepare(self) -> None:
        """Everybody who lives in the family."""
        super().prepare()
        self.options("person", self.person_choices())
        self.fields["new_head"].help_text = say(
            Text("Hanya bila yang meninggal kepala keluarga.", "Only where the head has died.")
        )
        self.order_fields(["person", "new_head"])

    def must_name(self) -> bool:
        """A family may be without a head for a while."""
        return False

    def clean(self) -> dict[str, Any]:
        """Nobody follows themselves, and a living head is not replaced here."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        new, gone = values.get("new_head"), values.get("person")
        if new is not None and new == gone:
            self.add_error("new_head", say(Text("Orang ini yang meninggal.", "This is who died.")))
        elif new is not None and gone is not None and gone != self.head():
            said = Text("Kepala keluarga masih hidup.", "The head of the family is alive.")
            self.add_error("new_head", say(said))
        return values

    def perform(self, base_version: int | None) -> None:
        """End the membership, and name the new head."""
        new_head = self.cleaned_data["new_head"]
        members.record_death(
            family_id=self.view.family_id,
            person_id=self.cleaned_data["person"],
            told=self.told(base_version),
            acting_user=self.user,
            new_head=new_head,
            relations=self.others() if new_head is not None else None,
        )


class NewHead(_HeadChanges):
    """Another member becomes head."""

    slug = "kepala"
    title = Text("Ganti kepala keluarga", "Change the head of the family")

    def prepare(self) -> None:
        """Anybody but the present head."""
        super().prepare()
        self.fields["new_head"].required = True
        head = self.head()
        choices = [one for one in self.person_choices() if one[0] != head]
        self.options("new_head", choices)

    def clean(self) -> dict[str, Any]:
        """The former head needs a relation to the new one."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        head = self.head()
        if head is not None and values.get(f"relation_{head}") is None:
            said = Text("Pilih hubungan kepala lama.", "Choose what the former head is now.")
            self.add_error(f"relation_{head}", say(said))
        return values

    def perform(self, base_version: int | None) -> None:
        """Change the relations."""
        members.record_new_head(
            family_id=self.view.family_id,
            new_head=self.cleaned_data["new_head"],
            relations=self.others(),
            told=self.told(base_version),
            acting_user=self.user,
        )


class Join(ComesIn):
    """Somebody joins the family."""

    slug = "masuk"
    title = Text("Catat anggota masuk", "Record a member who joins")
    ask_on = Text("Tanggal masuk", "Day of joining")
    relation = choice(RELATION, radios=False)

    def prepare(self) -> None:
        """NIK first, for it may be all that is needed."""
        super().prepare()
        self.fields["relation"].label = say(RELATION)
        self.order_fields(["nik", "name", "sex", "birth_date", "relation"])

    def perform(self, base_version: int | None) -> None:
        """Add or move the person."""
        members.record_join(
            family_id=self.view.family_id,
            person=self.incoming(),
            relation=self.cleaned_data["relation"],
            told=self.told(base_version),
            acting_user=self.user,
        )


class Leave(EventForm):
    """A member leaves for a place that the registry does not know."""

    slug = "keluar"
    title = Text("Catat anggota keluar", "Record a member who leaves")
    lead = Text(
        "Bila pindah ke keluarga lain di wilayah Anda, catat sebagai anggota masuk di sana.",
        "For a move to another family in your places, record that they join there instead.",
    )
    ask_on = Text("Tanggal keluar", "Day of leaving")
    person = choice(WHO)
    why = forms.ChoiceField(widget=forms.RadioSelect, label=tell(Text("Karena apa?", "Why?")))

    def prepare(self) -> None:
        """The members, and the reasons."""
        super().prepare()
        self.options("person", self.person_choices())
        why: Any = self.fields["why"]
        why.choices = [
            ("moved", say(Text("Pindah", "Moved"))),
            ("married", say(Text("Menikah", "Married"))),
            ("other", say(Text("Lainnya", "Other"))),
        ]

    def perform(self, base_version: int | None) -> None:
        """End the membership."""
        members.record_leave(
            family_id=self.view.family_id,
            person_id=self.cleaned_data["person"],
            told=self.told(base_version),
            acting_user=self.user,
            ended=self.cleaned_data["why"],
        )


class Marriage(ComesIn):
    """A member marries, and the spouse joins the family."""

    slug = "perkawinan"
    title = Text("Catat perkawinan", "Record a marriage")
    lead = Text(
        "Pasangan masuk ke keluarga ini. Bila mereka punya KK sendiri, sesudah ini catat pecah KK.",
        "The spouse joins this family. A couple with a card of its own is a split after this.",
    )
    ask_on = Text("Tanggal perkawinan", "Day of the marriage")
    person = choice(Text("Siapa yang menikah?", "Who marries?"))
    relation = choice(SPOUSE, radios=False)

    def prepare(self) -> None:
        """The member first, then the spouse."""
        super().prepare()
        label = Text(
            "Hubungan pasangan dengan kepala keluarga", "The spouse's relation to the head"
        )
        self.fields["relation"].label = say(label)
        self.fields["nik"].label = say(Text("NIK pasangan", "NIK of the spouse"))
        self.fields["name"].label = say(Text("Nama pasangan", "Name of the spouse"))
        self.options("person", self.person_choices())
        self.order_fields(["person", "nik", "name", "sex", "birth_date", "relation"])

    def perform(self, base_version: int | None) -> None:
        """Bring in the spouse; both are married from the day on."""
        members.record_marriage(
            family_id=self.view.family_id,
            person_id=self.cleaned_data["person"],
            spouse=self.incoming(),
            spouse_relation=self.cleaned_data["relation"],
            told=self.told(base_version),
            acting_user=self.user,
        )


class CorrectPerson(EventForm):
    """Put right who a person is, with reason and document."""

    slug = "perbaikan-orang"
    title = Text("Perbaiki data seorang anggota", "Correct a member's record")
    lead = Text(
        "Hanya bila data salah sejak awal. Isi yang salah saja; auditor melihat setiap perbaikan.",
        "Only where it was wrong from the start. Fill in what is wrong; auditors see it.",
    )
    ask_on = Text("Tanggal diketahui", "Day it was found")
    proof_needed = True
    person = choice(WHO)
    name = name_field(required=False)
    nik = nik_field()
    sex = choice(Text("Jenis kelamin", "Sex"), required=False)
    birth_date = DayField(required=False)

    def prepare(self) -> None:
        """Nothing is filled in: what stays empty stays as it is."""
        super().prepare()
        fill_person_fields(self)
        self.options("person", self.person_choices())
        same = say(Text("Kosongkan bila tetap.", "Leave empty where it stays."))
        for name in ("name", "nik", "birth_date"):
            self.fields[name].help_text = same
        sex: Any = self.fields["sex"]
        sex.choices = [*sex.choices, ("", say(STAYS))]
        self.initial["sex"] = ""
        self.order_fields(["person", "name", "nik", "sex", "birth_date"])

    def changes(self) -> dict[str, Any]:
        """What is to be another."""
        values = self.cleaned_data
        found = {name: values.get(name) for name in ("name", "nik", "sex", "birth_date")}
        if found["name"]:
            found["name"] = " ".join(found["name"].split())
        return {name: value for name, value in found.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        """A correction corrects something."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.changes():
            said = Text("Isi apa yang salah.", "Fill in what is wrong.")
            raise forms.ValidationError(say(said))
        return values

    def perform(self, base_version: int | None) -> None:
        """Correct it from the beginning."""
        members.correct_person(
            family_id=self.view.family_id,
            person_id=self.cleaned_data["person"],
            changes=self.changes(),
            told=self.told(base_version),
            acting_user=self.user,
        )
