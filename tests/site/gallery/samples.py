"""Made-up content for the gallery: nobody here lives anywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.utils.safestring import mark_safe

from tepat.engine.text import Text

SPRING, SUMMER = date(2025, 5, 12), date(2025, 7, 1)

DECISIONS: list[dict[str, Any]] = [
    {
        "name": "PKH",
        "answers": [("yes", Text("Menerima", "Receives"))],
        "amount": 3_900_000,
        "per": Text("tahun", "year"),
        "makeup": Text(
            "Lansia 1 × 2.400.000 · Anak SMP 1 × 1.500.000, paling banyak 4 anggota",
            "Older person 1 × 2,400,000 · Junior secondary pupil 1 × 1,500,000, at most 4 members",
        ),
        "conditions": [
            {
                "state": "yes",
                "says": Text("Desil keluarga 3, batas 4", "Decile of the family 3, limit 4"),
                "evidence": Text("DTSEN 30 Juni 2025", "DTSEN 30 June 2025"),
                "law": "Kepmensos 79/HUK/2025",
            },
            {
                "state": "yes",
                "says": Text("Ada anggota yang dihitung: 2 orang", "Members who count: 2 persons"),
                "evidence": Text("Wawancara 12 Mei 2025 oleh Pendamping", "Interview 12 May 2025"),
            },
            {
                "state": "unknown",
                "says": Text(
                    "Anak SD belum dihitung: NIK belum padan; bila padan, bertambah Rp 900.000",
                    "The pupil does not count yet: no NIK match; if matched, Rp 900,000 more",
                ),
                "evidence": Text("Padanan Dukcapil 1 Juli 2025", "Match with Dukcapil 1 July 2025"),
            },
            {
                "state": "yes",
                "says": Text(
                    "Tidak ada ASN, TNI, atau Polri dalam keluarga",
                    "No civil servant, soldier or police officer in the family",
                ),
                "evidence": Text("Daftar BKN 1 Juni 2025", "List of BKN 1 June 2025"),
            },
        ],
    },
    {
        "name": "Sembako",
        "answers": [("waiting", Text("Menunggu, urutan 214", "Waiting, number 214"))],
        "quota": {
            "places": 96_420,
            "place": 96_634,
            "ranked": 284_000,
            "area": "Kabupaten Bandung",
            "says": Text(
                "Layak, tetapi kuota Kabupaten Bandung 96.420 keluarga sudah penuh.",
                "Eligible, but the quota of Kabupaten Bandung, 96,420 families, is full.",
            ),
        },
    },
    {
        "name": Text("PBI-JK, per orang", "PBI-JK, per person"),
        "answers": [
            ("yes", Text("Menerima 3", "Receive 3")),
            ("unknown", Text("Belum dapat diputuskan 1", "Cannot tell yet 1")),
        ],
        "conditions": [
            {
                "state": "unknown",
                "says": Text(
                    "NIK cucu kedua belum padan dengan Dukcapil",
                    "The NIK of the second grandchild does not match Dukcapil",
                ),
            }
        ],
        "next": Text("Perbaiki nama di KK, lalu padankan ulang.", "Mend the name, then match."),
        "next_url": "/form/",
        "next_text": Text("Perbaiki nama", "Mend the name"),
    },
    {
        "name": "BLT Desa",
        "answers": [("no", Text("Tidak", "No"))],
        "fold": True,
        "open": False,
        "brief": Text("Sudah menerima PKH", "Receives PKH already"),
        "conditions": [
            {
                "state": "no",
                "says": Text("Sudah menerima PKH", "Receives PKH already"),
                "law": Text(
                    "Permendesa 2/2024: tidak boleh bersamaan",
                    "Permendesa 2/2024: not together",
                ),
            }
        ],
    },
]

MEMBERS: list[dict[str, Any]] = [
    {"label": Text(i, e), "value": name, "state": state, "word": word}
    for i, e, name, state, word in [
        ("Kepala keluarga, 67 tahun", "Head, 67 years", "Rukmini", "yes", Text("padan", "matched")),
        ("Anak, 34 tahun", "Child, 34 years", "Asep Hidayat", "yes", Text("padan", "matched")),
        ("Cucu, 13 tahun", "Grandchild, 13 years", "Dewi", "yes", Text("padan", "matched")),
        (
            "Cucu, 9 tahun",
            "Grandchild, 9 years",
            "Rizki",
            "unknown",
            Text("belum padan", "unmatched"),
        ),
    ]
]

HOUSE: list[dict[str, Any]] = [
    {
        "label": Text("Luas per orang", "Floor per person"),
        "value": "9 m²",
        "when": SPRING,
        "source": Text("Pendamping", "Facilitator"),
    },
    {
        "label": Text("Lantai", "Floor"),
        "value": Text("keramik", "tiles"),
        "before": "semen",
        "before_when": date(2023, 3, 4),
        "when": SPRING,
        "source": Text("Pendamping", "Facilitator"),
    },
    {"label": Text("Sumber air minum", "Drinking water"), "value": None},
]

EVENTS: list[dict[str, Any]] = [
    {
        "title": Text("Nomor KK berubah", "KK number changed"),
        "when": date(2025, 7, 3),
        "by": Text("Operator desa", "Village operator"),
        "detail": Text("KK baru terlampir", "new KK attached"),
    },
    {
        "title": Text("Survei lapangan: 39 isian, 2 berubah", "Ground check: 39 facts, 2 changed"),
        "when": SPRING,
        "by": Text("Pendamping", "Facilitator"),
        "detail": Text("lantai semen → keramik", "floor cement → tiles"),
        "url": "/family/",
    },
    {
        "title": Text("Sanggahan ditolak setelah kunjungan", "Objection refused after a visit"),
        "when": date(2025, 2, 2),
        "by": "Dinas Sosial",
    },
]

FAMILIES: dict[str, Any] = {
    "caption": Text("Keluarga di Desa Cigentur", "Families in Desa Cigentur"),
    "caption_hidden": True,
    "columns": [
        {"label": Text("Kepala keluarga", "Head of family")},
        {"label": Text("Dusun", "Hamlet")},
        {"label": Text("Keadaan", "State")},
        {"label": Text("Menunggu", "Waiting"), "short": True},
        {"label": Text("Pengeluaran sebulan", "Spending a month"), "numeric": True},
    ],
    "rows": [
        {
            "id": "1",
            "url": "/family/",
            "cells": [
                "Rukmini",
                "Cigentur I",
                {"text": "", "state": "yes", "word": Text("lengkap", "complete")},
                "3 hari",
                "Rp 1.240.000",
            ],
        },
        {
            "id": "2",
            "url": "/family/",
            "cells": [
                "Sutrisno Wibowo",
                "Cigentur II",
                {"text": "", "state": "unknown", "word": Text("NIK belum padan", "NIK unmatched")},
                "12 hari",
                "Rp 980.000",
            ],
        },
        {
            "id": "3",
            "url": "/family/",
            "cells": [
                "Maria Goreti da Silva Soares",
                "Babakan Sukamanah",
                {
                    "text": "",
                    "state": "waiting",
                    "word": Text("menunggu tinjauan", "waiting for review"),
                },
                "41 hari",
                "Rp 12.400.000",
            ],
        },
    ],
}

VILLAGES: dict[str, Any] = {
    "caption": Text("Keluarga menurut kecamatan", "Families by kecamatan"),
    "columns": [
        {"label": "Kecamatan"},
        {"label": Text("Keluarga", "Families"), "numeric": True},
        {"label": Text("Terlambat diperbarui", "Overdue"), "numeric": True},
    ],
    "rows": [{"cells": ["Paseh", "4.210", "312"]}, {"cells": ["Ibun", "3.987", "1.204"]}],
}

MAP = mark_safe(
    '<svg viewBox="0 0 240 80" role="img" aria-labelledby="map-t map-d">'
    '<title id="map-t">Peta</title><desc id="map-d">Dua kecamatan</desc>'
    '<rect x="4" y="4" width="112" height="72" rx="6" '
    'fill="#9fc5bd"/><rect x="124" y="4" width="112" height="72" rx="6" fill="#0b4f4a"/></svg>'
)

VERSIONS: list[dict[str, Any]] = [
    {
        "name": "floor",
        "label": Text("Lantai", "Floor"),
        "mine": "Keramik",
        "theirs": "Semen",
        "chosen": "mine",
    },
    {
        "name": "roof",
        "label": Text("Atap", "Roof"),
        "mine": "Genteng",
        "theirs": None,
        "chosen": "theirs",
    },
]

JOBS: list[dict[str, Any]] = [
    {
        "title": Text("Perhitungan triwulan 3", "Run of quarter 3"),
        "state": "running",
        "done": 41_200,
        "total": 96_420,
        "says": Text("Memeriksa syarat", "Checking conditions"),
        "started": datetime(2025, 8, 18, 2, 12, tzinfo=UTC),
    },
    {
        "title": Text("Impor Desa Cigentur", "Import of Desa Cigentur"),
        "state": "done",
        "says": Text("1.204 keluarga masuk.", "1,204 families came in."),
    },
]
