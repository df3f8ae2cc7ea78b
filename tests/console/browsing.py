"""Pages of the staff in a real browser: signed in, at three widths, in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.test import Client

from tepat.staff.models import User

WIDTHS = (320, 360, 1280)
LANGUAGES = ("id", "en")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


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
    from axe_playwright_python.sync_playwright import Axe

    faults: list[str] = []
    for language in LANGUAGES:
        context.add_cookies(
            [
                {
                    "name": "django_language",
                    "value": language,
                    "url": address.split("/", 3)[0] + "//" + address.split("/", 3)[2],
                }
            ]
        )
        for width in WIDTHS:
            page = context.new_page()
            where = f"{name} {language} {width}"
            page.on("console", _note(faults, where, "text"))
            page.on("pageerror", _note(faults, where, "message"))
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(address)
            if answer is None or answer.status != 200:
                faults.append(f"{where}: status {answer and answer.status}")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{where}: wider than the screen")
            found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
            faults += [
                f"{where}: {one['id']} {[node['target'] for node in one['nodes']][:3]}"
                for one in found
            ]
            _keep(page, f"{name}_{language}_{width}")
            page.close()
    return faults


def _note(faults: list[str], where: str, what: str) -> Callable[[Any], None]:
    return lambda said: faults.append(f"{where}: {getattr(said, what)}")


def _keep(page: Any, name: str) -> None:
    folder = os.environ.get("TEPAT_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
