"""Lays a programme out for a terminal: headings, numbered conditions, sums at the right edge."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tepat.policy import wording
from tepat.policy.model import Text

WIDTH = 96
LABEL = 15

T = {
    "on": Text("per", "as of"),
    "law": Text("Dasar hukum", "Law"),
    "in_force": Text("Berlaku", "In force"),
    "unit": Text("Diputuskan", "Decided"),
    "kind": Text("Bentuk", "Form"),
    "payer": Text("Sumber dana", "Paid by"),
    "place": Text("Wilayah (kode)", "Place (code)"),
    "conditions": Text("SYARAT: semuanya harus terpenuhi", "CONDITIONS: all must be met"),
    "none": Text("Tidak ada.", "None."),
    "means": Text("Aturan", "Rule"),
    "rests": Text("Hukum", "Law"),
    "figure": Text("Angka", "Figure"),
    "value": Text("Istilah", "Term"),
    "period": Text("Hanya", "Only"),
    "components": Text("KOMPONEN: jumlah setahun per orang", "COMPONENTS: per person and year"),
    "at_most": Text("paling banyak {n} per keluarga", "at most {n} per family"),
    "all": Text(
        "Paling banyak {n} anggota dihitung per keluarga; setiap orang dihitung sekali.",
        "At most {n} members count per family; each person counts once.",
    ),
    "once": Text("Setiap orang dihitung sekali.", "Each person counts once."),
    "amount": Text("JUMLAH SETAHUN", "AMOUNT PER YEAR"),
    "amount_rule": Text("Perhitungan", "Made up of"),
    "paid_first": Text(
        "Dibayar seluruhnya pada tahap pertama.", "Paid whole with the first instalment."
    ),
    "no_amount": Text("Tidak ada jumlah rupiah per penerima.", "There is no sum per recipient."),
    "grounds": Text("DIKECUALIKAN JIKA", "EXCLUDED WHERE"),
    "evidence": Text("Bukti", "Evidence"),
    "also": Text("Juga jika", "Also where"),
    "reach": Text("Akibat", "Effect"),
    "appeal": Text("Jika keliru", "If wrong"),
    "required": Text(
        "tanpa daftar ini tidak dapat diputuskan", "without this list nothing is decided"
    ),
    "not_with": Text("TIDAK BOLEH BERSAMA", "MAY NOT BE HELD TOGETHER WITH"),
    "quota": Text("KUOTA", "QUOTA"),
    "no_quota": Text("Tidak ada kuota.", "There is no quota."),
    "first": Text("Didahulukan", "First come"),
    "order": Text(
        "desil terendah; skor terendah; pemecah seri",
        "the lowest decile; the lowest score; the tie-break",
    ),
    "calendar": Text("KALENDER PENYALURAN", "PAYMENT CALENDAR"),
    "times": Text("{n} tahap", "{n} instalments"),
    "single": Text("sekali bayar", "one payment"),
    "each": Text("masing-masing", "each"),
    "ours": Text("PILIHAN ATAU ANGGAPAN KAMI SENDIRI", "OUR OWN CHOICES AND ASSUMPTIONS"),
    "nothing": Text(
        "Tidak ada: semuanya bersandar pada sumber.", "None: everything rests on a source."
    ),
    "marks": Text(
        "Tanda: A naskah hukum atau beberapa sumber, B satu sumber baik, C satu sumber lemah, "
        "D turunan, K pengetahuan umum.",
        "Marks: A primary or several sources, B one good source, C one weak source, D derived, "
        "K general knowledge.",
    ),
}


def page(found: Mapping[str, Any], lang: str) -> str:
    """The text of a programme as `words.as_dict` describes it."""
    return _Page(found, lang).text()


class _Page:
    def __init__(self, found: Mapping[str, Any], lang: str) -> None:
        self.found, self.lang, self.lines = found, lang, list[str]()

    def text(self) -> str:
        self._head()
        self._conditions()
        self._components()
        self._amount()
        self._grounds()
        self._overlaps()
        self._quota()
        self._calendars()
        self._ours()
        return "\n".join(self.lines) + "\n"

    def _t(self, key: str, **values: Any) -> str:
        words = T[key].get(self.lang)
        return words.format(**values) if values else words

    def _heading(self, key: str) -> None:
        self.lines += ["", self._t(key)]

    def _wrapped(self, text: str, first: str = "", other: str | None = None) -> None:
        self.lines += textwrap.wrap(
            text,
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(first) if other is None else other,
            break_on_hyphens=False,
        )

    def _field(self, key: str, text: str, indent: int = 0) -> None:
        if text:
            self._wrapped(text, f"{' ' * indent}{self._t(key):<{LABEL - indent}} ")

    def _edges(self, left: str, right: str) -> None:
        """One line with text at both edges; two where they do not fit."""
        room = WIDTH - len(left) - len(right)
        lines = [left + " " * room + right] if room > 1 else [left, right.rjust(WIDTH)]
        self.lines += [line.rstrip() for line in lines]

    def _source(self, law: str, confidence: str) -> str:
        return f"{law} [{confidence}]" if confidence else law

    def _head(self) -> None:
        f = self.found
        when = f"{self._t('on')} {wording.day(f['on'], self.lang)}"
        self._edges(f"{f['name']} ({f['programme']})", when)
        self.lines.append("=" * WIDTH)
        if f["summary"]:
            self._wrapped(f"{f['summary']}.")
            self.lines.append("")
        self._field("law", self._source(f["law"], f["confidence"]))
        period = f["in_force"]
        source = self._source(period["reference"], period["confidence"])
        self._field("in_force", f"{period['says']} ({source})")
        self._field("unit", f["unit_says"])
        self._field("kind", f["kind_says"])
        self._field("payer", f["payer"])
        self._field("place", f["place"] or "")

    def _conditions(self) -> None:
        self._heading("conditions")
        for number, condition in enumerate(self.found["conditions"], 1):
            self._wrapped(f"{condition['says']}. ({condition['name']})", f"{number:>2}. ")
            self._rule(condition)
            for period in condition["periods"]:
                self._field("period", period["says"], 4)
        if not self.found["conditions"]:
            self.lines.append("    " + self._t("none"))

    def _rule(self, part: Mapping[str, Any]) -> None:
        """The words of a rule and what they rest on."""
        self._means(part["means"], "means")
        self._field("rests", self._source(part["law"], part["confidence"]), 4)
        self._rests(part)

    def _means(self, lines: Sequence[str], key: str) -> None:
        whole = " ".join(lines)
        if len(whole) <= WIDTH - LABEL - 1:
            self._field(key, whole, 4)
            return
        self._field(key, lines[0], 4)
        for line in lines[1:]:
            self._wrapped(line, " " * (LABEL + 1), " " * (LABEL + 3))

    def _rests(self, part: Mapping[str, Any]) -> None:
        for value in part["values"]:
            self._field("value", f"{value['name']}: {self._sourced(value)}", 4)
        for value in part["parameters"]:
            if value["value"] is not None:
                since = wording.period(value["from"], value["to"], self.lang)
                source = self._source(value["reference"], value["confidence"])
                self._field("figure", f"{value['name']} = {value['says']}, {since}: {source}", 4)

    def _sourced(self, value: Mapping[str, Any]) -> str:
        return self._source(value["law"], value["confidence"])

    def _components(self) -> None:
        if not self.found["components"]:
            return
        self._heading("components")
        for part in self.found["components"]:
            title = f"  - {part['title']}"
            if part["at_most"] is not None:
                title += f" ({self._t('at_most', n=part['at_most'])})"
            self._edges(title, wording.rupiah(part["amount_year"], self.lang))
            self._rule(part)
        cap = self.found["at_most"]
        self.lines.append("")
        self._wrapped(self._t("all", n=cap["value"]) if cap else self._t("once"), "  ")
        if cap:
            self._rests(cap)
        if self.found["choice"]:
            self._wrapped(self.found["choice"], "  ")

    def _amount(self) -> None:
        amount = self.found["amount"]
        if amount is None:
            if not self.found["components"]:
                self._heading("amount")
                self._wrapped(self._t("no_amount"), "    ")
            return
        if self.found["components"] and amount["amount_year"] == 0:
            return
        total = amount["amount_year"]
        known = wording.rupiah(total, self.lang) if total is not None else ""
        self.lines.append("")
        self._edges(self._t("amount"), known)
        self._means(amount["means"], "amount_rule")
        self._rests(amount)
        if amount["paid_first"]:
            self._wrapped(self._t("paid_first"), "    ")

    def _grounds(self) -> None:
        self._heading("grounds")
        for number, ground in enumerate(self.found["excluded_by"], 1):
            self._wrapped(f"{ground['title']}. ({ground['name']})", f"{number:>2}. ")
            required = f"; {self._t('required')}" if ground["required"] else ""
            self._field("evidence", ground["list"] + required, 4)
            if ground["also"]:
                self._means(ground["also"], "also")
            self._field("reach", ground["reach_says"], 4)
            self._field("appeal", ground["appeal"], 4)
            self._field("rests", self._source(ground["law"], ground["confidence"]), 4)
        if not self.found["excluded_by"]:
            self.lines.append("    " + self._t("none"))

    def _overlaps(self) -> None:
        self._heading("not_with")
        for other in self.found["not_with"]:
            source = self._source(other["law"], other["confidence"])
            self._wrapped(f"{other['name']} ({other['programme']}): {source}", "  - ")
        if not self.found["not_with"]:
            self.lines.append("    " + self._t("none"))

    def _quota(self) -> None:
        self._heading("quota")
        quota, priority = self.found["quota"], list(self.found["priority"])
        if quota is None:
            self.lines.append("    " + self._t("no_quota"))
            return
        self._wrapped(quota["says"], "    ")
        self._rests(quota)
        self._field("first", "; ".join([*priority, self._t("order")]), 4)

    def _calendars(self) -> None:
        if not self.found["calendars"]:
            return
        self._heading("calendar")
        for calendar in self.found["calendars"]:
            months = calendar["months"]
            single = len(months) == 1
            times = self._t("single") if single else self._t("times", n=len(months))
            source = self._source(calendar["reference"], calendar["confidence"])
            self._wrapped(f"{calendar['channel']}: {times}, {calendar['says']}: {source}", "  - ")
            if not single:
                self._wrapped(self._shares(months), "    ")

    def _shares(self, months: Sequence[int]) -> str:
        """Months covered and share of the year's amount, instalment by instalment."""
        total = sum(months)
        parts = [
            f"{wording.measured(part, 'months', self.lang)}, "
            f"{wording.number(round(Decimal(part * 100) / total, 1), self.lang)} %"
            for part in months
        ]
        if len(set(parts)) == 1:
            return f"{self._t('each')} {parts[0]}"
        return "; ".join(f"{number}) {part}" for number, part in enumerate(parts, 1))

    def _ours(self) -> None:
        self._heading("ours")
        for said in self.found["ours"]:
            self._wrapped(said, "  - ")
        if not self.found["ours"]:
            self.lines.append("    " + self._t("nothing"))
        self.lines.append("")
        self._wrapped(self._t("marks"))
