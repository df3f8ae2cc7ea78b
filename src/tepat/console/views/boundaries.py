"""The boundaries that a ministry loads: the file, what of it was recognised, and how it looks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import lazy

from tepat.console.boundaries import BOUNDARY_ROLES, load_boundaries
from tepat.console.import_forms import FILL_IN
from tepat.console.import_words import problem_of
from tepat.console.views.imports import DATA
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.actions import MOST_BYTES
from tepat.places.choropleth import Coloured, choropleth
from tepat.places.models import COUNTRY_ID, BoundaryFile, Level, Place
from tepat.places.queries import labels_of
from tepat.policy import wording
from tepat.registry.actions.writing import today
from tepat.staff.language import language, say
from tepat.staff.models import User
from tepat.staff.permissions import allowed, user_of

_say = lazy(say, str)
MOST_MB = MOST_BYTES // 1_000_000
MOST_FILES = 20
BOUNDARIES = Text("Batas wilayah", "Boundaries")
LEVELS = {
    Level.PROVINCE: Text("Provinsi", "Provinces"),
    Level.KABUPATEN: Text("Kabupaten dan kota", "Kabupaten and cities"),
    Level.KECAMATAN: Text("Kecamatan", "Kecamatan"),
    Level.VILLAGE: Text("Desa dan kelurahan", "Villages"),
}


class BoundaryForm(forms.Form):
    """A file of boundaries, and whose they are."""

    file = forms.FileField(
        label=_say(Text("Berkas batas", "File of boundaries")),
        help_text=_say(
            Text(
                f"TopoJSON atau GeoJSON dalam derajat, paling besar {MOST_MB} MB, satu tingkat "
                "wilayah per berkas.",
                f"TopoJSON or GeoJSON in degrees, up to {MOST_MB} MB, one level of places in each "
                "file.",
            )
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.geojson,.topojson"}),
        error_messages={
            "required": _say(Text("Pilih berkasnya.", "Choose the file.")),
            "empty": _say(Text("Berkas kosong.", "The file is empty.")),
        },
    )
    source = forms.CharField(
        label=_say(Text("Batas milik siapa", "Whose boundaries these are")),
        help_text=_say(
            Text(
                "Tampil di bawah setiap peta, misalnya: Badan Informasi Geospasial, 2024.",
                "Shown below every map, such as: Geospatial Information Agency, 2024.",
            )
        ),
        max_length=200,
        error_messages=FILL_IN,
    )
    code_property = forms.CharField(
        label=_say(
            Text(
                "Nama kolom yang memuat kode wilayah, bila tahu",
                "Property with the codes, if known",
            )
        ),
        help_text=_say(
            Text("Kosongkan: ditebak dari isinya.", "Leave empty: it is guessed from its values.")
        ),
        max_length=80,
        required=False,
    )


@allowed(frozenset(BOUNDARY_ROLES))
def boundaries(request: HttpRequest) -> HttpResponse:
    """What was loaded, how it looks, and the form for more."""
    user = user_of(request)
    form = BoundaryForm(request.POST or None, request.FILES or None)
    way = [(reverse("data"), DATA), ("", BOUNDARIES)]
    context: dict[str, Any] = {"title": BOUNDARIES, "breadcrumbs": way, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                loaded = _loaded(form.cleaned_data, user)
            return redirect(f"{reverse('boundaries')}?berkas={loaded.pk}#hasil")
        except TepatError as error:
            context["problem"] = problem_of(error)
    asked = request.GET.get("berkas", "")
    found = BoundaryFile.objects.filter(pk=asked).first() if asked.isdecimal() else None
    shown = found or BoundaryFile.objects.order_by("-pk").first()
    if shown is not None:
        context |= _result(shown)
        context["table"] = _files()
    return render(
        request, "console/boundaries.html", context, status=422 if request.method == "POST" else 200
    )


def _loaded(given: dict[str, Any], user: User) -> BoundaryFile:
    sent: UploadedFile[Any] = given["file"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries.json"
        with path.open("wb") as file:
            for part in sent.chunks():
                file.write(part)
        return load_boundaries(
            path=path,
            name=Path(sent.name or "").name,
            source=given["source"].strip(),
            acting_user=user,
            code_property=given["code_property"].strip(),
        )


def _result(file: BoundaryFile) -> dict[str, Any]:
    """What of a file was recognised, and a map of the place with most of its shapes."""
    told = file.report
    best = (
        file.outlines.values("place__parent")
        .annotate(n=Count("pk"))
        .order_by("-n", "place__parent")
        .first()
    )
    facts = [
        (Text("Berkas", "File"), file.name),
        (Text("Tingkat", "Level"), LEVELS.get(Level(file.level), "")),
        (Text("Bentuk di berkas", "Shapes in the file"), _n(told["shapes"])),
        (Text("Dikenali", "Recognised"), _n(told["matched"])),
        (Text("Wilayah tingkat ini", "Places of this level"), _n(told["places"])),
        (Text("Dikenali dari nama", "Told by their name"), ", ".join(told["told_by_name"]) or "—"),
        (Text("Sifat dengan kode", "Property with the codes"), file.code_property),
    ]
    return {
        "file": file,
        "facts": [{"label": label, "value": value} for label, value in facts],
        "unknown": told["unknown"],
        "without": told["without"],
        "preview": _preview(best["place__parent"]) if best else None,
    }


def _preview(parent: int | None) -> dict[str, Any]:
    parent = parent or COUNTRY_ID
    drawn = Place.objects.filter(parent_id=parent, outline__isnull=False)
    has = say(Text("ada batasnya", "has boundaries"))
    name = "Indonesia" if parent == COUNTRY_ID else labels_of([parent])[parent]
    shown = Coloured(
        title=name,
        about=say(Text("Pratinjau batas yang dimuat.", "A preview of the boundaries loaded.")),
        values=dict.fromkeys(drawn.values_list("pk", flat=True), 1.0),
        text=lambda value: has,
        short=lambda value: "✓",
        no_data=say(Text("belum ada batasnya", "has no boundaries")),
    )
    return {"name": name, "svg": choropleth(parent, shown, on=today())}


def _files() -> dict[str, Any]:
    rows = BoundaryFile.objects.order_by("-pk")[:MOST_FILES]
    return {
        "caption": Text("Berkas yang sudah dimuat", "Files loaded so far"),
        "columns": [
            {"label": Text("Berkas", "File")},
            {"label": Text("Milik", "Source")},
            {"label": Text("Tingkat", "Level")},
            {"label": Text("Dimuat", "Loaded")},
            {"label": Text("Dikenali", "Recognised"), "numeric": True},
        ],
        "rows": [
            {
                "url": f"?berkas={one.pk}#hasil",
                "cells": [
                    one.name,
                    one.source,
                    LEVELS.get(Level(one.level), ""),
                    wording.day(one.loaded_at.date(), language()),
                    f"{_n(one.report['matched'])} / {_n(one.report['shapes'])}",
                ],
            }
            for one in rows
        ],
    }


def _n(value: int) -> str:
    return wording.number(value, language())
