"""The rule language: what a rule means.

Every node gets a type, and what makes no sense is refused before anything runs: unknown names,
text compared with numbers, member facts outside a count, numbers that could grow past 64 bits.
Numbers are exact decimals held as scaled integers with static bounds, so that no engine rounds
differently and no rule can overflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tepat.policy.bounds import ARITHMETIC, DIVISION_DECIMALS, LARGEST_ROSTER, LIMIT, Number
from tepat.policy.language import SORTS, Expression, LanguageError, Node, nearest, parse
from tepat.policy.weight import check_weight

if TYPE_CHECKING:
    from tepat.policy.model import Parameter, Variable

__all__ = [
    "BUILT_IN",
    "DATE",
    "LARGEST_ROSTER",
    "TEXT",
    "YES_NO",
    "CodeType",
    "Number",
    "Scope",
    "describe",
    "nearest",
    "parameter_type",
    "understand",
    "variable_type",
]  # fmt: skip
BUILT_IN = ("as_of", "roster_size", "counted_members")


@dataclass(frozen=True)
class CodeType:
    """The answers of one coded variable."""

    variable: str


YES_NO, DATE, TEXT = "yes or no", "a date", "text"


@dataclass(frozen=True)
class Scope:
    """The names a rule may use.

    Attributes:
        member: whether facts of one member may stand outside ``any member ( … )`` and the like.
        values: named values of the same file, already checked.
        programmes: programme names with their unit, for ``holds`` and ``held``.
        counted: whether ``counted_members`` exists here.
    """

    variables: Mapping[str, Variable]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    values: Mapping[str, Node] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)
    member: bool = False
    counted: bool = False

    def names(self) -> list[str]:
        """Everything that may be written where a value is expected."""
        built_in = ["as_of", "roster_size"] + (["counted_members"] if self.counted else [])
        usable = [name for name, variable in self.variables.items() if variable.type != "text"]
        return [*usable, *self.parameters, *self.values, *built_in]


def understand(text: str, scope: Scope, file: str = "", line: int = 0) -> Expression:
    """Read and check one rule.

    Raises:
        LanguageError: with the position in the text, what is wrong and the nearest valid name.
    """
    node = _Checker(scope).check(parse(text), member=scope.member)
    check_weight(node)
    return Expression(text, node, file, line)


def describe(kind: Any) -> str:
    """A type in words, for messages."""
    if isinstance(kind, Number):
        return "a number"
    if isinstance(kind, CodeType):
        return f"an answer of '{kind.variable}'"
    return str(kind)


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def check(self, node: Node, *, member: bool) -> Node:
        method = getattr(self, f"_{_METHODS.get(node.kind, node.kind)}")
        checked: Node = method(node, member)
        if isinstance(checked.type, Number):
            self._bounded(node, checked.type)
        return checked

    def _aligned(self, node: Node, args: Iterable[Node]) -> None:
        """Refuses numbers that could pass the limit once they have equal decimals."""
        kinds = [arg.type for arg in args if isinstance(arg.type, Number)]
        decimals = max((kind.decimals for kind in kinds), default=0)
        for kind in (kind.scaled(decimals) for kind in kinds):
            self._bounded(node, kind)

    def _bounded(self, node: Node, kind: Number) -> None:
        if max(abs(kind.low), abs(kind.high)) > LIMIT:
            raise LanguageError(
                node.position,
                "This number could grow past 2^53.",
                "Divide before you multiply, or narrow a variable's maximum.",
            )

    def _done(self, node: Node, args: Iterable[Node], kind: Any) -> Node:
        args = tuple(args)
        return replace(node, args=args, type=kind, member=any(arg.member for arg in args))

    def _typed(self, node: Node, wanted: Any, member: bool) -> Node:
        checked = self.check(node, member=member)
        matches = isinstance(checked.type, Number) if wanted is Number else checked.type == wanted
        if not matches:
            word = "a number" if wanted is Number else describe(wanted)
            raise LanguageError(
                node.position, f"Expected {word}, found {_shown(node)} ({describe(checked.type)})."
            )
        return checked

    def _number(self, node: Node, member: bool) -> Node:
        exponent = node.value.as_tuple().exponent
        decimals = max(0, -exponent)
        if decimals > DIVISION_DECIMALS:
            raise LanguageError(node.position, "A number has at most six decimals.")
        scaled = int(node.value.scaleb(decimals))
        return replace(node, type=Number(decimals, scaled, scaled))

    def _yes_no(self, node: Node, member: bool) -> Node:
        return replace(node, type=YES_NO)

    def _date(self, node: Node, member: bool) -> Node:
        return replace(node, type=DATE)

    def _name(self, node: Node, member: bool) -> Node:
        name, scope = node.value, self.scope
        if name in scope.values:
            return self._named(node, scope.values[name], member)
        if name in scope.parameters:
            return replace(node, kind="parameter", type=parameter_type(scope.parameters[name]))
        if name in scope.variables:
            return self._variable(node, scope.variables[name], member)
        if name == "as_of":
            return replace(node, kind="as_of", type=DATE)
        if name == "roster_size":
            return replace(node, kind="roster_size", type=Number(0, 0, LARGEST_ROSTER))
        if name == "counted_members" and scope.counted:
            return replace(node, kind="counted_members", type=Number(0, 0, LARGEST_ROSTER, False))
        raise LanguageError(
            node.position, f"'{name}' is not a known name.", nearest(name, scope.names())
        )

    def _named(self, node: Node, value: Node, member: bool) -> Node:
        if value.member and not member:
            raise self._outside(node)
        return replace(node, kind="named", args=(value,), type=value.type, member=value.member)

    def _variable(self, node: Node, variable: Variable, member: bool) -> Node:
        of_member = variable.of == "member"
        if of_member and not member:
            raise self._outside(node)
        if variable.type == "text":
            raise LanguageError(
                node.position,
                f"'{variable.name}' is text.",
                "Rules use numbers, dates, codes and yes/no facts.",
            )
        return replace(node, kind="variable", type=variable_type(variable), member=of_member)

    def _outside(self, node: Node) -> LanguageError:
        return LanguageError(
            node.position,
            f"'{node.value}' is a fact of one member; this rule speaks of the family.",
            f"Write 'any member ({node.value} …)' or 'count members (…)'.",
        )

    def _junction(self, node: Node, member: bool) -> Node:
        return self._done(node, [self._typed(arg, YES_NO, member) for arg in node.args], YES_NO)

    def _comparison(self, node: Node, member: bool) -> Node:
        left, right = self._pair(node, member)
        if isinstance(left.type, CodeType) and node.kind not in ("=", "!="):
            raise LanguageError(
                node.position,
                f"The answers of '{left.type.variable}' have no "
                f"order, so '{node.kind}' means nothing.",
                "Use = or !=, or 'in' with a list of answers.",
            )
        if left.type == YES_NO and node.kind not in ("=", "!="):
            raise LanguageError(node.position, f"'{node.kind}' does not fit yes or no.")
        self._aligned(node, (left, right))
        return self._done(node, (left, right), YES_NO)

    def _pair(self, node: Node, member: bool) -> tuple[Node, Node]:
        """Both sides of a comparison; an answer is looked up in the variable on the other side."""
        left, right = node.args
        coded = self._coded(left, member)
        if coded is not None and right.kind == "name":
            return coded, self._answer(right, coded.type)
        coded = self._coded(right, member)
        if coded is not None and left.kind == "name" and left.value not in self.scope.variables:
            return self._answer(left, coded.type), coded
        one, other = self.check(left, member=member), self.check(right, member=member)
        alike = one.type == other.type or (
            isinstance(one.type, Number) and isinstance(other.type, Number)
        )
        if not alike:
            raise LanguageError(
                node.position,
                f"{_shown(left)} is {describe(one.type)} and {_shown(right)} is "
                f"{describe(other.type)}: they cannot be compared.",
            )
        return one, other

    def _coded(self, node: Node, member: bool) -> Node | None:
        if node.kind != "name" or node.value in self.scope.parameters:
            return None
        known = node.value in self.scope.values or node.value in self.scope.variables
        checked = self.check(node, member=member) if known else None
        return checked if checked is not None and isinstance(checked.type, CodeType) else None

    def _answer(self, node: Node, kind: CodeType) -> Node:
        variable = self.scope.variables[kind.variable]
        code = variable.code_of(node.value)
        if code is None:
            names = [known.name for known in variable.codes.values()]
            raise LanguageError(
                node.position,
                f"'{node.value}' is not an answer of '{variable.name}'.",
                nearest(node.value, names),
            )
        return replace(node, kind="code", value=code, type=kind)

    def _in(self, node: Node, member: bool) -> Node:
        tested, *options = node.args
        subject = self.check(tested, member=member)
        if isinstance(subject.type, CodeType):
            codes = self._codes(options, subject.type)
            return replace(self._done(node, (subject,), YES_NO), kind="in_codes", value=codes)
        kind = Number if isinstance(subject.type, Number) else subject.type
        if kind == YES_NO:
            raise LanguageError(node.position, "'in' does not fit yes or no.")
        known = [self._typed(option, kind, member) for option in options]
        self._aligned(node, (subject, *known))
        return self._done(node, (subject, *known), YES_NO)

    def _codes(self, options: list[Node], kind: CodeType) -> tuple[int, ...]:
        variable = self.scope.variables[kind.variable]
        codes: set[int] = set()
        for option in options:
            if option.kind == "name" and option.value in variable.groups:
                codes.update(variable.groups[option.value])
            elif option.kind == "name":
                known = [*(c.name for c in variable.codes.values()), *variable.groups]
                code = variable.code_of(option.value)
                if code is None:
                    raise LanguageError(
                        option.position,
                        f"'{option.value}' is neither an answer nor a group of '{variable.name}'.",
                        nearest(option.value, known),
                    )
                codes.add(code)
            else:
                raise LanguageError(option.position, f"Name the answers of '{variable.name}'.")
        return tuple(sorted(codes))

    def _in_range(self, node: Node, member: bool) -> Node:
        subject = self.check(node.args[0], member=member)
        kind = Number if isinstance(subject.type, Number) else subject.type
        if kind not in (Number, DATE):
            raise LanguageError(
                node.position, f"A range needs a number or a date, not {describe(subject.type)}."
            )
        ends = [self._typed(end, kind, member) for end in node.args[1:]]
        self._aligned(node, (subject, *ends))
        return self._done(node, (subject, *ends), YES_NO)

    def _arithmetic(self, node: Node, member: bool) -> Node:
        args = [self._typed(arg, Number, member) for arg in node.args]
        one, other = args[0].type, args[1].type
        if node.kind in ("+", "-"):
            self._aligned(node, args)
        return self._done(node, args, ARITHMETIC[node.kind](one, other))

    def _negative(self, node: Node, member: bool) -> Node:
        arg = self._typed(node.args[0], Number, member)
        kind = arg.type
        return self._done(node, (arg,), Number(kind.decimals, -kind.high, -kind.low, kind.exact))

    def _extreme(self, node: Node, member: bool) -> Node:
        args = [self._typed(arg, Number, member) for arg in node.args]
        self._aligned(node, args)
        decimals = max(arg.type.decimals for arg in args)
        kinds = [arg.type.scaled(decimals) for arg in args]
        choose = min if node.kind == "min" else max
        return self._done(
            node,
            args,
            Number(
                decimals,
                choose(k.low for k in kinds),
                choose(k.high for k in kinds),
                all(k.exact for k in kinds),
            ),
        )

    def _floor(self, node: Node, member: bool) -> Node:
        arg = self._typed(node.args[0], Number, member)
        factor, kind = 10**arg.type.decimals, arg.type
        return self._done(
            node, (arg,), Number(0, kind.low // factor, kind.high // factor, kind.exact)
        )

    def _age(self, node: Node, member: bool) -> Node:
        arg = self._typed(node.args[0], DATE, member)
        return self._done(node, (arg,), Number(0, -10_000, 10_000))

    def _holds(self, node: Node, member: bool) -> Node:
        (arg,) = node.args
        unit = self.scope.programmes.get(str(arg.value)) if arg.kind == "name" else None
        if unit is None:
            raise LanguageError(
                arg.position,
                f"{node.kind}( … ) needs the name of a programme.",
                nearest(str(arg.value), self.scope.programmes),
            )
        if unit == "member" and not member:
            raise self._outside(arg)
        return replace(node, args=(), value=arg.value, type=YES_NO, member=unit == "member")

    def _quantifier(self, node: Node, member: bool) -> Node:
        if len(node.args) != 1:
            raise LanguageError(
                node.position,
                "Members are tested by one condition.",
                "Join conditions by 'and' or 'or'.",
            )
        wanted = Number if node.kind == "sum" else YES_NO
        arg = self._typed(node.args[0], wanted, True)
        if any(
            inner.kind in ("any", "all", "count", "sum", "counted_members") for inner in arg.walk()
        ):
            raise LanguageError(
                node.position,
                "A count of members stands inside another.",
                "Count once, and compare the results.",
            )
        kind: Any = YES_NO
        if node.kind == "count":
            kind = Number(0, 0, LARGEST_ROSTER, exact=False)
        elif node.kind == "sum":
            kind = Number(
                arg.type.decimals,
                min(0, arg.type.low) * LARGEST_ROSTER,
                max(0, arg.type.high) * LARGEST_ROSTER,
                exact=False,
            )
        return replace(node, args=(arg,), type=kind, member=False)


_METHODS = SORTS | dict.fromkeys(("and", "or", "not"), "junction")


def _shown(node: Node) -> str:
    return f"'{node.value}'" if node.value is not None else "this"


def variable_type(variable: Variable) -> Any:
    """The type of a variable's values."""
    if variable.type == "number":
        scale = 10**variable.decimals
        return Number(
            variable.decimals, int(variable.minimum * scale), int(variable.maximum * scale)
        )
    return (
        CodeType(variable.name)
        if variable.type == "code"
        else {"yes_no": YES_NO, "date": DATE, "text": TEXT}[variable.type]
    )


def parameter_type(parameter: Parameter) -> Any:
    """The type that holds every dated value of a parameter."""
    values = [value.value for value in parameter.values]
    if all(isinstance(value, date) for value in values):
        return DATE
    numbers = [Decimal(value) for value in values if not isinstance(value, date)]
    decimals = max(max(0, -int(n.as_tuple().exponent)) for n in numbers)
    scaled = [int(n.scaleb(decimals)) for n in numbers]
    return Number(decimals, min(scaled), max(scaled))
