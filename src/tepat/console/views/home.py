"""The front page: for everybody what this is, for staff what waits for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tepat.console.navigation import navigation_for
from tepat.console.queues import queues_of, table
from tepat.engine.text import Text
from tepat.staff.models import Role, User
from tepat.staff.permissions import public

# What somebody of a role most often comes for.
_FIRST = {
    Role.VILLAGE_OPERATOR: ("families", "interviews", "quality"),
    Role.FACILITATOR: ("families", "interviews", "quality"),
    Role.KABUPATEN_VERIFIER: ("quality", "imports", "places"),
    Role.HEAD_OF_OFFICE: ("places", "quality", "imports"),
    Role.MINISTRY_ANALYST: ("runs", "places", "quality"),
    Role.MINISTRY_APPROVER: ("erasures", "runs", "places"),
    Role.AUDITOR: ("audit", "families", "runs"),
    Role.ADMINISTRATOR: ("users",),
}
_TEXTS = {
    "families": (
        Text("Cari keluarga", "Find a family"),
        Text("Dengan NIK, nomor KK, atau nama.", "By NIK, KK number or name."),
    ),
    "interviews": (
        Text("Wawancara", "Interviews"),
        Text("Daftarkan keluarga baru, lanjutkan draf.", "Register a family, go on with a draft."),
    ),
    "quality": (
        Text("Mutu data", "Data quality"),
        Text("Temuan di wilayah Anda.", "Findings in your places."),
    ),
    "imports": (
        Text("Impor", "Imports"),
        Text("Unggah berkas, setujui kiriman.", "Upload a file, approve one."),
    ),
    "places": (
        Text("Wilayah", "Places"),
        Text("Jumlah, mutu data, dan peta.", "Numbers, data quality and a map."),
    ),
    "runs": (
        Text("Perhitungan", "Runs"),
        Text("Mulai, ikuti, buka laporan.", "Start one, watch it, open its report."),
    ),
    "erasures": (
        Text("Penghapusan", "Erasures"),
        Text("Permintaan dan putusannya.", "Requests and decisions."),
    ),
    "audit": (
        Text("Audit", "Audit"),
        Text("Siapa berbuat apa, siapa melihat.", "Who did what, who looked."),
    ),
    "users": (
        Text("Pengguna", "Users"),
        Text("Akun, peran, dan wilayah kerja.", "Accounts, roles and places."),
    ),
}


@public
def front(request: HttpRequest) -> HttpResponse:
    """Without login: what Tepat is and where to sign in. With: what waits, and the ways to work."""
    user = request.user
    if not isinstance(user, User):
        return render(request, "console/front.html", {})
    first = _FIRST.get(Role(user.role), ())
    context = {
        "title": Text("Selamat datang, {name}", "Welcome, {name}").filled(name=user.name),
        "table": table(queues_of(user)) if first != ("users",) else None,
        "ways": [(reverse(name), *_TEXTS[name]) for name in first],
        "items": navigation_for(request),
    }
    return render(request, "console/home.html", context)
