"""A small whole policy as files, for trying what the loader says of mistakes."""

from __future__ import annotations

from pathlib import Path

VARIABLES = """\
age:
  of: member
  type: number
  label: {id: Umur, en: Age}
  minimum: 0
  maximum: 125
  computed: age(birth_date)
  sensitivity: personal
birth_date:
  of: member
  type: date
  label: {id: Tanggal lahir, en: Date of birth}
  sensitivity: personal
school_level:
  of: member
  type: code
  label: {id: Jenjang, en: Level}
  codes:
    3: {name: sd, id: SD, en: Primary school}
    8: {name: smp, id: SMP, en: Lower secondary school}
  groups: {compulsory: [sd, smp]}
  sensitivity: personal
diploma:
  of: member
  type: code
  label: {id: Ijazah, en: Diploma}
  codes_of: school_level
  codes: {0: {name: none, id: Tidak punya, en: None}}
  sensitivity: personal
works: {of: member, type: yes_no, label: {id: Bekerja, en: Works}, sensitivity: personal}
pln_id: {of: family, type: text, label: {id: PLN, en: PLN}, sensitivity: personal}
decile:
  of: family
  type: number
  label: {id: Desil, en: Decile}
  minimum: 1
  maximum: 10
  sensitivity: personal
"""

EXCLUSIONS = """\
civil_servant:
  name: {id: ASN, en: Civil servant}
  says: {id: Ada ASN, en: There is a civil servant}
  reach: family
  list: {id: Data BKN, en: Civil service records}
  rule: works and age < 0
  appeal: {id: Ajukan sanggahan, en: Object}
  law: List of grounds
  confidence: A
"""

OVERLAPS = """\
order: [child_aid, school_aid]
not_together:
  - {programmes: [child_aid, school_aid], law: Regulation 1, confidence: A}
"""

PROGRAMME = """\
programme: child_aid
name: {id: Bantuan Anak, en: Child Aid}
law: Regulation 1
confidence: A
unit: family
kind: cash
in_force: {from: 2024-01-01, reference: Regulation 1, confidence: A}
values:
  small: {rule: age < school_age, law: Regulation 1, confidence: A}
conditions:
  decile_within_limit:
    rule: decile <= decile_limit
    says: {id: "Desil {decile}, batas {decile_limit}", en: "Decile {decile}, limit {decile_limit}"}
    law: Regulation 1
    confidence: A
  someone_counts:
    rule: counted_members >= 1
    says: {id: "Dihitung {counted_members}", en: "Counted {counted_members}"}
    law: Regulation 1
    confidence: A
components:
  small_child:
    name: {id: Anak kecil, en: Small child}
    who: small
    at_most: children_at_most
    amount: child_amount
    law: Regulation 1
    confidence: A
at_most: children_at_most
excluded_by: [civil_servant]
quota: national_quota
"""

AMOUNTS = """\
decile_limit:
  unit: decile
  values: [{from: 2024-01-01, value: 4, reference: Regulation 1, confidence: A}]
school_age:
  unit: years
  values: [{from: 2024-01-01, value: 7, reference: Regulation 1, confidence: A}]
children_at_most:
  unit: persons per family
  values: [{from: 2024-01-01, value: 2, reference: Regulation 1, confidence: A}]
child_amount:
  unit: rupiah per year
  values:
    - {from: 2024-01-01, value: 1_000_000, reference: Regulation 1, confidence: A}
    - {from: 2025-01-01, value: 1_200_000, reference: Regulation 2, confidence: B}
national_quota:
  unit: families
  values: [{from: 2024-01-01, value: 1000, reference: Regulation 1, confidence: A}]
"""

CALENDAR = """\
- {channel: bank, from: 2024-01-01, months: [6, 6], reference: Regulation 1, confidence: A}
"""

CASES = """\
- case: A small child of the fourth decile
  cites: Regulation 1, A
  on: 2024-07-01
  family: {decile: 4}
  members: [{age: 3}, {age: 40, works: true}]
  flags: [{member: 2, ground: civil_servant, contested: true}]
  lists: [civil_servant]
  benefits: [{programme: school_aid, member: 1}]
  expect: {outcome: cannot_decide, unknown: [civil_servant]}
"""

SCHOOL = """\
programme: school_aid
name: {id: Uang Sekolah, en: School Money}
law: Regulation 3
unit: member
in_force:
  - {from: 2024-01-01, to: 2025-12-31, reference: Regulation 3, confidence: A}
conditions:
  at_school:
    rule: school_level in compulsory
    says: {id: Bersekolah, en: At school}
    law: Regulation 3
    confidence: A
amount: monthly * 12
priority: [decile]
"""

SCHOOL_AMOUNTS = """\
monthly:
  unit: rupiah per person and month
  values: [{from: 2024-01-01, value: 50_000, reference: Regulation 3, confidence: A}]
"""

FILES = {
    "variables.yaml": VARIABLES,
    "exclusions.yaml": EXCLUSIONS,
    "overlaps.yaml": OVERLAPS,
    "programmes/child_aid/programme.yaml": PROGRAMME,
    "programmes/child_aid/amounts.yaml": AMOUNTS,
    "programmes/child_aid/calendar.yaml": CALENDAR,
    "programmes/school_aid/programme.yaml": SCHOOL,
    "programmes/school_aid/amounts.yaml": SCHOOL_AMOUNTS,
}
CASE_FILE = "programmes/child_aid/cases/first.yaml"


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The files with one piece of text exchanged; the piece must be there once."""
    text = (FILES | {CASE_FILE: CASES})[file]
    assert text.count(old) == 1, (file, old, text.count(old))
    return FILES | {file: text.replace(old, new)}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
