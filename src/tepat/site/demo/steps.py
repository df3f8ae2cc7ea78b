"""The steps of a demonstration, in order."""

from __future__ import annotations

from tepat.site.demo.request import DemoRequest, Step

STEPS: tuple[Step, ...] = ()


def fill(request: DemoRequest) -> None:
    """Do the steps that are not done yet, saying which."""
    for number, step in enumerate(STEPS, 1):
        if not step.is_done(request):
            print(f"[{number}/{len(STEPS)}] {step.name}", flush=True)
            step.do(request)
