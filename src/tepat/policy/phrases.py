"""A checked rule in words: `decile <= decile_limit` becomes "national decile at most 4".

The words are made from the labels of variables.yaml and from the values that parameters have on
the day, so that they cannot drift away from what the rule does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tepat.policy import wording
from tepat.policy.bounds import Number
from tepat.policy.language import Node
from tepat.policy.meaning import DATE, CodeType
from tepat.policy.model import Parameter, Text, Variable

RANKED = {"decile", "score", "age", "school_grade"}  # high and low; of other numbers, much and few
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}

_COMPARED = {
    "ranked": {"<=": Text("paling tinggi", "at most"), ">=": Text("paling rendah", "at least")},
    "counted": {"<=": Text("paling banyak", "at most"), ">=": Text("paling sedikit", "at least")},
    "date": {
        "<=": Text("paling lambat", "not after"),
        ">=": Text("paling awal", "not before"),
        "<": Text("sebelum", "before"),
        ">": Text("setelah", "after"),
    },
}
_STRICT = {
    "<": Text("kurang dari", "less than"),
    ">": Text("lebih dari", "more than"),
    "=": Text("sama dengan", "equal to"),
    "!=": Text("tidak sama dengan", "other than"),
}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_BUILT_IN = {
    "as_of": Text("tanggal acuan", "the as-of date"),
    "roster_size": Text("jumlah anggota keluarga dalam data", "members of the family on record"),
    "counted_members": Text("anggota yang dihitung", "members who count"),
}
_HOLDING = {
    ("holds", True): Text("sedang menerima", "receives"),
    ("holds", False): Text("tidak sedang menerima", "does not receive"),
    ("held", True): Text("pernah menerima", "has ever received"),
    ("held", False): Text("belum pernah menerima", "has never received"),
}


@dataclass(frozen=True)
class Phrases:
    """Says rules of one programme on one day.

    Attributes:
        on: the day; parameters are shown with the value that they have then.
        titles: names of programmes, for ``holds`` and ``held``.
    """

    variables: Mapping[str, Variable]
    parameters: Mapping[str, Parameter]
    on: date
    lang: str
    titles: Mapping[str, Text]

    def say(self, node: Node) -> str:
        """A rule in words, without a full stop."""
        return self._value(node) if isinstance(node.type, Number) else self._truth(node, True)

    def lines(self, node: Node) -> list[str]:
        """A rule in words, one line for each part that "and" or "or" joins at the top."""
        inner = _unnamed(node)
        if inner.kind not in ("and", "or"):
            return [self.say(node)]
        word = self._two("dan", "and") if inner.kind == "and" else self._two("atau", "or")
        first, *others = self._joined(inner, True)
        return [first, *(f"{word} {other}" for other in others)]

    def _get(self, text: Text) -> str:
        return text.get(self.lang)

    def _two(self, indonesian: str, english: str) -> str:
        return english if self.lang == "en" else indonesian

    # ---- yes or no ----

    def _truth(self, node: Node, wanted: bool) -> str:
        """The words for a rule being true, or (``wanted`` False) for its being false."""
        if node.kind == "named":
            return self._truth(node.args[0], wanted)
        if node.kind == "not":
            return self._truth(node.args[0], not wanted)
        if node.kind in ("and", "or"):
            return self._junction(node, wanted)
        if node.kind in OPPOSITE:
            return self._comparison(node, wanted)
        if node.kind in ("in", "in_codes", "in_range"):
            return self._membership(node, wanted)
        if node.kind in ("any", "all"):
            return self._quantified(node, wanted)
        if node.kind in ("holds", "held"):
            title = self.titles.get(str(node.value), Text(str(node.value), str(node.value)))
            return f"{self._get(_HOLDING[node.kind, wanted])} {self._get(title)}"
        if node.kind == "yes_no":
            always = bool(node.value) == wanted
            return self._two("selalu", "always") if always else self._two("tidak pernah", "never")
        answer = "" if wanted else ": " + self._get(wording.NO)
        return self._label(node) + answer

    def _junction(self, node: Node, wanted: bool) -> str:
        both = (node.kind == "and") == wanted
        word = self._two("dan", "and") if both else self._two("atau", "or")
        return f" {word} ".join(self._joined(node, wanted))

    def _joined(self, node: Node, wanted: bool) -> list[str]:
        """The parts of an "and" or "or"; a negated one turns into the other (De Morgan)."""
        parts = []
        for arg in node.args:
            words = self._truth(arg, wanted)
            inner, same = _unnamed(arg), wanted
            while inner.kind == "not":
                inner, same = _unnamed(inner.args[0]), not same
            mixed = inner.kind in ("and", "or") and (
                ((inner.kind == "and") == same) != ((node.kind == "and") == wanted)
            )
            parts.append(f"({words})" if mixed else words)
        return parts

    def _comparison(self, node: Node, wanted: bool) -> str:
        sign = node.kind if wanted else OPPOSITE[node.kind]
        left, right = node.args
        if is_fixed(left) and not is_fixed(right):
            left, right, sign = right, left, MIRRORED[sign]
        if isinstance(left.type, CodeType):
            is_ = "adalah" if sign == "=" else "bukan"
            return (
                f"{self._label(left)} {self._two(is_, 'is' if sign == '=' else 'is not')} "
                f"{self._answer(right, left.type)}"
            )
        if not isinstance(left.type, Number) and left.type != DATE:
            same = self._two("sama dengan", "the same as")
            different = self._two("berbeda dari", "different from")
            words = same if sign == "=" else different
            return f"({self._truth(left, True)}) {words} ({self._truth(right, True)})"
        return f"{self._value(left)} {self._compared(left, sign)} {self._beside(left, right)}"

    def _compared(self, left: Node, sign: str) -> str:
        inner = _unnamed(left)
        kind = "date" if left.type == DATE else "counted"
        if inner.kind == "age" or (inner.kind == "variable" and inner.value in RANKED):
            kind = "ranked"
        return self._get(_COMPARED[kind].get(sign) or _STRICT[sign])

    def _beside(self, left: Node, right: Node) -> str:
        """The other side of a comparison; "decile at most 4" needs no second "decile"."""
        inner, other = _unnamed(left), _unnamed(right)
        if other.kind == "parameter" and inner.kind == "variable":
            parameter = self.parameters[str(other.value)]
            word = parameter.unit.split(" ")[0]
            if word == inner.value or (word == "grade" and inner.value == "school_grade"):
                return self._plain(other)
        return self._value(right)

    def _membership(self, node: Node, wanted: bool) -> str:
        subject = self._value(node.args[0])
        if node.kind == "in_range":
            low, high = self._ends(node.args[1], node.args[2])
            between = self._two(f"{low} sampai {high}", f"{low} to {high}")
            return f"{subject} {between if wanted else self._two('di luar ', 'outside ') + between}"
        if node.kind == "in_codes":
            codes = self.variables[node.args[0].type.variable].codes
            options = [_quoted(codes[code].label.get(self.lang)) for code in node.value]
        else:
            options = [self._beside(node.args[0], option) for option in node.args[1:]]
        if len(options) == 1:
            words = self._two("adalah", "is") if wanted else self._two("bukan", "is not")
            return f"{subject} {words} {options[0]}"
        one_of = self._two("salah satu dari", "one of")
        none_of = self._two("bukan salah satu dari", "none of")
        return f"{subject} {one_of if wanted else none_of} ({', '.join(options)})"

    def _ends(self, low: Node, high: Node) -> tuple[str, str]:
        """Both ends of a range; a unit that they share is said once."""
        one, other = _unnamed(low), _unnamed(high)
        if one.kind == other.kind == "parameter":
            units = [self.parameters[str(end.value)].unit for end in (one, other)]
            if units[0] == units[1]:
                return self._plain(one), self._value(other)
        return self._value(low), self._value(high)

    def _quantified(self, node: Node, wanted: bool) -> str:
        inner = node.args[0]
        if node.kind == "any":
            words = self._truth(inner, True)
            if wanted:
                return self._two(f"ada anggota dengan ({words})", f"some member has ({words})")
            return self._two(f"tidak ada anggota dengan ({words})", f"no member has ({words})")
        if wanted:
            words = self._truth(inner, True)
            return self._two(f"setiap anggota: ({words})", f"every member has ({words})")
        words = self._truth(inner, False)
        return self._two(f"ada anggota dengan ({words})", f"some member has ({words})")

    # ---- numbers, dates, answers ----

    def _value(self, node: Node) -> str:
        kind = node.kind
        if kind == "named":
            return self._value(node.args[0])
        if kind == "parameter":
            return self._parameter(node)
        if kind == "number":
            return wording.number(Decimal(node.value), self.lang)
        if kind == "date":
            return wording.day(node.value, self.lang)
        if kind in _BUILT_IN:
            return self._get(_BUILT_IN[kind])
        if kind in _SIGNS:
            return self._arithmetic(node)
        if kind in ("count", "sum", "min", "max", "floor", "age", "negative"):
            return self._function(node)
        return self._label(node)

    def _function(self, node: Node) -> str:
        args = [self.say(arg) for arg in node.args]
        first, listed = args[0], ", ".join(args)
        words = {
            "count": (f"banyaknya anggota dengan ({first})", f"number of members with ({first})"),
            "sum": (f"jumlah ({first}) dari semua anggota", f"sum of ({first}) over all members"),
            "min": (f"yang terkecil dari ({listed})", f"the smallest of ({listed})"),
            "max": (f"yang terbesar dari ({listed})", f"the largest of ({listed})"),
            "floor": (f"({first}) dibulatkan ke bawah", f"({first}) rounded down"),
            "age": (f"umur menurut {first}", f"age by {first}"),
            "negative": (f"−({first})", f"−({first})"),
        }
        if node.kind == "age":
            first = self._value(node.args[0])
            words["age"] = (f"umur menurut {first}", f"age by {first}")
        return self._two(*words[node.kind])

    def _arithmetic(self, node: Node) -> str:
        parts = []
        for index, arg in enumerate(node.args):
            inner = _unnamed(arg)
            loose = inner.kind in ("+", "-") and (node.kind in "*/" or (index and node.kind == "-"))
            loose = loose or (index == 1 and node.kind == "/" and inner.kind in ("*", "/"))
            words = self._value(arg)
            parts.append(f"({words})" if loose else words)
        return f" {_SIGNS[node.kind]} ".join(parts)

    def _parameter(self, node: Node) -> str:
        parameter = self.parameters[str(node.value)]
        found = parameter.on(self.on)
        if found is None:
            return self._two(f"{node.value} (tidak berlaku)", f"{node.value} (not in force)")
        return wording.measured(found.value, parameter.unit, self.lang)

    def _plain(self, node: Node) -> str:
        parameter = self.parameters[str(node.value)]
        found = parameter.on(self.on)
        if found is None:
            return self._parameter(node)
        return wording.shown(found.value, self.lang, unit_text=parameter.unit)

    def _answer(self, node: Node, kind: CodeType) -> str:
        if node.kind != "code":
            return self._label(node)
        return _quoted(self.variables[kind.variable].codes[node.value].label.get(self.lang))

    def _label(self, node: Node) -> str:
        inner = _unnamed(node)
        if inner.kind != "variable":
            return self.say(inner)
        return lowered(self.variables[str(inner.value)].label.get(self.lang))


def lowered(label: str) -> str:
    """A label inside a sentence: without its capital, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _quoted(label: str) -> str:
    return f'"{label}"'


def _unnamed(node: Node) -> Node:
    return _unnamed(node.args[0]) if node.kind == "named" else node


def is_fixed(node: Node) -> bool:
    """Whether a side of a comparison depends on no fact."""
    return all(inner.kind in _FIXED for inner in node.walk())


_FIXED: set[Any] = {
    "parameter", "number", "date", "code", "+", "-", "*", "/", "negative", "floor", "min", "max",
    "named", "yes_no", "as_of",
}  # fmt: skip
