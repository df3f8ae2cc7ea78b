"""Checks of any text file: addresses, machine paths, unfinished notes, links, names of folders.

Words that a check looks for are put together from parts, so that this file passes its own check.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "npmjs" + ".org",
    "deb.debian" + ".org",
    "security.debian" + ".org",
    "conda" + ".anaconda",
    "proxy.golang" + ".org",
    "crates" + ".io",
)
MACHINE_PATH = re.compile(r"(?<![\w.}/:*-])/(?:work|root|home|Users|opt|tmp|mnt|srv)/[\w.-]")
NOTES = re.compile(
    r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b"
    r"|(?i:(?<!django-)\b(?:st" + "ub|place" + r"holder)s?\b)"
)
NAMELESS = {"core", "common", "utils", "util", "helpers", "helper", "misc"}
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
BYTES = 1_000_000


def registry_hosts(name: Path, text: str) -> list[str]:
    """No address of a package registry."""
    return [
        f"{name}: names the registry {host}. Leave the address out: machines have their own."
        for host in REGISTRIES
        if host in text
    ]


def machine_paths(name: Path, text: str) -> list[str]:
    """No path that exists on one machine only."""
    return [
        f"{name}:{number}: the path {found.group()}… is of one machine. Use a relative path, var/, "
        "tmp_path or an environment variable."
        for number, line in enumerate(text.splitlines(), 1)
        if (found := MACHINE_PATH.search(line))
    ]


def unfinished_notes(name: Path, text: str) -> list[str]:
    """No notes for later."""
    return [
        f"{name}:{number}: {found.group()!r} marks something unfinished. Finish it or leave it out."
        for number, line in enumerate(text.splitlines(), 1)
        if (found := NOTES.search(line))
    ]


def nameless_folders(name: Path, text: str) -> list[str]:
    """No folder or file named after nothing."""
    return [
        f"{name}: {part} names no subject. Name it by what it holds."
        for part in (*name.parts[:-1], name.stem)
        if part in NAMELESS
    ]


def large_files(name: Path, text: str) -> list[str]:
    """No file above a megabyte."""
    size = len(text.encode())
    return [f"{name}: {size:,} bytes. Make it when it is needed, under var/."] * (size > BYTES)


def broken_links(root: Path, name: Path, text: str) -> list[str]:
    """Relative links of a page lead to files that exist."""
    targets = (found for found in LINK.findall(text) if "://" not in found)
    return [
        f"{name}: the link to {target} leads nowhere. Correct it, or write the page first."
        for target in targets
        if not (root / name.parent / target).exists()
    ]


def glossary(name: Path, text: str) -> list[str]:
    """Each word once, in order, with its Indonesian word and a meaning."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][
        1:
    ]
    problems = [
        f"{name}: the row of {row[0]!r} is not word, Indonesian, meaning. Give all three."
        for row in rows
        if len(row) != 3 or not all(row)
    ]
    words = [row[0] for row in rows]
    for before, after in pairwise(words):
        if before.lower() >= after.lower():
            problems.append(
                f"{name}: {after!r} stands after {before!r}. Keep each word once, in order."
            )
    return problems


def package_locks(name: Path, text: str) -> list[str]:
    """Every pinned package has a hash, and nothing says where it comes from."""
    problems = [
        f"{name}: {found} is an address. Renew the lock by `make lock`."
        for found in re.findall(r"\w+://\S+|^--\S*(?:index|find)\S*", text, re.MULTILINE)
    ]
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        if "==" not in block.splitlines()[0] or "--hash=sha256:" not in block:
            problems.append(
                f"{name}: {block.splitlines()[0]} has no hash. Renew the lock by `make lock`."
            )
    return problems


def pins(text: str) -> dict[str, str]:
    """Versions by package of a lock."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))
