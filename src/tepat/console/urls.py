"""The addresses of the staff pages. `family` is a family's public id, `place` a place's id."""

from __future__ import annotations

from django.urls import path

from tepat.console.views import events, families, home, interview_photos, interviews, places

urlpatterns = [
    path("", home.front, name="front"),
    path("keluarga/", families.search, name="families"),
    path("keluarga/<uuid:family>/", families.family, name="family"),
    path("wilayah/", places.own, name="places"),
    path("wilayah/<int:place>/", places.place, name="place"),
    path("keluarga/<uuid:family>/wawancara/", interviews.begin, name="interview_begin"),
    path(
        "keluarga/<uuid:family>/foto/<uuid:photo>/",
        interview_photos.family_photo,
        name="family_photo",
    ),
    path("keluarga/<uuid:family>/peristiwa/", events.kinds, name="events"),
    path("keluarga/<uuid:family>/peristiwa/<slug:kind>/", events.event, name="event"),
    path("wawancara/", interviews.interviews, name="interviews"),
    path("wawancara/baru/", interviews.new, name="interview_new"),
    path("wawancara/<uuid:interview>/", interviews.interview, name="interview"),
    path("wawancara/<uuid:interview>/anggota/", interviews.members, name="interview_members"),
    path(
        "wawancara/<uuid:interview>/foto/", interview_photos.draft_photos, name="interview_photos"
    ),
    path(
        "wawancara/<uuid:interview>/foto/<slug:kind>/",
        interview_photos.draft_photo,
        name="interview_photo",
    ),
    path("wawancara/<uuid:interview>/periksa/", interviews.check, name="interview_check"),
    path("wawancara/<uuid:interview>/buang/", interviews.discard, name="interview_discard"),
    path("wawancara/<uuid:interview>/versi/", interviews.versions, name="interview_versions"),
    path("wawancara/<uuid:interview>/<slug:step>/", interviews.step, name="interview_step"),
]
