"""The addresses of the site. No address holds a NIK, a KK number or a name."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from tepat.staff.permissions import public

handler500 = "tepat.site.ground.broken"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tepat.staff.urls")),
    path("bahasa/", public(set_language), name="set_language"),
    path("", include("tepat.console.urls")),
]
