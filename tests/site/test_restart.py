"""The database is restarted under a running web server and worker: what people see, what is lost.

Nothing is: pages say what happened and mend themselves, a form that is sent again counts once, and
the worker goes on with what it had begun.
"""

from __future__ import annotations

import http.client
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tepat.engine import embedded
from tests.site.installed import do, make_room_for_people
from tests.site.running import begun, health_once, home_of_its_own, tepat, unused_port

pytestmark = pytest.mark.xdist_group("restart")
DAY = {"on_day": 3, "on_month": 3, "on_year": 2025, "source": "Laporan keluarga"}


@dataclass(frozen=True)
class Answer:
    """What the web server said."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Here:
    """A running installation with the small country in it."""

    home: Path
    port: int
    people: dict[str, str]
    worker: Any

    def ask(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        """A page, or the answer to a form, as the village's operator."""
        cookies = f"sessionid={self.people['village_operator']}; csrftoken={'c' * 32}"
        told = {"Cookie": cookies, **{name.replace("_", "-"): it for name, it in headers.items()}}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": "c" * 32, **form})
            told["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET" if form is None else "POST", path, body, told)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answer.read().decode(), headers)
        finally:
            connection.close()

    def value(self, question: str) -> Any:
        """One value from the database, as its owner."""
        socket = str(embedded.socket_folder(self.home / "pg"))
        with psycopg.connect(host=socket, user="tepat_owner", dbname="tepat") as connection:
            row = connection.execute(question.encode()).fetchone()
            return row[0] if row else None

    def stop(self) -> None:
        embedded.stop(self.home / "pg")

    def start(self) -> None:
        embedded.ensure(self.home / "pg")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    logs = tmp_path_factory.mktemp("logs")
    with home_of_its_own() as home:
        assert tepat(home, "migrate").returncode == 0
        make_room_for_people(str(embedded.socket_folder(home / "pg")))
        people, port = do(home, "people"), unused_port()
        web = begun(home, logs / "web", "serve", "--port", str(port))
        worker = begun(home, logs / "worker", "worker")
        try:
            health_once(port, web, logs / "web")
            yield Here(home, port, people, worker)
        finally:
            for program in (web, worker):
                program.send_signal(signal.SIGTERM)
            for program in (web, worker):
                program.wait(60)
    said = (logs / "web").read_text() + (logs / "worker").read_text()
    assert "Rukmini" not in said


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "it did not come to hold in time"
        time.sleep(0.3)


def test_pages_say_that_the_database_is_away_and_mend_themselves(here: Here) -> None:
    page = f"/keluarga/{here.people['family']}/"
    english = {"Cookie": f"sessionid={here.people['village_operator']}; django_language=en"}
    assert here.ask(page).status == 200
    here.stop()
    try:
        for path in (page, "/", "/akun/masuk/"):
            answer = here.ask(path)
            assert answer.status == 503, path
            assert int(answer.headers["retry-after"]) > 0
            assert "Basis data sedang tidak terjangkau" in answer.text
            assert "Yang baru Anda kirim" not in answer.text
        assert "cannot be reached just now" in here.ask(page, **english).text
        polled = here.ask("/impor/1/kemajuan/", HX_Request="true")
        assert polled.status == 503 and "<html" not in polled.text
        assert 'hx-get="/impor/1/kemajuan/"' in polled.text, "it goes on asking"
        health = here.ask("/health")
        assert (health.status, json.loads(health.text)) == (503, {"status": "no_database"})
        assert int(health.headers["retry-after"]) > 0
    finally:
        here.start()
    assert [here.ask(page).status for _ in range(6)] == [200] * 6
    assert here.ask("/health").status == 200


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page[:3000]
    return found[1]


def test_a_form_that_was_sent_into_the_gap_is_sent_again_and_counts_once(here: Here) -> None:
    url = f"/keluarga/{here.people['family']}/peristiwa/kelahiran/"
    base = hidden(here.ask(url).text, "base_version")
    look = here.ask(url, {**DAY, "base_version": base, "name": "Siti", "sex": 2, "relation": 3})
    form = {"save": 1} | {name: hidden(look.text, name) for name in ("sealed", "form_number")}
    births = "select count(*) from registry_event where kind = 'birth'"
    assert here.value(births) == 0
    here.stop()
    try:
        answer = here.ask(url, form)
        assert answer.status == 503
        assert "Yang baru Anda kirim mungkin belum tersimpan" in answer.text
    finally:
        here.start()
    assert here.value(births) == 0
    sent = [here.ask(url, form) for _ in range(3)]
    assert [(one.status, one.headers.get("location")) for one in sent] == [
        (302, f"/keluarga/{here.people['family']}/")
    ] * 3
    assert here.value(births) == 1


def test_the_worker_finishes_an_import_over_restarts(here: Here) -> None:
    job = do(here.home, "send")

    def state() -> str:
        return str(here.value(f"select state from registry_importjob where id = {job}"))

    here.stop()  # the worker may be reading it
    time.sleep(1)
    here.start()
    until(lambda: state() == "matching")
    do(here.home, "step", "match", str(job))
    here.stop()
    here.start()
    until(lambda: state() == "checked")
    here.stop()
    here.start()
    do(here.home, "step", "approve", str(job))
    until(lambda: state() == "done")
    assert here.worker.poll() is None, "it is the same process all the while"
    families = f"select count(*) from registry_family f join registry_importjob j on j.id = {job}"
    assert here.value(f"{families} where f.version = j.batch_id") == 1
    assert here.value("select count(*) from procrastinate_workers") == 1
