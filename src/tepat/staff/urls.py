"""Signing in, one's own account, users, and what they did.

Of allauth's pages only those that are wanted here stand in this list: no sign-up, no e-mail.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from tepat.staff.permissions import STAFF, allowed, public
from tepat.staff.proof import keeps_a_factor, watched_factors
from tepat.staff.views import own, trail, user, users

signed_in = allowed(STAFF)

SIGN_IN = [
    path("akun/masuk/", public(account.login), name="account_login"),
    path("akun/masuk/kode/", public(mfa.authenticate), name="mfa_authenticate"),
    path("akun/masuk/kunci/", public(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("akun/keluar/", public(account.logout), name="account_logout"),
    path("akun/tidak-aktif/", public(account.account_inactive), name="account_inactive"),
    path("akun/bukti/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("akun/bukti/kode/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "akun/bukti/kunci/",
        signed_in(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
]
OWN = [
    path("akun/", own.account, name="account"),
    path("akun/keluar-di-mana-saja/", own.sign_out_everywhere, name="sign_out_everywhere"),
    path("akun/sandi/", signed_in(account.password_change), name="account_change_password"),
    path("akun/faktor-kedua/", own.second_factor, name="staff_second_factor"),
    path("akun/faktor/", own.factors_page, name="mfa_index"),
    path(
        "akun/aplikasi/pasang/",
        signed_in(watched_factors(totp.activate_totp)),
        name="mfa_activate_totp",
    ),
    path(
        "akun/aplikasi/lepas/",
        signed_in(watched_factors(totp.deactivate_totp)),
        name="mfa_deactivate_totp",
    ),
    path("akun/kunci/", own.factors_page, name="mfa_list_webauthn"),
    path(
        "akun/kunci/tambah/",
        signed_in(watched_factors(passkeys.add_webauthn)),
        name="mfa_add_webauthn",
    ),
    path(
        "akun/kunci/<int:pk>/hapus/",
        signed_in(keeps_a_factor(watched_factors(passkeys.remove_webauthn))),
        name="mfa_remove_webauthn",
    ),
    path(
        "akun/kunci/<int:pk>/nama/",
        signed_in(passkeys.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path("akun/pemulihan/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "akun/pemulihan/baru/",
        signed_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "akun/pemulihan/unduh/",
        signed_in(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
USERS = [
    path("pengguna/", users.user_list, name="users"),
    path("pengguna/cari/", users.search, name="user_search"),
    path("pengguna/baru/", users.create, name="user_new"),
    path("pengguna/<int:user>/", user.page, name="user"),
    path("pengguna/<int:user>/ubah/", user.change, name="user_change"),
    path("pengguna/<int:user>/wilayah/", user.places, name="user_places"),
    path("pengguna/<int:user>/berhenti/", user.deactivate, name="user_deactivate"),
    path("pengguna/<int:user>/kembali/", user.reactivate, name="user_reactivate"),
    path("pengguna/<int:user>/sandi/", user.new_password, name="user_password"),
    path("pengguna/<int:user>/faktor/", user.reset_factor, name="user_factor"),
    path("pengguna/<int:user>/buka/", user.unlock, name="user_unlock"),
]
TRAIL = [
    path("audit/", trail.entries, name="audit"),
    path("audit/putusan-manual/", trail.overrides, name="audit_overrides"),
    path("audit/pembukaan/", trail.accesses, name="audit_accesses"),
    path("audit/petugas/", trail.find_user, name="audit_user"),
    path("audit/ekspor/<str:which>.csv", trail.export, name="audit_export"),
]
urlpatterns = [*SIGN_IN, *OWN, *USERS, *TRAIL]
