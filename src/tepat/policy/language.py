"""The rule language: how a rule is written.

Small and total: a rule has no loops, builds no text and cannot fail while it runs. This module
turns text into a tree; `meaning` gives each node a type and refuses what makes no sense;
`compile` turns the tree into an expression for the engine. The grammar stands in
docs/rule-language.md.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

QUANTIFIERS = {
    ("any", "member"): "any",
    ("all", "members"): "all",
    ("count", "members"): "count",
    ("sum", "members"): "sum",
}
FUNCTIONS = {"age": 1, "floor": 1, "holds": 1, "held": 1, "min": None, "max": None}
COMPARISONS = ("<=", ">=", "!=", "=", "<", ">")
WORDS = {"and", "or", "not", "in", "true", "false"}

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<date>\d{4}-\d{2}-\d{2}(?!\d))
  | (?P<number>\d[\d_]*(?:\.(?!\.)\d+)?)
  | (?P<name>[A-Za-z][A-Za-z0-9_]*)
  | (?P<sign>\.\.|<=|>=|!=|==|[-+*/<>=(),])
  | (?P<other>\S)
    )""",
    re.VERBOSE,
)
MAXIMUM_LENGTH = 4_000
MAXIMUM_DEPTH = 60


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the nearest other valid name, or nothing."""
    others = [other for other in known if other != name]
    close = difflib.get_close_matches(name, others, n=1, cutoff=0.5)
    return f"Did you mean '{close[0]}'?" if close else ""


# Kinds of node that are checked and compiled alike.
SORTS = {
    "=": "comparison",
    "!=": "comparison",
    "<": "comparison",
    "<=": "comparison",
    ">": "comparison",
    ">=": "comparison",
    "+": "arithmetic",
    "-": "arithmetic",
    "*": "arithmetic",
    "/": "arithmetic",
    "min": "extreme",
    "max": "extreme",
    "holds": "holds",
    "held": "holds",
    "any": "quantifier",
    "all": "quantifier",
    "count": "quantifier",
    "sum": "quantifier",
}


class LanguageError(Exception):
    """A mistake in a rule: where it begins (counted from 0), what is wrong, what to do."""

    def __init__(self, position: int, what: str, do: str = "") -> None:
        self.position, self.what, self.do = position, what, do
        super().__init__(f"{what} {do}".strip())


@dataclass(frozen=True)
class Node:
    """One piece of a rule. ``kind`` names it; ``value`` holds its constant or name."""

    kind: str
    args: tuple[Node, ...] = ()
    value: Any = None
    position: int = 0
    type: Any = None  # given by `meaning`
    member: bool = False  # speaks of one member, not of the family; given by `meaning`

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()


@dataclass(frozen=True)
class Expression:
    """A checked rule with the text that an analyst wrote and its place."""

    text: str
    node: Node
    file: str
    line: int

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of one kind (``variable``, ``parameter``, ``named``), in order of use."""
        found = (str(node.value) for node in self.node.walk() if node.kind == kind)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        assert match and match.lastgroup  # the last alternative takes any character
        kind, start = match.lastgroup, match.start(match.lastgroup)
        if kind == "other":
            raise LanguageError(
                start,
                f"The sign {match[kind]!r} has no meaning here.",
                "Rules use names, numbers, dates, + - * / = != < <= > >= .. ( ) ,",
            )
        if match[kind] == "==":
            raise LanguageError(start, "'==' is not a comparison.", "Write a single '='.")
        found.append(_Token(kind, match[kind], start))
        position = match.end()
    return [*found, _Token("end", "", end)]


def parse(text: str) -> Node:
    """Read a rule into a tree that is not yet checked.

    Raises:
        LanguageError: the text is not a rule; the position is counted from 0.
    """
    if len(text) > MAXIMUM_LENGTH:
        raise LanguageError(
            0, f"The rule has more than {MAXIMUM_LENGTH} characters.", "Split it into named values."
        )
    parser = _Parser(_tokens(text))
    if parser.now.kind == "end":
        raise LanguageError(0, "The rule is empty.", "Write a condition, such as: decile <= 4")
    node = parser.either()
    parser.expect_end()
    return node


class _Parser:
    """Recursive descent, one method per level of binding, loosest first."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.index, self.depth = tokens, 0, 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.index]

    def take(self, *texts: str) -> _Token | None:
        token = self.now
        if token.kind != "end" and token.text in texts:
            self.index += 1
            return token
        return None

    def expect(self, text: str, why: str) -> None:
        if not self.take(text):
            raise LanguageError(
                self.now.position, f"Expected '{text}' {why}, found {self.found()}."
            )

    def expect_end(self) -> None:
        if self.now.kind == "end":
            return
        if self.now.text in COMPARISONS:
            raise LanguageError(
                self.now.position,
                "Two comparisons stand in a row.",
                "Write 'a < b and b < c', or 'b in a..c'.",
            )
        raise LanguageError(
            self.now.position,
            f"The rule should end before {self.found()}.",
            "Is an 'and', an 'or' or a comma missing?",
        )

    def found(self) -> str:
        return "the end of the rule" if self.now.kind == "end" else f"'{self.now.text}'"

    def either(self) -> Node:
        return self._chain("or", self.both)

    def both(self) -> Node:
        return self._chain("and", self.negated)

    def _chain(self, word: str, part: Any) -> Node:
        first = part()
        parts = [first]
        while self.take(word):
            parts.append(part())
        return first if len(parts) == 1 else Node(word, tuple(parts), position=first.position)

    def negated(self) -> Node:
        if token := self.take("not"):
            self._deeper(token)
            node = Node("not", (self.negated(),), position=token.position)
            self.depth -= 1
            return node
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        if token := self.take(*COMPARISONS):
            return Node(token.text, (left, self.sum()), position=token.position)
        start = self.now
        negate = start.text == "not" and self.tokens[self.index + 1].text == "in"
        if negate:
            self.index += 1
        if token := self.take("in"):
            node = self._in(left, token)
            return Node("not", (node,), position=start.position) if negate else node
        return left

    def _in(self, left: Node, token: _Token) -> Node:
        first = self.sum()
        if self.take(".."):
            return Node("in_range", (left, first, self.sum()), position=token.position)
        options = [first]
        while self.take(","):
            options.append(self.sum())
        return Node("in", (left, *options), position=token.position)

    def sum(self) -> Node:
        return self._left(("+", "-"), self.product)

    def product(self) -> Node:
        return self._left(("*", "/"), self.signed)

    def _left(self, signs: tuple[str, ...], part: Any) -> Node:
        node: Node = part()
        before = self.depth
        while token := self.take(*signs):
            self._deeper(token)  # a chain lies as deep as it is long
            node = Node(token.text, (node, part()), position=token.position)
        self.depth = before
        return node

    def signed(self) -> Node:
        if token := self.take("-"):
            self._deeper(token)
            node = Node("negative", (self.signed(),), position=token.position)
            self.depth -= 1
            return node
        return self.atom()

    def _deeper(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            raise LanguageError(
                token.position, "The rule is nested too deeply.", "Split it into named values."
            )

    def atom(self) -> Node:
        token = self.now
        self.index += 1
        if token.kind == "number":
            return Node(
                "number", value=Decimal(token.text.replace("_", "")), position=token.position
            )
        if token.kind == "date":
            return self._date(token)
        if token.text == "(":
            self._deeper(token)
            node = self.either()
            self.expect(")", "to close the bracket")
            self.depth -= 1
            return node
        if token.kind == "name":
            return self._word(token)
        self.index -= 1
        raise LanguageError(token.position, f"Expected a name or a number, found {self.found()}.")

    def _date(self, token: _Token) -> Node:
        try:
            return Node("date", value=date.fromisoformat(token.text), position=token.position)
        except ValueError:
            raise LanguageError(
                token.position,
                f"{token.text} is not a day of the calendar.",
                "Write year-month-day, such as 2025-07-01.",
            ) from None

    def _word(self, token: _Token) -> Node:
        pair = (token.text, self.now.text)
        if pair in QUANTIFIERS:
            self.index += 1
            return Node(
                QUANTIFIERS[pair], self._brackets(token, " ".join(pair)), position=token.position
            )
        if token.text in ("true", "false"):
            return Node("yes_no", value=token.text == "true", position=token.position)
        if token.text in FUNCTIONS and self.now.text == "(":
            return self._function(token)
        if token.text in ("any", "all", "count", "sum"):
            right = next(" ".join(p) for p in QUANTIFIERS if p[0] == token.text)
            raise LanguageError(
                token.position, f"'{token.text}' needs its second word.", f"Write '{right} ( … )'."
            )
        if token.text == "unknown":
            raise LanguageError(
                token.position,
                "'unknown' is not written in rules.",
                "A fact that is not known makes the rule unknown by itself.",
            )
        if token.text in WORDS:
            raise LanguageError(
                token.position, f"Expected a name or a number, found '{token.text}'."
            )
        if self.now.text == "(":
            raise LanguageError(
                token.position,
                f"There is no function '{token.text}'.",
                nearest(token.text, FUNCTIONS) or f"Functions are {', '.join(sorted(FUNCTIONS))}.",
            )
        return Node("name", value=token.text, position=token.position)

    def _brackets(self, token: _Token, called: str) -> tuple[Node, ...]:
        self._deeper(token)
        self.expect("(", f"after '{called}'")
        args = [self.either()]
        while self.take(","):
            args.append(self.either())
        self.expect(")", f"to close '{called}'")
        self.depth -= 1
        return tuple(args)

    def _function(self, token: _Token) -> Node:
        args = self._brackets(token, token.text)
        wanted = FUNCTIONS[token.text]
        if wanted is not None and len(args) != wanted:
            raise LanguageError(
                token.position, f"{token.text}( … ) takes one value, not {len(args)}."
            )
        if wanted is None and len(args) < 2:
            raise LanguageError(token.position, f"{token.text}( … ) takes two values or more.")
        return Node(token.text, args, position=token.position)
