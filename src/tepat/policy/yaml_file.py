"""One policy file: YAML with line numbers, and everything that is wrong with it.

A ``Reader`` collects problems instead of stopping at the first, so that an analyst mends a file
in one go. Each problem names the file, the line, what is wrong and the nearest valid name.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from tepat.engine.errors import TepatError
from tepat.policy.language import WORDS, Expression, LanguageError
from tepat.policy.meaning import BUILT_IN, Scope, describe, nearest, understand
from tepat.policy.model import Period, Text, Where
from tepat.policy.texts import SOURCES, hidden_lines, hidden_values, too_long
from tepat.policy.thousands import advice, after_comma
from tepat.policy.yaml_errors import line_of, plain_words

MOST_CHARACTERS, MOST_PIECES = 1_000_000, 100_000
MOST_LEVELS = 40
MOST_DIGITS = 15
NAME = r"[a-z][a-z0-9_]{0,49}"
RESERVED = WORDS | {"unknown", "any", "all", "count", "sum", *BUILT_IN}
MARKS = ("A", "B", "C", "D", "K")


@dataclass(frozen=True)
class Problem:
    """One mistake in a policy file."""

    where: Where
    what: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.do}".rstrip()


class Problems(list[Problem]):
    """All mistakes of a policy folder."""

    def add(self, where: Where, what: str, do: str = "") -> None:
        """Note one mistake."""
        self.append(Problem(where, what, do))

    def stop_if_any(self, of: str = "policy") -> None:
        """Raise one error that lists them all; ``of`` says what is read: a policy or a reform.

        Raises:
            TepatError: ``policy_invalid``, ``reform_invalid``.
        """
        if self:
            once = list(dict.fromkeys(self))  # what is read twice is told once
            listed = "\n".join(f"  {problem}" for problem in once)
            noun = "mistake" if len(once) == 1 else "mistakes"
            raise TepatError(
                f"{of}_invalid",
                f"{len(once)} {noun} in the {of}:\n{listed}\n",
                do="Mend the lines named above; nothing was run.",
            )


def parse_yaml(text: str, file: str, problems: Problems) -> Any:
    """YAML 1.2 as mappings and lists that know their lines; None where it cannot be read.

    Tags are refused: they ask for objects to be built. Aliases may repeat a value, but a file may
    not grow by them past ``MOST_PIECES``, nor hold itself.
    """
    from ruamel.yaml.composer import MaxDepthExceededError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > MOST_CHARACTERS:
        problems.add(
            Where(file, 1),
            f"The file has {len(text)} characters; at most {MOST_CHARACTERS} are read.",
            "Split it, or look whether it is the right file.",
        )
        return None
    if _refused(hidden_lines(text), file, problems):
        return None
    try:
        data = _plain_yaml().load(text)
        pieces, levels = _measure(data, {})
        if pieces <= MOST_PIECES and levels <= MOST_LEVELS:
            return None if _refused(hidden_values(data), file, problems) else data
        what = f"with its aliases it has over {MOST_PIECES} values or {MOST_LEVELS} levels"
        problems.add(Where(file, 1), f"Not readable as YAML: {what}.", "Write fewer aliases.")
    except MarkedYAMLError as error:
        said, line = f"{error.problem or error.context}".split("\n")[0], line_of(error)
        if isinstance(error, MaxDepthExceededError):
            said = f"lists and mappings lie in each other more than {MOST_LEVELS} times"
        problems.add(Where(file, line), *plain_words(said, text, line))
    except (YAMLError, ValueError) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0]
        problems.add(Where(file, _line_of_no_day(text)), f"Not readable as YAML: {what}.")
    return None


def _refused(found: Iterable[tuple[int, str]], file: str, problems: Problems) -> bool:
    """Note each line with a character that may not stand in a text; whether there is any."""
    lines = list(found)
    for line, name in lines:
        problems.add(Where(file, line), f"The line holds {name}.", "Take it out.")
    return bool(lines)


def _line_of_no_day(text: str) -> int:
    """The line of the first date that no calendar has: YAML's own message does not tell it."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in re.findall(r"\b(\d{4})-(\d\d?)-(\d\d?)\b", line):
            year, month, day_number = map(int, found)
            if not (1 <= month <= 12 and 1 <= day_number <= monthrange(year, month)[1]):
                return number
    return 1


def _plain_yaml() -> Any:
    """A reader of mappings, lists and scalars, without tags."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer, ComposerError
    from ruamel.yaml.events import AliasEvent

    class PlainComposer(Composer):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            if not isinstance(event, AliasEvent) and event.tag is not None:
                raise ComposerError(None, None, "'!' is not used here", event.start_mark)
            return super().compose_node(parent, index)

    yaml = YAML(typ="rt")
    yaml.Composer = PlainComposer
    yaml.max_depth = MOST_LEVELS
    return yaml


def _measure(data: Any, known: dict[int, tuple[float, float]]) -> tuple[float, float]:
    """How many values there are and how deep, aliases written out; infinite in a circle."""
    if not isinstance(data, Mapping | list):
        return 1, 0
    if id(data) not in known:
        known[id(data)] = math.inf, math.inf  # until it is known, so that a circle ends
        values = data.values() if isinstance(data, Mapping) else data
        inner = [_measure(value, known) for value in values]
        known[id(data)] = (
            1 + sum(pieces for pieces, _ in inner),
            1 + max((levels for _, levels in inner), default=0),
        )
    return known[id(data)]


class Composed(dict[str, Any]):
    """A mapping put together from several files: it knows where each of its keys stands."""

    def __init__(
        self, data: Mapping[str, Any], origins: Mapping[str, Where], where: Where | None = None
    ) -> None:
        super().__init__(data)
        self.origins, self.where = dict(origins), where


class Reader:
    """A YAML mapping, read key by key."""

    def __init__(self, data: Any, file: str, problems: Problems, line: int = 1) -> None:
        if isinstance(data, Composed) and data.where is not None:
            file, line = data.where.file, data.where.line
        self.file, self.problems, self.line = file, problems, line
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.wrong("Expected names with values here.", "Write 'name: value' lines.")

    @property
    def where(self) -> Where:
        """Where the mapping begins."""
        return Where(self.file, self.line)

    def at(self, key: Any) -> Where:
        """Where a key (or an item of a list) stands."""
        if isinstance(self.data, Composed):
            return self.data.origins.get(key, self.where)
        try:
            return Where(self.file, self.data.lc.data[key][0] + 1)  # type: ignore[attr-defined]
        except (AttributeError, KeyError, TypeError):
            return self.where

    def wrong(self, what: str, do: str = "", key: Any = None) -> None:
        """Note a mistake at a key, or at the mapping."""
        self.problems.add(self.where if key is None else self.at(key), what, do)

    def only(self, *allowed: str) -> None:
        """Refuse keys that have no meaning here."""
        for key in self.data:
            torn = None if key in allowed else after_comma(self.data, key)
            if torn:
                self.wrong(
                    f"{torn} is read as {' and '.join(torn.split(','))}: a comma parts values.",
                    advice(torn) or "Write a decimal with a point.",
                    key,
                )
            elif key not in allowed and torn is None:
                self.wrong(
                    f"'{key}' has no meaning here.",
                    nearest(str(key), allowed) or f"Known: {', '.join(allowed)}.",
                    key,
                )
        mark = self.data.get("confidence") if "confidence" in allowed else None
        if mark is not None and mark not in MARKS:
            self.wrong(f"'confidence' is '{mark}'.", f"One of {', '.join(MARKS)}.", "confidence")

    def called(self, name: Any, taken: Container[str] = ()) -> bool:
        """Whether a key can serve as a name in rules and tables; notes where it cannot."""
        if not isinstance(name, str) or not re.fullmatch(NAME, name) or "__" in name:
            self.wrong(
                f"'{name}' cannot be a name.",
                "Use at most 50 small letters, digits and '_', beginning with a letter.",
                name,
            )
            return False
        if name in RESERVED or name in taken:
            self.wrong(f"'{name}' has a meaning already.", "Choose another name.", name)
            return False
        return True

    def need(self, *keys: str) -> bool:
        """Whether all keys are there; notes those that are not."""
        missing = [key for key in keys if self.data.get(key) is None]
        for key in missing:
            self.wrong(f"'{key}' is missing.")
        blank = [key for key in keys if isinstance(self.data.get(key), str)]
        blank = [key for key in blank if not self.data[key].strip()]
        for key in blank:
            self.wrong(f"'{key}' is blank.", key=key)
        return not (missing or blank)

    def child(self, key: Any) -> Reader:
        """The mapping below a key."""
        where = self.at(key)
        return Reader(self.data[key], where.file, self.problems, where.line)

    def children(self, key: str, named: bool = False) -> Iterable[tuple[str, Reader]]:
        """The mappings below a key; ``named`` where their keys must serve as names."""
        if self.data.get(key) is None:
            return
        inner = self.child(key)
        for name in inner.data:
            if not named or inner.called(name):
                yield str(name), inner.child(name)

    def items(self, key: str) -> list[Reader]:
        """The mappings of a list below a key; a single mapping counts as a list of one."""
        value = self.data.get(key)
        if value is None:
            return []
        where = self.at(key)
        return list_items(value, where.file, self.problems, where.line)

    def word(self, key: str, default: str = "", options: Iterable[str] = ()) -> str:
        """Text of one word or line; one of ``options`` where given."""
        value = self.data.get(key)
        if value is None:
            return default
        options = list(options)
        if options and value not in options:
            self.wrong(
                f"'{key}' is '{value}'.",
                nearest(str(value), options) or f"One of {', '.join(options)}.",
                key,
            )
            return options[0]
        if not isinstance(value, str):
            self.wrong(f"'{key}' should be text.", "Put it in quotes.", key)
        elif key in SOURCES and (what := too_long(key, value)):
            self.wrong(what, key=key)
        return str(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words; a single one counts as a list."""
        value = self.data.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            self.wrong(f"'{key}' should be a list of names.", "Write [first, second].", key)
            return ()
        return tuple(items)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.wrong(f"'{key}' should be true or false.", key=key)
        return bool(value)

    def text(self, key: str) -> Text:
        """A text in both languages."""
        value = self.data.get(key)
        if value is None:
            self.wrong(f"'{key}' is missing.", "Write {id: …, en: …}.")
            return Text("", "")
        inner = self.child(key) if isinstance(value, Mapping) else None
        if inner is None or not inner.need("id", "en"):
            if inner is None:
                self.wrong(f"'{key}' needs both languages.", "Write {id: …, en: …}.", key)
            return Text(str(value), str(value))
        inner.only("id", "en")
        if any(isinstance(value[lang], Mapping | list) for lang in ("id", "en")):
            self.wrong(f"'{key}' should hold text.", "Put it in quotes.", key)
        for lang in ("id", "en"):
            if what := too_long(key, str(value[lang])):
                inner.wrong(what, key=lang)
        return Text(str(value["id"]), str(value["en"]))

    def day(self, key: str) -> date | None:
        """A date; None where the key is absent."""
        value = self.data.get(key)
        if value is None or is_day(value):
            return value
        self.wrong(f"'{key}' should be a date.", "Write year-month-day, such as 2025-07-01.", key)
        return None

    def value(self, key: str) -> int | Decimal | date | None:
        """A number or a date; decimals exactly as written."""
        value = self.data.get(key)
        if is_day(value):
            return value
        number = exact(value)
        if number is None:
            what = f"'{key}' should be a number or a date, not '{value}'."
            self.wrong(what, advice(str(value)), key)
            return None
        if abs(number.adjusted()) > MOST_DIGITS or int(number.as_tuple().exponent) < -6:
            self.wrong(
                f"'{key}' is {value}: a number has at most {MOST_DIGITS} digits and 6 decimals.",
                key=key,
            )
            return None
        return int(number) if number == number.to_integral_value() else number

    def number(self, key: str) -> int | Decimal:
        """A number; 0 where it is none."""
        value = self.value(key)
        if isinstance(value, date):
            self.wrong(f"'{key}' should be a number, not the date {value}.", key=key)
        return 0 if value is None or isinstance(value, date) else value

    def rule(self, key: str, scope: Scope, wanted: str | None = None) -> Expression | None:
        """A checked rule; ``wanted`` is 'yes or no' or 'a number'."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, Mapping | list):
            self.wrong(f"'{key}' should be a rule.", "Write it as one line of text.", key)
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value).strip()
        where = self.at(key)
        try:
            rule = understand(text, scope, where.file, where.line)
        except LanguageError as error:
            self.wrong(f"In '{key}: {_excerpt(text, error.position)}': {error.what}", error.do, key)
            return None
        if wanted is not None and describe(rule.node.type) != wanted:
            self.wrong(
                f"'{key}' should give {wanted}, but '{_excerpt(text, 0)}' gives "
                f"{describe(rule.node.type)}.",
                key=key,
            )
            return None
        return rule

    def period(self) -> Period | None:
        """``from``, ``to``, ``reference``, ``confidence`` of this mapping."""
        start, end = self.day("from"), self.day("to")
        if start is None:
            if self.data.get("from") is None:
                self.wrong("'from' is missing.", "Write from: 2025-01-01.")
            return None
        if end is not None and end < start:
            self.wrong(f"The period ends ({end}) before it begins ({start}).", key="to")
            return None
        return Period(start, end, self.word("reference"), str(self.data.get("confidence", "")))


def is_day(value: Any) -> TypeGuard[date]:
    """Whether a value is a day without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)


def exact(value: Any) -> Decimal | None:
    """A written number as an exact decimal; None where it is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).replace("_", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def list_items(value: Any, file: str, problems: Problems, line: int) -> list[Reader]:
    """The mappings of a list; a single mapping counts as a list of one."""
    if isinstance(value, Mapping):
        return [Reader(value, file, problems, line)]
    if not isinstance(value, list):
        problems.add(Where(file, line), "Expected a list here.", "Begin each item with '- '.")
        return []
    lines = [getattr(getattr(item, "lc", None), "line", line - 1) + 1 for item in value]
    return [Reader(item, file, problems, at) for item, at in zip(value, lines, strict=True)]


def _excerpt(text: str, position: int) -> str:
    start = max(0, position - 20)
    piece = text[start : position + 40].replace("\n", " ")
    return ("…" if start else "") + piece + ("…" if position + 40 < len(text) else "")
