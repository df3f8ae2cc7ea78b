"""What the box is called that holds a form's number; see `staff.once`, which needs a database."""

from __future__ import annotations

FIELD = "form_number"
