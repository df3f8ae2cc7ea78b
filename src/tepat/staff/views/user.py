"""One user: what the account may do, and each change of it. For administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.staff import actions, lockout, queries
from tepat.staff.forms import ChangeUserForm, LeaveForm, PlaceForm, ReasonForm
from tepat.staff.language import language, say
from tepat.staff.models import Role, User
from tepat.staff.permissions import user_of
from tepat.staff.proof import factors, recently_proved
from tepat.staff.roles import role_name
from tepat.staff.verbs import verb_name
from tepat.staff.views.users import ADMINISTRATORS, TITLE, password_page


@ADMINISTRATORS
def page(request: HttpRequest, user: int) -> HttpResponse:
    """The account, its places and its history."""
    account = _account(user)
    names = queries.names_of(row["actor_id"] for row in queries.history_of(account))
    history = [
        {
            "title": say(verb_name(row["verb"])),
            "when": row["at"],
            "by": names.get(row["actor_id"], ""),
            "detail": row["reason"],
        }
        for row in queries.history_of(account)
    ]
    context = _frame(account, Text(account.name, account.name), top=True)
    context |= {"places": queries.places_of([account.pk]).get(account.pk, []), "events": history}
    context |= {"locked_until": lockout.locked_until(account.username)}
    context |= {"factors": len(factors(account)), "is_own": account.pk == request.user.pk}
    context |= {"role": role_name(account.role)}
    return render(request, "staff/user.html", context)


@ADMINISTRATORS
@recently_proved
def change(request: HttpRequest, user: int) -> HttpResponse:
    """Name, e-mail and role."""
    account = _account(user)
    initial = {"name": account.name, "email": account.email, "role": account.role}
    form = ChangeUserForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> None:
        actions.change_user(user_id=account.pk, acting_user=user_of(request), **given)

    done = Text("Data pengguna disimpan.", "The user has been saved.")
    if (answer := _done(request, account, form, act, done)) is not None:
        return answer
    context = _frame(account, Text("Ubah nama dan peran", "Change name and role"))
    context |= {"form": form, "button": Text("Simpan", "Save")}
    return render(request, "staff/user_form.html", context, status=422 if form.errors else 200)


@ADMINISTRATORS
@recently_proved
def places(request: HttpRequest, user: int) -> HttpResponse:
    """Where the user works: end some, find and give others."""
    account = _account(user)
    if request.method == "POST":
        _change_places(request, account)
        return redirect("user_places", user=account.pk)
    form = PlaceForm(request.GET or None)
    words = form.cleaned_data["cari"] if form.is_valid() else ""
    held = queries.places_of([account.pk]).get(account.pk, [])
    ids = {place.id for place in held}
    context = _frame(account, Text("Wilayah kerja", "Places of work"))
    context |= {"form": form, "held": held, "searched": bool(words)}
    context["found"] = [place for place in queries.find_places(words) if place.id not in ids]
    return render(request, "staff/user_places.html", context)


@ADMINISTRATORS
@recently_proved
def deactivate(request: HttpRequest, user: int) -> HttpResponse:
    """End the account of a leaver, with date and reason."""
    account = _account(user)
    form = LeaveForm(request.POST or None)

    def act(given: dict[str, Any]) -> None:
        actions.deactivate_user(user_id=account.pk, acting_user=user_of(request), **given)

    done = Text(
        "Akun berakhir. Sesinya putus seketika.", "The account has ended, and its sessions too."
    )
    consequences = [
        Text("Semua sesinya putus seketika.", "All its sessions end at once."),
        Text("Semua wilayah kerjanya berakhir.", "All its places end."),
        Text("Riwayatnya tetap tersimpan.", "Its history is kept."),
    ]
    title = Text("Akhiri akun", "End the account")
    return _confirm(request, account, form, act, done, title, consequences, danger=True)


@ADMINISTRATORS
@recently_proved
def reactivate(request: HttpRequest, user: int) -> HttpResponse:
    """Let a leaver come back."""
    account = _account(user)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            account, password = actions.reactivate_user(
                user_id=account.pk, acting_user=user_of(request), **form.cleaned_data
            )
        except TepatError as error:
            return _refused(request, account, error)
        return password_page(request, account, password)
    title = Text("Aktifkan kembali", "Reactivate")
    consequences = [
        Text("Akun mendapat kata sandi sementara.", "The account gets a temporary password."),
        Text("Wilayah kerja harus diberikan lagi.", "Places must be given again."),
    ]
    return _question(request, account, form, title, consequences)


@ADMINISTRATORS
@recently_proved
def new_password(request: HttpRequest, user: int) -> HttpResponse:
    """A temporary password for who forgot theirs."""
    account = _account(user)
    if request.method == "POST":
        try:
            account, password = actions.give_new_password(
                user_id=account.pk, acting_user=user_of(request)
            )
        except TepatError as error:
            return _refused(request, account, error)
        return password_page(request, account, password)
    title = Text("Beri kata sandi sementara", "Give a temporary password")
    consequences = [
        Text("Kata sandi lama tidak berlaku lagi.", "The old password is no longer valid."),
        Text("Semua sesinya putus seketika.", "All sessions end at once."),
    ]
    return _question(request, account, None, title, consequences)


@ADMINISTRATORS
@recently_proved
def reset_factor(request: HttpRequest, user: int) -> HttpResponse:
    """Remove the second factor of who lost the telephone."""
    account = _account(user)
    form = ReasonForm(request.POST or None)

    def act(given: dict[str, Any]) -> None:
        actions.reset_second_factor(user_id=account.pk, acting_user=user_of(request), **given)

    done = Text("Faktor kedua dihapus.", "The second factor has been removed.")
    consequences = [
        Text(
            "Aplikasi, kunci sandi, dan kode pemulihannya dihapus.",
            "The app, passkeys and recovery codes are removed.",
        ),
        Text("Semua sesinya putus seketika.", "All sessions end at once."),
        Text(
            "Pastikan dahulu bahwa yang meminta memang orangnya.",
            "Make sure first that it is this person who asks.",
        ),
    ]
    title = Text("Hapus faktor kedua", "Remove the second factor")
    return _confirm(request, account, form, act, done, title, consequences, danger=True)


@ADMINISTRATORS
@recently_proved
def unlock(request: HttpRequest, user: int) -> HttpResponse:
    """Let an account that rests sign in at once."""
    account = _account(user)
    if request.method == "POST":
        actions.unlock_user(user_id=account.pk, acting_user=user_of(request))
        messages.success(request, say(Text("Kunci dibuka.", "The account is unlocked.")))
        return redirect("user", user=account.pk)
    title = Text("Buka kunci akun", "Unlock the account")
    consequences = [
        Text(
            "Pastikan dahulu bahwa percobaan yang salah itu dari orangnya sendiri.",
            "Make sure first that the wrong attempts were this person's own.",
        )
    ]
    return _question(request, account, None, title, consequences)


def _account(user: int) -> User:
    return get_object_or_404(User.objects.exclude(role=Role.SYSTEM), pk=user)


def _frame(account: User, title: Text, *, top: bool = False) -> dict[str, Any]:
    above = [] if top else [(reverse("user", args=[account.pk]), account.name)]
    crumbs = [(reverse("users"), TITLE), *above, ("", title)]
    return {"account": account, "title": title, "breadcrumbs": crumbs}


def _done(
    request: HttpRequest,
    account: User,
    form: Form,
    act: Callable[[dict[str, Any]], None],
    done: Text,
) -> HttpResponse | None:
    """Do it if the form is right, and go back to the user; else nothing, with errors in the form.

    A refusal is said on the user's page.
    """
    if not form.is_valid():
        return None
    try:
        act(form.cleaned_data)
    except TepatError as error:
        return _refused(request, account, error)
    messages.success(request, say(done))
    return redirect("user", user=account.pk)


def _refused(request: HttpRequest, account: User, error: TepatError) -> HttpResponse:
    messages.error(request, _said(error))
    return redirect("user", user=account.pk)


def _said(error: TepatError) -> str:
    told = error.in_language(language())
    return " ".join(filter(None, (told["what"], told["why"], told["do"])))


def _confirm(
    request: HttpRequest,
    account: User,
    form: Form,
    act: Callable[[dict[str, Any]], None],
    done: Text,
    title: Text,
    consequences: list[Text],
    *,
    danger: bool = False,
) -> HttpResponse:
    if (answer := _done(request, account, form, act, done)) is not None:
        return answer
    return _question(request, account, form, title, consequences, danger=danger)


def _question(
    request: HttpRequest,
    account: User,
    form: Form | None,
    title: Text,
    consequences: list[Text],
    *,
    danger: bool = False,
) -> HttpResponse:
    context = _frame(account, title)
    context |= {"form": form, "consequences": consequences, "danger": danger}
    context |= {"cancel": reverse("user", args=[account.pk]), "button": title}
    status = 422 if form is not None and form.errors else 200
    return render(request, "staff/user_confirm.html", context, status=status)


def _change_places(request: HttpRequest, account: User) -> None:
    """Give or end the places that were chosen, and say what came of it."""
    chosen = [int(one) for one in request.POST.getlist("place") if one.isdigit()]
    ends = request.POST.get("do") == "end"
    act = actions.end_places if ends else actions.give_places
    try:
        count = act(user_id=account.pk, place_ids=chosen, acting_user=user_of(request))
    except TepatError as error:
        messages.error(request, _said(error))
        return
    if not count:
        none = Text("Tidak ada wilayah yang dipilih.", "No place was chosen.")
        messages.error(request, say(none))
    elif ends:
        ended = Text(f"{count} wilayah berakhir.", f"{count} places have ended.")
        messages.success(request, say(ended))
    else:
        given = Text(f"{count} wilayah diberikan.", f"{count} places have been given.")
        messages.success(request, say(given))
