"""What axe finds on a page in a browser."""

from __future__ import annotations

from functools import cache
from typing import Any

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any, rules: list[str] | None = None) -> list[dict[str, Any]]:
    """The rules that the page breaks as it stands now, each with its `id` and its `nodes`.

    The script stays in the page, and only what is wrong comes back: most of the time goes there.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    options = {"runOnly": rules or RULES, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(options).then(found => found.violations)", options
    )
    return found


@cache
def _script() -> str:
    from axe_playwright_python.sync_playwright import Axe

    return str(Axe().axe_script)
