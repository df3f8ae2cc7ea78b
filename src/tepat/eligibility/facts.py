"""Facts ready for rules: values that are computed from others on the as-of date."""

from __future__ import annotations

from datetime import date
from typing import Any

from tepat.policy.compile import IBIS_TYPES, Rules, Span, with_columns
from tepat.policy.model import Policy


def with_computed(policy: Policy, table: Any, of: str, as_of: date) -> Any:
    """A facts table with computed variables, such as age; where unknown, the value as given.

    A computed number outside its variable's bounds counts as unknown.
    """
    columns = {}
    computed = [v for v in policy.variables.values() if v.of == of and v.computed]
    needed = {name for v in computed if v.computed for name in v.computed.names("variable")}
    kinds = {name: IBIS_TYPES[policy.variables[name].type] for name in sorted(needed)}
    rules = Rules(as_of, {}).on(with_columns(table, kinds))
    for variable in computed:
        assert variable.computed is not None
        value = rules.value(variable.computed.node)
        if isinstance(value, Span):
            value = value.low
            low, high = int(variable.minimum), int(variable.maximum)
            value = value.between(low, high).ifelse(value, _null("int64"))
        if variable.name in table.columns:
            value = value.coalesce(table[variable.name])
        columns[variable.name] = value
    return rules.table.mutate(**columns) if columns else table


def _null(kind: str) -> Any:
    import ibis

    return ibis.null(kind)
