"""Pages of the staff in a real browser: signed in, at three widths, in both languages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.test import Client

from tepat.staff.models import User
from tests.axe import violations

WIDTHS = (320, 360, 1280)
NARROW = 320  # only fits or not: all else is as at 360
LANGUAGES = ("id", "en")


@contextmanager
def signed_in(browser: Any, address: str, user: User, **options: Any) -> Iterator[Any]:
    """A browser context in which a user is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    context = browser.new_context(**{"locale": "id-ID", **options})
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
    try:
        yield context
    finally:
        context.close()


def faults_of(context: Any, address: str, name: str) -> list[str]:
    """What axe, the console and the width say against a page, in every form it takes.

    Where TEPAT_PICTURES names a folder, the pages are kept there to be looked at.
    """
    faults: list[str] = []
    form = [name]  # as it is now; what the console says is told with it
    page = context.new_page()
    page.on("console", lambda said: faults.append(f"{form[0]}: {said.text}"))
    page.on("pageerror", lambda said: faults.append(f"{form[0]}: {said.message}"))
    site = "/".join(address.split("/", 3)[:3])
    for language in LANGUAGES:
        context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        form[0] = f"{name} {language}"
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            faults.append(f"{form[0]}: status {answer and answer.status}")
        for width in WIDTHS:
            form[0] = f"{name} {language} {width}"
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{form[0]}: wider than the screen")
            if width == NARROW:
                continue
            faults += [
                f"{form[0]}: {one['id']} {[node['target'] for node in one['nodes']][:3]}"
                for one in violations(page)
            ]
            _keep(page, form[0].replace(" ", "_"))
    page.close()
    return faults


def _keep(page: Any, name: str) -> None:
    folder = os.environ.get("TEPAT_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
