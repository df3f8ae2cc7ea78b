"""Events of a family as a whole: moves, splits, mergers, a new card, another address."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms

from tepat.engine.text import Text
from tepat.places import queries as places
from tepat.places.models import Level
from tepat.registry.actions import families
from tepat.registry.actions.people import FamilyFacts, cleaned, sealer
from tepat.registry.event_forms.base import EventForm, card_field, choice, number_field, tell
from tepat.registry.event_forms.people import family_of_number
from tepat.registry.models.people import HEAD
from tepat.staff.language import say

STAYS_HERE = Text("Tetap di keluarga ini", "Stays in this family")


def _address(required: bool = False) -> forms.CharField:
    return forms.CharField(
        max_length=300,
        required=required,
        label=tell(Text("Alamat", "Address")),
        help_text=tell(Text("Jalan atau kampung, RT dan RW", "Street or hamlet, RT and RW")),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _degrees(label: Text, most: int) -> forms.DecimalField:
    return forms.DecimalField(
        required=False,
        max_digits=12,
        decimal_places=6,
        min_value=Decimal(-most),
        max_value=Decimal(most),
        label=tell(label),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MoveOut(EventForm):
    """The family moves to another village, found by its name."""

    slug = "pindah"
    title = Text("Catat pindah ke desa lain", "Record a move to another village")
    lead = Text(
        "Sesudah disimpan, keluarga ini menjadi tanggung jawab petugas desa yang dituju.",
        "Once saved, the staff of the other village look after this family.",
    )
    ask_on = Text("Tanggal pindah", "Day of the move")
    leaves = True
    words = forms.CharField(
        max_length=80,
        label=tell(Text("Desa atau kelurahan yang dituju", "Village they move to")),
        help_text=tell(
            Text(
                "Tulis namanya, boleh dengan kabupaten: cigentur bandung",
                "Its name, with its kabupaten if you like: cigentur bandung",
            )
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = choice(Text("Yang mana?", "Which one?"), required=False)
    address = _address()

    def prepare(self) -> None:
        """The villages with this name; nothing is asked before something was typed."""
        super().prepare()
        typed = str(self.data.get("words", ""))[:80] if self.is_bound else ""
        found = places.search_places(typed, level=Level.VILLAGE, limit=20)
        if found:
            self.options("place", [(one.id, one.label) for one in found])
        else:
            del self.fields["place"]
        self.order_fields(["words", "place", "address"])

    def clean(self) -> dict[str, Any]:
        """A village has to be chosen among those that were found."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "words" in self.errors:
            return values
        if "place" not in self.fields:
            said = Text(
                "Tidak ada desa dengan nama ini. Periksa ejaannya.",
                "There is no village of this name. Check the spelling.",
            )
            self.add_error("words", say(said))
        elif values.get("place") is None and "place" not in self.errors:
            self.add_error("place", say(Text("Pilih desanya.", "Choose the village.")))
        elif values.get("place") == self.view.record["place_id"]:
            said = Text(
                "Keluarga ini sudah tinggal di sana. Perbaiki alamatnya saja.",
                "The family lives there already. Correct the address instead.",
            )
            self.add_error("place", say(said))
        return values

    def summary(self) -> Iterator[tuple[str, str]]:
        """The village by its full name, not by what was typed."""
        typed = str(self["words"].label)
        yield from ((label, value) for label, value in super().summary() if label != typed)

    def perform(self, base_version: int | None) -> None:
        """Hand the family over."""
        families.move_family(
            family_id=self.view.family_id,
            place_id=self.cleaned_data["place"],
            address=self.cleaned_data["address"],
            told=self.told(base_version),
            acting_user=self.user,
        )


class Departure(EventForm):
    """The whole family left for a place that is not known."""

    slug = "pergi"
    title = Text("Catat seluruh keluarga pergi", "Record that the whole family left")
    lead = Text(
        "Ke luar negeri, atau tidak diketahui ke mana. Bila desanya diketahui, catat pindah.",
        "Abroad, or nobody knows where. Where the village is known, record a move.",
    )
    ask_on = Text("Tanggal pergi", "Day they left")

    def perform(self, base_version: int | None) -> None:
        """End all memberships."""
        families.record_departure(
            family_id=self.view.family_id,
            told=self.told(base_version),
            acting_user=self.user,
        )


class Split(EventForm):
    """Some members become a family of their own."""

    slug = "pecah-kk"
    title = Text("Catat pecah KK", "Record a split")
    lead = Text(
        "Pilih siapa yang pindah ke KK baru, dan apa hubungannya dengan kepala yang baru.",
        "Choose who goes to the new card, and what they are to its head.",
    )
    ask_on = Text("Tanggal KK baru", "Day of the new card")
    kk_number = card_field()
    address = _address()

    def prepare(self) -> None:
        """One list for each member."""
        super().prepare()
        label = Text("{name} di KK baru", "{name} on the new card")
        self.ask_relations("goes", head=True, label=label, empty=STAYS_HERE)
        self.fields["kk_number"].label = say(Text("Nomor KK baru", "New KK number"))
        self.initial["address"] = self.view.record["address"]
        goes = [name for name in self.fields if name.startswith("goes_")]
        self.order_fields([*goes, "kk_number", "address"])

    def clean(self) -> dict[str, Any]:
        """Somebody goes, somebody stays, and one of those who go is head."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        goes = self.relations("goes")
        problem = None
        if not goes:
            problem = Text("Pilih siapa yang pindah ke KK baru.", "Choose who goes.")
        elif len(goes) == len(self.view.members):
            problem = Text(
                "Tidak ada yang tersisa. Catat nomor KK baru saja.",
                "Nobody stays. Record a new KK number instead.",
            )
        elif list(goes.values()).count(HEAD) != 1:
            problem = Text("KK baru perlu satu kepala keluarga.", "The new card needs one head.")
        if problem:
            raise forms.ValidationError(say(problem))
        return values

    def perform(self, base_version: int | None) -> None:
        """Make the new family."""
        families.split_family(
            family_id=self.view.family_id,
            relations=self.relations("goes"),
            facts=FamilyFacts(
                self.view.record["place_id"],
                self.cleaned_data["kk_number"],
                self.cleaned_data["address"],
            ),
            told=self.told(base_version),
            acting_user=self.user,
        )


class Merge(EventForm):
    """All members of this family join another."""

    slug = "gabung-kk"
    title = Text("Catat gabung KK", "Record a merger")
    lead = Text(
        "Semua anggota keluarga ini pindah ke keluarga lain di wilayah Anda.",
        "All members of this family join another one in your places.",
    )
    ask_on = Text("Tanggal bergabung", "Day of the merger")
    other_number = number_field(
        Text("Nomor KK keluarga yang dituju", "KK number of the family they join"),
        Text("Atau NIK seorang anggotanya", "Or the NIK of one of its members"),
        required=True,
    )
    into: Any = None

    def prepare(self) -> None:
        """What each is to the head of the other family."""
        super().prepare()
        label = Text("{name} menjadi apa di sana?", "What is {name} there?")
        empty = Text("Pilih", "Choose")
        self.ask_relations("becomes", head=False, label=label, empty=empty)
        for name in self.fields:
            if name.startswith("becomes_"):
                self.fields[name].required = True
        becomes = [name for name in self.fields if name.startswith("becomes_")]
        self.order_fields(["other_number", *becomes])

    def clean_other_number(self) -> str:
        """A number that one of one's own families has."""
        number = cleaned(self.cleaned_data["other_number"])
        self.into = family_of_number(sealer().tokens([number])[0], self.user)
        said = None
        if number is None or self.into is None:
            said = Text(
                "Tidak ada keluarga dengan nomor ini di wilayah Anda.",
                "No family in your places has this number.",
            )
        elif self.into.pk == self.view.family_id:
            said = Text("Ini nomor keluarga ini sendiri.", "This is this family's own number.")
        if said:
            raise forms.ValidationError(say(said))
        return str(number)

    def perform(self, base_version: int | None) -> None:
        """Move everybody."""
        families.merge_families(
            into_id=self.into.pk,
            from_id=self.view.family_id,
            relations=self.relations("becomes"),
            told=self.told(self.into.version),
            from_version=base_version,
            acting_user=self.user,
        )


class NewNumber(EventForm):
    """The family has a new card."""

    slug = "nomor-kk"
    title = Text("Catat nomor KK baru", "Record a new KK number")
    ask_on = Text("Tanggal KK baru", "Day of the new card")
    kk_number = card_field(required=True)

    def perform(self, base_version: int | None) -> None:
        """Change the number from the day on."""
        families.change_number(
            family_id=self.view.family_id,
            kk_number=self.cleaned_data["kk_number"],
            told=self.told(base_version),
            acting_user=self.user,
        )


class CorrectPlace(EventForm):
    """Another address in the same village, or the point on the map."""

    slug = "perbaikan-alamat"
    title = Text("Perbaiki alamat atau titik", "Correct address or point")
    ask_on = Text("Berlaku sejak", "True from")
    address = _address()
    latitude = _degrees(Text("Lintang", "Latitude"), 90)
    longitude = _degrees(Text("Bujur", "Longitude"), 180)

    def __init__(self, data: Any = None, **rest: Any) -> None:
        super().__init__(_with_points(data), **rest)

    def prepare(self) -> None:
        """What is on record."""
        super().prepare()
        for name in ("address", "latitude", "longitude"):
            self.initial[name] = self.view.record[name]

    def clean(self) -> dict[str, Any]:
        """Half a point is none."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        given = [values.get(name) is not None for name in ("latitude", "longitude")]
        if not self.errors and given[0] != given[1]:
            said = Text("Isi lintang dan bujur, atau tidak keduanya.", "Give both, or neither.")
            self.add_error("longitude" if given[0] else "latitude", say(said))
        return values

    def perform(self, base_version: int | None) -> None:
        """Change it from the day on."""
        families.correct_place(
            family_id=self.view.family_id,
            address=" ".join(self.cleaned_data["address"].split()),
            latitude=self.cleaned_data["latitude"],
            longitude=self.cleaned_data["longitude"],
            told=self.told(base_version),
            acting_user=self.user,
        )


def _with_points(data: Any) -> Any:
    """Coordinates are written with a comma by many."""
    if data is None:
        return None
    changed = data.copy()
    for name in ("latitude", "longitude"):
        changed[name] = str(changed.get(name, "")).strip().replace(",", ".")
    return changed
