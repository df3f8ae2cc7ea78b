"""PKH and Sembako in OpenFisca-core: entities, parameters and vectorial formulas, all our own.

OpenFisca-core is under the AGPL. It is no part of Tepat: this file is run by the interpreter of the
peers, and reads and writes files only.

    python openfisca_side.py FOLDER OUT
"""

from __future__ import annotations

import sys
from typing import Any

import law  # the folder of this file is where Python looks first
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON = Entity("person", "persons", "Person", "")
FAMILY = GroupEntity("family", "families", "Family", "", roles=[{"key": "member"}])
PACKED = np.array(law.packed(), np.int64)


# OpenFisca takes a variable's name from its class.
class pupil(Variable):
    value_type, entity, definition_period = bool, PERSON, DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:
        age = person("age", period)
        attending = person("schooling", period) == law.ATTENDING
        return attending & between(age, law.SCHOOL_AGES)


class components(Variable):
    """The components for which a person qualifies, as bits in the order of the law."""

    value_type, entity, definition_period = int, PERSON, DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:
        age, level = person("age", period), person("school_level", period)
        pupil = person("pupil", period)
        pregnant = (
            person("pregnant", period)
            & (person("sex", period) == law.FEMALE)
            & between(age, law.PREGNANCY_AGES)
            & (person("pregnancy_number", period) <= law.PREGNANCIES_COUNTED)
        )
        cannot = person("difficulty_self_care", period) == law.CANNOT
        qualifies = [
            person("rights_victim", period),
            pregnant,
            age <= law.SMALL_TO_AGE,
            (age >= law.DIFFICULTY_FROM_AGE) & cannot,
            age >= law.ELDERLY_FROM_AGE,
            pupil & between(level, law.UPPER_LEVELS),
            pupil & between(level, law.LOWER_LEVELS),
            pupil & between(level, law.PRIMARY_LEVELS),
        ]
        code = np.zeros(len(age), np.uint8)
        for bit, who in enumerate(qualifies):
            code |= who.astype(np.uint8) << bit
        return code


class pkh(Variable):
    value_type, entity, definition_period = int, FAMILY, DateUnit.MONTH

    def formula(family: Any, period: Any, parameters: Any) -> Any:
        within = family("decile", period) <= parameters(period).pkh.decile_limit
        counts = inside(family, period)
        return within * sum(rupiah * filled(counts, terms) for rupiah, terms in law.STEPS)


class sembako(Variable):
    value_type, entity, definition_period = int, FAMILY, DateUnit.MONTH

    def formula(family: Any, period: Any, parameters: Any) -> Any:
        says = parameters(period).sembako
        within = family("decile", period) <= says.decile_limit
        return within * (says.monthly_amount * 12 + says.top_up_amount * says.top_up_months)


def between(values: Any, limits: tuple[int, int]) -> Any:
    """Whether values lie within limits, both included."""
    return (values >= limits[0]) & (values <= limits[1])


def inside(family: Any, period: Any) -> dict[int, Any]:
    """For each set of components, how many members of each family qualify for one of them."""
    code = family.members("components", period)
    counts = {}
    for column in range(PACKED.shape[1]):
        packed = family.sum(PACKED[:, column][code]).astype(np.int64)
        here = law.SETS[column * law.EACH : (column + 1) * law.EACH]
        for position, mask in enumerate(here):
            shifted = packed >> law.BITS * position
            counts[mask] = (shifted & (2**law.BITS - 1)).astype(np.uint8)
    return counts


def filled(counts: dict[int, Any], terms: list[tuple[int, int]]) -> Any:
    """How many members count for the dearest components."""
    least = np.minimum.reduce([counts[mask] + np.int32(caps) for mask, caps in terms])
    return np.minimum(least, law.FAMILY_CAP)


def system() -> Any:
    """The tax and benefit system: inputs, formulas and dated parameters."""
    made = TaxBenefitSystem([PERSON, FAMILY])
    yes_no = {"pregnant", "rights_victim"}
    for name in (*law.FACTS, "decile"):
        kind = bool if name in yes_no else int
        entity = FAMILY if name == "decile" else PERSON
        parts = {"value_type": kind, "entity": entity, "definition_period": DateUnit.MONTH}
        made.add_variable(type(name, (Variable,), parts))
    made.add_variables(pupil, components, pkh, sembako)
    made.parameters = ParameterNode("", data=parameters())
    return made


def parameters() -> dict[str, Any]:
    """The dated parameters, as OpenFisca reads them from its files."""

    def dated(value: int) -> dict[str, Any]:
        return {"values": {"2025-01-01": {"value": value}}}

    return {
        "pkh": {"decile_limit": dated(law.DECILE_LIMIT["pkh"])},
        "sembako": {
            "decile_limit": dated(law.DECILE_LIMIT["sembako"]),
            "monthly_amount": dated(law.SEMBAKO_MONTH),
            "top_up_amount": dated(law.SEMBAKO_TOP_UP),
            "top_up_months": dated(law.SEMBAKO_TOP_UP_MONTHS),
        },
    }


def decide(folder: str, out: str) -> None:
    """Read families and members of a folder and write an amount a year for each family."""
    families = pq.read_table(f"{folder}/families.parquet", columns=["family_id", "decile"])
    members = pq.read_table(f"{folder}/members.parquet", columns=["family_id", *law.FACTS])
    numbers = families["family_id"].to_numpy()
    order = np.argsort(numbers)
    found = np.searchsorted(numbers, members["family_id"].to_numpy(), sorter=order)
    builder = SimulationBuilder()
    country = system()
    builder.create_entities(country)
    for entity, count in (("person", members.num_rows), ("family", families.num_rows)):
        builder.populations[entity].count = count
        builder.populations[entity].ids = np.arange(count)
    builder.populations["family"].members_entity_id = order[found]
    simulation = builder.build(country)
    for name in law.FACTS:
        simulation.set_input(name, law.MONTH, members[name].to_numpy())
    simulation.set_input("decile", law.MONTH, families["decile"].to_numpy())
    del members
    amounts = {
        name: simulation.calculate(name, law.MONTH).astype(np.int64) for name in ("pkh", "sembako")
    }
    pq.write_table(pa.table({"family_id": numbers, **amounts}), out)


if __name__ == "__main__":
    decide(*sys.argv[1:3])
