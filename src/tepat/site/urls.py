"""The addresses of the site. No address holds a NIK, a KK number or a name."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("akun/", include("allauth.account.urls")),
    path("akun/", include("allauth.mfa.urls")),
]
