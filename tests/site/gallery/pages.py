"""The pages of the gallery, their addresses and the form that holds one field of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.staff.day_field import DayField
from tepat.staff.language import say
from tests.site.gallery import samples

ERRORS = ("400", "403", "403_csrf", "404", "413", "429", "500")
NAVIGATION = [
    ("/family/", Text("Keluarga", "Families"), True),
    ("/list/", Text("Wilayah", "Places"), False),
    ("/form/", Text("Impor", "Import"), False),
    ("/states/", Text("Mutu data", "Data quality"), False),
    ("/", Text("Perhitungan", "Runs"), False),
    ("/", Text("Pengguna", "Users"), False),
]


class Sample(forms.Form):
    """One field of each kind."""

    template_name = "components/form.html"

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        for name, label in LABELS.items():
            self.fields[name].label = say(label)
        self.fields["nik"].help_text = say(
            Text("16 angka, di KTP atau KK", "16 digits, on the card")
        )
        self.fields["born"].help_text = say(Text("Misalnya 27 3 1985", "For example 27 3 1985"))

    nik = forms.CharField(min_length=16, max_length=16)
    rent = forms.IntegerField(required=False)
    born = DayField()
    sex = forms.ChoiceField(
        choices=[("1", "Laki-laki"), ("2", "Perempuan")], widget=forms.RadioSelect
    )
    floor = forms.ChoiceField(
        choices=[("1", "Keramik"), ("2", "Semen"), ("3", "Tanah")], widget=forms.RadioSelect
    )
    assets = forms.MultipleChoiceField(
        choices=[("1", "Sepeda motor"), ("2", "Kulkas")], widget=forms.CheckboxSelectMultiple
    )
    village = forms.ChoiceField(choices=[("", ""), ("1", "Cigentur"), ("2", "Drawati")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    photo = forms.FileField()
    sure = forms.BooleanField()
    token = forms.CharField(widget=forms.HiddenInput, required=False)


LABELS = {
    "nik": Text("NIK", "NIK"),
    "rent": Text("Sewa rumah sebulan", "Rent a month"),
    "born": Text("Tanggal lahir", "Date of birth"),
    "sex": Text("Jenis kelamin", "Sex"),
    "floor": Text("Lantai rumah yang paling luas", "Floor of most of the house"),
    "assets": Text("Barang yang dimiliki", "Things the family owns"),
    "village": Text("Desa", "Village"),
    "note": Text("Catatan kunjungan", "Note of the visit"),
    "photo": Text("Foto depan rumah", "Photo of the front of the house"),
    "sure": Text("Saya sudah membacakan jawaban ini kepada keluarga", "I read the answers out"),
}


class Filter(forms.Form):
    """A filter of a list."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.fields["hamlet"].label = say(Text("Dusun", "Hamlet"))
        self.fields["state"].label = say(Text("Keadaan", "State"))

    hamlet = forms.ChoiceField(choices=[("", "Semua"), ("1", "Cigentur I")], required=False)
    state = forms.MultipleChoiceField(
        choices=[("1", "NIK belum padan"), ("2", "Terlambat diperbarui")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the header needs."""
    return {"navigation": NAVIGATION, "place_and_role": "Kab. Bandung · Verifikator"}


def family(request: HttpRequest) -> HttpResponse:
    """The family page of the pictures."""
    return render(
        request,
        "family.html",
        {
            "breadcrumbs": [("/list/", "Desa Cigentur"), ("", Text("Keluarga", "Family"))],
            "title": Text("Keluarga Ibu Rukmini", "Family of Ibu Rukmini"),
            "lead": "4 anggota · KK 3204••••••••0007 · Desa Cigentur, Kec. Paseh, Kab. Bandung",
            "decisions": samples.DECISIONS,
            "members": samples.MEMBERS,
            "house": samples.HOUSE,
            "events": samples.EVENTS,
        },
    )


def listing(request: HttpRequest) -> HttpResponse:
    """A queue with filter, bulk bar and pages."""
    return render(
        request,
        "list.html",
        {
            "breadcrumbs": [("/", "Kab. Bandung"), ("", "Desa Cigentur")],
            "title": Text("Mutu data Desa Cigentur", "Data quality of Desa Cigentur"),
            "lead": Text("1.204 keluarga di wilayah Anda", "1,204 families in your region"),
            "table": samples.FAMILIES,
            "filter": Filter({"hamlet": "1", "state": ["1"]}),
            "chosen": [("Cigentur I", "/list/"), ("NIK belum padan", "/list/")],
            "page": Paginator(range(1204), 25).get_page(request.GET.get("page", "7")),
            "actions": [
                ("act", "assign", Text("Tugaskan ke desa", "Assign to village")),
                ("act", "done", Text("Tandai selesai", "Mark as solved")),
            ],
        },
    )


def form(request: HttpRequest) -> HttpResponse:
    """A form of each kind of field; sent empty it shows its errors."""
    bound = Sample(request.POST) if request.method == "POST" else Sample()
    return render(
        request,
        "form.html",
        {"title": Text("Wawancara", "Interview"), "form": bound},
        status=422 if request.method == "POST" and not bound.is_valid() else 200,
    )


def states(request: HttpRequest) -> HttpResponse:
    """Everything else: banners, messages, jobs, versions, map, emptiness, questions."""
    messages.success(request, say(Text("Keluarga Rukmini tersimpan.", "The family is saved.")))
    messages.error(request, say(Text("Foto terlalu besar: 14 MB, batas 8 MB.", "Photo too large.")))
    problem = TepatError(
        "nik_is_number",
        "NIK di kolom 3 berupa angka.",
        "Excel memotong angka ke-16.",
        "Ubah kolom menjadi teks, lalu unggah lagi.",
    )
    return render(
        request,
        "states.html",
        {
            "title": Text("Keadaan", "States"),
            "jobs": samples.JOBS,
            "rows": samples.VERSIONS,
            "map": samples.MAP,
            "table": samples.VILLAGES,
            "problem": problem,
            "house": samples.HOUSE,
            "sections": [
                ("/family/", Text("Anggota", "Members"), True),
                ("/list/", Text("Rumah dan barang", "House and things"), False),
                ("/form/", Text("Kesehatan", "Health"), False),
            ],
        },
    )


def done(request: HttpRequest) -> HttpResponse:
    """After an act."""
    line = Text(
        "Verifikator kabupaten memeriksanya paling lambat 3 hari kerja.",
        "The verifier checks it within 3 working days.",
    )
    return render(request, "done.html", {"next": [line]})


def job(request: HttpRequest) -> HttpResponse:
    """The answer to a page that asks how a job goes: it is finished."""
    return render(
        request,
        "components/progress.html",
        {"job": {**samples.JOBS[0], "state": "done", "done": 96_420}, "id": "progress-1"},
    )


def _error(code: str) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: render(request, f"{code}.html", status=int(code[:3]))


urlpatterns = [
    path("family/", family),
    path("list/", listing),
    path("form/", form),
    path("states/", states),
    path("done/", done),
    path("job/", job),
    path("i18n/", include("django.conf.urls.i18n")),
    path("keluar/", states, name="account_logout"),
    *(path(f"error/{code}/", _error(code)) for code in ERRORS),
]
