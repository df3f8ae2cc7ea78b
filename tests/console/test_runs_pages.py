"""The pages of runs: starting, watching, results, the report, and a family's decisions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tepat.places.models import Place
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.models import Family
from tepat.runs import queries, work
from tepat.runs.actions import start_run
from tepat.runs.models import Run
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id
from tests.console.browsing import faults_of, signed_in
from tests.registry.world import BANDUNG, GARUT, KERTAJAYA, World, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 7, 1)
QUOTA = "programme,place,quota\nsembako,3204,0\npkh,,5\n"


def client_of(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def living(world: World, name: str, *, number: str, **where: int) -> Family:
    """A poor family with a house that was looked at."""
    with acting_as(world[name].pk):
        family = rukmini(world[name], number=number, **where)
        record_answers(
            family_id=family.pk,
            family=Answers({"floor": 8, "floor_area": 20, "decile": 1}, DAY, "survei lapangan"),
            people={},
            base_version=Family.objects.get(pk=family.pk).version,
            acting_user=world[name],
        )
        return family


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.HOME = tmp_path / "home"
    made = make_world()
    living(made, "village_operator", number="3204330101100007")
    living(made, "far_operator", number="3205140101100009", place=KERTAJAYA)
    return made


def started(world: World, place: int = 1, quota: str = QUOTA) -> Run:
    return start_run(
        place=Place.objects.get(pk=place),
        as_of=DAY,
        programmes=("pkh", "sembako", "pbi_jk", "blt_desa"),
        quota=quota,
        acting_user=world["ministry_analyst"],
    )


def finished(world: World, place: int = 1) -> Run:
    run = started(world, place)
    work.perform(run.pk)
    with acting_as(system_id()):
        found = Run.objects.get(pk=run.pk)
    assert (found.state, found.error) == ("done", None)
    return found


def test_the_pages_of_a_run_are_sound_in_every_form(
    world: World, browser: Any, live_server: Any
) -> None:
    run = finished(world)
    waiting = started(world)
    here = {"run": run.pk}
    with signed_in(browser, live_server.url, world["ministry_analyst"]) as context:
        for name, address in {
            "runs": reverse("runs"),
            "run_start": reverse("run_start"),
            "run": reverse("run", kwargs=here),
            "run_watch": reverse("run", kwargs={"run": waiting.pk}),
            "run_stop": reverse("run_stop", kwargs={"run": waiting.pk}),
        }.items():
            assert faults_of(context, live_server.url + address, name) == []
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(live_server.url + reverse("run_report", kwargs=here))
        assert page.locator("h1").first.evaluate("e => getComputedStyle(e).fontSize") == "34px"
        assert said == [], "its own styles and pictures are let in"
    with acting_as(world["village_operator"].pk):
        family = Family.objects.get()
    with signed_in(browser, live_server.url, world["village_operator"]) as context:
        address = reverse("family_decisions", kwargs={"family": family.uuid})
        assert faults_of(context, live_server.url + address, "run_family") == []


def test_a_run_is_started_watched_stopped_and_found_again(world: World) -> None:
    client = client_of(world, "ministry_analyst")
    asked = {"place": "1", "as_of_day": "1", "as_of_month": "7", "as_of_year": "2025"}
    wrong: dict[str, dict[str, Any]] = {
        "not_a_file": {"quota": SimpleUploadedFile("q.csv", b"\xff\xfe\x00")},
        "not_a_quota": {"quota": SimpleUploadedFile("q.csv", b"programme,place,quota\nx,,1\n")},
        "too_early": {"as_of_year": "1990"},
        "tomorrow": {"known_on_day": "1", "known_on_month": "1", "known_on_year": "2999"},
    }
    for name, more in wrong.items():
        answer = client.post(reverse("run_start"), {**asked, **more})
        assert (name, answer.status_code) == (name, 422)
    answer = client.post(
        reverse("run_start"), {**asked, "quota": SimpleUploadedFile("q.csv", QUOTA.encode())}
    )
    assert answer.status_code == 302
    run = {"run": int(answer.url.rstrip("/").rsplit("/", 1)[1])}
    watched = client.get(answer.url).content.decode()
    assert "Menunggu giliran" in watched
    assert "every 2s" in client.get(reverse("run_progress", kwargs=run)).content.decode()
    assert client.post(reverse("run_stop", kwargs=run)).status_code == 302
    assert "Perhitungan ini dihentikan" in client.get(answer.url).content.decode()
    over = client.get(reverse("run_progress", kwargs=run))
    assert over["HX-Refresh"] == "true"
    assert "Dihentikan" in client.get(reverse("runs")).content.decode()
    assert client.get(reverse("run_report", kwargs=run)).status_code == 404


def test_a_verifier_reads_the_runs_of_the_own_kabupaten_only(world: World) -> None:
    runs = {place: started(world, place).pk for place in (1, BANDUNG, GARUT)}
    verifier = client_of(world, "kabupaten_verifier")
    found = {
        place: verifier.get(reverse("run", kwargs={"run": pk})).status_code
        for place, pk in runs.items()
    }
    assert found == {1: 404, BANDUNG: 200, GARUT: 404}
    listed = verifier.get(reverse("runs")).content.decode()
    assert "Bandung" in listed.split("<main")[1]
    assert "Garut" not in listed
    assert verifier.get(reverse("run_start")).status_code == 403
    assert verifier.post(reverse("run_stop", kwargs={"run": runs[BANDUNG]})).status_code == 403
    auditor = client_of(world, "auditor")
    assert auditor.get(reverse("run", kwargs={"run": runs[GARUT]})).status_code == 200
    assert client_of(world, "village_operator").get(reverse("runs")).status_code == 403


def test_a_finished_run_gives_its_report_its_sums_and_each_family_its_decisions(
    world: World,
) -> None:
    run = finished(world)
    client = client_of(world, "ministry_analyst")
    report = client.get(reverse("run_report", kwargs={"run": run.pk}))
    policy = report["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert b"<html" in b"".join(report.streaming_content)
    sums = client.get(reverse("run_download", kwargs={"run": run.pk, "table": "programmes"}))
    assert b"".join(sums.streaming_content).startswith(b"programme,eligible")
    assert "attachment" in sums["Content-Disposition"]
    other = reverse("run_download", kwargs={"run": run.pk, "table": "passwd"})
    assert client.get(other).status_code == 404
    _decisions_are_told(world)


def _decisions_are_told(world: World) -> None:
    with acting_as(world["village_operator"].pk):
        family = Family.objects.get()
        early = queries.decisions_of(family)
        whole = queries.decisions_of(family, wait=120)
        assert queries.decided_on(family) == DAY
    assert [one["answers"] for one in early] == [one["answers"] for one in whole]
    pkh, sembako, pbi, blt = whole
    assert [state for state, _ in pkh["answers"]] == ["yes"]
    assert pkh["amount"] == 2_400_000
    assert "Lanjut usia 1 × Rp 2.400.000" in pkh["makeup"].id
    decile = pkh["conditions"][0]
    assert (decile["state"], decile["says"].en) == ("yes", "Family decile 1, limit 4")
    assert "1 Juli 2025" in decile["evidence"].id
    assert "Kepmensos" in decile["law"].id
    assert sembako["quota"]["places"] == 0
    assert sembako["quota"]["place"] == 1
    assert "Kabupaten Bandung" in sembako["quota"]["says"].id
    assert [word.id for _, word in pbi["answers"]] == ["Menerima 3", "Belum dapat diputuskan 1"]
    assert any(c["says"].id.startswith("Rizki: ") for c in pbi["conditions"])
    assert "Rizki" in pbi["next"].id
    assert blt["conditions"][0]["says"].en == "Already receives Family Hope Programme"
    assert early[0]["details"] == reverse("family_decisions", kwargs={"family": family.uuid})
    with acting_as(world["far_operator"].pk):
        assert queries.decisions_of(family) == [], "no decision of another region"
