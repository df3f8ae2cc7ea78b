"""Runs: the list, starting one, watching it, what came out, and a family's decisions in full."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.console import run_page
from tepat.console.run_forms import RunForm
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.models import Place
from tepat.runs import actions, queries
from tepat.runs.models import AT_WORK, Run, State
from tepat.staff.language import language
from tepat.staff.permissions import MINISTRY, allowed

RUNS = Text("Perhitungan", "Runs")
PAGE = 25
# The report is one file with its styles and pictures in it, and runs nothing.
REPORT_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
    "sandbox": [True],
}
SUMMARIES = ("programmes", "reasons", "deciles", "provinces", "quotas", "findings")


@allowed(queries.RUN_READERS)
def runs(request: HttpRequest) -> HttpResponse:
    """All runs of one's places, the newest first."""
    user: Any = request.user
    page = Paginator(queries.runs_of(user), PAGE).get_page(request.GET.get("page"))
    context = {
        "title": RUNS,
        "page": page,
        "table": run_page.list_of(list(page)),
        "may_start": user.role in MINISTRY,
    }
    return render(request, "console/runs.html", context)


@allowed(MINISTRY)
def start(request: HttpRequest) -> HttpResponse:
    """Say what a run is of, and start it."""
    user: Any = request.user
    form = RunForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            begun = actions.start_run(
                place=Place.objects.get(pk=form.cleaned_data["place"]),
                as_of=form.cleaned_data["as_of"],
                known_by=form.known_by(),
                programmes=tuple(form.cleaned_data["programmes"]),
                quota=form.cleaned_data["quota"] or "",
                acting_user=user,
            )
            return redirect("run", run=begun.pk)
        except TepatError as error:
            said = error.in_language(language())
            form.add_error(None, f"{said['what']} {said['do']}".strip())
    title = Text("Mulai perhitungan", "Start a run")
    context = {"title": title, "form": form, "breadcrumbs": _way(title)}
    return render(request, "console/run_start.html", context, status=422 if form.errors else 200)


@allowed(queries.RUN_READERS)
def run(request: HttpRequest, run: int) -> HttpResponse:
    """One run: how far it is, or what came out."""
    user: Any = request.user
    found = queries.access_run(run, user)
    title = run_page.title_of(found)
    context: dict[str, Any] = {
        "title": title,
        "breadcrumbs": _way(title),
        "run": found,
        "facts": run_page.facts_of(found),
        "may_start": user.role in MINISTRY,
    }
    if found.state == State.DONE:
        context |= run_page.results_of(found)
        context["downloads"] = [
            (reverse("run_download", kwargs={"run": found.pk, "table": name}), text)
            for name, text in run_page.DOWNLOADS.items()
        ]
        return render(request, "console/run.html", context)
    context |= _watched(found)
    return render(request, "console/run_watch.html", context)


@allowed(queries.RUN_READERS)
def progress(request: HttpRequest, run: int) -> HttpResponse:
    """How far a run is, as a part of its page; the whole page anew when it is over."""
    found = _accessed(request, run)
    answer = render(request, "components/progress.html", _watched(found))
    if found.state not in AT_WORK:
        answer["HX-Refresh"] = "true"
    return answer


@allowed(MINISTRY)
def stop(request: HttpRequest, run: int) -> HttpResponse:
    """Ask before a run is stopped, and stop it."""
    user: Any = request.user
    found = _accessed(request, run)
    if request.method == "POST":
        actions.stop_run(run=found, acting_user=user)
        return redirect("run", run=found.pk)
    title = Text("Hentikan perhitungan ini?", "Stop this run?")
    context = {"title": title, "breadcrumbs": _way(title), "run": found}
    return render(request, "console/run_stop.html", context)


@allowed(queries.RUN_READERS)
@csp(REPORT_POLICY)  # type: ignore[arg-type]
def report(request: HttpRequest, run: int) -> HttpResponseBase:
    """The report of a finished run, as it was written."""
    return _file(_accessed(request, run), "report.html", "text/html; charset=utf-8")


@allowed(queries.RUN_READERS)
def download(request: HttpRequest, run: int, table: str) -> HttpResponseBase:
    """One of the sums of a finished run, as CSV."""
    found = _accessed(request, run)
    if table not in SUMMARIES:
        raise Http404
    answer = _file(found, f"summary/{table}.csv", "text/csv; charset=utf-8")
    name = f"tepat-{found.as_of.isoformat()}-{found.pk}-{table}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _accessed(request: HttpRequest, number: int) -> Run:
    user: Any = request.user
    return queries.access_run(number, user)


def _watched(found: Run) -> dict[str, Any]:
    here = {"run": found.pk}
    return {
        "job": run_page.job_of(found),
        "url": reverse("run_progress", kwargs=here),
        "page_url": reverse("run", kwargs=here),
        "problem": (found.error or {}).get(language()),
        "at_work": found.state in AT_WORK,
        "stopped": found.state == State.STOPPED,
    }


def _file(found: Run, name: str, kind: str) -> FileResponse:
    path = queries.folder_of(found) / name
    if found.state != State.DONE or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type=kind)


def _way(last: Text) -> list[tuple[str, Text]]:
    return [(reverse("runs"), RUNS), ("", last)]
