"""What happens when the application loads: the counters of wrong codes are connected."""

from __future__ import annotations

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Users and how they prove who they are."""

    name = "tepat.staff"

    def ready(self) -> None:
        """Connect the receivers."""
        from tepat.staff import lockout

        lockout.connect()
