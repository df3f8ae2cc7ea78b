"""The addresses of the staff pages. `family` is a family's public id, `place` a place's id."""

from __future__ import annotations

from django.urls import path

from tepat.console.views import families, home

urlpatterns = [
    path("", home.front, name="front"),
    path("keluarga/", families.search, name="families"),
]
