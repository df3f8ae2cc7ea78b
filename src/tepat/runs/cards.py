"""A decision as pages show it: the answer, the amount, each condition, the quota, what to do.

Takes what was stored and, where it is at hand, the explanation; gives what
`components/decision.html` draws, with texts in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.engine.text import Text
from tepat.policy.citation import cited
from tepat.policy.wording import day, number, rupiah
from tepat.registry.source_words import source_name
from tepat.runs.explain_text import laws_together

MOST_NAMED = 4  # exclusion grounds in one line
AWARDED, WAITING, REFUSED = 1, 2, 3
NOT_ELIGIBLE, ELIGIBLE, CANNOT_DECIDE = 0, 1, 2
YEAR = Text("tahun", "year")
STATES = {"met": "yes", "failed": "no", "unknown": "unknown", "not_checked": "unknown"}
_ANSWERS: dict[str, tuple[str, Text]] = {
    "awarded": ("yes", Text("Menerima", "Receives")),
    "waiting": ("waiting", Text("Menunggu", "Waiting")),
    "refused": ("no", Text("Tidak menerima", "Does not receive")),
    "cannot_decide": ("unknown", Text("Belum dapat diputuskan", "Cannot be decided yet")),
    "not_eligible": ("no", Text("Tidak layak", "Not eligible")),
}
_NOBODY = ("no", Text("Tidak ada yang layak", "Nobody is eligible"))


@dataclass(frozen=True)
class Stored:
    """One stored decision with its quota line and who it is about."""

    person: str | None  # the person's name; None for the family
    person_key: str | None
    outcome: int
    award: int
    failed: int
    unknown: int
    amount_year: int | None
    place: int | None
    quota: int | None
    competing: int | None
    area: Text
    barred_by: Text | None


@dataclass(frozen=True)
class About:
    """One programme of a run."""

    name: str
    title: Text
    unit: str
    criteria: Sequence[Mapping[str, str]]


def both(make: Callable[[str], str]) -> Text:
    """A text made for each language."""
    return Text(make("id"), make("en"))


def filled(template: Text, **values: Text | str | int) -> Text:
    """A text with values in place of their names; numbers and texts as the language has them."""

    def word(value: Text | str | int, lang: str) -> str:
        if isinstance(value, Text):
            return value.get(lang)
        return number(value, lang) if isinstance(value, int) else value

    return both(
        lambda lang: template.get(lang).format(
            **{name: word(value, lang) for name, value in values.items()}
        )
    )


def _text(said: Mapping[str, str]) -> Text:
    return Text(said["id"], said["en"])


def _money(amount: int) -> Text:
    return both(lambda lang: rupiah(amount, lang))


def card(
    about: About,
    rows: Sequence[Stored],
    found: Mapping[str, Any] | None,
    called: Mapping[int, Text],
    details: str,
) -> dict[str, Any]:
    """One programme's card.

    Args:
        about: the programme.
        rows: its stored decisions.
        found: its part of the explanation; None where it is not at hand.
        called: what members are called, by their numbers in the explanation.
        details: the address of the page that waits for the explanation; the card has it where
            facts, dates and sources are still missing.
    """
    amounts = [row.amount_year for row in rows if row.award == AWARDED]
    made: dict[str, Any] = {
        "name": about.title,
        "answers": _answers(about, rows),
        "amount": sum(amount or 0 for amount in amounts) if any(amounts) else None,
        "per": YEAR,
        "quota": _quota(rows),
    }
    if found is None:
        made |= {"conditions": _stored_conditions(about, rows), "details": details}
    elif about.unit == "family":
        decision = found["decisions"][0]
        made |= {
            "makeup": _makeup(decision),
            "conditions": [*_bars(rows), *_conditions(decision, called)],
            "next": _next(decision),
        }
    else:
        told = [(called[one["number"]], one) for one in found["decisions"]]
        made |= {"conditions": _of_persons(told, called), "next": _next_of_persons(told)}
    return made


def _kind(row: Stored) -> str:
    awards = {AWARDED: "awarded", WAITING: "waiting", REFUSED: "refused"}
    outcome = {NOT_ELIGIBLE: "not_eligible", CANNOT_DECIDE: "cannot_decide"}
    return awards.get(row.award) or outcome.get(row.outcome, "not_eligible")


def _answers(about: About, rows: Sequence[Stored]) -> list[tuple[str, Text]]:
    kinds = [_kind(row) for row in rows]
    if about.unit != "family":
        counted = [(kind, kinds.count(kind)) for kind in _ANSWERS if kind in kinds]
        return [
            (_ANSWERS[kind][0], _with_number(_ANSWERS[kind][1], count)) for kind, count in counted
        ] or [_NOBODY]
    answers = []
    for row, kind in zip(rows, kinds, strict=True):
        state, word = _ANSWERS[kind]
        if kind == "waiting" and row.place is not None and row.quota is not None:
            turn = Text("{word}, urutan {n}", "{word}, place {n}")
            word = filled(turn, word=word, n=row.place - row.quota)
        answers.append((state, word))
    return answers


def _with_number(word: Text, count: int) -> Text:
    return both(lambda lang: f"{word.get(lang)} {number(count, lang)}")


def _quota(rows: Sequence[Stored]) -> dict[str, Any] | None:
    """The quota line of a family for which a quota decides."""
    if len(rows) != 1 or rows[0].place is None or rows[0].quota is None:
        return None
    row = rows[0]
    quota, competing = rows[0].quota, row.competing or 0
    if competing <= quota:  # there is room for everybody
        return None
    if row.award == WAITING:
        says = Text(
            "Layak, tetapi kuota {area} {quota} penerima sudah penuh.",
            "Eligible, but the quota of {area}, {quota} recipients, is full.",
        )
    else:
        says = Text(
            "Termasuk dalam kuota {area}: {quota} penerima dari {competing} yang layak.",
            "Within the quota of {area}: {quota} recipients of {competing} who are eligible.",
        )
    return {
        "places": quota,
        "place": row.place,
        "ranked": competing,
        "area": row.area,
        "says": filled(says, area=row.area, quota=quota, competing=competing),
    }


def _bars(rows: Sequence[Stored]) -> list[dict[str, Any]]:
    """The programme that stands in the way of an eligible family."""
    already = Text("Sudah menerima {title}", "Already receives {title}")
    return [
        {
            "state": "no",
            "says": filled(already, title=bar),
            "evidence": Text("tidak boleh bersamaan", "not to be held together"),
            "law": "",
        }
        for bar in (row.barred_by for row in rows)
        if bar is not None
    ]


def _stored_conditions(about: About, rows: Sequence[Stored]) -> list[dict[str, Any]]:
    """What was not met or not known, from the bits."""
    conditions = _bars(rows)
    for row in rows:
        for at, criterion in enumerate(about.criteria):
            if not (row.failed | row.unknown) >> at & 1:
                continue
            says = Text(criterion["id"], criterion["en"])
            conditions.append(
                {
                    "state": "no" if row.failed >> at & 1 else "unknown",
                    "says": _of_whom(row.person, says),
                    "evidence": "",
                    "law": _cited(criterion["law"]),
                }
            )
    return conditions


def _of_whom(person: Text | str | None, says: Text) -> Text:
    return filled(Text("{who}: {says}", "{who}: {says}"), who=person, says=says) if person else says


def _makeup(decision: Mapping[str, Any]) -> Text | None:
    """How the amount is made up: Lansia 1 × Rp 2.400.000 · …"""
    counted = [c for c in decision["components"] if c["counted"]]
    award = decision["award"] or {}
    parts = award.get("instalments") or []

    def said(lang: str) -> str:
        words = [
            f"{c['title'][lang]} {number(c['counted'], lang)} × {rupiah(c['amount'], lang)}"
            for c in counted
        ]
        if len(parts) > 1:
            words.append(("paid " if lang == "en" else "dibayar ") + _instalments(parts, lang))
        return " · ".join(words)

    return both(said) if counted or len(parts) > 1 else None


def _instalments(parts: Sequence[int], lang: str) -> str:
    """How a year is paid: 10 × Rp 200.000 + 2 × Rp 400.000; equal parts are counted."""
    return " + ".join(
        f"{parts.count(part)} × {rupiah(part, lang)}" for part in dict.fromkeys(parts)
    )


def _conditions(decision: Mapping[str, Any], called: Mapping[int, Text]) -> list[dict[str, Any]]:
    """All criteria; grounds without a finding stand together in one line."""
    quiet = [c for c in decision["criteria"] if _is_quiet(c)]
    told = [_condition(c, called) for c in decision["criteria"] if c not in quiet]
    told += _open_components(decision, called)
    for state, words in (
        ("met", Text("Tidak ditemukan alasan pengecualian", "No exclusion ground found")),
        ("not_checked", Text("Belum diperiksa, daftarnya belum ada", "Not checked, no list yet")),
    ):
        grounds = [c for c in quiet if c["state"] == state]
        if grounds:
            told.append(_together(state, words, grounds))
    return told


def _is_quiet(criterion: Mapping[str, Any]) -> bool:
    loud = criterion["state"] in ("failed", "unknown") or bool(criterion.get("evidence"))
    return "appeal" in criterion and not loud


def _together(state: str, words: Text, grounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    titles = list({c["title"]["id"]: _text(c["title"]) for c in grounds}.values())
    named = _listed(titles[:MOST_NAMED])
    if (more := len(titles) - MOST_NAMED) > 0:
        others = Text("{named}, dan {n} lainnya", "{named} and {n} others")
        named = filled(others, named=named, n=more)
    days = sorted({c["list_date"] for c in grounds if c.get("list_date")})
    lists = _listed([Text(day(one, "id"), day(one, "en")) for one in days])
    return {
        "state": STATES[state],
        "says": filled(Text("{words}: {named}", "{words}: {named}"), words=words, named=named),
        "evidence": filled(Text("daftar {days}", "lists of {days}"), days=lists) if days else "",
        "law": _cited(laws_together(grounds)),
    }


def _listed(texts: Sequence[Text]) -> Text:
    return both(lambda lang: ", ".join(text.get(lang) for text in texts))


def _open_components(
    decision: Mapping[str, Any], called: Mapping[int, Text]
) -> list[dict[str, Any]]:
    """Members of whom it is not known whether they add an amount."""
    perhaps = Text(
        "Belum pasti: {title}, {who}; bila ya, bertambah {amount}",
        "Not settled: {title}, {who}; if so, {amount} more",
    )
    return [
        {
            "state": "unknown",
            "says": filled(
                perhaps,
                title=_text(c["title"]),
                who=_listed([called[number] for number in c["unknown"]]),
                amount=_money(c["amount"]),
            ),
            "evidence": "",
            "law": _cited(c["law"]),
        }
        for c in decision["components"]
        if c["open"] and c["unknown"]
    ]


def _condition(
    criterion: Mapping[str, Any], called: Mapping[int, Text], person: Text | None = None
) -> dict[str, Any]:
    evidence = both(lambda lang: _evidence(criterion, called, lang))
    return {
        "state": STATES[criterion["state"]],
        "says": _of_whom(person, _text(criterion["says"])),
        "evidence": evidence if evidence.id else "",
        "law": _law(criterion),
    }


def _cited(law: str) -> Text | str:
    return both(lambda lang: cited(law, lang)) if law else ""


def _law(criterion: Mapping[str, Any]) -> Text | str:
    """The law of a condition and what set its numbers; nothing is said twice."""
    laws = [p["reference"] for p in criterion["parameters"]] + [criterion["law"]]
    laws = list(dict.fromkeys(law for law in laws if law))
    kept = [law for law in laws if not any(law != other and law in other for other in laws)]
    return _cited("; ".join(kept))


def _evidence(criterion: Mapping[str, Any], called: Mapping[int, Text], lang: str) -> str:
    """Facts with their day and source, or what institutions found."""
    parts = [_hit(hit, lang) for hit in criterion.get("evidence", [])]
    facts = criterion["facts"]
    if criterion["state"] == "unknown":
        facts = [fact for fact in facts if not fact["known"]]
    elif criterion["state"] == "met" and len(facts) > 1:
        facts = facts[:1]
    short = criterion["state"] == "met"
    parts += [_fact(fact, called, lang, short=short) for fact in facts]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _hit(hit: Mapping[str, Any], lang: str) -> str:
    contested = {"id": ", disanggah", "en": ", contested"}[lang] if hit["contested"] else ""
    when = f" {day(hit['date'], lang)}" if isinstance(hit["date"], date) else ""
    return f"{hit['source']}{when}{contested}"


def _fact(fact: Mapping[str, Any], called: Mapping[int, Text], lang: str, *, short: bool) -> str:
    source = source_name(fact["source"])
    when = fact["observed_on"]
    since = " ".join(part for part in (source.get(lang), day(when, lang) if when else "") if part)
    if short:
        return since
    whose = f" ({called[fact['member']].get(lang)})" if fact["member"] else ""
    told = f"{fact['label'][lang]}{whose}: {fact['value'][lang]}"
    return f"{told}, {since}" if since and fact["known"] else told


def _next(decision: Mapping[str, Any]) -> Text | None:
    """What to do: mend or find out what is missing, object to a finding, or what would help."""
    if decision["outcome"] == "eligible":
        return None
    changes = [change for change in decision["would_change"] if change["outcome"] == "eligible"]
    if decision["outcome"] == "cannot_decide":
        missing = {
            (fact["label"]["id"], fact["label"]["en"]): None
            for c in decision["criteria"]
            if c["state"] == "unknown"
            for fact in c["facts"]
            if not fact["known"]
        }
        if missing:
            return both(
                lambda lang: (
                    {"id": "tanyakan dan catat: ", "en": "ask and record: "}[lang]
                    + ", ".join(label[lang == "en"] for label in missing)
                    + "."
                )
            )
        if any(c["name"] == "record_in_order" and c["state"] == "unknown"
               for c in decision["criteria"]):  # fmt: skip
            return Text(
                "perbaiki kesalahan pada data keluarga ini, lalu tunggu perhitungan berikutnya.",
                "mend the errors in this family's record, then wait for the next run.",
            )
    appeals = [c["appeal"] for c in decision["criteria"] if c["state"] != "met" and "appeal" in c
               and c.get("evidence")]  # fmt: skip
    if appeals:
        return _text(appeals[0])
    if changes:
        return both(
            lambda lang: (
                {"id": "menjadi layak bila ", "en": "becomes eligible if "}[lang]
                + changes[0]["if"][lang]
                + "."
            )
        )
    return None


def _of_persons(
    told: Sequence[tuple[Text, Mapping[str, Any]]], called: Mapping[int, Text]
) -> list[dict[str, Any]]:
    """One line for each person, who is helped first; of the undecided every missing thing."""
    lines = []
    for who, decision in sorted(told, key=lambda one: not one[1]["award"]):
        award = decision["award"]
        if award:
            lines.append(_awarded_person(who, decision, award))
            continue
        against = [c for c in decision["criteria"] if c["state"] in ("failed", "unknown")]
        failed = [c for c in against if c["state"] == "failed"]
        lines += [_condition(criterion, called, who) for criterion in failed[:1] or against]
    return lines


def _awarded_person(
    who: Text, decision: Mapping[str, Any], award: Mapping[str, Any]
) -> dict[str, Any]:
    state, word = _ANSWERS[award["status"]]

    def said(lang: str) -> str:
        text = f"{who.get(lang)}: {word.get(lang).lower()}"
        if award["status"] == "waiting" and award["place"] is not None:
            place = "place" if lang == "en" else "urutan"
            text += f", {place} {number(award['place'] - (award['quota'] or 0), lang)}"
        if award["barred_by_name"]:
            already = "already receives" if lang == "en" else "sudah menerima"
            text += f", {already} {award['barred_by_name'][lang]}"
        if decision["amount_year"]:
            text += f", {rupiah(decision['amount_year'], lang)} / {YEAR.get(lang)}"
        return text

    return {"state": state, "says": both(said), "evidence": "", "law": ""}


def _next_of_persons(told: Sequence[tuple[Text, Mapping[str, Any]]]) -> Text | None:
    """The next step for the first person who cannot be decided yet."""
    for who, decision in told:
        step = _next(decision) if decision["outcome"] == "cannot_decide" else None
        if step is not None:
            return filled(Text("{who}, {step}", "{who}, {step}"), who=who, step=step)
    return None
