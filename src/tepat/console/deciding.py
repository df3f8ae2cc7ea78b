"""The question before an act that is hard to take back: approve, refuse, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tepat.console.import_forms import ReasonForm
from tepat.console.import_words import problem_of
from tepat.engine.errors import TepatError
from tepat.engine.text import Text


@dataclass(frozen=True)
class Question:
    """What is asked, what follows from a yes, and what is done then."""

    title: Text
    about: str  # what it is done to
    button: Text
    consequences: Sequence[Text]
    act: Callable[[str], object]  # takes the reason, empty where none is asked
    back: str  # the page it is about
    asks_reason: bool = False


def ask(
    request: HttpRequest, question: Question, breadcrumbs: Sequence[tuple[str, Any]]
) -> HttpResponse:
    """The question; after a yes the act and the page it is about, or why it cannot be done."""
    form = ReasonForm(request.POST or None) if question.asks_reason else None
    context: dict[str, Any] = {
        "title": question.title,
        "about": question.about,
        "breadcrumbs": breadcrumbs,
        "form": form,
        "button": question.button,
        "consequences": question.consequences,
        "danger": question.asks_reason,
        "cancel": question.back,
    }
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            with transaction.atomic():
                question.act(form.cleaned_data["reason"] if form else "")
            return redirect(question.back)
        except TepatError as error:
            context["problem"] = problem_of(error)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/decide.html", context, status=status)
