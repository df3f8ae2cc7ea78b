"""Read a policy folder: variables, exclusion grounds, overlaps, programmes.

A mistake is reported when the file is read, never while a rule runs; all mistakes of the folder
come in one message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.language import Expression
from tepat.policy.meaning import Scope, nearest
from tepat.policy.model import Ground, Overlap, Policy, Programme, Text, Variable
from tepat.policy.programme import Known, read_programme
from tepat.policy.variables import read_variables
from tepat.policy.yaml_file import Problems, Reader, parse_yaml

SHARED = ("variables.yaml", "exclusions.yaml", "overlaps.yaml")
MOST_GROUNDS = 60
GROUND_KEYS = (
    "name", "says", "reach", "list", "rule", "required", "appeal", "law", "confidence", "note",
)  # fmt: skip
PARTS = ("programme.yaml", "amounts.yaml", "calendar.yaml")


def default_folder() -> Path:
    """The policy that comes with Tepat: beside the source in a checkout, else in the package."""
    packaged = Path(__file__).parent / "files"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "policy"


def load_policy(folder: Path | None = None) -> Policy:
    """Read and check a policy folder (the one that comes with Tepat where none is given).

    Raises:
        TepatError: ``policy_missing``, or ``policy_invalid`` with every mistake found.
    """
    folder = folder or default_folder()
    if not (folder / "variables.yaml").is_file():
        raise TepatError(
            "policy_missing",
            f"{folder} holds no policy: variables.yaml is not there.",
            do="Give the folder that holds variables.yaml and programmes/.",
        )
    return policy_from_files(_read_files(folder), folder)


def _read_files(folder: Path) -> dict[str, str]:
    paths = [folder / name for name in SHARED if (folder / name).is_file()]
    paths += sorted(path for part in PARTS for path in folder.glob(f"programmes/*/{part}"))
    return {path.relative_to(folder).as_posix(): read_text(path) for path in paths}


def read_text(path: Path) -> str:
    """The text of a policy file.

    Raises:
        TepatError: ``policy_encoding`` or ``policy_unreadable``.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TepatError(
            "policy_encoding",
            f"{path} is not UTF-8 text (byte {error.start}).",
            do="Save the file as UTF-8.",
        ) from error
    except OSError as error:
        raise TepatError(
            "policy_unreadable",
            f"{path} cannot be read.",
            f"{error.strerror}.",
            "Look whether it is a file that you may read.",
        ) from error


def policy_from_files(files: Mapping[str, str], folder: Path = Path()) -> Policy:
    """Check a policy given as path -> text; this is how a run reads what it kept.

    Raises:
        TepatError: ``policy_invalid`` with every mistake found.
    """
    return replace(_checked(tuple(sorted(files.items()))), folder=folder)


@lru_cache(maxsize=8)  # reading takes a second, and a run, its report and its pages each ask
def _checked(texts: tuple[tuple[str, str], ...]) -> Policy:
    """The policy of some files, in no folder; nobody changes what it holds."""
    files, problems = dict(texts), Problems()
    loaded = {name: parse_yaml(text, name, problems) for name, text in texts}
    problems.stop_if_any()
    variables = read_variables(Reader(loaded["variables.yaml"], "variables.yaml", problems))
    grounds = _grounds(loaded.get("exclusions.yaml"), variables, problems)
    programmes = _programmes(loaded, variables, grounds, problems)
    order, overlaps = _overlaps(loaded.get("overlaps.yaml"), programmes, problems)
    problems.stop_if_any()
    text = "\n".join(f"{name}\n{files[name]}" for name in sorted(files))
    return Policy(
        Path(),
        variables,
        grounds,
        {name: programmes[name] for name in order},
        overlaps,
        files,
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _grounds(data: Any, variables: dict[str, Variable], problems: Problems) -> dict[str, Ground]:
    if data is None:
        return {}
    top = Reader(data, "exclusions.yaml", problems)
    grounds = {}
    for name in top.data:
        if not top.called(name):
            continue
        r = top.child(name)
        r.only(*GROUND_KEYS)
        r.need("name", "says", "list", "appeal", "law")
        value = r.data.get("list")
        source = r.text("list") if isinstance(value, Mapping) else Text(str(value), str(value))
        grounds[name] = Ground(
            name,
            r.text("name"),
            r.text("says"),
            r.word("reach", "person", ("person", "family")),
            source,
            _ground_rule(r, variables),
            r.flag("required", False),
            r.text("appeal"),
            r.word("law"),
            str(r.data.get("confidence", "")),
            r.where,
        )
    if len(grounds) > MOST_GROUNDS:
        top.wrong(
            f"More than {MOST_GROUNDS} exclusion grounds.", "Join grounds that have one source."
        )
    return grounds


def _ground_rule(r: Reader, variables: dict[str, Variable]) -> Expression | None:
    rule = r.rule("rule", Scope(variables, member=True), "yes or no")
    if rule is not None and any(
        node.kind in ("any", "all", "count", "sum") for node in rule.node.walk()
    ):
        r.wrong("The rule of a ground speaks of one member and cannot count members.", key="rule")
        return None
    return rule


def _programmes(
    loaded: Mapping[str, Any],
    variables: dict[str, Variable],
    grounds: dict[str, Ground],
    problems: Problems,
) -> dict[str, Programme]:
    names = sorted({path.split("/")[1] for path in loaded if path.startswith("programmes/")})
    units = {}
    for name in names:
        data = loaded.get(f"programmes/{name}/programme.yaml")
        units[name] = str(data.get("unit", "family")) if isinstance(data, Mapping) else "family"
    found = {}
    for name in names:
        programme = read_programme(name, loaded, Known(variables, grounds, units), problems)
        if programme is not None:
            found[name] = programme
    if not names:
        Reader({}, "programmes", problems).wrong("The folder holds no programme.")
    return found


def _overlaps(
    data: Any, programmes: dict[str, Programme], problems: Problems
) -> tuple[list[str], tuple[Overlap, ...]]:
    if data is None:
        return sorted(programmes), ()
    r = Reader(data, "overlaps.yaml", problems)
    r.only("order", "not_together", "note")
    listed = list(dict.fromkeys(r.words("order")))
    overlaps = []
    _known(r, "order", programmes)
    for item in r.items("not_together"):
        item.only("programmes", "law", "confidence", "note")
        item.need("programmes", "law", "confidence")
        _known(item, "programmes", programmes)
        if len(set(item.words("programmes"))) < 2:
            item.wrong("An overlap names two programmes or more.", key="programmes")
        overlaps.append(
            Overlap(item.words("programmes"), item.word("law"), item.word("confidence"))
        )
    later = sorted(name for name in programmes if name not in listed)
    return [*listed, *later], tuple(overlaps)


def _known(r: Reader, key: str, programmes: dict[str, Programme]) -> None:
    for name in r.words(key):
        if name not in programmes:
            r.wrong(f"'{name}' is not a programme.", nearest(name, programmes), key)
