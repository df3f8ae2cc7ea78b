"""One's own account: profile, password, second factor, sessions."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tepat.engine.text import Text
from tepat.staff import actions, queries
from tepat.staff.language import say
from tepat.staff.permissions import SECOND_FACTOR, STAFF, allowed, user_of
from tepat.staff.proof import factors, may_remove_factor
from tepat.staff.roles import role_name

TITLE = Text("Akun Anda", "Your account")


@allowed(STAFF)
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and what one can change oneself."""
    user = user_of(request)
    places = queries.places_of([user.pk]).get(user.pk, [])
    facts = [
        {"label": Text("Nama", "Name"), "value": user.name},
        {"label": Text("Nama akun", "Account name"), "value": user.username},
        {"label": Text("Peran", "Role"), "value": say(role_name(user.role))},
        {
            "label": Text("Wilayah kerja", "Places of work"),
            "value": "; ".join(", ".join(filter(None, (one.name, one.path))) for one in places),
        },
    ]
    context = {"title": TITLE, "facts": facts, "factor_count": len(factors(user))}
    context |= {"factor_required": user.role in SECOND_FACTOR}
    context |= {"sign_ins": queries.recent_sign_ins(user)}
    return render(request, "staff/account.html", context)


@allowed(STAFF)
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions; this one goes on."""
    if request.method != "POST":
        return redirect("account")
    user = actions.end_own_sessions(acting_user=user_of(request))
    update_session_auth_hash(request, user)
    done = Text(
        "Semua sesi lain sudah diakhiri. Sesi ini tetap jalan.",
        "All other sessions have ended. This one goes on.",
    )
    messages.success(request, say(done))
    return redirect("account")


@allowed(STAFF)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why a second factor is needed, and the two kinds to choose from."""
    if factors(user_of(request)):
        return redirect("mfa_index")
    title = Text("Pasang faktor kedua", "Set up a second factor")
    required = user_of(request).role in SECOND_FACTOR
    return render(request, "staff/second_factor.html", {"title": title, "required": required})


@allowed(STAFF)
def factors_page(request: HttpRequest) -> HttpResponse:
    """App, passkeys and recovery codes: what is there, to add and to remove."""
    found = Authenticator.objects.filter(user_id=request.user.pk).order_by("pk")
    kinds = Authenticator.Type
    codes = next((one for one in found if one.type == kinds.RECOVERY_CODES), None)
    context = {
        "title": Text("Faktor kedua", "Second factor"),
        "app": next((one for one in found if one.type == kinds.TOTP), None),
        "passkeys": [one for one in found if one.type == kinds.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "may_remove": may_remove_factor(user_of(request)),
    }
    return render(request, "mfa/index.html", context)
