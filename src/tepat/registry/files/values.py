"""How one cell becomes one typed value, or the name of the rule that says why it cannot.

Each function gives SQL for the embedded engine, so that a column of millions is read at once. What
cannot be read becomes null with a finding: never a guess, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tepat.engine.connect import literal
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.policy.model import Variable
from tepat.registry.columns import PLACES, Column
from tepat.registry.files.words_in_use import WORDS

UNKNOWN_WORDS = ("unknown", "tidak diketahui")
YES = ("1", "yes", "y", "ya", "true", "benar")
NO = ("0", "no", "n", "tidak", "false", "salah")
UNLISTED = "\x01"  # a mapping puts it before a source code that it does not translate
LONGEST_KEY = 200
KEPT = "kept__"  # before the names of source columns that a model asked for
WHOLE_NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT",
)  # fmt: skip
_NUMERIC = (*WHOLE_NUMBERS, "DECIMAL", "FLOAT", "DOUBLE")


@dataclass(frozen=True)
class Reading:
    """SQL for the value of a cell and for the name of the broken rule (null where none is)."""

    value: str
    rule: str
    typed: bool = False  # already of its type: only limits are to be looked at


def quoted(name: str) -> str:
    """A column name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def listed(values: Iterable[str]) -> str:
    """Text constants for SQL, with commas."""
    return ", ".join(literal(value) for value in values)


def normal(text: str) -> str:
    """A code name or label without case, spaces and hyphens."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def read_cell(column: Column, name: str, source_type: str, *, month_first: bool = False) -> Reading:
    """How a source column becomes a canonical one.

    Args:
        column: what it is to become.
        name: the source column.
        source_type: its type in the engine, such as VARCHAR or BIGINT.
        month_first: some dates of the column are written month first, so that others may be too.

    Raises:
        TepatError: ``column_type`` for nested types, ``number_numeric`` for a NIK as a number.
    """
    raw = quoted(name)
    kind = source_type.split("(")[0]
    if kind not in (*_NUMERIC, "VARCHAR", "BOOLEAN", "DATE") and not kind.startswith("TIMESTAMP"):
        if kind in ('"NULL"', "NULL"):
            return Reading(f"CAST(NULL AS {column.sql_type})", "CAST(NULL AS VARCHAR)", True)
        raise TepatError(
            "column_type",
            Text(
                f"Kolom '{name}' berisi nilai jenis {source_type.lower()[:60]}.",
                f"Column '{name}' holds {source_type.lower()[:60]} values.",
            ),
            Text(
                "Kolom tabel berisi teks, bilangan, tanggal, atau ya dan tidak.",
                "A column of a table holds text, numbers, dates or yes and no.",
            ),
            Text("Isi satu nilai per sel.", "Give one value per cell."),
        )
    if column.kind == "identifier" and kind in _NUMERIC:
        raise numeric_identifier(name)
    if kind == "VARCHAR":
        return _from_text(column, f"nullif(trim({raw}), '')", raw, month_first)
    return _from_typed(column, raw, kind)


def numeric_identifier(name: str, where: str = "") -> TepatError:
    """The refusal of a whole column of NIK or KK numbers that are stored as numbers."""
    return TepatError(
        "number_numeric",
        Text(
            f"Kolom '{name}'{where} berisi NIK atau nomor KK yang tersimpan sebagai bilangan.",
            f"Column '{name}'{where} holds NIK or KK numbers stored as numbers.",
        ),
        Text(
            "Lembar kerja hanya menyimpan 15 digit sebuah bilangan, jadi digit terakhirnya sudah "
            "hilang.",
            "A spreadsheet keeps 15 digits of a number, so the last of 16 is already lost.",
        ),
        Text(
            "Jadikan kolom itu Teks, lalu ketik ulang nomornya dari KTP atau KK.",
            "Make the column text first, then fill in the numbers again from the first source.",
        ),
    )


def _from_typed(column: Column, raw: str, kind: str) -> Reading:
    numeric = kind in _NUMERIC
    if kind in ("FLOAT", "DOUBLE"):
        raw = f"CASE WHEN isnan({raw}) THEN NULL ELSE {raw} END"
    if column.kind == "float" and numeric:
        return _checked(
            raw,
            f"CASE WHEN {raw} >= 0 AND {raw} < 1e15 THEN CAST({raw} AS DOUBLE) END",
            "bad_number",
        )
    if column.kind == "number" and (numeric or kind == "BOOLEAN"):
        return _number(column, raw, f"CAST({raw} AS INTEGER)" if kind == "BOOLEAN" else raw)
    if column.kind == "code" and numeric:
        codes = ", ".join(str(code) for code in _codes(column))
        return _checked(
            raw, f"CASE WHEN {raw} IN ({codes}) THEN CAST({raw} AS SMALLINT) END", "unknown_code"
        )
    if column.kind == "yes_no" and (numeric or kind == "BOOLEAN"):
        value = (
            raw
            if kind == "BOOLEAN"
            else (f"CASE WHEN {raw} = 1 THEN true WHEN {raw} = 0 THEN false END")
        )
        return _checked(raw, value, "bad_yes_no")
    if column.kind == "date" and not numeric and kind != "BOOLEAN":
        return _checked(raw, f"CAST({raw} AS DATE)", "bad_date")
    if column.kind == "date" and numeric:
        return _checked(raw, "CAST(NULL AS DATE)", "date_serial")
    text = f"CAST({raw} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        text = (
            f"CASE WHEN {raw} = floor({raw}) AND abs({raw}) < 1e15 "
            f"THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) ELSE {text} END"
        )
    return _from_text(column, text, raw, False)


def _checked(raw: str, value: str, rule: str) -> Reading:
    return Reading(
        value, f"CASE WHEN {raw} IS NOT NULL AND ({value}) IS NULL THEN {literal(rule)} END", True
    )


def _number(column: Column, raw: str, number: str) -> Reading:
    decimals = column.variable.decimals if column.variable else 0
    whole = f"CASE WHEN round({number}, {decimals}) = {number} THEN {number} END"
    return _within(column.variable, raw, f"TRY_CAST({whole} AS {column.sql_type})")


def _within(variable: Variable | None, raw: str, number: str) -> Reading:
    if variable is None or variable.minimum >= variable.maximum:
        return _checked(raw, number, "bad_number")
    inside = f"({number}) BETWEEN {variable.minimum} AND {variable.maximum}"
    outside = "impossible_age" if variable.name == "age" else "out_of_range"
    return Reading(
        f"CASE WHEN {inside} THEN {number} END",
        f"CASE WHEN {raw} IS NULL THEN NULL WHEN ({number}) IS NULL THEN 'bad_number' "
        f"WHEN NOT ({inside}) THEN '{outside}' END",
        True,
    )


def _codes(column: Column) -> dict[int, tuple[str, ...]]:
    assert column.variable is not None
    in_use = WORDS.get(column.variable.name, {})
    return {
        code: (known.name, known.label.id, known.label.en, *in_use.get(known.name, ()))
        for code, known in column.variable.codes.items()
    }


def _from_text(column: Column, text: str, raw: str, month_first: bool) -> Reading:
    if column.kind in ("text", "name"):
        return Reading(text, "CAST(NULL AS VARCHAR)")
    if column.kind == "key":
        return Reading(
            f"CASE WHEN trim(CAST({raw} AS VARCHAR)) <> '' THEN {text_as_given(raw)} END",
            "CAST(NULL AS VARCHAR)",
        )
    known = f"CASE WHEN lower({text}) NOT IN ({listed(UNKNOWN_WORDS)}) THEN {text} END"
    if column.kind == "date":
        return _date(known, month_first)
    if column.kind == "identifier":
        return _identifier(known, raw)
    if column.kind == "number":
        return _text_number(column, known)
    if column.kind == "code":
        return _checked(known, _text_code(column, known), "unknown_code")
    if column.kind == "yes_no":
        return _checked(known, _text_yes_no(known), "bad_yes_no")
    if column.kind == "place":
        return _checked(known, _place(column, known), "place_form")
    return _checked(known, _text_float(known), "bad_number")


def text_as_given(raw: str) -> str:
    """A key is kept as given, spaces and all, for it must match its source again."""
    return f"CAST({raw} AS VARCHAR)"


def _text_code(column: Column, text: str) -> str:
    names: dict[str, int | None] = {}
    for code, words in _codes(column).items():
        for word in dict.fromkeys(normal(word) for word in words):
            names[word] = None if names.get(word, code) != code else code
    known = {word: code for word, code in names.items() if code is not None}
    # a list is searched once; a CASE would work out the word again for each of its arms
    answers = ", ".join(str(code) for code in known.values())
    codes = ", ".join(str(code) for code in _codes(column))
    number = f"TRY_CAST(regexp_extract({text}, '^[0-9]+') AS SMALLINT)"
    word = f"regexp_replace(lower({text}), '[\\s_-]+', '_', 'g')"
    return (
        f"CAST(CASE WHEN regexp_matches({text}, '^[0-9]{{1,4}}([.,]0+)?$') "
        f"THEN CASE WHEN {number} IN ({codes}) THEN {number} END "
        f"ELSE [{answers}][list_position([{listed(known)}], {word})] END AS SMALLINT)"
    )


def _text_yes_no(text: str) -> str:
    # 't' is true in one language and tidak in the other, so it is refused
    return (
        f"CASE WHEN lower({text}) IN ({listed(YES)}) THEN true "
        f"WHEN lower({text}) IN ({listed(NO)}) THEN false END"
    )


def _text_number(column: Column, text: str) -> Reading:
    decimals = column.variable.decimals if column.variable else 0
    if decimals:
        number = f"TRY_CAST({_plain_decimal(text, thousands=True)} AS {column.sql_type})"
    else:
        # 12.0 comes from a float; 1.000 may be a thousand and is refused
        whole = "'^[+-]?[0-9]{1,18}([.,](0{1,2}|0{4,}))?$'"
        number = (
            f"CASE WHEN regexp_matches({text}, {whole}) "
            f"THEN TRY_CAST(regexp_extract({text}, '^[+-]?[0-9]+') AS BIGINT) END"
        )
    return _within(column.variable, text, number)


def _text_float(text: str) -> str:
    number = f"TRY_CAST({_plain_decimal(text, thousands=False)} AS DOUBLE)"
    return f"CASE WHEN {number} >= 0 THEN {number} END"


def _plain_decimal(text: str, *, thousands: bool) -> str:
    """A number with a point, from one with a decimal point or comma.

    With ``thousands``, 1.234 is refused, for it may be a thousand; 1.234,5 is not in doubt.
    """
    doubtful = (
        f"WHEN regexp_matches({text}, '^[+-]?[0-9]{{1,3}}[.,][0-9]{{3}}$') THEN NULL "
        if thousands
        else ""
    )
    return (
        f"CASE {doubtful}"
        f"WHEN regexp_matches({text}, '^[+-]?[0-9]+([.,][0-9]+)?$') THEN replace({text}, ',', '.') "
        f"WHEN regexp_matches({text}, '^[+-]?[0-9]{{1,3}}([.][0-9]{{3}})+,[0-9]+$') "
        f"THEN replace(replace({text}, '.', ''), ',', '.') "
        f"WHEN regexp_matches({text}, '^[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+[.][0-9]+$') "
        f"THEN replace({text}, ',', '') END"
    )


def _place(column: Column, text: str) -> str:
    bare = f"replace({text}, '.', '')"
    return (
        f"CASE WHEN regexp_matches({bare}, '^[1-9][0-9]{{{PLACES[column.name] - 1}}}$') "
        f"THEN {bare} END"
    )


def _identifier(text: str, raw: str) -> Reading:
    # nearly all are as they should be, and are not looked at twice
    plain = f"regexp_full_match({raw}, '[0-9]{{16}}')"
    bare = f"ltrim({text}, '''')"  # a spreadsheet's mark for text
    numeric = f"regexp_matches({bare}, '^[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+$|^[0-9]{{16}}[.,]0+$')"
    # what is left of the number stays: its form is wrong, and the rule says why
    return Reading(
        f"CASE WHEN {plain} THEN {raw} ELSE nullif({bare}, '') END",
        f"CASE WHEN {plain} THEN NULL WHEN {numeric} THEN 'number_numeric' END",
    )


DAY_OR_MONTH_FIRST = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$"
_YEAR_FIRST = "^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})([ T][0-9:.+Z]*)?$"


def month_first_seen(name: str) -> str:
    """SQL that is true where a text column holds a date that can only be month first."""
    text = f"trim({quoted(name)})"
    first, second = (
        f"TRY_CAST(regexp_extract({text}, '{DAY_OR_MONTH_FIRST}', {group}) AS INTEGER)"
        for group in (1, 2)
    )
    return f"coalesce(bool_or({first} BETWEEN 1 AND 12 AND {second} BETWEEN 13 AND 31), false)"


def _date(text: str, month_first: bool) -> Reading:
    def part(pattern: str, group: int) -> str:
        return f"TRY_CAST(regexp_extract({text}, '{pattern}', {group}) AS INTEGER)"

    def made(year: str, month: str, day: str) -> str:
        written = f"format('{{:04d}}-{{:02d}}-{{:02d}}', {year}, {month}, {day})"
        return f"TRY_CAST({written} AS DATE)"

    iso = f"regexp_matches({text}, '{_YEAR_FIRST}')"
    short = f"regexp_matches({text}, '{DAY_OR_MONTH_FIRST}')"
    year, first, second = (part(DAY_OR_MONTH_FIRST, group) for group in (3, 1, 2))
    day_first, month_day = made(year, second, first), made(year, first, second)
    read = f"WHEN {short} THEN {day_first}"
    doubt = "false"
    if month_first:
        doubt = f"({short} AND ({day_first}) <> ({month_day}))"
        read = f"WHEN {doubt} THEN NULL WHEN {short} THEN coalesce({day_first}, {month_day})"
    value = (
        f"CASE WHEN {iso} THEN "
        f"{made(part(_YEAR_FIRST, 1), part(_YEAR_FIRST, 2), part(_YEAR_FIRST, 3))} "
        f"{read} END"
    )
    return Reading(
        value,
        (
            f"CASE WHEN {text} IS NULL OR ({value}) IS NOT NULL THEN NULL "
            f"WHEN {doubt} THEN 'date_ambiguous' "
            f"WHEN regexp_matches({text}, '^[0-9]{{5}}([.][0-9]+)?$') THEN 'date_serial' "
            "ELSE 'bad_date' END"
        ),
    )


def shown(raw: str, kind: str) -> str:
    """SQL for a cell as a finding may show it: short, without NIK, KK number or name.

    Long runs of digits and the ends of long words are hidden, for columns shift and a name may
    stand where a code should. A leading sign that a spreadsheet would run is made harmless.
    """
    text = f"trim(replace(CAST({raw} AS VARCHAR), chr(1), ''))"
    if kind == "identifier":
        masked = f"left({text}, least(4, length({text}) // 2)) || '••••••••'"
    elif kind == "name":
        masked = f"regexp_replace({text}, '([^\\s])[^\\s]*\\s*', '\\1. ', 'g')"
    else:
        digits = f"regexp_replace(left({text}, 200), '([0-9]{{2}})[0-9]{{5,}}', '\\1•••', 'g')"
        masked = f"regexp_replace({digits}, '(\\pL{{3}})\\pL+', '\\1•••', 'g')"
    return harmless(f"left({masked}, 40)")


def masked(key: str) -> str:
    """SQL for a key that belongs to nobody here: a NIK or KK number given for one is hidden."""
    return f"regexp_replace({key}, '([0-9]{{4}})[0-9]{{12}}', '\\1••••••••', 'g')"


def harmless(text: str) -> str:
    """SQL for a text that a spreadsheet will not take for a formula."""
    return f"CASE WHEN regexp_matches({text}, '^[=+@\\t\\r-]') THEN '''' || {text} ELSE {text} END"
