"""The steps of a demonstration, in order."""

from __future__ import annotations

from tepat.site.demo import accounts, at_work, deciding, listing, people, taking_in
from tepat.site.demo.request import DemoRequest, Step


def fill(request: DemoRequest) -> None:
    """Do the steps that are not done yet, saying which."""
    for number, step in enumerate(STEPS, 1):
        if not step.is_done(request):
            print(f"[{number}/{len(STEPS)}] {step.name}", flush=True)
            step.do(request)


def _places_are_loaded(request: DemoRequest) -> bool:
    from tepat.places.models import Edition

    return Edition.objects.exists()


def _load_places(request: DemoRequest) -> None:
    from django.conf import settings

    from tepat.places.load import load_edition
    from tepat.places.sources import read_edition
    from tepat.site.start import as_owner

    edition = read_edition(settings.NODE / "idn-area-data")
    with as_owner():
        load_edition(edition)


STEPS = (
    Step("The list of places", _places_are_loaded, _load_places),
    Step("Accounts", accounts.are_made, accounts.make),
    Step("Invented people", people.are_made, people.make),
    Step("Their import into the registry", taking_in.is_done, taking_in.take_in),
    Step("Lists of other institutions", listing.are_in, listing.take_in),
    Step("A first run of the main job", deciding.is_done, deciding.decide),
    Step("Work that waits for somebody", at_work.is_there, at_work.make),
)
