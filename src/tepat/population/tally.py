"""Counting what was made, so that a population carries its own table of realised rates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tepat.population.chances import Columns, per_family
from tepat.population.figures import ERRORS, UNREGISTERED
from tepat.population.provinces import BY_CODE
from tepat.population.record import Record
from tepat.population.unregistered import Unregistered, kinds

_OF_MEMBERS = ("malformed_nik", "duplicate_nik", "fuzzy_duplicate", "blank_name")
_ACROSS = {"nik_across": "members", "fuzzy_across": "members", "kk_across": "families"}
_PLANTED = ("civil_servant", "wage_above_minimum", "company_officer")


@dataclass
class Tally:
    """Running counts over parts."""

    counts: dict[str, float] = field(default_factory=dict)
    provinces: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0.0) + float(value)

    def join(self, other: Tally) -> None:
        """Add the counts of other parts."""
        for name, value in other.counts.items():
            self.add(name, value)
        for code, counts in other.provinces.items():
            place = self.provinces.setdefault(code, dict.fromkeys(counts, 0.0))
            for name, value in counts.items():
                place[name] += value

    def take(self, record: Record) -> None:
        """Count one part."""
        families, members = record.families, record.members
        size, poor = families["true_size"], families["poor"]
        place = self.provinces.setdefault(
            record.part.province, dict.fromkeys(("families", "people", "poor_people"), 0.0)
        )
        for name, value in (
            ("families", len(size)),
            ("people", size.sum()),
            ("poor_people", (size * poor).sum()),
        ):
            place[name] += float(value)
            self.add(name, value)
        self.add("poor_families", poor.sum())
        self.add("members", len(members["sex"]))
        for name, mask in record.errors.items():
            self.add(name, mask.sum())
        away = record.elsewhere >= 0
        for name, kind in (("nik_across", "duplicate_nik"), ("fuzzy_across", "fuzzy_duplicate")):
            self.add(name, (record.errors[kind] & away).sum())
        self.add("kk_across", (families["kk_of"] >= 0).sum())
        self._kinds("in", families)
        self._families(record)
        self._people(record)

    def take_unregistered(self, found: Unregistered) -> None:
        """Count those of one part who are in no register."""
        self._kinds("out", found.families)

    def _kinds(self, side: str, families: Columns) -> None:
        kind = kinds(families["poor"], families["remote"])
        for name, count in zip(UNREGISTERED, np.bincount(kind, minlength=4), strict=True):
            self.add(f"{side}_{name}", count)

    def _families(self, record: Record) -> None:
        families, held = record.families, record.held
        poor, missing = families["poor"], families["missing"]
        self.add("missing_of_poor", missing[poor].sum())
        self.add("members_of_poor", families["true_size"][poor].sum())
        self.add("missing_of_others", missing[~poor].sum())
        for name in ("malformed_kk", "no_head", "bst_with_pkh", "blt_desa_with_sembako"):
            self.add(name, families[name].sum())
        self.add("decile_unknown", (families["decile"] < 0).sum())
        self.add("on_list", (held["pkh"] | held["sembako"]).sum())
        for name, mask in {**held, **record.held_by}.items():
            self.add(f"holds_{name}", mask.sum())
        for number in record.planted.ground:
            self.add(f"planted_{number}", 1)
        self.add("planted", len(record.planted.member))
        self.add("false_positive", record.planted.false.sum())

    def _people(self, record: Record) -> None:
        members, count = record.members, len(record.families["poor"])
        age, family = members["age"], members["family"]
        self.add("deceased", members["is_deceased"].sum())
        pregnant = (members["pregnant"] == 1) & (members["sex"] == 2)
        self.add("pregnant", pregnant.sum())
        self.add("elderly", (age >= 60).sum())
        for name, mask in (
            ("with_pregnant", pregnant),
            ("with_infant", age <= 6),
            ("with_pupil_age", (age >= 7) & (age <= 18)),
            ("with_elderly", age >= 60),
        ):
            self.add(name, int(np.count_nonzero(per_family(family, mask, count))))

    def rates(self) -> dict[str, dict[str, float]]:
        """Each error: target and realised share of what it is counted in."""
        from tepat.population.flags import GROUNDS

        c = self.counts
        whole = dict.fromkeys(_OF_MEMBERS, "members") | {
            "deceased": "members",
            "malformed_kk": "families",
            "no_head": "families",
            "decile_unknown": "families",
            **(_ACROSS if len(self.provinces) > 1 else {}),
            "false_positive": "planted",
            "missing_of_poor": "members_of_poor",
            "bst_with_pkh": "holds_bst",
            "blt_desa_with_sembako": "holds_blt_desa",
        }
        table = {name: (c.get(name, 0.0), c.get(of, 0.0)) for name, of in whole.items()}
        table["missing_of_others"] = (c["missing_of_others"], c["people"] - c["members_of_poor"])
        for name in _PLANTED:
            table[name] = (c.get(f"planted_{GROUNDS.index(name)}", 0.0), c["on_list"])
        return {
            name: {"target": ERRORS[name], "realised": round(hits / of, 6) if of else 0.0}
            for name, (hits, of) in sorted(table.items())
        }

    def unregistered(self) -> dict[str, dict[str, float]]:
        """Each kind of family and all: target and realised share that is in no register.

        The target of all is what the kinds' targets make of the families that are registered here.
        """
        inside = {name: self.counts[f"in_{name}"] for name in UNREGISTERED}
        outside = {name: self.counts[f"out_{name}"] for name in UNREGISTERED}
        wanted = sum(inside[name] * rate / (1 - rate) for name, rate in UNREGISTERED.items())

        def shares(target: float, out: float, registered: float) -> dict[str, float]:
            whole = out + registered
            return {
                "target": round(target, 6),
                "realised": round(out / whole, 6) if whole else 0.0,
            }

        registered = sum(inside.values())
        return {
            "all": shares(wanted / (wanted + registered), sum(outside.values()), registered),
            **{
                name: shares(rate, outside[name], inside[name])
                for name, rate in UNREGISTERED.items()
            },
        }

    def poverty(self) -> dict[str, dict[str, float]]:
        """Each province: families, people, target and realised per cent of people poor."""
        return {
            code: {
                "families": int(c["families"]),
                "people": int(c["people"]),
                "poor_pct_target": BY_CODE[code].poor_pct,
                "poor_pct": round(100 * c["poor_people"] / max(c["people"], 1), 2),
            }
            for code, c in sorted(self.provinces.items())
        }

    def make_up(self) -> dict[str, float]:
        """Mean family size and shares that domain figures can be held against."""
        c = self.counts
        people, members, families = c["people"], c["members"], c["families"]
        shares = {
            name: round(c[name] / families, 4)
            for name in ("with_pregnant", "with_infant", "with_pupil_age", "with_elderly")
        }
        return {
            "mean_family_size": round(people / families, 3),
            "poor_pct": round(100 * c["poor_people"] / people, 2),
            "pregnant": round(c["pregnant"] / members, 4),
            "elderly": round(c["elderly"] / members, 4),
            **shares,
        }
