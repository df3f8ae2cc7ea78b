"""Every route × every role × an object near and one far: what must come, and what came.

The expectation is made from what each view declares (`allowed` or `public`) and from the samples of
`tests/site/samples.py`; nothing is listed here route by route except the few with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from tepat.audit.models import Access, Entry
from tepat.staff.context import acting_as
from tepat.staff.models import Role
from tests.site.samples import OF_A_FAMILY, SAMPLES, Arranged, Sample

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOGIN = "/akun/masuk/"
UNDECLARED = object()
# What an auditor sends by POST writes nothing about families.
POSTS_OF_AUDITORS = {
    "set_language": "the language of the screen",
    "account_logout": "signs out",
    "account_reauthenticate": "asks who it is",
    "mfa_reauthenticate": "asks who it is",
    "mfa_reauthenticate_webauthn": "asks who it is",
    "account_change_password": "one's own password",
    "sign_out_everywhere": "one's own sessions",
    "mfa_activate_totp": "one's own second factor",
    "mfa_deactivate_totp": "one's own second factor",
    "mfa_add_webauthn": "one's own second factor",
    "mfa_remove_webauthn": "one's own second factor",
    "mfa_edit_webauthn": "one's own second factor",
    "mfa_generate_recovery_codes": "one's own second factor",
    "families": "a search, sent by POST so that no name stands in an address",
    "audit_user": "a search, sent by POST so that no name stands in an address",
    "audit_export": "a file of what the auditor may read; the export is written down",
}
# Pages that say 404 to their own user while there is nothing to show.
MAY_BE_EMPTY = {
    "mfa_download_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_deactivate_totp",
}
# Tables that a request may write to whoever sends it.
_KEPT_BESIDE = ("audit_", "django_session", "staff_cache", "axes_")
_WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One address: its pattern, its name, its parts and whom its view lets in."""

    path: str
    name: str
    parts: tuple[str, ...]
    roles: Any  # a set of roles, None for everybody, or UNDECLARED

    def unknown(self) -> list[str]:
        """The parts that no sample fills."""
        return [part for part in self.parts if not ({part, f"{self.name}.{part}"} & set(SAMPLES))]

    def address(self, values: dict[str, Any]) -> str:
        """The address with a value in each part."""
        return "/" + _PART.sub(lambda part: str(values[part[1]]), self.path)


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[Route]:
    """Every route of a list of addresses, included ones too."""
    for one in patterns:
        if not isinstance(one.pattern, RoutePattern):
            raise AssertionError(f"{before}{one.pattern}: write this address with path().")
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, path)
        else:
            declared = getattr(one.callback, "allowed_roles", UNDECLARED)
            yield Route(path, one.name or path, tuple(_PART.findall(path)), declared)


def undeclared(found: list[Route]) -> list[str]:
    """Routes whose view does not say whom it lets in, or that have a part without a sample."""
    problems = []
    for route in found:
        if route.roles is UNDECLARED:
            problems.append(
                f"{route.name}: nothing says who may open /{route.path}. Put @allowed(ROLES) or "
                "@public of tepat.staff.permissions on its view."
            )
        problems += [
            f"{route.name}: the part <{part}> of /{route.path} has no sample. Add one to SAMPLES "
            "in tests/site/samples.py: an object near, one far, and who reaches which."
            for part in route.unknown()
        ]
    return problems


class Visitor:
    """One who opens pages; each request is taken back afterwards."""

    def __init__(self, here: Arranged) -> None:
        self.here = here
        self.role = Role(here.actor.role) if here.actor else None
        self.client = Client(raise_request_exception=False)
        if here.actor:
            self.client.force_login(here.actor, backend=BACKEND)
        self.cookies = self.client.cookies.output(header="", sep=";")
        self.samples: dict[str, Sample] = {}
        self.text, self.traces = "", 0

    def sample(self, route: Route, part: str) -> Sample:
        """The objects for a part of an address, made once."""
        own = f"{route.name}.{part}"
        key = own if own in SAMPLES else part
        if key not in self.samples:
            self.samples[key] = SAMPLES[key](self.here)
        return self.samples[key]

    def values(self, route: Route, far: str = "") -> dict[str, Any]:
        """A near object for each part, except one."""
        return {
            part: getattr(self.sample(route, part), "far" if part == far else "near")
            for part in route.parts
        }

    def send(self, method: str, address: str) -> tuple[Any, list[str], int]:
        """The answer, the tables that were written to, and how many openings were noted.

        `traces` and `text` then say how much the audit grew, and what was read, files included.
        """
        self.client.cookies.load(self.cookies)
        with transaction.atomic():
            before, entries = self._openings(), self._entries()
            with CaptureQueriesContext(connection) as queries:
                answer = getattr(self.client, method)(address)
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                if answer.streaming:
                    for close in answer._resource_closers:
                        close()  # answer.close() would close the test's connection as well
            opened = self._openings() - before
            self.traces = opened + self._entries() - entries
            self.text = content.decode(errors="replace")
            transaction.set_rollback(True)
        written = [found[1] for one in queries if (found := _WRITES.match(one["sql"]))]
        return answer, [one for one in written if not one.startswith(_KEPT_BESIDE)], opened

    def _entries(self) -> int:
        with acting_as(self.here.world["system"].pk):
            return Entry.objects.count()

    def _openings(self) -> int:
        with acting_as(self.here.world["system"].pk):
            return Access.objects.count()


def problems_of(visitor: Visitor, found: list[Route]) -> list[str]:
    """All that is wrong for one visitor; each line names the route, and what to do."""
    problems: list[str] = []
    for route in found:
        if route.roles is UNDECLARED or route.unknown():
            continue  # reported by `undeclared`
        if visitor.role is None:
            problems += _of_anonymous(visitor, route)
        elif route.roles is not None and visitor.role not in route.roles:
            problems += _of_a_stranger(visitor, route)
        else:
            problems += _of_a_guest(visitor, route)
    return problems


def _of_anonymous(visitor: Visitor, route: Route) -> list[str]:
    problems = []
    for method in ("get", "post"):
        answer, _, _ = visitor.send(method, route.address(visitor.values(route)))
        to_login = answer.status_code == 302 and answer.url.startswith(LOGIN)
        if route.roles is not None and not to_login:
            problems.append(
                f"{route.name}: {method} without a login gave {answer.status_code}, not the login. "
                "Let @allowed be the outermost decorator."
            )
        if route.roles is None and (answer.status_code >= 500 or answer.status_code == 403):
            problems.append(f"{route.name}: {method} of everybody gave {answer.status_code}.")
    return problems


def _of_a_stranger(visitor: Visitor, route: Route) -> list[str]:
    problems = []
    for method in ("get", "post"):
        answer, written, _ = visitor.send(method, route.address(visitor.values(route)))
        if answer.status_code != 403 or written:
            problems.append(
                f"{route.name}: {method} of {visitor.role} gave {answer.status_code}, and not 403, "
                "though its view does not let this role in."
            )
    return problems


def _of_a_guest(visitor: Visitor, route: Route) -> list[str]:
    reached = all(visitor.role in visitor.sample(route, part).near_for for part in route.parts)
    near = route.address(visitor.values(route))
    problems = _near(visitor, route, near) if reached else _far(visitor, route, near)
    for part in route.parts:
        sample = visitor.sample(route, part)
        if sample.far is None:
            continue
        far = route.address(visitor.values(route, far=part))
        if visitor.role not in sample.far_for:
            problems += _far(visitor, route, far)
    return problems


def _near(visitor: Visitor, route: Route, address: str) -> list[str]:
    answer, _, opened = visitor.send("get", address)
    status, problems = answer.status_code, []
    empty = status == 404 and route.name in MAY_BE_EMPTY
    if status >= 500 or (status in (403, 404) and not empty):
        problems.append(
            f"{route.name}: {visitor.role} may open it and got {status}. If 404 is right while "
            "there is nothing to show, add the route to MAY_BE_EMPTY in tests/site/matrix.py."
        )
    if "family" in route.parts and status == 200 and not opened:
        problems.append(
            f"{route.name}: {visitor.role} opened a family and no access row says so. Open it "
            "with tepat.registry.queries.access_family."
        )
    named = [word for word in OF_A_FAMILY if word in visitor.text]
    if named and not visitor.traces:
        problems.append(
            f"{route.name}: {visitor.role} is shown {named[0]!r} and neither an access row nor an "
            "entry says so. Open a family with tepat.registry.queries.access_family; write down a "
            "list with tepat.audit.actions.record_list."
        )
    if visitor.role == Role.ADMINISTRATOR:
        problems += [
            f"{route.name}: an administrator sees {word!r} of a family. Administrators see none."
            for word in named
        ]
    if (
        visitor.role == Role.AUDITOR
        and route.roles is not None
        and route.name not in POSTS_OF_AUDITORS
    ):
        problems += _reads_only(visitor, route, address)
    return problems


def _reads_only(visitor: Visitor, route: Route, address: str) -> list[str]:
    read, _, _ = visitor.send("get", address)
    answer, written, _ = visitor.send("post", address)
    same = (read.status_code, read.headers.get("Location")) == (
        answer.status_code,
        answer.headers.get("Location"),
    )
    reads = same or (answer.status_code == 200 and answer.streaming)  # a page, or a file
    if answer.status_code in (403, 405) or (reads and not written):
        return []
    return [
        f"{route.name}: POST of an auditor gave {answer.status_code} and wrote to {written}. "
        "Refuse writes of auditors with 403, or, if it only reads, name the route with the reason "
        "in POSTS_OF_AUDITORS in tests/site/matrix.py."
    ]


def _far(visitor: Visitor, route: Route, address: str) -> list[str]:
    problems = []
    for method in ("get", "post"):
        answer, written, opened = visitor.send(method, address)
        if answer.status_code not in (404, 405) or written or opened:
            problems.append(
                f"{route.name}: {method} of {visitor.role} for an object out of reach gave "
                f"{answer.status_code}, and not 404. Read it under the user's places, and let what "
                "is not found be 404."
            )
    return problems
