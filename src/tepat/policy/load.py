"""Read a policy folder: variables, exclusion grounds, overlaps, programmes.

A mistake is reported when the file is read, never while a rule runs; all mistakes of the folder
come in one message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.language import Node
from tepat.policy.meaning import Scope, nearest
from tepat.policy.model import Code, Ground, Overlap, Policy, Programme, Text, Variable
from tepat.policy.programme import read_programme
from tepat.policy.yaml_file import Problems, Reader, parse_yaml

SHARED = ("variables.yaml", "exclusions.yaml", "overlaps.yaml")
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
    files = {}
    for path in paths:
        try:
            files[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise TepatError(
                "policy_encoding",
                f"{path} is not UTF-8 text (byte {error.start}).",
                do="Save the file as UTF-8.",
            ) from error
    return files


def policy_from_files(files: Mapping[str, str], folder: Path = Path()) -> Policy:
    """Check a policy given as path -> text; this is how a run reads what it kept.

    Raises:
        TepatError: ``policy_invalid`` with every mistake found.
    """
    problems = Problems()
    loaded = {name: parse_yaml(text, name, problems) for name, text in files.items()}
    problems.stop_if_any()
    variables = _variables(Reader(loaded["variables.yaml"], "variables.yaml", problems))
    grounds = _grounds(loaded.get("exclusions.yaml"), variables, problems)
    programmes = _programmes(loaded, variables, grounds, problems)
    order, overlaps = _overlaps(loaded.get("overlaps.yaml"), programmes, problems)
    problems.stop_if_any()
    text = "\n".join(f"{name}\n{files[name]}" for name in sorted(files))
    return Policy(
        folder,
        variables,
        grounds,
        {name: programmes[name] for name in order},
        overlaps,
        dict(files),
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _variables(top: Reader) -> dict[str, Variable]:
    variables: dict[str, Variable] = {}
    for name in top.data:
        variables[str(name)] = _variable(str(name), top.child(name), variables)
    _computed(top, variables)
    return variables


def _computed(top: Reader, variables: dict[str, Variable]) -> None:
    from dataclasses import replace

    for name, variable in list(variables.items()):
        reader = top.child(name)
        if reader.data.get("computed") is not None:
            scope = Scope(variables, member=variable.of == "member")
            variables[name] = replace(variable, computed=reader.rule("computed", scope))


def _variable(name: str, r: Reader, known: dict[str, Variable]) -> Variable:
    r.only(
        "of",
        "type",
        "label",
        "question",
        "unit",
        "minimum",
        "maximum",
        "decimals",
        "codes",
        "codes_of",
        "groups",
        "computed",
        "sensitivity",
        "ranking",
        "reference",
        "confidence",
        "note",
    )
    r.need("of", "type", "label", "sensitivity")
    kind = r.word("type", "number", ("number", "yes_no", "code", "date", "text"))
    minimum, maximum = Decimal(0), Decimal(0)
    if kind == "number" and r.need("minimum", "maximum"):
        minimum, maximum = (
            Decimal(str(r.data[key]).replace("_", "")) for key in ("minimum", "maximum")
        )
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
        int(r.data.get("decimals", 0)),
        None,
        r.word("sensitivity", "personal", ("public", "personal", "specific")),
        r.word("ranking") or None,
        r.word("reference"),
        str(r.data.get("confidence", "")),
    )


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
        if not number.isdigit() or not answer.need("name", "id", "en"):
            answer.wrong(f"'{number}' is not a code.", "Codes are whole numbers.")
            continue
        codes[int(number)] = Code(
            answer.word("name"), Text(str(answer.data["id"]), str(answer.data["en"]))
        )
    return codes


def _groups(
    r: Reader, codes: dict[int, Code], known: dict[str, Variable]
) -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    if r.word("codes_of") in known:
        groups.update(known[r.word("codes_of")].groups)
    by_name = {code.name: number for number, code in codes.items()}
    for name, members in (r.data.get("groups") or {}).items():
        unknown = [str(m) for m in members if m not in by_name]
        for answer in unknown:
            r.wrong(
                f"Group '{name}' names '{answer}', which is not an answer.",
                nearest(answer, by_name),
                "groups",
            )
        if not members:
            r.wrong(f"Group '{name}' has no answers.", key="groups")
        groups[str(name)] = tuple(by_name[m] for m in members if m in by_name)
    return groups


def _grounds(data: Any, variables: dict[str, Variable], problems: Problems) -> dict[str, Ground]:
    if data is None:
        return {}
    top = Reader(data, "exclusions.yaml", problems)
    grounds = {}
    for name in top.data:
        r = top.child(name)
        r.only(
            "name",
            "says",
            "reach",
            "list",
            "rule",
            "required",
            "appeal",
            "law",
            "confidence",
            "note",
        )
        r.need("name", "says", "list", "appeal", "law")
        value = r.data.get("list")
        source = r.text("list") if isinstance(value, Mapping) else Text(str(value), str(value))
        grounds[str(name)] = Ground(
            str(name),
            r.text("name"),
            r.text("says"),
            r.word("reach", "person", ("person", "family")),
            source,
            r.rule("rule", Scope(variables, member=True), "yes or no"),
            r.flag("required", False),
            r.text("appeal"),
            r.word("law"),
            str(r.data.get("confidence", "")),
            r.where,
        )
    if len(grounds) > 60:
        top.wrong("More than 60 exclusion grounds.", "Join grounds that have one source.")
    return grounds


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
        programme = read_programme(name, loaded, variables, grounds, units, problems)
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
    listed = [name for name in r.words("order") if name in programmes]
    overlaps = []
    for item in r.items("not_together"):
        item.only("programmes", "law", "confidence", "note")
        item.need("programmes", "law", "confidence")
        overlaps.append(
            Overlap(item.words("programmes"), item.word("law"), item.word("confidence"))
        )
    later = sorted(name for name in programmes if name not in listed)
    return [*listed, *later], tuple(overlaps)


def node_numbers(node: Node) -> list[Node]:
    """The numbers written out in a rule, named values not entered."""
    if node.kind == "named":
        return []
    found = [node] if node.kind == "number" else []
    return found + [number for arg in node.args for number in node_numbers(arg)]
