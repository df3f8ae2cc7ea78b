"""Read variables.yaml: every fact that a rule may use, with its answers and bounds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tepat.policy.bounds import LIMIT, Number
from tepat.policy.meaning import DATE, YES_NO, CodeType, Scope, nearest
from tepat.policy.model import Code, Text, Variable
from tepat.policy.yaml_file import Reader, exact

KEYS = (
    "of", "type", "label", "question", "unit", "minimum", "maximum", "decimals", "codes",
    "codes_of", "groups", "computed", "sensitivity", "ranking", "reference", "confidence", "note",
)  # fmt: skip
COLUMNS = {
    "family_id", "family_key", "person_id", "person_key", "nik", "kk_number", "nik_token",
    "nik_findings", "kk_token", "kk_findings", "name", "province", "kabupaten", "kecamatan",
    "village", "weight", "observed_on", "source", "blocked", "data_ok",
    "hit", "contested", "family_hit", "family_contested",
}  # fmt: skip
LARGEST_CODE = 32_767  # codes are kept in 16 bits


def read_variables(top: Reader) -> dict[str, Variable]:
    """All variables of a policy."""
    variables: dict[str, Variable] = {}
    for name in top.data:
        if top.called(name, COLUMNS):
            variables[name] = _variable(name, top.child(name), variables)
    for name, variable in list(variables.items()):
        reader = top.child(name)
        if reader.data.get("computed") is not None:
            variables[name] = _computed(reader, variable, variables)
    return variables


def _computed(r: Reader, variable: Variable, variables: dict[str, Variable]) -> Variable:
    alike = {name: other for name, other in variables.items() if other.of == variable.of}
    rule = r.rule("computed", Scope(alike, member=variable.of == "member"))
    if rule is None:
        return variable
    kind = rule.node.type
    right = {
        "number": isinstance(kind, Number) and kind.decimals == variable.decimals,
        "yes_no": kind == YES_NO,
        "date": kind == DATE,
        "code": isinstance(kind, CodeType),
    }
    if not right.get(variable.type, False):
        r.wrong(f"'computed' does not give a value of the type {variable.type}.", key="computed")
    if any(n.kind in ("any", "all", "count", "sum", "roster_size") for n in rule.node.walk()):
        r.wrong("'computed' speaks of one row and cannot count members.", key="computed")
        return variable
    return replace(variable, computed=rule)


def _variable(name: str, r: Reader, known: dict[str, Variable]) -> Variable:
    r.only(*KEYS)
    r.need("of", "type", "label", "sensitivity")
    kind = r.word("type", "number", ("number", "yes_no", "code", "date", "text"))
    decimals, minimum, maximum = _bounds(r) if kind == "number" else (0, Decimal(0), Decimal(0))
    codes = _codes(r, known)
    if kind == "code" and not codes:
        r.wrong(f"'{name}' has no answers.", "Write codes: {1: {name: …, id: …, en: …}}.")
    return Variable(
        name,
        r.word("of", "family", ("family", "member")),
        kind,
        r.text("label"),
        r.text("question") if "question" in r.data else None,
        codes,
        _groups(r, codes, known),
        minimum,
        maximum,
        decimals,
        None,
        r.word("sensitivity", "personal", ("public", "personal", "specific")),
        r.word("ranking", "", ("family", "individual")) or None,
        r.word("reference"),
        str(r.data.get("confidence", "")),
        r.text("unit") if "unit" in r.data else None,
    )


def _bounds(r: Reader) -> tuple[int, Decimal, Decimal]:
    """Decimals, smallest and largest value of a number."""
    if not r.need("minimum", "maximum"):
        return 0, Decimal(0), Decimal(0)
    decimals = r.data.get("decimals", 0)
    if not isinstance(decimals, int) or isinstance(decimals, bool) or not 0 <= decimals <= 6:
        r.wrong("'decimals' should be a whole number from 0 to 6.", key="decimals")
        decimals = 0
    low, high = (exact(r.data[key]) for key in ("minimum", "maximum"))
    if low is None or high is None or low > high:
        r.wrong("'minimum' and 'maximum' should be numbers, the smaller first.", key="minimum")
        return decimals, Decimal(0), Decimal(0)
    if max(abs(low), abs(high)) * 10**decimals > LIMIT:
        r.wrong("'maximum' with its decimals passes 2^53.", "Narrow the bounds.", "maximum")
        return decimals, Decimal(0), Decimal(0)
    return decimals, low, high


def _codes(r: Reader, known: dict[str, Variable]) -> dict[int, Code]:
    codes: dict[int, Code] = {}
    if "codes_of" in r.data:
        other = known.get(r.word("codes_of"))
        if other is None:
            r.wrong(
                f"'codes_of' names '{r.word('codes_of')}', which is not defined above.",
                nearest(r.word("codes_of"), known),
                "codes_of",
            )
        else:
            codes.update(other.codes)
    for number, answer in r.children("codes"):
        if not number.isascii() or not number.isdigit() or int(number) > LARGEST_CODE:
            answer.wrong(
                f"'{number}' is not a code.", f"Codes are whole numbers up to {LARGEST_CODE}."
            )
        elif answer.need("name", "id", "en"):
            answer.only("name", "id", "en", "note")
            codes[int(number)] = Code(
                answer.word("name"), Text(str(answer.data["id"]), str(answer.data["en"]))
            )
    names = [code.name for code in codes.values()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        r.wrong(f"Two answers are called '{name}'.", "Give each answer its own name.", "codes")
    return codes


def _groups(
    r: Reader, codes: dict[int, Code], known: dict[str, Variable]
) -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    if "codes_of" in r.data and r.word("codes_of") in known:
        groups.update(known[r.word("codes_of")].groups)
    by_name = {code.name: number for number, code in codes.items()}
    if r.data.get("groups") is None:
        return groups
    inner = r.child("groups")
    for name in inner.data:
        members = inner.words(name)
        for answer in members:
            if answer not in by_name:
                inner.wrong(
                    f"Group '{name}' names '{answer}', which is not an answer.",
                    nearest(answer, by_name),
                    name,
                )
        if name in by_name:
            inner.wrong(f"'{name}' is both a group and an answer.", "Choose another name.", name)
        groups[str(name)] = tuple(by_name[m] for m in members if m in by_name)
    return groups
