"""What pages call the sources of a record; one that is not here is shown as it was given."""

from __future__ import annotations

from tepat.engine.text import Text

SOURCES = {
    "interview": Text("Wawancara", "Interview"),
    "ground_check": Text("Survei lapangan", "Ground check"),
    "import": Text("Impor", "Import"),
}


def source_name(source: str | None) -> Text:
    """A source in both languages."""
    given = source or ""
    return SOURCES.get(given, Text(given, given))
