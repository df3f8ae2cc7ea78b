"""The addresses of the staff pages. `family` is a family's public id, `place` a place's id."""

from __future__ import annotations

from django.urls import path

from tepat.console.views import families, home, places

urlpatterns = [
    path("", home.front, name="front"),
    path("keluarga/", families.search, name="families"),
    path("keluarga/<uuid:family>/", families.family, name="family"),
    path("wilayah/", places.own, name="places"),
    path("wilayah/<int:place>/", places.place, name="place"),
]
