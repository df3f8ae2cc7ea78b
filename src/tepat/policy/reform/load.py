"""Read a reform: reform.yaml, new programmes in folders beside it, and the policy they lead to.

All mistakes come in one message, each with its file and line; a reform that contradicts itself is
refused before anything runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.policy.load import PARTS, default_folder, read_text
from tepat.policy.meaning import nearest
from tepat.policy.model import Policy, Programme, Text, Where
from tepat.policy.programme import Known, read_programme
from tepat.policy.reform.between import order_after, overlaps_after
from tepat.policy.reform.model import Change, Merge, Reform, Source
from tepat.policy.reform.programmes import Changed
from tepat.policy.yaml_file import Problems, Reader, parse_yaml

KEYS = (
    "reform", "title", "summary", "reference", "confidence", "from", "assumptions", "change",
    "end", "merge", "add", "not_together", "together", "note",
)  # fmt: skip
DOES = ("change", "end", "merge", "add", "not_together", "together")


def reform_folders(policy: Path) -> dict[str, Path]:
    """The reforms that lie in a policy folder, by name."""
    return {path.parent.name: path.parent for path in sorted(policy.glob("reforms/*/reform.yaml"))}


def find_reform(asked: Path, policy: Path | None) -> Path:
    """The folder of a reform: as given, or the one of this name in the policy folder.

    Raises:
        TepatError: ``reform_missing``.
    """
    if (asked / "reform.yaml").is_file():
        return asked
    known = reform_folders(policy or default_folder())
    if str(asked) in known:
        return known[str(asked)]
    raise TepatError(
        "reform_missing",
        f"{asked} is not a reform: reform.yaml is not there.",
        nearest(asked.name, known),
        f"Give a folder with reform.yaml, or a name: {', '.join(known) or 'the policy has none'}.",
    )


def load_reform(folder: Path, base: Policy) -> Reform:
    """Read and check a reform of a policy.

    Raises:
        TepatError: ``reform_missing``, or ``reform_invalid`` with every mistake found.
    """
    if not (folder / "reform.yaml").is_file():
        raise TepatError(
            "reform_missing",
            f"{folder} holds no reform: reform.yaml is not there.",
            do="Give the folder that holds reform.yaml; docs/simulation.md shows one.",
        )
    problems = Problems()
    paths = [folder / "reform.yaml"]
    paths += sorted(path for part in PARTS for path in folder.glob(f"programmes/*/{part}"))
    files = {path.relative_to(folder).as_posix(): read_text(path) for path in paths}
    parsed = {name: parse_yaml(text, str(folder / name), problems) for name, text in files.items()}
    problems.stop_if_any("reform")
    reading = _Reading(folder, base, files, parsed, problems)
    reform = reading.read()
    problems.stop_if_any("reform")
    assert reform is not None
    return reform


class _Reading:
    def __init__(
        self,
        folder: Path,
        base: Policy,
        files: dict[str, str],
        parsed: Mapping[str, Any],
        problems: Problems,
    ) -> None:
        self.folder, self.base, self.files, self.problems = folder, base, files, problems
        self.parsed = {str(folder / name): data for name, data in parsed.items()}
        file = str(folder / "reform.yaml")
        self.r = Reader(self.parsed[file], file, problems)
        self.changes: list[Change] = []
        self.intos: list[str] = []  # what programmes merge into
        self.sources: dict[str, Source] = {}
        self.new = {name.split("/")[1] for name in files if name.startswith("programmes/")}

    def read(self) -> Reform | None:
        r = self.r
        r.only(*KEYS)
        r.need("reform", "title", "reference", "confidence", "from")
        start, self.texts = r.day("from"), self._texts()
        if r.word("reform", self.folder.name) != self.folder.resolve().name:
            r.wrong(
                f"The reform is called '{r.word('reform')}', its folder "
                f"'{self.folder.resolve().name}'.",
                "Give both one name.",
                "reform",
            )
        if not any(r.data.get(key) for key in DOES):
            r.wrong("The reform changes nothing.", f"Write one of {', '.join(DOES)}.")
        if start is None:
            return None
        self.start = start
        merged, ended = self._merged(), self._ended()
        gone = [*ended, *(name for merge in merged for name in merge.programmes)]
        added = self._added()
        programmes = self._programmes(gone, ended, added)
        order = order_after(self.r, self.base, merged, added, gone)
        overlaps = overlaps_after(self.r, self.base, merged, gone, programmes, self.changes, start)
        if self.problems:
            return None
        ordered = {name: programmes[name] for name in order if name in programmes}
        # what may not be held together stands in the overlaps alone
        after = {name: replace(programme, not_with=()) for name, programme in ordered.items()}
        return self._made(replace(self.base, programmes=after, overlaps=overlaps), merged, ended)

    def _texts(self) -> tuple[Text, Text, tuple[Text, ...]]:
        """Title, summary (the title where there is none) and assumptions."""
        r = self.r
        r.word("reference")
        title = r.text("title")
        summary = r.text("summary") if r.data.get("summary") is not None else title
        return title, summary, tuple(item.text("says") for item in _said(r, "assumptions"))

    def _made(self, policy: Policy, merged: tuple[Merge, ...], ended: list[str]) -> Reform:
        r = self.r
        text = "\n".join(f"{name}\n{self.files[name]}" for name in sorted(self.files))
        digest = hashlib.sha256(text.encode()).hexdigest()
        kept = {f"reforms/{self.folder.resolve().name}/{n}": t for n, t in self.files.items()}
        title, summary, assumptions = self.texts
        return Reform(
            self.folder.resolve().name,
            self.folder,
            title,
            summary,
            r.word("reference"),
            str(r.data.get("confidence", "")),
            self.start,
            assumptions,
            tuple(r.data.get("change") or ()),
            tuple(ended),
            tuple(sorted(self.new, key=list(policy.programmes).index)),
            merged,
            tuple(self.changes),
            replace(
                policy,
                files={**self.base.files, **kept},
                hash=hashlib.sha256(f"{self.base.hash}\n{digest}".encode()).hexdigest(),
            ),
            dict(self.files),
            digest,
            self.sources,
        )

    # ---- what ends, merges, begins ----

    def _ended(self) -> list[str]:
        names = list(self.r.words("end"))
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                self.r.wrong(f"'{name}' is ended twice.", "Name it once.", "end")
            if self._there(self.r, name, "end"):
                self._tell(name, "ended", self.r.at("end"))
        return list(dict.fromkeys(names))

    def _merged(self) -> tuple[Merge, ...]:
        found: list[Merge] = []
        taken: set[str] = set(self.r.words("end"))
        for item in self.r.items("merge"):
            item.only("programmes", "into", "places_of", "note")
            if not item.need("programmes", "into"):
                continue
            names, into = tuple(dict.fromkeys(item.words("programmes"))), item.word("into")
            known = [self._there(item, name, "programmes") for name in names]
            if len(names) < 2:
                item.wrong("A merger names two programmes or more.", key="programmes")
            for name in taken & set(names):
                item.wrong(
                    f"'{name}' is ended or merged already.",
                    "A programme ends once; those that merge are not named under 'end'.",
                    "programmes",
                )
            taken |= set(names)
            places_of = item.word("places_of") or None
            if places_of is not None and places_of not in names:
                item.wrong(
                    f"'{places_of}' is not one of the programmes that merge here.",
                    nearest(places_of, names),
                    "places_of",
                )
            self.intos.append(into)
            if into not in self.new:
                self._no_folder(item, into, "into")
            if known and all(known):
                found.append(Merge(names, into, places_of))
                for name in names:
                    self._tell(name, "merged", item.at("programmes"), into)
        return tuple(found)

    def _added(self) -> list[str]:
        """New programmes that reform.yaml names, each with its folder."""
        listed = list(self.intos)
        add = self.r.child("add") if self.r.data.get("add") is not None else None
        for name in add.data if add else ():
            assert add is not None
            if name not in self.new:
                self._no_folder(add, str(name), name)
            elif name in listed:
                add.wrong(f"'{name}' is there by its merger already.", "Name it once.", name)
            else:
                self._tell(str(name), "added", add.at(name))
            listed.append(str(name))
        for name in sorted(self.new):
            file = str(self.folder / f"programmes/{name}/programme.yaml")
            if name in self.base.programmes:
                self.problems.add(
                    Where(file, 1),
                    f"'{name}' is a programme of the policy already.",
                    f"Write what changes under change.{name} in reform.yaml; a new programme "
                    "needs a new name.",
                )
            elif name not in listed:
                self.problems.add(
                    Where(file, 1),
                    f"reform.yaml does not name '{name}'.",
                    f"Write add: {{{name}: {{after: …}}}} there, or merge programmes into it.",
                )
        return [name for name in dict.fromkeys(listed) if name in self.new]

    def _no_folder(self, r: Reader, name: str, key: Any) -> None:
        why = "is a programme of the policy" if name in self.base.programmes else "has no folder"
        r.wrong(
            f"'{name}' {why}; a new programme is written in programmes/{name}/ beside reform.yaml.",
            nearest(name, self.new),
            key,
        )

    def _there(self, r: Reader, name: str, key: Any) -> bool:
        """Whether a programme exists from the reform's first day on; notes where it does not."""
        programme = self.base.programmes.get(name)
        if programme is None:
            r.wrong(f"'{name}' is not a programme.", nearest(name, self.base.programmes), key)
            return False
        if not any(p.end is None or p.end >= self.start for p in programme.in_force):
            last = max(str(period.end) for period in programme.in_force)
            r.wrong(
                f"'{name}' ended on {last}, before the reform begins ({self.start}).",
                "Take it out, or begin the reform earlier.",
                key,
            )
            return False
        return True

    def _tell(self, name: str, kind: str, where: Where, new: str = "") -> None:
        r = self.r
        self.changes.append(
            Change(
                name, kind, "", "", new, "", self.start, r.word("reference"),
                str(r.data.get("confidence", "")), where,
            )
        )  # fmt: skip

    # ---- programmes after the reform ----

    def _programmes(
        self, gone: list[str], ended: list[str], added: list[str]
    ) -> dict[str, Programme]:
        found: dict[str, Programme] = {}
        for name, programme in self.base.programmes.items():
            kept = _ended_on(programme, self.start) if name in gone else programme
            if kept is not None:
                found[name] = kept
        units = {name: p.unit for name, p in self.base.programmes.items()}
        for name in added:
            data = self.parsed.get(str(self.folder / f"programmes/{name}/programme.yaml"))
            units[name] = str(data.get("unit", "family")) if isinstance(data, Mapping) else "family"
        known = Known(self.base.variables, self.base.grounds, units)
        found |= self._changed(known, gone)
        for name in added:
            folder = str(self.folder / f"programmes/{name}")
            new = read_programme(name, self.parsed, known, self.problems, folder)
            if new is not None and name not in self.base.programmes:
                found[name] = new
                self.sources[name] = Source(self.parsed, folder)
                self._names_nothing_gone(new, gone)
        self._asks_of_none_ended(found, ended)
        return found

    def _changed(self, known: Known, gone: list[str]) -> dict[str, Programme]:
        found: dict[str, Programme] = {}
        change = self.r.child("change") if self.r.data.get("change") is not None else None
        for name in change.data if change else ():
            assert change is not None
            if name in self.new and name not in self.base.programmes:
                change.wrong(
                    f"'{name}' is new in this reform.",
                    "Write it as it shall be in its own folder.",
                    name,
                )
            elif self._there(change, str(name), name) and name in gone:
                change.wrong(
                    f"'{name}' is changed here, but the reform ends it.",
                    "Choose one of the two.",
                    name,
                )
            elif name in self.base.programmes and self._is_there(str(name)):
                one = Changed(
                    change.child(name),
                    self.base.programmes[name],
                    self.base.files,
                    known,
                    self.start,
                    self.problems,
                    (self.r.word("reference"), str(self.r.data.get("confidence", ""))),
                )
                programme = one.read()
                self.changes += one.changes
                if programme is not None:
                    found[str(name)] = programme
                    self.sources[str(name)] = Source(one.loaded, one.folder)
        return found

    def _is_there(self, name: str) -> bool:
        periods = self.base.programmes[name].in_force
        return any(p.end is None or p.end >= self.start for p in periods)

    def _names_nothing_gone(self, programme: Programme, gone: list[str]) -> None:
        for name in set(programme.not_with) & set(gone):
            self.problems.add(
                programme.where,
                f"'not_with' names '{name}', which the reform ends.",
                "Take it out.",
            )

    def _asks_of_none_ended(self, programmes: Mapping[str, Programme], ended: list[str]) -> None:
        """Nobody holds a programme that has ended, so no rule may ask for it."""
        for programme in programmes.values():
            if programme.name in ended or not any(
                p.end is None or p.end >= self.start for p in programme.in_force
            ):
                continue
            for rule in (c.rule for c in programme.conditions):
                for node in rule.node.walk():
                    if node.kind == "holds" and node.value in ended:
                        self.problems.add(
                            self.r.at("end"),
                            f"'{programme.name}' asks who holds '{node.value}' "
                            f"({rule.file}:{rule.line}), which the reform ends.",
                            f"Change that rule under change.{programme.name}, or keep "
                            f"'{node.value}'.",
                        )


def _ended_on(programme: Programme, start: date) -> Programme | None:
    """The programme until the day before the reform; None where it did not exist then."""
    last = start - timedelta(days=1)
    kept = [
        replace(p, end=last if p.end is None or p.end > last else p.end)
        for p in programme.in_force
        if p.start <= last
    ]
    return replace(programme, in_force=tuple(kept)) if kept else None


def _said(r: Reader, key: str) -> list[Reader]:
    """The texts of a list, each as a mapping with the key ``says``."""
    value = r.data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        r.wrong(f"'{key}' should be a list of texts.", "Begin each with '- {id: …, en: …}'.", key)
        return []
    lines = [getattr(getattr(item, "lc", None), "line", r.at(key).line - 1) for item in value]
    return [
        Reader({"says": item}, r.file, r.problems, line + 1)
        for item, line in zip(value, lines, strict=True)
    ]
