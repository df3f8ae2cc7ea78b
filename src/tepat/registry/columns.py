"""The tables of the registry and the type of each of their columns.

``key`` text as the source gives it; ``identifier`` a NIK or KK number, text of 16 digits;
``place`` a text code of so many digits; ``code`` a small whole number; ``number`` a whole number
or an exact decimal; ``float`` only for weights. Unknown is null.

A snapshot of the registry has no numbers: in their place stand a token, the same for the same
number, and what was found on the number, as bits of `numbers.NIK_FINDINGS` and `KK_FINDINGS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tepat.policy.model import Variable

TABLES = ("families", "members", "flags", "lists", "benefits")
PLACES = {"province": 2, "kabupaten": 4, "kecamatan": 6, "village": 10}

REQUIRED = {
    "families": ("family_key",),
    "members": ("person_key", "family_key"),
    "flags": ("ground",),
    "lists": ("ground",),
    "benefits": ("programme",),
}
_TYPES = {
    "key": "VARCHAR",
    "text": "VARCHAR",
    "identifier": "VARCHAR",
    "name": "VARCHAR",
    "place": "VARCHAR",
    "date": "DATE",
    "yes_no": "BOOLEAN",
    "code": "SMALLINT",
    "float": "DOUBLE",
}


@dataclass(frozen=True)
class Column:
    """A column of a table: what kind of value it holds, and which variable it is, if any."""

    name: str
    kind: str
    variable: Variable | None = None

    @property
    def sql_type(self) -> str:
        """The type of the column in the engine."""
        if self.kind != "number":
            return _TYPES[self.kind]
        decimals = self.variable.decimals if self.variable else 0
        return f"DECIMAL(18,{decimals})" if decimals else "BIGINT"


_FIXED = {
    "families": {
        "family_key": "key",
        "kk_number": "identifier",
        "kk_token": "text",
        "kk_findings": "number",
        **dict.fromkeys(PLACES, "place"),
        "weight": "float",
        "observed_on": "date",
        "source": "text",
    },
    "members": {
        "person_key": "key",
        "family_key": "key",
        "nik": "identifier",
        "nik_token": "text",
        "nik_findings": "number",
        "name": "name",
        "observed_on": "date",
        "source": "text",
    },
    "flags": {
        "person_key": "key",
        "family_key": "key",
        "ground": "text",
        "source": "text",
        "date": "date",
        "confidence": "text",
        "contested": "yes_no",
    },
    "lists": {"ground": "text", "source": "text", "date": "date"},
    "benefits": {
        "family_key": "key",
        "person_key": "key",
        "programme": "text",
        "from": "date",
        "to": "date",
        "source": "text",
    },
}
_OF = {"families": "family", "members": "member"}


def columns_of(table: str, variables: Mapping[str, Variable]) -> dict[str, Column]:
    """All columns of a table by name: the fixed ones, then the variables of its unit."""
    fixed = {name: Column(name, kind) for name, kind in _FIXED[table].items()}
    facts = {
        name: Column(name, variable.type, variable)
        for name, variable in variables.items()
        if variable.of == _OF.get(table) and name not in fixed
    }
    return {**fixed, **facts}
