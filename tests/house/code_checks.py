"""Checks of Python source. Each takes a file's name and text and returns problems with a remedy.

They are pure, so that each can be shown a bad sample and be seen to report it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES, HEADER_LINES = 500, 60, 20
HEAVY = {"ibis", "polars", "pyspark", "scipy", "sklearn"}
IMPURE = {
    "asyncio",
    "django",
    "http",
    "os",
    "random",
    "requests",
    "rich",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "typer",
    "urllib",
    "uuid",
}
CLOCK_CALLS = {"now", "today", "utcnow"}
ROW_BY_ROW = {"iterrows", "itertuples", "map_elements", "map_rows", "to_pandas"}
MONEY_WORDS = {"amount", "budget", "money", "rupiah"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _public(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """Public functions and classes of a module, and the public methods of those classes."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                methods = (part for part in node.body if isinstance(part, Function))
                yield from (method for method in methods if not method.name.startswith("_"))


def file_size(name: Path, text: str) -> list[str]:
    """At most FILE_LINES lines. A migration is one step of history and cannot be split later."""
    lines = text.count("\n")
    if lines <= FILE_LINES or name.parent.name == "migrations":
        return []
    return [
        f"{name}: {lines} lines, over {FILE_LINES}. Make a folder of that name with a file each."
    ]


def function_size(name: Path, text: str) -> list[str]:
    """At most FUNCTION_LINES lines in a function, its docstring included."""
    problems = []
    for node in _functions(ast.parse(text)):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES:
            problems.append(
                f"{name}:{node.lineno}: {node.name} has {lines} lines, more than "
                f"{FUNCTION_LINES}. Give its steps names of their own; aim for 25."
            )
    return problems


def module_header(name: Path, text: str) -> list[str]:
    """A docstring of one to HEADER_LINES lines opens the module."""
    header = ast.get_docstring(ast.parse(text))
    if not header:
        return [f"{name}:1: no header. Open with a docstring that says what the module is for."]
    if header.count("\n") >= HEADER_LINES:
        return [
            f"{name}:1: the header has more than {HEADER_LINES} lines. Move the detail to docs/."
        ]
    return []


def documented_and_annotated(name: Path, text: str) -> list[str]:
    """Public functions have a docstring, and types for all arguments and the result."""
    problems = []
    for node in _public(ast.parse(text)):
        if not ast.get_docstring(node) and not _overloads(node):
            problems.append(
                f"{name}:{node.lineno}: {node.name} has no docstring. Say what it gives: "
                "shapes, units, errors. Or begin its name with an underscore."
            )
        if isinstance(node, Function) and _untyped(node):
            problems.append(
                f"{name}:{node.lineno}: {node.name} has no type for "
                f"{', '.join(_untyped(node))}. Annotate it."
            )
    return problems


def _overloads(node: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(mark).endswith(("overload", ".setter")) for mark in node.decorator_list)


def _untyped(node: Function) -> list[str]:
    given = node.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    missing = [each.arg for each in arguments if each is not None and each.annotation is None]
    missing = [each for each in missing if each not in ("self", "cls")]
    return missing + (["the result"] if node.returns is None else [])


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def _for_types_only(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def heavy_imports(name: Path, text: str) -> list[str]:
    """Slow libraries are not imported when the module is."""
    problems = []
    for node in ast.parse(text).body:
        if isinstance(node, Function | ast.ClassDef) or _for_types_only(node):
            continue
        for line, module in _imports(node):
            if module.split(".")[0] in HEAVY:
                problems.append(
                    f"{name}:{line}: {module} is imported at the top and slows every "
                    "command. Import it inside the function that needs it."
                )
    return problems


def pandas_imports(name: Path, text: str) -> list[str]:
    """No pandas anywhere."""
    return [
        f"{name}:{line}: pandas is imported. Use Ibis, polars, numpy or SQL."
        for line, module in _imports(ast.parse(text))
        if module.split(".")[0] == "pandas"
    ]


def row_by_row(name: Path, text: str) -> list[str]:
    """No calls that visit a table row by row or hand it to pandas."""
    return [
        f"{name}:{node.lineno}: .{node.func.attr}() works row by row. Say it in columns: an Ibis "
        "or polars expression, numpy or SQL."
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ROW_BY_ROW
    ]


def pure_rules(name: Path, text: str) -> list[str]:
    """A rules module reads no clock, chance, network, file or framework."""
    tree = ast.parse(text)
    problems = [
        f"{name}:{line}: a rule imports {module}. Take what it gives as an argument; "
        "actions and runs deal with the world."
        for line, module in _imports(tree)
        if module.split(".")[0] in IMPURE
    ]
    for node in ast.walk(tree):
        called = _called(node)
        if called in CLOCK_CALLS or (called == "open" and isinstance(node.func, ast.Name)):
            problems.append(
                f"{name}:{node.lineno}: a rule calls {called}(). Take the date or the "
                "content as an argument."
            )
    return problems


def _called(node: ast.AST) -> str:
    """Last name of what is called, such as `today` in `date.today()`; empty for other nodes."""
    return ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""


def swallowed_exceptions(name: Path, text: str) -> list[str]:
    """No handler that does nothing, and none for everything that does not raise again."""
    problems = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            empty = all(
                isinstance(step, ast.Pass | ast.Continue) or _is_text(step) for step in node.body
            )
            raises = any(
                isinstance(step, ast.Raise) for part in node.body for step in ast.walk(part)
            )
            if empty or (_catches_all(node.type) and not raises):
                problems.append(
                    f"{name}:{node.lineno}: an exception is swallowed. Name the exception, "
                    "and turn it into a TepatError, a finding or a value."
                )
        if _called(node) == "suppress":
            problems.append(f"{name}:{node.lineno}: suppress() swallows an exception. Handle it.")
    return problems


def _is_text(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)


def _catches_all(caught: ast.expr | None) -> bool:
    return caught is None or ast.unparse(caught) in ("Exception", "BaseException")


def unfinished_code(name: Path, text: str) -> list[str]:
    """No function whose body is empty, and no NotImplementedError."""
    problems = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function) and not _declared_only(node):
            body = [step for step in node.body if not _is_text(step)]
            if all(isinstance(step, ast.Pass) for step in body):
                problems.append(
                    f"{name}:{node.lineno}: {node.name} does nothing. Write it or remove it."
                )
        if isinstance(node, ast.Name) and node.id == "NotImplemented" + "Error":
            problems.append(
                f"{name}:{node.lineno}: something is left unwritten. Write it or remove it."
            )
    return problems


def _declared_only(node: Function) -> bool:
    """Protocol methods and overloads say `...` by right."""
    return any(
        isinstance(step, ast.Expr)
        and isinstance(step.value, ast.Constant)
        and step.value.value is ...
        for step in node.body
    )


def tepat_errors(name: Path, text: str) -> list[str]:
    """Each TepatError has a plain code and says what to do."""
    problems = []
    for node in ast.walk(ast.parse(text)):
        if not (
            isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "TepatError"
        ):
            continue
        if any(isinstance(each, ast.Starred) for each in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        code = node.args[0] if node.args else named.get("code")
        if isinstance(code, ast.Constant) and not str(code.value).replace("_", "").isalnum():
            problems.append(
                f"{name}:{node.lineno}: the code {code.value!r} is not plain. Use words_like_this."
            )
        if len(node.args) < 4 and "do" not in named:
            problems.append(f"{name}:{node.lineno}: this error does not say what to do. Give do=….")
    return problems


def float_money(name: Path, text: str) -> list[str]:
    """Nothing named as money is annotated as a float or turned into one."""
    problems = []
    for node in ast.walk(ast.parse(text)):
        target, kind = _typed_name(node)
        if (
            kind is not None
            and "float" in ast.unparse(kind)
            and MONEY_WORDS & set(target.split("_"))
        ):
            problems.append(
                f"{name}:{kind.lineno}: {target} is money and a float. Use int (whole "
                "rupiah), or Decimal inside a rule."
            )
    return problems


def _typed_name(node: ast.AST) -> tuple[str, ast.expr | None]:
    if isinstance(node, ast.arg):
        return node.arg, node.annotation
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.annotation
    if isinstance(node, Function):
        return node.name, node.returns
    return "", None


def asserting_tests(name: Path, text: str) -> list[str]:
    """Each test asserts something and is named by a statement of at least three words."""
    tree = ast.parse(text)
    asserting = _asserting_helpers(tree)
    problems = []
    for node in _functions(tree):
        if not node.name.startswith("test_"):
            continue
        if not _asserts(node, asserting):
            problems.append(
                f"{name}:{node.lineno}: {node.name} asserts nothing. Compare with what is "
                "expected, or expect an error with pytest.raises."
            )
        if len(node.name.split("_")) < 4:
            problems.append(
                f"{name}:{node.lineno}: {node.name} does not say what holds. Name it by a "
                "statement of at least three words."
            )
    return problems


def _asserting_helpers(tree: ast.Module) -> set[str]:
    """Functions of this file that assert, by themselves or through one another."""
    found: set[str] = set()
    while True:
        more = {node.name for node in _functions(tree) if _asserts(node, found)}
        if more == found:
            return found
        found = more


def _asserts(function: Function, helpers: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")[-1]
            if called in helpers or called in ("raises", "fail", "warns"):
                return True
            if called.startswith(("assert_", "expect_")):
                return True
    return False
