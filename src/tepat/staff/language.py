"""Texts in the language of the one who reads."""

from __future__ import annotations

from django.utils.translation import get_language

from tepat.policy.model import Text


def language() -> str:
    """``id`` or ``en``."""
    return "en" if (get_language() or "id").startswith("en") else "id"


def say(text: Text) -> str:
    """A text in the current language."""
    return text.get(language())
