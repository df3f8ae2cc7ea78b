"""Lists as institutions send them, and the steps of one done one after another."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from tepat.registry.lists import actions, jobs
from tepat.registry.models import Flag, ListLoad
from tepat.staff.context import acting_as
from tests.registry.world import BANDUNG, World

DAY = date(2025, 6, 1)
GROUND, SOURCE = "company_officer", "Ditjen AHU"


def csv_list(*rows: str, header: str = "nik") -> io.BytesIO:
    """Lines as a CSV file."""
    return io.BytesIO("\n".join([header, *rows, ""]).encode())


def send_list(world: World, file: io.BytesIO, **more: Any) -> ListLoad:
    """Upload a list, as the verifier of Bandung unless said otherwise."""
    by = more.pop("by", "kabupaten_verifier")
    told = {"name": "daftar.csv", "ground": GROUND, "source": SOURCE, "on": DAY, "place": BANDUNG}
    return actions.upload_list(file=file, acting_user=world[by], **{**told, **more})


def look_up(load: ListLoad) -> ListLoad:
    """The dry run, as the worker does it."""
    jobs.do(jobs.check, load=load.pk, user=load.uploaded_by_id)
    return fresh(load)


def let_hold(world: World, load: ListLoad, by: str = "head_of_office") -> ListLoad:
    """A second person approves, and the worker writes."""
    actions.approve_list(load=load.pk, acting_user=world[by])
    jobs.do(jobs.apply, load=load.pk, user=world[by].pk)
    return fresh(load)


def load_list(world: World, file: io.BytesIO, **more: Any) -> ListLoad:
    """A list on its whole way."""
    decides = more.pop("decides", "head_of_office")
    return let_hold(world, look_up(send_list(world, file, **more)), decides)


def fresh(load: ListLoad) -> ListLoad:
    """The list as it is now, whoever acts."""
    with acting_as(load.uploaded_by_id):
        return ListLoad.objects.get(pk=load.pk)


def standing(world: World) -> list[Flag]:
    """The findings that hold now."""
    with acting_as(world["auditor"].pk):
        return list(Flag.objects.filter(superseded_by=None, valid_to=None).order_by("person_id"))
