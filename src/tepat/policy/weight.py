"""How large a rule becomes once it is compiled.

The engine has no variables: an expression that is used twice is written twice. A rule that would
unfold into more than the engine can swallow is refused while it is read.
"""

from __future__ import annotations

from tepat.policy.bounds import Number
from tepat.policy.language import LanguageError, Node

MOST_PIECES, MOST_LEVELS = 4_000, 80
COUNTS = ("any", "all", "count", "sum")
SIGNED_PRODUCT = 66  # four products, and the smallest and largest of them chosen pair by pair


def check_weight(node: Node) -> None:
    """Refuse a rule that is too large, its named values written out.

    Raises:
        LanguageError: at the rule's first piece.
    """
    known: dict[int, tuple[int, int]] = {}
    counted = [inner.args[0] for inner in _unlike(node) if inner.kind in COUNTS]
    for part in (node, *counted):
        pieces, levels = _measure(part, known)
        if pieces > MOST_PIECES or levels > MOST_LEVELS:
            raise LanguageError(
                node.position,
                "The rule is too long once its named values are written out.",
                "Compare named values with numbers early, so that fewer are carried along.",
            )


def _unlike(node: Node) -> list[Node]:
    """Every piece of a rule once, however often named values repeat it."""
    found, waiting = {id(node): node}, [node]
    while waiting:
        for arg in waiting.pop().args:
            if id(arg) not in found:
                found[id(arg)] = arg
                waiting.append(arg)
    return list(found.values())


def _measure(node: Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """How many pieces a rule has and how deep it lies; a count is one column of its own."""
    if node.kind in COUNTS:
        return 1, 1
    if id(node) not in known:
        inner = [_measure(arg, known) for arg in node.args]
        pieces = 1 + _unfolded(node, [pieces for pieces, _ in inner])
        known[id(node)] = pieces, 1 + max((levels for _, levels in inner), default=0)
    return known[id(node)]


def _unfolded(node: Node, pieces: list[int]) -> int:
    """The pieces of a node's parts, each as often as it is written."""
    if node.kind in ("min", "max"):
        chosen = pieces[0]
        for other in pieces[1:]:
            chosen = 3 * (chosen + other)
        return chosen
    if node.kind == "in":
        return pieces[0] * len(pieces[1:]) + sum(pieces[1:])
    if node.kind == "in_codes":
        return pieces[0] * max(1, len(node.value))
    if node.kind == "in_range":
        return 2 * pieces[0] + sum(pieces[1:])
    if node.kind in ("*", "/") and not node.type.exact and _may_be_negative(node):
        return SIGNED_PRODUCT * sum(pieces)
    return sum(pieces)


def _may_be_negative(node: Node) -> bool:
    return any(isinstance(arg.type, Number) and arg.type.low < 0 for arg in node.args)
