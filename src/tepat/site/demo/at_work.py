"""Work in progress, so that a visitor finds something in each queue, made by the actions of staff.

A draft and a held interview, a contested finding, findings that were given out, a request to be
erased, and two more imports: one that waits for its approval and one for a match of its columns.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tepat.engine.errors import TepatError
from tepat.site.demo import people
from tepat.site.demo.marks import is_marked, mark
from tepat.site.demo.request import DemoRequest
from tepat.site.demo.taking_in import SOURCE, UPLOADER, user
from tepat.site.demo.waiting_for import wait_until

STEP = "at_work"
OPERATOR, FACILITATOR, HEAD = "operator", "pendamping", "kepala"
OFFICE = "Dinas Sosial (rekaan)"
AGAIN, FOREIGN = "keluarga_survei_ulang.csv", "pendataan_dinas.csv"
FEW = 25
# How an office of its own would call the columns of its list.
THEIRS = {
    "family_key": "no_ruta",
    "person_key": "no_art",
    "village": "kode_desa",
    "kk_number": "nomor_kk",
    "nik": "nik",
    "name": "nama_lengkap",
    "relation": "hubungan",
    "sex": "jk",
    "birth_date": "tgl_lahir",
    "floor_area": "luas_m2",
    "floor": "jenis_lantai",
}


def is_there(request: DemoRequest) -> bool:
    """Whether each queue had something in it."""
    return is_marked(STEP)


def make(request: DemoRequest) -> None:
    """Do what is not there yet.

    Raises:
        TepatError: what an action says.
    """
    from tepat.site.supervisor import running
    from tepat.site.web import environment, worker

    for is_there, do in _PARTS:
        if not is_there():
            do()
    with running(worker(2), environment()):
        wait_until(lambda: _state(AGAIN) == "checked", "The second import")
        wait_until(lambda: _state(FOREIGN) == "matching", "The third import")
    mark(STEP)


def _home() -> int:
    """The village of the operator."""
    return int(user(OPERATOR).assignments.get(ended_at=None).place_id)


def _family(at: int) -> Any:
    """One of the families of that village that have a head, those without doubts first.

    A small demonstration may have fewer than are asked for: then one serves for several things.
    """
    from django.db.models import Exists, OuterRef

    from tepat.registry.models import Family, Finding

    doubts = Finding.objects.filter(solved_at=None, family_id=OuterRef("pk"))
    heads = {"memberships__relation": 1, "memberships__valid_to": None}
    found = Family.objects.filter(home_id=_home(), **heads).annotate(doubtful=Exists(doubts))
    return list(found.order_by("doubtful", "pk")[: at + 1])[-1]


def _exists(model: str, **having: Any) -> bool:
    from django.apps import apps

    from tepat.staff.context import acting_as

    with acting_as(user("auditor").pk):
        return bool(apps.get_model("registry", model).objects.filter(**having).exists())


def _draft() -> None:
    """An interview that is begun and not sent."""
    from tepat.registry.actions.writing import today
    from tepat.registry.interviews.actions import begin_check
    from tepat.staff.context import acting_as

    operator = user(OPERATOR)
    with acting_as(operator.pk):
        begin_check(family_id=_family(0).pk, observed_on=today(), acting_user=operator)


def _hold() -> None:
    """Two visits to one family; the second to be sent is held, and a third person decides."""
    from tepat.registry.actions.observations import Answers, record_answers
    from tepat.registry.actions.writing import today
    from tepat.registry.interviews import actions, queries
    from tepat.staff.context import acting_as

    operator, facilitator = user(OPERATOR), user(FACILITATOR)
    with acting_as(facilitator.pk):
        family = _family(1)
        begun = actions.begin_check(
            family_id=family.pk, observed_on=today(), acting_user=facilitator
        )
        seen = {"floor": 3, "roof": 4, "drinking_water": 6}
        actions.save(
            interview=begun.uuid,
            change=lambda content: content.family.update(seen),
            acting_user=facilitator,
        )
    with acting_as(operator.pk):
        record_answers(
            family_id=family.pk,
            family=Answers({"floor": 2, "roof": 2, "lighting": 1}, today(), "ground_check"),
            people={},
            base_version=None,
            acting_user=operator,
        )
    with acting_as(facilitator.pk):
        _, broken = actions.to_check(begun, queries.content_of(begun))
        sure = [one.name for one in broken]
        actions.send(interview=begun.uuid, confirmed=sure, acting_user=facilitator)


def _contest() -> None:
    """A finding that the family's own village says to be wrong."""
    from tepat.registry.actions.flags import contest_flag
    from tepat.registry.models import Flag
    from tepat.staff.context import acting_as

    operator = user(OPERATOR)
    with acting_as(operator.pk):
        flag = Flag.objects.filter(
            home_id=_home(), contested=False, superseded_by=None, valid_to=None
        ).first()
        if flag is None:
            return
        contest_flag(
            flag_id=flag.pk,
            reason="Bukan orang ini: nama dan tanggal lahirnya berbeda.",
            document="Surat keterangan desa 470/118",
            acting_user=operator,
        )


def _assign() -> None:
    """Errors that the head of the office gives to the village they lie in."""
    from tepat.registry.actions.writing import today
    from tepat.registry.models import Finding
    from tepat.registry.quality.actions import assign_findings
    from tepat.staff.context import acting_as

    head = user(HEAD)
    with acting_as(head.pk):
        rows = Finding.objects.filter(home_id=_home(), severity="error", solved_at=None)
        if not rows.exists():
            return
        assign_findings(
            rows=rows,
            to=None,
            due_on=today() + timedelta(days=14),
            note="Cocokkan dengan KTP dan kartu keluarga.",
            acting_user=head,
        )


def _ask_erasure() -> None:
    """A citizen who asks to be forgotten."""
    from tepat.registry.actions.erasure import ask_erasure
    from tepat.registry.models import Membership
    from tepat.staff.context import acting_as

    verifier = user(UPLOADER)
    with acting_as(verifier.pk):
        family = _family(2)
        member = Membership.objects.filter(family=family, valid_to=None).order_by("-pk")[0]
        ask_erasure(
            family_id=family.pk,
            person_id=member.person_id,
            reason="Permintaan warga: pindah warga negara.",
            document="Surat permintaan 12/2025",
            acting_user=verifier,
        )


def _again() -> None:
    """A survey of some families of the village once more, from whoever visited them."""
    import polars as pl

    families, members = _some()
    changed = families.with_columns(
        observed_on=pl.lit(_today()),
        source=pl.lit("ground_check"),
        floor_area=pl.col("floor_area") + 6,
    )
    _send(FACILITATOR, SOURCE, changed, AGAIN, (members, "anggota_survei_ulang.csv"))


def _foreign() -> None:
    """A file of an office whose columns have names of its own."""
    families, members = _some()
    rows = members.join(families, on="family_key", suffix="_of_family")
    own = [name for name in THEIRS if name in rows.columns]
    _send(UPLOADER, OFFICE, rows.select(own).rename({n: THEIRS[n] for n in own}), FOREIGN, None)


def _some() -> tuple[Any, Any]:
    """Some of the invented families of the operator's village, and their members."""
    import polars as pl

    from tepat.places.queries import codes_on

    code = codes_on([_home()], on=_today())[_home()]
    upload = people.folder() / "upload"
    families = pl.read_parquet(upload / "families.parquet").filter(pl.col("village") == code)
    families = families.head(FEW)
    members = pl.read_parquet(upload / "members.parquet")
    return families, members.join(families.select("family_key"), on="family_key", how="semi")


def _today() -> Any:
    from tepat.registry.actions.writing import today

    return today()


def _send(sender: str, source: str, rows: Any, name: str, second: Any) -> None:
    from tepat.registry.imports.actions import upload

    def written(table: Any) -> io.BytesIO:
        return io.BytesIO(table.write_csv().encode())

    upload(
        file=written(rows),
        name=name,
        second=None if second is None else (written(second[0]), second[1]),
        place=_home(),
        source=source,
        as_of=_today(),
        acting_user=user(sender),
    )


def _state(name: str) -> str:
    """How far an import is; one whose columns have our names is matched on the way."""
    from tepat.registry.imports import actions
    from tepat.registry.models import ImportJob
    from tepat.staff.context import acting_as

    with acting_as(user(UPLOADER).pk):
        job = ImportJob.objects.filter(file_name__startswith=name).order_by("-pk")[0]
    if job.state in ("failed", "refused", "undone"):
        raise TepatError(
            "demo_import_failed",
            f"The import of {name} is {job.state}.",
            job.error_en,
            "To begin anew, move the folder of TEPAT_HOME away.",
        )
    if name == AGAIN and job.state == "matching":
        actions.match(job=job.pk, acting_user=user(FACILITATOR))
    return str(job.state)


_PARTS: tuple[tuple[Callable[[], bool], Callable[[], None]], ...] = (
    (lambda: _exists("Finding", assigned_at__isnull=False), _assign),
    (lambda: _exists("Flag", contested=True), _contest),
    (lambda: _exists("Interview", state="draft", author__username=OPERATOR), _draft),
    (lambda: _exists("Interview", author__username=FACILITATOR), _hold),
    (lambda: _exists("Erasure"), _ask_erasure),
    (lambda: _exists("ImportJob", file_name__startswith=AGAIN), _again),
    (lambda: _exists("ImportJob", file_name__startswith=FOREIGN), _foreign),
)
