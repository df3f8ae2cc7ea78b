"""The invented lists of institutions: uploaded, looked through, approved by a second person.

One of them is left unapproved, so that a visitor finds a list that waits for a decision.
"""

from __future__ import annotations

import io
from typing import Any

from tepat.engine.errors import TepatError
from tepat.site.demo import people
from tepat.site.demo.marks import is_marked, mark
from tepat.site.demo.request import DemoRequest
from tepat.site.demo.taking_in import APPROVER, SOURCE, UPLOADER, user
from tepat.site.demo.waiting_for import wait_until

STEP = "lists"
LEFT = "public_income"  # the ground whose list waits for its approval
NAMES = {
    "ground check": "Pendamping desa",
    "village meeting": "Musyawarah desa",
    "ministry of education": "Kementerian Pendidikan",
    "ministry of finance": "Kementerian Keuangan",
    "ministry of health": "Kementerian Kesehatan",
    "ministry of villages": "Kementerian Desa",
    "Taspen and Asabri": "Taspen dan Asabri",
    "BKN by family card": "BKN menurut kartu keluarga",
    "AHU": "Ditjen AHU",
}


def are_in(request: DemoRequest) -> bool:
    """Whether all lists but one were made to hold; what a visitor did since is theirs."""
    return is_marked(STEP)


def take_in(request: DemoRequest) -> None:
    """Upload the lists that are not there yet and approve all but one.

    Raises:
        TepatError: ``demo_list_failed``, or what an action says.
    """
    from tepat.site.supervisor import running
    from tepat.site.web import environment, worker

    with running(worker(2), environment()):
        _upload(request)
        wait_until(lambda: "checking" not in _known().values(), "The check of the lists")
        _approve()
        wait_until(_hold, "The lists of institutions")
    mark(STEP)


def _hold() -> bool:
    """Whether all lists but one hold, and that one can be approved."""
    known = _known()
    return all(
        known.get(ground) == ("checked" if ground == LEFT else "done") for ground in _grounds()
    )


def _known() -> dict[str, str]:
    from tepat.registry.models import ListLoad
    from tepat.staff.context import acting_as

    with acting_as(user(UPLOADER).pk):
        found = dict(ListLoad.objects.order_by("pk").values_list("ground", "state"))
    broken = {ground for ground, state in found.items() if state in ("failed", "refused", "undone")}
    if broken & set(_grounds()):
        raise TepatError(
            "demo_list_failed",
            f"A list of the invented people was not taken in: {', '.join(sorted(broken))}.",
            do="To begin anew, move the folder of TEPAT_HOME away.",
        )
    return found


def _flags() -> Any:
    """What institutions say of the invented people, with a NIK where it is of a person."""
    import polars as pl

    folder = people.folder()
    flags = pl.read_parquet(
        folder / "people" / "flags" / "**" / "*.parquet", hive_partitioning=False
    )
    members = pl.read_parquet(folder / "upload" / "members.parquet").select("person_key", "nik")
    return flags.join(members, on="person_key", how="left", maintain_order="left")


def _grounds() -> list[str]:
    return list(_flags()["ground"].unique().sort().to_list())


def _upload(request: DemoRequest) -> None:
    from tepat.places.queries import find_place
    from tepat.registry.lists.actions import upload_list

    place = find_place(request.kabupaten, on=request.as_of)
    assert place is not None, "an earlier step looked for its villages"
    known, keys = _known(), _family_keys()
    for (ground,), rows in _flags().group_by("ground", maintain_order=True):
        if ground in known:
            continue
        source = str(rows["source"][0])
        upload_list(
            file=io.BytesIO(_written(rows, keys)),
            name=f"{ground}.csv",
            ground=str(ground),
            source=NAMES.get(source, source),
            on=rows["date"][0],
            place=place.pk,
            acting_user=user(UPLOADER),
        )


def _written(rows: Any, keys: dict[str, str]) -> bytes:
    """A list as its institution would send it: a row for each person, or each family."""
    import polars as pl

    told = rows.select(
        pl.col("nik"),
        pl.when(pl.col("person_key").is_null())
        .then(pl.col("family_key").replace_strict(keys, default=None))
        .alias("family_uuid"),
        pl.col("confidence").alias("keyakinan"),
    )
    sayable = told.filter(pl.any_horizontal(pl.col("nik", "family_uuid").is_not_null()))
    return bytes(sayable.write_csv().encode())


def _family_keys() -> dict[str, str]:
    """The registry's own key of each family, by the key that the file gave it."""
    from tepat.registry.models import Family
    from tepat.staff.context import acting_as

    start = f"{SOURCE}|"
    with acting_as(user(UPLOADER).pk):
        known = Family.objects.filter(origin_key__startswith=start)
        return {
            str(origin).removeprefix(start): str(key)
            for origin, key in known.values_list("origin_key", "uuid")
        }


def _approve() -> None:
    from tepat.registry.lists.actions import approve_list
    from tepat.registry.models import ListLoad
    from tepat.staff.context import acting_as

    with acting_as(user(UPLOADER).pk):
        waiting = ListLoad.objects.filter(state="checked", ground__in=_grounds())
        loads = list(waiting.exclude(ground=LEFT).values_list("pk", flat=True))
    for load in loads:
        approve_list(load=load, acting_user=user(APPROVER))
