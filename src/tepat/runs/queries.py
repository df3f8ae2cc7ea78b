"""Reads of runs and decisions; row-level security says which rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404
from django.urls import reverse

from tepat.engine.text import Text
from tepat.places.models import Code, Place, Within
from tepat.registry.models import Family, Membership
from tepat.runs.cards import About, Stored, card
from tepat.runs.explainers import explainer_for
from tepat.runs.models import SLACK, Decision, Run, RunProgramme
from tepat.staff.models import Role, User
from tepat.staff.permissions import MINISTRY

RUN_READERS = MINISTRY | {Role.AUDITOR, Role.KABUPATEN_VERIFIER}
WAIT = 20.0  # seconds that the page of details waits for an explainer
NATION = Text("nasional", "the nation")


def runs_of(user: User) -> Any:
    """The runs that a user may read: of their places and what lies within, the newest first."""
    own = user.assignments.filter(ended_at=None).values("place")
    reached = Run.objects.filter(place__in=Within.objects.filter(ancestor__in=own).values("place"))
    return reached.select_related("place", "started_by").order_by("-pk")


def access_run(run_id: int, user: User) -> Run:
    """One run.

    Raises:
        Http404: there is none with this number in the user's places.
    """
    found: Run | None = runs_of(user).filter(pk=run_id).select_related("before").first()
    if found is None:
        raise Http404
    return found


def folder_of(run: Run) -> Path:
    """Where a run's files lie."""
    found: Path = settings.HOME / "runs" / run.folder
    return found


@dataclass(frozen=True)
class _Latest:
    run: Run
    rows: list[Decision]
    programmes: list[RunProgramme]


def decided_on(family: Family) -> date | None:
    """The day of the decisions that pages show of a family; None where there are none."""
    run = _latest_run(family)
    return run.as_of if run else None


def decisions_of(family: Family, *, wait: float = 0.0) -> list[dict[str, Any]]:
    """The latest decision of each programme, as `components/decision.html` draws it.

    The caller has opened the family (``registry.queries.access_family``). Conditions have facts,
    dates and sources where this process has the run's explainer; until then what stood in the way
    is told from what is stored, with a link to the page that waits for the rest. Where somebody of
    the family was erased since, there is no rest.

    Args:
        family: a family.
        wait: how many seconds to wait for the explainer.
    """
    latest = _latest(family)
    if latest is None:
        return []
    whole = not _lost_somebody(family, latest.run)
    found = _explanation(latest.run, family, wait) if whole else None
    names = _names([row.person_id for row in latest.rows], found)
    areas = _areas(latest)
    details = reverse("family_decisions", kwargs={"family": family.uuid}) if whole else ""
    told = {p["programme"]: p for p in found["programmes"]} if found else {}
    called = _called(found["members"] if found else [], names)
    titles = {p.name: Text(p.title_id, p.title_en) for p in latest.programmes}
    cards = []
    for programme in latest.programmes:
        rows = [row for row in latest.rows if row.programme == programme.name]
        if not rows and programme.unit == "family":
            continue  # it does not apply where this family lives
        stored = [_stored(row, names, areas, titles) for row in rows]
        about = About(programme.name, titles[programme.name], programme.unit, programme.criteria)
        cards.append(card(about, stored, told.get(programme.name), called, details))
    return cards


def _latest_run(family: Family) -> Run | None:
    decided = Decision.objects.filter(family_id=family.pk).values("run_id")
    found: Run | None = Run.objects.filter(pk__in=decided).order_by("-finished_at", "-pk").first()
    return found


def _latest(family: Family) -> _Latest | None:
    run = _latest_run(family)
    if run is None:
        return None
    rows = Decision.objects.filter(family_id=family.pk, run=run).select_related("line")
    programmes = RunProgramme.objects.filter(run=run).order_by("position")
    return _Latest(run, list(rows.order_by("person_id")), list(programmes))


def _lost_somebody(family: Family, run: Run) -> bool:
    """Whether somebody who belonged to a family was erased after a run began."""
    since = run.started_at - SLACK
    return Membership.objects.filter(family=family, person__erased_at__gte=since).exists()


def _explanation(run: Run, family: Family, wait: float) -> dict[str, Any] | None:
    explainer = explainer_for(folder_of(run), wait)
    return explainer.explain(str(family.uuid)) if explainer else None


_NAMES = """
SELECT p.id, p.uuid::text, r.name FROM registry_person AS p
JOIN registry_personrecord AS r
  ON r.person_id = p.id AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
WHERE (p.id = ANY (%s) OR p.uuid = ANY (%s::uuid[])) AND r.name IS NOT NULL
"""


def _names(
    people: Sequence[int | None], found: dict[str, Any] | None
) -> list[tuple[int, str, str]]:
    """Number, key and present name of persons, as far as the user may see them."""
    keys = [member["person_key"] for member in found["members"]] if found else []
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [[one for one in people if one is not None], keys])
        return list(cursor.fetchall())


def _called(
    members: Sequence[dict[str, Any]], names: Sequence[tuple[int, str, str]]
) -> dict[int, Text]:
    """What members are called: by name, or by number where the name is out of sight."""
    by_key = {key: name for _, key, name in names}
    found = {}
    for member in members:
        number, name = member["number"], by_key.get(member["person_key"])
        found[number] = Text(name, name) if name else Text(f"anggota {number}", f"member {number}")
    return found


def _areas(latest: _Latest) -> dict[str, Text]:
    """The names of the kabupaten whose quotas decide."""
    codes = {row.line.kabupaten for row in latest.rows if row.line is not None} - {""}
    if not codes:
        return {}
    rows = Code.objects.filter(
        scheme=Code.Scheme.KEMENDAGRI, code__in=codes, valid_from__lte=latest.run.as_of
    ).order_by("valid_from")
    return {row.code: _place_name(row.place) for row in rows.select_related("place")}


def _place_name(place: Place) -> Text:
    kind = {"kabupaten": "Kabupaten", "kota": "Kota"}.get(place.kind, "")
    named = f"{kind} {place.name}".strip()
    return Text(named, named)


def _stored(
    row: Decision,
    names: Sequence[tuple[int, str, str]],
    areas: dict[str, Text],
    titles: dict[str, Text],
) -> Stored:
    named = {number: (key, name) for number, key, name in names}
    key, name = named.get(row.person_id or 0, (None, None))
    line = row.line
    return Stored(
        name,
        key,
        row.outcome,
        row.award,
        row.failed,
        row.unknown,
        row.amount_year,
        row.place,
        line.quota if line else None,
        line.competing if line else None,
        areas.get(line.kabupaten, NATION) if line else NATION,
        titles.get(row.barred_by, Text(row.barred_by, row.barred_by)) if row.barred_by else None,
    )
