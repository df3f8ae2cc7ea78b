"""A small made-up policy, random rules over it, and both ways to evaluate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tepat.policy.compile import IBIS_TYPES, Counts, Rules, Tally
from tepat.policy.language import Expression, LanguageError, parse
from tepat.policy.meaning import Scope, understand
from tepat.policy.model import Code, DatedValue, Parameter, Period, Text, Variable, Where
from tests.policy.slow import Slow

ON = date(2025, 2, 28)
HERE = Where("test.yaml", 1)
LABEL = Text("x", "x")
COLOURS = {1: "red", 2: "green", 3: "blue"}


def _variable(name: str, of: str, kind: str, low: str = "0", high: str = "0") -> Variable:
    codes = {n: Code(c, LABEL) for n, c in COLOURS.items()} if kind == "code" else {}
    places = len(high.partition(".")[2])
    groups = {"warm": (1, 2)} if kind == "code" else {}
    return Variable(
        name, of, kind, LABEL, None, codes, groups, Decimal(low), Decimal(high), places
    )  # fmt: skip


VARIABLES = {
    variable.name: variable
    for of, letter in (("family", "f"), ("member", "m"))
    for variable in (
        _variable(f"{letter}_number", of, "number", "0", "20"),
        _variable(f"{letter}_signed", of, "number", "-3.00", "3.00"),
        _variable(f"{letter}_yes", of, "yes_no"),
        _variable(f"{letter}_colour", of, "code"),
        _variable(f"{letter}_day", of, "date"),
    )
}


def parameter(name: str, value: Any, unit: str = "") -> Parameter:
    """A parameter with one value that always holds."""
    return Parameter(name, unit, (DatedValue(Period(date(2000, 1, 1), None), value, HERE),), HERE)


FIXED = {"limit": 3, "share": Decimal("1.25"), "loss": -2, "cut_off": date(2010, 6, 15)}
PARAMETERS = {name: parameter(name, value) for name, value in FIXED.items()}
NAMED = {
    "wealth": "f_number * share - f_signed",
    "grown": "m_number >= limit or m_yes",
    "bright": "f_colour in warm",
}


def _scope() -> Scope:
    values: dict[str, Any] = {}
    for name, text in NAMED.items():
        known = Scope(VARIABLES, PARAMETERS, dict(values), {"aid": "family"}, member=True)
        values[name] = understand(text, known).node
    return Scope(VARIABLES, PARAMETERS, values, {"aid": "family"}, counted=True)


SCOPE = _scope()


def rules(member: bool = False) -> st.SearchStrategy[str]:
    """Yes-or-no rules as text; ``member`` inside a count."""
    return _truths(_numbers(member), member)


def _numbers(member: bool) -> st.SearchStrategy[str]:
    letters = ["f", "m"] if member else ["f"]
    names = [f"{letter}_{what}" for letter in letters for what in ("number", "signed")]
    leaves = st.sampled_from([*names, "limit", "share", "loss", "wealth", "0", "1", "2.5", "12"])
    ages = st.sampled_from([f"age({letter}_day)" for letter in letters])
    simple = leaves | ages | st.just("roster_size")
    if not member:
        counts = st.builds("count members ({})".format, _member_truths())
        sums = st.sampled_from(
            ["m_number", "m_signed", "m_signed * share", "max(m_number, limit) - m_signed"]
        ).map("sum members ({})".format)
        simple = simple | counts | sums | st.just("counted_members")
    return st.recursive(simple, _calculations, max_leaves=4)


def _calculations(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["+", "-", "*", "/"]), part),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), part, part),
        st.builds("floor({})".format, part),
        st.builds("-{}".format, part),
    )


def _member_truths() -> st.SearchStrategy[str]:
    return st.deferred(lambda: _IN_COUNTS)


def _truths(numbers: st.SearchStrategy[str], member: bool) -> st.SearchStrategy[str]:
    letter = st.sampled_from(["f", "m"] if member else ["f"])
    sign = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    facts = ["true", "false", "bright", "holds(aid)", "held(aid)", "f_yes"]
    simple = st.one_of(
        st.builds("{} {} {}".format, numbers, sign, numbers),
        st.builds("{} in {}..{}".format, numbers, numbers, numbers),
        st.builds("{} not in {}, {}".format, numbers, numbers, numbers),
        st.builds("{}_colour {} {}".format, letter, st.sampled_from(["=", "!="]), _COLOUR),
        st.builds("{}_colour in {}, {}".format, letter, _COLOUR, st.sampled_from(["warm", "blue"])),
        st.builds("{}_day {} {}".format, letter, sign, st.sampled_from(["cut_off", "as_of"])),
        st.builds("{}_day in 2001-01-01..cut_off".format, letter),
        st.builds("{}_yes = {}".format, letter, st.sampled_from(["true", "f_yes"])),
        st.sampled_from([*facts, "m_yes", "grown"] if member else facts),
    )
    if not member:
        words = st.sampled_from(["any member", "all members"])
        simple = simple | st.builds("{} ({})".format, words, _member_truths())
    return st.recursive(simple, _junctions, max_leaves=4)


def _junctions(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["and", "or"]), part),
        st.builds("not ({})".format, part),
    )


_COLOUR = st.sampled_from(sorted(COLOURS.values()))
_IN_COUNTS = rules(member=True)


def _fact(variable: Variable) -> st.SearchStrategy[Any]:
    """A value as a rule's reader sees it: a number unscaled, an answer by its name."""
    known: dict[str, st.SearchStrategy[Any]] = {
        "number": st.integers(
            int(variable.minimum.scaleb(variable.decimals)),
            int(variable.maximum.scaleb(variable.decimals)),
        ).map(lambda n: Decimal(n).scaleb(-variable.decimals)),
        "yes_no": st.booleans(),
        "code": st.sampled_from(sorted(COLOURS.values())),
        "date": st.dates(date(1999, 1, 1), date(2026, 1, 1))
        | st.sampled_from([date(2010, 6, 15), ON, date(2004, 2, 29), date(2004, 3, 1)]),
    }
    return st.none() | known[variable.type]


def _facts(of: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({n: _fact(v) for n, v in VARIABLES.items() if v.of == of})


def families() -> st.SearchStrategy[list[tuple[dict[str, Any], list[dict[str, Any]]]]]:
    """Families with their members, facts unknown here and there."""
    held = st.fixed_dictionaries(
        {name: st.none() | st.booleans() for name in ("holds__aid", "held__aid")}
    )
    counted = st.tuples(st.integers(0, 3), st.integers(0, 2)).map(lambda c: (c[0], c[0] + c[1]))
    family = st.tuples(_facts("family"), held, counted).map(
        lambda parts: {**parts[0], **parts[1], "counted_members": parts[2]}
    )
    members = st.lists(_facts("member"), max_size=4)
    return st.lists(st.tuples(family, members), min_size=1, max_size=6)


def understood(text: str) -> Expression | None:
    """A checked rule; None where it or its numbers could grow too large."""
    try:
        return understand(text, SCOPE)
    except LanguageError as error:
        if any(said in error.what for said in ("2^53", "too deeply", "too long")):
            return None
        raise


def slowly(texts: Sequence[str], people: Sequence[tuple[Any, Any]]) -> list[list[bool | None]]:
    """Every rule for every family, in plain Python."""
    named = {name: parse(text) for name, text in NAMED.items()}
    fixed = {**FIXED, "warm": ("red", "green")}
    bounds = {
        name: (Fraction(variable.minimum), Fraction(variable.maximum))
        for name, variable in VARIABLES.items()
        if variable.type == "number"
    }
    return [
        [Slow(family, members, ON, fixed, named, bounds).value(parse(text)) for text in texts]
        for family, members in people
    ]


def quickly(
    con: Any, rules: Sequence[Expression], people: Sequence[tuple[Any, Any]]
) -> list[list[bool | None]]:
    """Every rule for every family, as one statement of the engine."""
    counts = Counts()
    compiler = Rules(ON, PARAMETERS, counts)
    counts.collect(compiler, *(rule.node for rule in rules))
    families, members = _tables(people)
    tally = Tally(counts.tests(members), marks=counts.marks(members))
    totals = counts.sums(members) | tally.grouped()
    grouped = members.group_by("family_id").agg(members=members.count(), **totals)
    joined = families.left_join(grouped, "family_id")
    joined = joined.mutate(**{name: joined[name].fill_null(0) for name in totals})
    joined = joined.mutate(**tally.counted(joined))
    on = compiler.on(joined, (joined.counted_low, joined.counted_high))
    columns = {f"r{i}": on.value(rule.node) for i, rule in enumerate(rules)}
    answer = con.to_pyarrow(joined.select("family_id", **columns).order_by("family_id"))
    return [[row[name] for name in columns] for row in answer.to_pylist()]


def _tables(people: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    families = [
        _row(family)
        | {
            "family_id": i,
            "roster_size": len(members),
            "counted_low": family["counted_members"][0],
            "counted_high": family["counted_members"][1],
        }
        for i, (family, members) in enumerate(people)
    ]
    rows = [
        families[i] | _row(member) for i, (_, members) in enumerate(people) for member in members
    ]
    keys = ("family_id", "roster_size", "counted_low", "counted_high")
    kinds = dict.fromkeys(keys, "int64") | dict.fromkeys(("holds__aid", "held__aid"), "boolean")
    of_family = {n: IBIS_TYPES[v.type] for n, v in VARIABLES.items() if v.of == "family"}
    everything = {n: IBIS_TYPES[v.type] for n, v in VARIABLES.items()}
    return _table(families, kinds | of_family), _table(rows, kinds | everything)


def _row(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as tables hold them: numbers scaled, answers as codes."""
    codes = {name: number for number, name in COLOURS.items()}
    row = {}
    for name, value in facts.items():
        variable = VARIABLES.get(name)
        if variable is not None and value is not None and variable.type == "number":
            value = int(value.scaleb(variable.decimals))
        row[name] = codes.get(value, value) if isinstance(value, str) else value
    return row


def _table(rows: list[dict[str, Any]], kinds: dict[str, str]) -> Any:
    import ibis
    import pyarrow as pa

    schema = ibis.schema(kinds).to_pyarrow()
    columns = {name: [row[name] for row in rows] for name in kinds}
    return ibis.memtable(pa.table(columns, schema=schema))


def _known(of: str, **facts: Any) -> dict[str, Any]:
    return dict.fromkeys(n for n, v in VARIABLES.items() if v.of == of) | facts


FAMILY = (
    _known(
        "family",
        f_number=Decimal(7),
        f_signed=Decimal("-0.01"),
        f_yes=True,
        f_colour="red",
        f_day=date(2007, 3, 1),  # seventeen until the day after ON
    )
    | {"holds__aid": None, "held__aid": False, "counted_members": (1, 2)},
    [_known("member", m_yes=True, m_number=Decimal(5)), _known("member")],
)
