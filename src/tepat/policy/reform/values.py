"""A programme with another value: what the search for an amount that fits a budget asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tepat.policy.model import DatedValue, Period, Policy, Programme
from tepat.policy.programme import Known, read_programme
from tepat.policy.reform.amounts import laid_over
from tepat.policy.reform.model import Reform, Source
from tepat.policy.yaml_file import Problems, parse_yaml


def with_value(
    base: Policy, reform: Reform, programme: str, parameter: str, value: int, day: date
) -> Programme:
    """A programme of the reform's policy, with another value of one parameter from a day on.

    It is read anew, because what a rule may mean hangs on the values that its numbers can have.

    Raises:
        TepatError: ``reform_invalid`` where the rules cannot work with the value.
    """
    problems = Problems()
    old = reform.policy.programmes[programme]
    source = reform.sources.get(programme) or _of_policy(base, programme, problems)
    known = old.parameters[parameter]
    new = DatedValue(Period(day, None, "the search", "D"), value, known.where)
    values = tuple(laid_over(known.values, [new]))
    units = {p.name: p.unit for p in {**base.programmes, **reform.policy.programmes}.values()}
    made = read_programme(
        programme,
        source.loaded,
        Known(base.variables, base.grounds, units),
        problems,
        source.folder,
        {**old.parameters, parameter: replace(known, values=values)},
        day,
    )
    problems.stop_if_any("reform")
    assert made is not None
    return made


def _of_policy(base: Policy, programme: str, problems: Problems) -> Source:
    """The files of a programme that the reform does not change."""
    folder = f"programmes/{programme}"
    loaded = {
        name: parse_yaml(text, name, problems)
        for name, text in base.files.items()
        if name.startswith(f"{folder}/")
    }
    return Source(loaded, folder)
