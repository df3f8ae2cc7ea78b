"""One row for each key, in the order of keys.

A key that stands on several rows keeps one of them, the first by content, so that the order of a
file does not matter; grouping does it, so ten million copies cost no more than ten million rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.files.sources import POSITION, Bench, finding, note
from tepat.registry.files.values import LONGEST_KEY, quoted

ROWS_AT_ONCE = 1_000_000
OWN_KEY = {"families": "family_key", "members": "person_key"}


def key_sql(name: str) -> str:
    """SQL for a key: text as given, null where blank."""
    text = f"CAST({quoted(name)} AS VARCHAR)"
    return f"CASE WHEN trim({text}) <> '' THEN {text} END"


def in_order(bench: Bench, raw: str, name: str) -> bool:
    """Whether rows stand in strict order of a text key, so that none is blank or there twice.

    Then the position of a row is its number, and nothing needs to be sorted or grouped.
    """
    types = bench.types(raw)
    if types[name] != "VARCHAR" or POSITION not in types:
        return False
    import pyarrow.compute as pc

    last = ""
    for batch in bench.con.execute(f"SELECT {quoted(name)} AS key FROM {raw}").to_arrow_reader(
        ROWS_AT_ONCE
    ):
        keys = batch.column("key")
        if not len(keys):
            continue
        first = keys[0].as_py()
        # what comes after a key that begins with a letter or digit is not blank
        if keys.null_count or first <= last or first < "!":
            return False
        if pc.max(pc.binary_length(keys)).as_py() > LONGEST_KEY:
            return False
        if len(keys) > 1 and not pc.all(pc.greater(keys[1:], keys[:-1])).as_py():
            return False
        last = keys[-1].as_py()
    return last < "\x7f"  # beyond ASCII there are blanks of other kinds


def one_row_per_key(bench: Bench, table: str, raw: str, names: Mapping[str, str]) -> str:
    """A view with one row for each usable key; what is left out becomes findings.

    Raises:
        TepatError: ``key_not_unique``.
    """
    key = key_sql(names[OWN_KEY[table]])
    usable = _without_unusable(bench, table, raw, key)
    cells = [name for name in bench.types(raw) if name != POSITION]
    family = f"min({key_sql(names['family_key'])})" if table == "members" else f"min({key})"
    twice = bench.table(
        "twice",
        f"SELECT {key} AS key, count(*) AS n, {family} AS family FROM {raw} WHERE {usable} "
        f"GROUP BY {key} HAVING count(*) > 1",
    )
    if not bench.one(f"SELECT count(*) FROM {twice}"):
        return bench.view(bench.name("usable"), f"SELECT * FROM {raw} WHERE {usable}")
    if table == "members":
        _refuse_counters(bench, raw, names)
    bench.findings.append(
        finding(table, "key", "'key_twice'", OWN_KEY[table], "n || ' rows'", twice, "family")
    )
    packed = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in cells)
    first = bench.table(
        "first",
        f"SELECT unnest(cells) FROM (SELECT min(struct_pack({packed})) AS cells FROM {raw} "
        f"WHERE {key} IN (SELECT key FROM {twice}) GROUP BY {key})",
    )
    chosen = ", ".join(quoted(name) for name in cells)
    return bench.view(
        bench.name("usable"),
        f"SELECT {chosen} FROM {raw} WHERE {usable} AND {key} NOT IN (SELECT key FROM {twice}) "
        f"UNION ALL SELECT {chosen} FROM {first}",
    )


def _without_unusable(bench: Bench, table: str, raw: str, key: str) -> str:
    """SQL for the rows whose key can be used; notes the others."""
    long = f"length({key}) > {LONGEST_KEY}"
    missing, too_long = bench.con.execute(
        f"SELECT count(*) - count({key}), count(*) FILTER (WHERE {long}) FROM {raw}"
    ).fetchone()
    if missing:
        bench.findings.append(note(table, "key_missing", OWN_KEY[table], f"{missing} rows"))
    if too_long:
        shown, length = f"left({key}, 40) || '…'", f"length({key}) || ' characters'"
        rows = f"{raw} WHERE {long}"
        bench.findings.append(finding(table, shown, "'key_too_long'", OWN_KEY[table], length, rows))
    return f"{key} IS NOT NULL AND length({key}) <= {LONGEST_KEY}"


def _refuse_counters(bench: Bench, raw: str, names: Mapping[str, str]) -> None:
    """Refuse person keys that only count within a family: 1, 2, 3 and again 1."""
    person, family = key_sql(names["person_key"]), key_sql(names["family_key"])
    keys, pairs, rows = bench.con.execute(
        f"SELECT count(DISTINCT {person}), count(DISTINCT ({person}, {family})), count(*) "
        f"FROM {raw}"
    ).fetchone()
    if keys < rows / 2 and pairs > rows * 0.9:
        raise TepatError(
            "key_not_unique",
            Text(
                f"Kunci anggota hanya punya {keys} nilai pada {rows} baris.",
                f"'person_key' has {keys} values on {rows} rows.",
            ),
            Text(
                "Tampaknya nomor urut di dalam keluarga; kunci harus unik di seluruh berkas.",
                "It seems to number the members of each family; it must be unique in the whole "
                "file.",
            ),
            Text(
                "Taruh kunci keluarga di depannya atau pilih NIK; pemetaan dapat menggabungkan: "
                '{join: [FAMILY, NUMBER], with: "-"}.',
                "Put the family's key before it, for instance by a mapping: "
                '{join: [FAMILY, NUMBER], with: "-"}.',
            ),
        )
