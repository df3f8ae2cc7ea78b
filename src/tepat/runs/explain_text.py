"""An explanation as text: the answer, how the amount is made up, each criterion, what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import Any

from tepat.policy.wording import day, number, rupiah

WIDTH = 100
MOST_PARTS = 8
SIGNS = {"met": "✓", "failed": "✕", "unknown": "?", "not_checked": "–"}
_WORDS = {
    "eligible": ("Layak", "Eligible"),
    "not_eligible": ("Tidak layak", "Not eligible"),
    "cannot_decide": ("Belum dapat diputuskan", "Cannot be decided yet"),
    "awarded": ("Menerima", "Awarded"),
    "waiting": ("Menunggu", "Waiting"),
    "refused": ("Tidak menerima", "Refused"),
    "family": ("Keluarga", "Family"),
    "members": ("Anggota", "Members"),
    "decile": ("desil", "decile"),
    "unknown": ("tidak diketahui", "unknown"),
    "as_of": ("per", "as of"),
    "years": ("tahun", "years"),
    "a_year": ("per tahun", "a year"),
    "findings": ("Catatan pada data", "Findings on the record"),
    "repair": ("perlu diperbaiki", "to be mended"),
    "not_checked": ("belum diperiksa: daftar belum dimuat", "not checked: list not loaded"),
    "no_ground": ("Tidak ditemukan alasan pengecualian", "No exclusion ground found"),
    "checked": ("daftar", "list of"),
    "source": ("sumber", "source"),
    "of": ("anggota", "member"),
    "contested": ("disanggah", "contested"),
    "appeal": ("Keberatan", "Appeal"),
    "counted": ("Dihitung", "Counted"),
    "at_most": ("paling banyak", "at most"),
    "open": ("Belum pasti: anggota", "Not settled: member"),
    "change": ("Yang mengubah jawaban", "What would change the answer"),
    "then": ("maka layak", "then eligible"),
    "more": ("bertambah", "more by"),
    "instalments": ("Tahap", "Instalments"),
    "place": ("urutan", "place"),
    "quota": ("kuota", "quota"),
    "room": ("kuota cukup untuk semua", "the quota suffices for all"),
    "competing": ("yang layak", "eligible"),
    "tied": (
        "Urutan di antara yang sama kebutuhannya diundi: MD5 dari tanggal keputusan dan kuncinya.",
        "The order among equals is drawn by lot: MD5 of the day of decision and the key.",
    ),
    "score": ("Skor (logaritma rupiah)", "Score (log of rupiah)"),
    "made_of": ("Titik awal", "Starting point"),
    "barred": ("sudah menerima", "already holds"),
    "several": (
        "Beberapa syarat belum terpenuhi sekaligus.",
        "Several conditions are not met at once.",
    ),
    "note": ("Catatan", "Note"),
    "person": ("Orang", "Person"),
    "other": ("lainnya", "others"),
}


def as_text(found: dict[str, Any], lang: str) -> str:
    """An explanation for a terminal, in ``id`` or ``en``."""
    return "\n".join(_wrapped(line) for line in _Page(lang).lines(found))


def _wrapped(line: str) -> str:
    """One line, broken at the width of a page and indented as it began."""
    if len(line) <= WIDTH:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
        drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip


def laws_together(criteria: Sequence[Mapping[str, Any]]) -> str:
    """The laws of several criteria, what they begin with said once."""
    laws = list(dict.fromkeys(c["law"] for c in criteria))
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(laws), max(laws), strict=False))
    begin = "".join(one for one, _ in alike) if len(laws) > 1 else ""
    return begin + ", ".join(law[len(begin) :] for law in laws)


def _speaks(criterion: dict[str, Any]) -> bool:
    return criterion["state"] in ("failed", "unknown") or bool(criterion.get("evidence"))


class _Page:
    def __init__(self, lang: str) -> None:
        self.lang = lang

    def word(self, name: str) -> str:
        return _WORDS[name][1 if self.lang == "en" else 0]

    def day(self, value: Any) -> str:
        return day(value, self.lang) if isinstance(value, date) else str(value)

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        as_of = self.day(date.fromisoformat(found["as_of"]))
        decile = found["decile"] if found["decile"] is not None else self.word("unknown")
        yield (
            f"{self.word('family')} {found['family_key']} · {self.word('as_of')} {as_of} · "
            f"{self.word('decile')} {decile}"
        )
        if found["unit_note"]:
            yield f"{self.word('note')}: {found['unit_note'][self.lang]}"
        yield from self._score(found["score"])
        yield from self._members(found["members"])
        yield from self._findings(found["findings"])
        for programme in found["programmes"]:
            yield ""
            yield from self._programme(programme)

    def _score(self, score: dict[str, Any] | None) -> Iterator[str]:
        """A model's score, and the variables that move it most."""
        if score is None:
            return
        yield (
            f"{self.word('score')} {self._log(score['millionths'])}, {self.word('place')} "
            f"{number(score['rank'], self.lang)}"
        )
        parts = dict(score["parts"])
        start = parts.pop("starting_point")
        largest = sorted(parts, key=lambda name: (-abs(parts[name]), name))
        shown = [f"{name} {self._log(parts[name], '+')}" for name in largest[:MOST_PARTS]]
        if rest := sum(parts[name] for name in largest[MOST_PARTS:]):
            shown.append(f"{self.word('other')} {self._log(rest, '+')}")
        yield f"  {self.word('made_of')} {self._log(start)}; {'; '.join(shown)}"

    def _log(self, millionths: int, sign: str = "") -> str:
        text = f"{millionths / 1_000_000:{sign}.3f}"
        return text if self.lang == "en" else text.replace(".", ",")

    def _members(self, members: list[dict[str, Any]]) -> Iterator[str]:
        yield f"\n{self.word('members')}"
        for member in members:
            age = (
                f"{member['age']} {self.word('years')}"
                if member["age"] is not None
                else (self.word("unknown"))
            )
            mark = "" if member["record_in_order"] else f" · {self.word('repair')}"
            yield (
                f"  {member['number']}. {member['person_key']} · "
                f"{member['relation'][self.lang]} · {age}{mark}"
            )

    def _findings(self, findings: list[dict[str, Any]]) -> Iterator[str]:
        if findings:
            yield f"\n{self.word('findings')}"
        for finding in findings:
            value = f" ({finding['value_shown']})" if finding["value_shown"] else ""
            yield f"  ! {finding['key']}: {finding['says'][self.lang]}{value}"
            yield f"    {finding['do'][self.lang]}"

    def _programme(self, programme: dict[str, Any]) -> Iterator[str]:
        title = programme["name"][self.lang]
        if programme["unit"] == "family":
            (decision,) = programme["decisions"]
            yield f"{title} — {self._answer(decision)}"
            yield from self._decision(decision)
            return
        yield title
        for decision in programme["decisions"]:
            yield (
                f"  {self.word('person')} {decision['number']} ({decision['person_key']}) — "
                f"{self._answer(decision)}"
            )
            yield from (f"  {line}" for line in self._decision(decision))

    def _answer(self, decision: dict[str, Any]) -> str:
        award = decision["award"]
        answer = self.word(award["status"] if award else decision["outcome"])
        if award and award["status"] == "waiting":
            answer += f", {self.word('place')} {number(award['place'] - award['quota'], self.lang)}"
        amount = decision["amount_year"]
        return answer + (
            f" · {rupiah(amount, self.lang)} {self.word('a_year')}" if amount is not None else ""
        )

    def _decision(self, decision: dict[str, Any]) -> Iterator[str]:
        yield from self._components(decision["components"])
        quiet = [c for c in decision["criteria"] if "appeal" in c and not _speaks(c)]
        for criterion in decision["criteria"]:
            if criterion not in quiet:
                yield from self._criterion(criterion)
        yield from self._grounds(quiet)
        yield from self._award(decision["award"])
        yield from self._changes(decision)

    def _components(self, components: list[dict[str, Any]]) -> Iterator[str]:
        counted = [
            f"{c['title'][self.lang]} {c['counted']} × {rupiah(c['amount'], self.lang)}"
            for c in components
            if c["counted"]
        ]
        if counted:
            yield f"    {self.word('counted')}: " + " · ".join(counted)
        for component in components:
            if component["unknown"]:
                who = ", ".join(map(str, component["unknown"]))
                yield f"    {self.word('open')} {who}: {component['title'][self.lang]}"

    def _grounds(self, quiet: list[dict[str, Any]]) -> Iterator[str]:
        """Exclusion grounds without a finding, in two lines: looked for, and not checked."""
        looked = [c for c in quiet if c["state"] == "met"]
        if looked:
            named = ", ".join(
                f"{c['title'][self.lang]} ({self.day(c['list_date'])})"
                if c.get("list_date") else c["title"][self.lang] for c in looked
            )  # fmt: skip
            yield f"  {SIGNS['met']} {self.word('no_ground')}: {named}"
            yield f"      {laws_together(looked)}"
        others = [c["title"][self.lang] for c in quiet if c["state"] == "not_checked"]
        if others:
            yield f"  {SIGNS['not_checked']} {self.word('not_checked')}: {', '.join(others)}"

    def _criterion(self, criterion: dict[str, Any]) -> Iterator[str]:
        yield f"  {SIGNS[criterion['state']]} {criterion['says'][self.lang]}"
        below = []
        if criterion.get("list_date"):
            below.append(f"{self.word('checked')} {self.day(criterion['list_date'])}")
        if criterion["state"] != "met" or len(criterion["facts"]) == 1:
            below += self._facts(criterion)
        below += [f"{p['reference']} ({self.day(p['since'])})" for p in criterion["parameters"]]
        below.append(criterion["law"])
        below = [text for text in dict.fromkeys(below) if text]
        if below:
            yield "      " + " · ".join(below)
        for hit in criterion.get("evidence", []):
            contested = f", {self.word('contested')}" if hit["contested"] else ""
            yield f"      {hit['source']}, {self.day(hit['date'])}{contested}"
        if criterion["state"] in ("failed", "unknown") and "appeal" in criterion:
            yield f"      {self.word('appeal')}: {criterion['appeal'][self.lang]}"

    def _facts(self, criterion: dict[str, Any]) -> list[str]:
        shown = []
        for fact in criterion["facts"]:
            if criterion["state"] == "unknown" and fact["known"]:
                continue
            whose = f" ({self.word('of')} {fact['member']})" if fact["member"] else ""
            since = f", {self.day(fact['observed_on'])}" if fact["observed_on"] else ""
            source = f", {self.word('source')} {fact['source']}" if fact["source"] else ""
            shown.append(
                f"{fact['label'][self.lang]}{whose}: {fact['value'][self.lang]}{since}{source}"
            )
        return shown

    def _award(self, award: dict[str, Any] | None) -> Iterator[str]:
        if award is None:
            return
        if award["barred_by"]:
            yield f"  ✕ {self.word('barred')} {award['barred_by_name'][self.lang]}"
        if award["competing"] is not None and award["place"] is not None:
            limit = self.word("room")
            if award["quota"] is not None:
                limit = f"{self.word('quota')} {number(award['quota'], self.lang)}"
            yield (
                f"    {self.word('place')} {number(award['place'], self.lang)}, {limit}, "
                f"{number(award['competing'], self.lang)} {self.word('competing')}"
            )
            if award["tied"]:
                yield f"      {self.word('tied')}"
        if award["instalments"]:
            paid = [number(part, self.lang) for part in award["instalments"]]
            same = len(set(paid)) == 1 and len(paid) > 1
            parts = f"{len(paid)} × Rp {paid[0]}" if same else "Rp " + " + ".join(paid)
            yield f"    {self.word('instalments')} ({award['channel']}): {parts}"

    def _changes(self, decision: dict[str, Any]) -> Iterator[str]:
        if decision["would_change"]:
            yield f"    {self.word('change')}:"
        elif decision["outcome"] != "eligible":
            yield f"    {self.word('several')}"
        for change in decision["would_change"][:8]:
            gain = self.word("then") if decision["outcome"] != "eligible" else ""
            if change["more"]:
                gain = f"{gain}, " * bool(gain) + (
                    f"{self.word('more')} {rupiah(change['more'], self.lang)}"
                )
            yield f"      → {change['if'][self.lang]}: {gain}"
