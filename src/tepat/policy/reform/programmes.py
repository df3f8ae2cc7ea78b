"""One programme as a reform leaves it: its own files with the reform's keys laid over them.

What is put together is read by the same reader as any programme, so that a reform is refused for
what a programme would be refused for, at the line where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tepat.policy.dated import CALENDAR_KEYS
from tepat.policy.meaning import nearest
from tepat.policy.model import Programme, Where
from tepat.policy.programme import COMPONENT_KEYS, CONDITION_KEYS, Known, read_programme
from tepat.policy.reform.amounts import changed_parameters
from tepat.policy.reform.model import Change
from tepat.policy.yaml_file import Composed, Problem, Problems, Reader, parse_yaml

NAMED = {
    "conditions": CONDITION_KEYS,
    "components": COMPONENT_KEYS,
    "values": ("rule", "law", "confidence", "says", "note", "of"),
}
SINGLE = ("amount", "amount_paid", "at_most", "quota", "priority")
CHANGE_KEYS = (
    "amounts", "calendar", *NAMED, *SINGLE, "excluded_by", "drop", "reference", "confidence",
    "note",
)  # fmt: skip
GROUND_KEYS = ("add", "drop")


class Changed:
    """Lays what stands below ``change.<programme>`` over the programme.

    Args:
        r: the mapping below ``change.<programme>``.
        programme: as the policy has it.
        files: the texts of the policy's files.
        known: what rules may name after the reform.
        start: the first day of the reform.
        problems: where mistakes are noted.
        source: the reform's reference and confidence, where a change names none of its own.
    """

    def __init__(
        self,
        r: Reader,
        programme: Programme,
        files: Mapping[str, str],
        known: Known,
        start: date,
        problems: Problems,
        source: tuple[str, str],
    ) -> None:
        self.r, self.programme, self.known, self.start = r, programme, known, start
        self.problems, self.source = problems, source
        self.changes: list[Change] = []
        self.folder = f"programmes/{programme.name}"
        parsed = {
            name: parse_yaml(text, name, problems)
            for name, text in files.items()
            if name.startswith(f"{self.folder}/") and not name.endswith("amounts.yaml")
        }
        self.loaded: dict[str, Any] = parsed
        self.base = Reader(
            parsed[f"{self.folder}/programme.yaml"], f"{self.folder}/programme.yaml", problems
        )

    def read(self) -> Programme | None:
        """The programme after the reform; None where its changes make no sense."""
        r, before = self.r, len(self.problems)
        r.only(*CHANGE_KEYS)
        does = ("amounts", "calendar", *NAMED, *SINGLE, "excluded_by", "drop")
        if all(r.data.get(key) is None for key in does):
            r.wrong(f"Nothing of '{self.programme.name}' is changed here.", "Take it out.")
            return None
        parameters, told = changed_parameters(r, self.programme, self.start, self.known.variables)
        self.changes += told
        data, origins = dict(self.base.data), {key: self.base.at(key) for key in self.base.data}
        for part in NAMED:
            self._named(part, data, origins)
        for key in SINGLE:
            if r.data.get(key) is not None:
                self._tell("rule", key, data.get(key), r.data[key], r.at(key))
                data[key], origins[key] = r.data[key], r.at(key)
        self._grounds(data, origins)
        self._calendar()
        self.loaded[f"{self.folder}/programme.yaml"] = Composed(data, origins)
        further = Problems()
        made = read_programme(
            self.programme.name,
            self.loaded,
            self.known,
            further,
            parameters=parameters,
            since=self.start,
        )
        refused = [name for name in self._given("amounts") if name not in parameters]
        for problem in further:
            if not any(f"'{name}'" in problem.what for name in refused):
                self.problems.append(self._placed(problem))
        return made if len(self.problems) == before else None

    def _given(self, key: str) -> list[str]:
        value = self.r.data.get(key)
        return [str(name) for name in value] if isinstance(value, Mapping) else []

    def _placed(self, problem: Problem) -> Problem:
        """A mistake at the reform's own line: the policy's files were right without it."""
        if not problem.where.file.startswith(f"{self.folder}/"):
            return problem
        what = f"After these changes {problem.where} cannot stand: {problem.what}"
        return Problem(self.r.where, what, problem.do)

    def _tell(self, kind: str, name: str, old: Any, new: Any, where: Where) -> None:
        r = self.r
        self.changes.append(
            Change(
                self.programme.name,
                kind,
                name,
                _written(old),
                _written(new),
                "",
                self.start,
                r.word("reference") or self.source[0],
                str(r.data.get("confidence") or self.source[1]),
                where,
            )
        )

    def _named(self, part: str, data: dict[str, Any], origins: dict[str, Where]) -> None:
        """Conditions, components or named values: new ones, changed ones, dropped ones."""
        given = self.r.child(part) if self.r.data.get(part) is not None else None
        dropped = self._dropped(part, set(given.data) if given else set())
        if given is None and not dropped:
            return
        base = self.base.child(part) if self.base.data.get(part) is not None else None
        known = base.data if base else {}
        inner = {name: item for name, item in known.items() if name not in dropped}
        stands = {name: base.at(name) for name in inner} if base else {}
        for name in given.data if given else ():
            assert given is not None
            inner[name] = self._item(part, name, given, base)
            stands[name] = given.at(name)
        data[part] = Composed(inner, stands)
        origins[part] = self.r.at(part) if given else self.r.at("drop")

    def _item(self, part: str, name: str, given: Reader, base: Reader | None) -> Any:
        """One condition, component or value; what the reform does not say stays as it was."""
        new = given.data[name]
        old = base.data.get(name) if base else None
        self._tell("rule", f"{part}.{name}", _rule(old), _rule(new), given.at(name))
        if not isinstance(new, Mapping) or (part == "values" and not isinstance(old, Mapping)):
            return new
        item = given.child(name)
        item.only(*NAMED[part])
        if not isinstance(old, Mapping):
            needed = {"conditions": ("rule", "says"), "components": ("name", "who", "amount")}
            missing = [key for key in needed.get(part, ("rule",)) if new.get(key) is None]
            if missing:
                hint = nearest(str(name), base.data if base else ())
                item.wrong(
                    f"'{self.programme.name}' has no {part.removesuffix('s')} '{name}', and a new "
                    f"one needs {', '.join(missing)}.",
                    hint,
                )
            return new
        assert base is not None
        was = base.child(name)
        merged = {**was.data, **item.data}
        places = {key: (item if key in item.data else was).at(key) for key in merged}
        return Composed(merged, places, item.where)

    def _dropped(self, part: str, given: set[Any]) -> set[str]:
        drop = self.r.child("drop") if self.r.data.get("drop") is not None else None
        if drop is None:
            return set()
        if part == "conditions":
            drop.only(*NAMED)
        known = self.base.data.get(part) or {}
        for name in drop.words(part):
            if name not in known:
                drop.wrong(
                    f"'{self.programme.name}' has no {part.removesuffix('s')} '{name}' to drop.",
                    nearest(name, known),
                    part,
                )
            elif name in given:
                drop.wrong(
                    f"'{name}' is dropped here and changed above.", "Choose one of the two.", part
                )
            else:
                self._tell("dropped", f"{part}.{name}", _rule(known[name]), "", drop.at(part))
        return set(drop.words(part)) & set(known)

    def _grounds(self, data: dict[str, Any], origins: dict[str, Where]) -> None:
        """Exclusion grounds that are added and dropped."""
        value = self.r.data.get("excluded_by")
        if value is None:
            return
        if not isinstance(value, Mapping):
            self.r.wrong(
                "'excluded_by' of a reform says what is added and what is dropped.",
                "Write excluded_by: {add: [ground], drop: [ground]}.",
                "excluded_by",
            )
            return
        r, now = self.r.child("excluded_by"), list(self.programme.excluded_by)
        r.only(*GROUND_KEYS)
        add, drop = r.words("add"), r.words("drop")
        for key, wrong, do in _ground_mistakes(add, drop, now, self.known.grounds):
            r.wrong(wrong, do, key)
        kept = [name for name in now if name not in drop]
        data["excluded_by"] = list(dict.fromkeys([*kept, *add]))
        origins["excluded_by"] = self.r.at("excluded_by")
        for name in drop:
            self._tell("dropped", f"excluded_by.{name}", name, "", r.at("drop"))
        for name in add:
            self._tell("rule", f"excluded_by.{name}", "", name, r.at("add"))

    def _calendar(self) -> None:
        """A calendar of the reform stands in place of those of the same channel."""
        if self.r.data.get("calendar") is None:
            return
        path = f"{self.folder}/calendar.yaml"
        items = self.r.items("calendar")
        channels = {str(item.data.get("channel")) for item in items}
        kept = [
            item for item in self.loaded.get(path) or [] if str(item.get("channel")) not in channels
        ]
        new = []
        for item in items:
            filled = {"from": self.start, **item.data}
            item.only(*CALENDAR_KEYS)
            new.append(Composed(filled, {key: item.at(key) for key in filled}, item.where))
            self._tell(
                "rule",
                f"calendar.{item.data.get('channel')}",
                "",
                item.data.get("months"),
                item.where,
            )
        self.loaded[path] = [*kept, *new]


def _ground_mistakes(
    add: tuple[str, ...], drop: tuple[str, ...], now: list[str], grounds: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Where each mistake stands, what is wrong, and what to do."""
    for name in drop:
        if name in add:
            yield "drop", f"'{name}' is added and dropped.", "Choose one of the two."
        elif name not in now:
            what = f"'{name}' does not exclude here, so it cannot be dropped."
            yield "drop", what, nearest(name, now)
    for name in add:
        if name not in grounds:
            yield "add", f"'{name}' is not an exclusion ground.", nearest(name, grounds)
        elif name in now and name not in drop:
            yield "add", f"'{name}' excludes here already.", "Take it out."
    for name in {name for name in add if add.count(name) > 1}:
        yield "add", f"'{name}' is added twice.", "Name it once."


def _rule(item: Any) -> Any:
    """What decides in an item: its rule, or who counts and for how much."""
    if not isinstance(item, Mapping):
        return item
    parts = [str(item[key]) for key in ("rule", "who", "amount", "at_most") if key in item]
    return "; ".join(parts)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())
