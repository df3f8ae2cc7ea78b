"""A family's page, put into words: members, facts with their sources, history, who looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.urls import reverse

from tepat.engine.text import Text
from tepat.places.point_map import PointMap, point_map
from tepat.policy.load import load_policy
from tepat.policy.model import Variable
from tepat.policy.wording import answer as answer_text
from tepat.policy.wording import day as day_text
from tepat.policy.wording import number as number_text
from tepat.registry import numbers
from tepat.registry.actions.flags import CONTESTERS, SETTLERS
from tepat.registry.actions.people import sealer
from tepat.registry.as_of import Answer, Fact, FamilyView, MemberView
from tepat.registry.queries import age_on, masked
from tepat.registry.source_words import source_name
from tepat.staff.language import language, say

UNKNOWN = Text("Tidak diketahui", "Unknown")
YES, NO = Text("Ya", "Yes"), Text("Tidak", "No")
DOUBTFUL = Text("NIK meragukan", "NIK doubtful")
NAMELESS = Text("Keluarga tanpa kepala", "Family without a head")
WITHOUT = Text("tanpa NIK", "no NIK")


@cache
def variables() -> dict[str, Variable]:
    """The variables of the policy that the application was started with."""
    return load_policy().variables


def title_of(view: FamilyView) -> Text:
    """``Keluarga Rukmini``; a family without a living head has no name."""
    head = next((one for one in view.members if one.relation == 1), None)
    name = head.record.get("name") if head else None
    if not name:
        return NAMELESS
    return Text("Keluarga {name}", "Family of {name}").filled(name=name)


def lead_of(view: FamilyView, place: str) -> Text:
    """The quiet line under the title: members, the card's number masked, the place."""
    number = masked(sealer().open(view.record.get("kk_sealed"), view.salt))
    return Text(
        "{n} anggota · KK {number} · {place}", "{n} members · KK {number} · {place}"
    ).filled(n=len(view.members), number=number, place=place)


def shown(variable: Variable, value: Any) -> str | None:
    """An answer in words; None where there is none."""
    if value is None:
        return None
    if variable.type == "yes_no":
        return say(YES if value else NO)
    if variable.type == "code":
        code = variable.codes.get(value)
        return say(code.label) if code else str(value)
    if variable.type == "number":
        return answer_text(value, variable, language())
    if variable.type == "date":
        return day_text(value, language())
    return str(value)


def facts_of(facts: dict[str, Fact], names: Iterable[str]) -> list[dict[str, Any]]:
    """Facts for the partial: label, value, date, source, and what the last survey changed."""
    rows = []
    for name in names:
        fact, variable = facts.get(name), variables().get(name)
        if fact is None or variable is None:
            continue
        row: dict[str, Any] = {
            "label": variable.label,
            "value": shown(variable, fact.value) or say(UNKNOWN),
            "when": fact.observed_on,
            "source": source_name(fact.source),
        }
        if fact.changed and fact.before is not None:
            row |= _before(variable, fact.before)
        rows.append(row)
    return rows


def _before(variable: Variable, before: Answer) -> dict[str, Any]:
    return {
        "before": shown(variable, before.value) or say(UNKNOWN),
        "before_when": before.observed_on,
    }


def changes_of(sections: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The facts of all groups that the last survey changed."""
    return [fact for section in sections for fact in section["changes"]]


def sections_of(view: FamilyView) -> list[dict[str, Any]]:
    """The facts of the family, in the groups of the interview; empty groups are left out."""
    facts = dict(view.seen.facts)
    sections = []
    for title, names in GROUPS:
        rows = facts_of(facts, names.split())
        if rows:
            changes = [dict(row) for row in rows if "before" in row]
            told = told_once(rows)
            sections.append({"title": title, "facts": rows, "changes": changes, "told": told})
    return sections


def told_once(rows: Sequence[dict[str, Any]]) -> Text | None:
    """The day and source that all rows share, taken out of them; None where they differ."""
    if len({(row["when"], row["source"]) for row in rows}) != 1:
        return None
    when, source = rows[0]["when"], rows[0]["source"]
    for row in rows:
        del row["when"], row["source"]
    return Text(*(f"{day_text(when, lang)} · {source.get(lang)}" for lang in ("id", "en")))


def members_of(view: FamilyView) -> list[dict[str, Any]]:
    """Each member: relation and age, name, what is to be said of the NIK, the facts asked."""
    return [_member(one, view.on) for one in view.members]


def _member(member: MemberView, on: date) -> dict[str, Any]:
    record = member.record
    relation = variables()["relation"].codes.get(member.relation or 0)
    state, word = _number_state(record)
    names = [name for name, one in variables().items() if one.of == "member"]
    facts = facts_of(dict(member.seen.facts), names)
    changed = sum("before" in fact for fact in facts)
    return {
        "name": record.get("name") or say(Text("Tanpa nama", "No name")),
        "relation": relation.label if relation else UNKNOWN,
        "age": age_on(record.get("birth_date"), on),
        "state": state,
        "word": word,
        "record": _record(member),
        "told": told_once(facts),
        "facts": facts,
        "changed": changed,
    }


def _record(member: MemberView) -> list[dict[str, Any]]:
    """Who a member is: number, sex, birth, since when they belong to the family."""
    record, born = member.record, member.record.get("birth_date")
    number = masked(sealer().open(record.get("nik_sealed"), member.salt))
    return [
        {"label": "NIK", "value": number},
        {"label": variables()["sex"].label, "value": shown(variables()["sex"], record.get("sex"))},
        {
            "label": variables()["birth_date"].label,
            "value": day_text(born, language()) if born else None,
        },
        {
            "label": Text("Anggota sejak", "Member since"),
            "value": day_text(member.since, language()),
        },
    ]


def _number_state(record: Any) -> tuple[str, Text | None]:
    """What is to be said of a NIK; nothing where it is in order."""
    if record.get("nik_token") is None:
        return "unknown", WITHOUT
    if record.get("nik_findings"):
        return "unknown", DOUBTFUL
    return "yes", None


def flags_of(view: FamilyView, role: str) -> list[dict[str, Any]]:
    """What other institutions say: ground, whom, source, date, whether it is contested.

    And the address at which this role may contest it, or decide once it is contested.
    """
    grounds = load_grounds()
    names = {one.person_id: one.record.get("name") for one in view.members}
    return [
        {
            "ground": grounds[flag["ground"]].title
            if flag["ground"] in grounds
            else flag["ground"],
            "who": names.get(flag["person_id"]) or "",
            "source": flag["source"],
            "when": flag["date"],
            "evidence": flag["evidence"],
            "contested": flag["contested"],
            "answer": _answer(flag, role),
        }
        for flag in view.flags
    ]


def _answer(flag: Mapping[str, Any], role: str) -> str:
    route, roles = ("flag_settle", SETTLERS) if flag["contested"] else ("flag_contest", CONTESTERS)
    return reverse(route, kwargs={"flag": flag["id"]}) if role in roles else ""


@cache
def load_grounds() -> dict[str, Any]:
    """The exclusion grounds of the policy."""
    return load_policy().grounds


def point_of(view: FamilyView) -> PointMap | None:
    """Where the house stands, as a picture; None without a point or without any boundaries."""
    latitude, longitude = view.record.get("latitude"), view.record.get("longitude")
    if latitude is None or longitude is None:
        return None
    title = say(Text("Letak rumah keluarga", "Where the family's house stands"))
    place = int(view.record["place_id"])
    return point_map(place, float(latitude), float(longitude), title)


def degrees_of(view: FamilyView) -> dict[str, str]:
    """The point in words, for a reader who writes it down: 6,98731° LS, 107,75512° BT."""
    found = {}
    for name, above, below in (
        ("latitude", Text("LU", "N"), Text("LS", "S")),
        ("longitude", Text("BT", "E"), Text("BB", "W")),
    ):
        value = view.record.get(name)
        if value is not None:
            side = above if value >= 0 else below
            found[name] = f"{number_text(abs(value), language())}° {say(side)}"
    return found


def findings_on_card(view: FamilyView) -> list[str]:
    """Names of the findings on the card's number."""
    bits = view.record.get("kk_findings") or 0
    return [name for name, bit in numbers.KK_FINDINGS.items() if bits & bit]


GROUPS: tuple[tuple[Text, str], ...] = (
    (Text("Kesejahteraan", "Welfare"), "decile score"),
    (
        Text("Rumah", "House"),
        "housing land_proof floor_area floor wall wall_damaged roof roof_damaged homeless",
    ),
    (Text("Air dan sanitasi", "Water and sanitation"), "drinking_water latrine closet sewage"),
    (Text("Listrik dan dapur", "Power and kitchen"), "lighting power family_pln_id cooking_fuel"),
    (
        Text("Harta", "Assets"),
        "gas_cylinder refrigerator air_conditioner water_heater flat_tv computer smartphone "
        "landline gold bicycle motorcycle car boat motorboat other_house other_land "
        "cattle buffalo horse goat pig",
    ),
    (
        Text("Penghidupan", "Livelihood"),
        "food_worry food_share_over_half bought_clothing lost_livelihood agrees_to_graduate "
        "proposed_by_local_government area remote_area family_size",
    ),
)
