"""Facts ready for rules: values that are computed from others on the as-of date."""

from __future__ import annotations

from datetime import date
from typing import Any

from tepat.policy.compile import Rules, Span
from tepat.policy.model import Policy


def with_computed(policy: Policy, table: Any, of: str, as_of: date) -> Any:
    """A facts table with computed variables, such as age; where unknown, the value as given.

    A computed number outside its variable's bounds counts as unknown.
    """
    columns = {}
    rules = Rules(as_of, {}).on(table)
    for variable in policy.variables.values():
        if variable.of != of or variable.computed is None:
            continue
        value = rules.value(variable.computed.node)
        if isinstance(value, Span):
            value = value.low
            low, high = int(variable.minimum), int(variable.maximum)
            value = value.between(low, high).ifelse(value, _null("int64"))
        if variable.name in table.columns:
            value = value.coalesce(table[variable.name])
        columns[variable.name] = value
    return table.mutate(**columns) if columns else table


def _null(kind: str) -> Any:
    import ibis

    return ibis.null(kind)
