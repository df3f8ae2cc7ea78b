"""What the partials in `templates/components/` need beyond the template language.

`docs/interface.md` lists the partials with their parameters; this module only prepares what they
draw: attributes of form widgets, the quota line, page numbers, cells beside their columns.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

import tepat
from tepat.staff.form_number import FIELD

register = template.Library()

TEMPLATES = (
    (forms.CheckboxSelectMultiple, "checkboxes"),  # a kind of RadioSelect, so it comes first
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.MultiWidget, "day"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.FileInput, "file"),
)
APART = 3  # per cent of the quota line
CLASSES = {"input": "govuk-input", "textarea": "govuk-textarea", "select": "govuk-select"}


@register.simple_tag
def form_number() -> SafeString:
    """A number for a form that must count once, however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())


@register.simple_tag
def version() -> str:
    """The version of Tepat that answers."""
    return tepat.__version__


@register.filter
def field_template(field: BoundField) -> str:
    """The partial that draws a form field, chosen by its widget."""
    widget = field.field.widget
    kind = next((name for of, name in TEMPLATES if isinstance(widget, of)), "input")
    return f"components/fields/{kind}.html"


@register.filter
def described_by(field: BoundField) -> str:
    """Ids of the hint and the error of a field, for ``aria-describedby``; may be empty."""
    parts = ["hint"] * bool(field.help_text) + ["error"] * bool(field.errors)
    return " ".join(f"{field.id_for_label or field.auto_id}-{part}" for part in parts)


@register.filter
def first_id(field: BoundField) -> str:
    """Where a link of the error summary leads: the first element of a field that takes focus."""
    element, base = field.field.widget, str(field.auto_id)
    if isinstance(element, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{base}_0"
    if isinstance(element, forms.MultiWidget):
        return str(parts(field)[0]["id"])
    return base


@register.simple_tag
def widget(field: BoundField, kind: str = "input", **more: Any) -> SafeString:
    """The element of a field with our classes and its hint and error tied to it.

    Args:
        field: of a bound or unbound form.
        kind: input, textarea, select or file.
        more: ``width`` in characters: 2, 3, 4, 5, 10, 20 or 30.
    """
    css = CLASSES.get(kind, "tp-file")
    classes = [css]
    if field.errors and kind in CLASSES:
        classes.append(f"{css}--error")
    if more.get("width"):
        classes.append(f"{css}--width-{more['width']}")
    attrs: dict[str, str | bool] = {"class": " ".join(classes)}
    if described := described_by(field):
        attrs["aria-describedby"] = described
    return field.as_widget(attrs=attrs)


@register.simple_tag
def options(field: BoundField) -> list[Mapping[str, Any]]:
    """The options of radios or checkboxes: name, value, label, selected, id."""
    return [
        {
            "name": option.data["name"],
            "value": option.data["value"],
            "label": option.data["label"],
            "selected": option.data["selected"],
            "id": f"{field.auto_id}_{position}",
        }
        for position, option in enumerate(field.subwidgets)
    ]


@register.simple_tag
def parts(field: BoundField) -> list[Mapping[str, Any]]:
    """Day, month and year of a date field: name, id, value, label, width."""
    multi = field.field.widget
    context = multi.get_context(field.html_name, field.value(), {"id": field.auto_id})
    return [
        {
            "name": one["name"],
            "id": one["attrs"]["id"],
            "value": one["value"] or "",
            "label": label,
            "width": 4 if one["name"].endswith("_year") else 2,
        }
        for one, label in zip(
            context["widget"]["subwidgets"], getattr(multi, "labels", ()), strict=True
        )
    ]


@register.filter
def erroneous(forms_: Any) -> list[BoundField]:
    """The fields with errors of one form, or of several forms in their order."""
    every = [forms_] if isinstance(forms_, forms.BaseForm) else list(forms_ or ())
    return [field for form in every for field in form if field.errors]


@register.filter
def general_errors(forms_: Any) -> list[str]:
    """Errors that belong to no field, of one form or of several."""
    every = [forms_] if isinstance(forms_, forms.BaseForm) else list(forms_ or ())
    return [str(error) for form in every for error in form.non_field_errors()]


@register.filter
def beside(cells: Iterable[Any], columns: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each cell of a row with its column; a cell that is plain becomes ``{"text": cell}``."""
    whole = [cell if isinstance(cell, Mapping) else {"text": cell} for cell in cells]
    return list(zip(columns, whole, strict=True))


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | None]:
    """The pages to link to, around the present one; None is a gap."""
    around = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in around]


@register.simple_tag
def quota_line(quota: Any, name: str) -> dict[str, Any]:
    """Where a quota ends and where a family stands on a line of all who wait, in per cent.

    Args:
        quota: with ``places`` (the quota), ``place`` (of this family, from 1) and ``ranked`` (how
            many are in the queue), as a mapping or an object.
        name: of the programme, for the ids of title and description.
    """
    places, place, ranked = (_get(quota, key) for key in ("places", "place", "ranked"))
    whole = max(places, place, ranked or 0, 1)
    full, here = 100 * places / whole, 100 * place / whole
    # On a line of many thousands the family must still be seen to stand on its side of the quota.
    if place > places:
        full = min(full, 100 - APART)
        here = max(here, full + APART)
    else:
        here = min(here, max(full - APART, 0))
    return {
        "id": f"quota-{slugify(name)}",
        "full": f"{full:.1f}%",
        "here": f"{here:.1f}%",
        # Labels run towards the middle, so that they fit on a phone.
        "full_anchor": "end" if full > 40 else "start",
        "here_anchor": "end" if here > 50 else "start",
        "reached": place <= places,
    }


def _get(of: Any, key: str) -> int:
    value = of[key] if isinstance(of, Mapping) else getattr(of, key)
    return int(value or 0)
