"""Where Ibis writes for Spark what means something else than it writes for the embedded engine.

Each mend here has a test in tests/engine that compares both engines, so that a rule is written
once. A mend that Ibis no longer needs is harmless.
"""

from __future__ import annotations

import functools
import re
from typing import Any


@functools.cache
def compiler() -> Any:
    """Ibis' compiler for Spark, mended."""
    import ibis.expr.datatypes as dt
    import sqlglot.expressions as sge
    from ibis.backends.sql.compilers.base import NULL
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler

    class Compiler(PySparkCompiler):  # type: ignore[misc]
        """See the module."""

        __slots__ = ()

        def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:
            """A count of none is 0, where a sum of none would be null."""
            return self.f.count_if(where) if where is not None else self.f.count(sge.Star())

        def visit_BitOr(self, op: Any, *, arg: Any, where: Any) -> Any:
            """Ibis does not know that Spark has it."""
            return self.f.anon.bit_or(arg if where is None else self.if_(where, arg, NULL))

        def visit_InValues(self, op: Any, **parts: Any) -> Any:
            """Spark reads ``a = b IN (1, 2)`` as ``(a = b) IN (1, 2)``; so of BETWEEN."""
            return sge.Paren(this=super().visit_InValues(op, **parts))

        def visit_Between(self, op: Any, **parts: Any) -> Any:
            """See `visit_InValues`."""
            return sge.Paren(this=super().visit_Between(op, **parts))

        def visit_DateDiff(self, op: Any, *, left: Any, right: Any) -> Any:
            """A number of days, as the embedded engine gives, and no interval."""
            return self.f.anon.datediff(left, right)

        def visit_RegexReplace(self, op: Any, *, arg: Any, pattern: Any, replacement: Any) -> Any:
            """Java names the found groups $1, not \\1."""
            return self.f.regexp_replace(arg, _whole(pattern), _java_replacement(replacement))

        def visit_RegexSearch(self, op: Any, *, arg: Any, pattern: Any) -> Any:
            return self.f.anon.regexp_like(arg, _whole(pattern))

        def visit_RegexExtract(self, op: Any, *, arg: Any, pattern: Any, index: Any) -> Any:
            return self.f.anon.regexp_extract(arg, _whole(pattern), index)

        def visit_ArrayStringJoin(self, op: Any, *, arg: Any, sep: Any) -> Any:
            """An empty list is an empty text, an unknown one unknown."""
            return self.f.anon.array_join(arg, sep)

        def visit_ArrayIndex(self, op: Any, *, arg: Any, index: Any) -> Any:
            """Spark wants a 32-bit place, and gives 0 for an unknown place of a written list."""
            place = self.cast(index + 1, dt.int32)
            return self.if_(index.is_(NULL), NULL, self.f.element_at(arg, place))

    return Compiler()


def _whole(pattern: Any) -> Any:
    """A pattern whose ``$`` is the end of the text; Java's lets a line end follow."""
    import sqlglot.expressions as sge

    if not (isinstance(pattern, sge.Literal) and pattern.is_string):
        return pattern
    return sge.Literal.string(re.sub(r"(?<!\\)((?:\\\\)*)\$$", r"\1\\z", pattern.this))


def _java_replacement(replacement: Any) -> Any:
    import sqlglot.expressions as sge

    if not (isinstance(replacement, sge.Literal) and replacement.is_string):
        return replacement
    text = replacement.this.replace("$", r"\$")
    return sge.Literal.string(re.sub(r"\\([0-9])", r"$\1", text))
