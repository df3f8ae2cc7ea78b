"""A law or source as the policy cites it, in the reader's language.

Citations are written in English around the Indonesian names of laws; known words are translated, as
units are. `tests/policy/test_citation.py` finds the words of the policy that are missing here.
"""

from __future__ import annotations

import re

from tepat.policy.wording import MONTHS

# Longer phrases first: each is replaced before the words that it holds.
_PHRASES = {
    "before 2025 the register of the lowest 40 %": "sebelum 2025 data 40 % terbawah",
    "DTKS held the lowest 40 percent": "DTKS memuat 40 persen terbawah",
    "DTKS, lowest 40 %": "DTKS, 40 % terbawah",
    "Register of the lowest 40 %": "Data 40 % terbawah",
    "Flag of the financial intelligence unit": "Tanda dari PPATK",
    "Head of the ministry's data centre": "Kepala Pusdatin Kemensos",
    "Government announcement via press": "Pengumuman pemerintah dalam pers",
    "Ministry's practice beside its list": "Praktik Kemensos di luar daftarnya",
    "Regsosek questionnaire checks": "Pemeriksaan kuesioner Regsosek",
    "BPS classification of villages": "Klasifikasi desa BPS",
    "Made by our own ranking model": "Dibuat oleh model peringkat sendiri",
    "derived from the budget of": "diturunkan dari anggaran",
    "from the first month of": "sejak bulan pertama",
    "amount before the rise of": "jumlah sebelum kenaikan",
    "Paid by post since": "Dibayar lewat pos sejak",
    "year of the rise assumed": "tahun kenaikan diperkirakan",
    "earlier years assumed equal": "tahun sebelumnya dianggap sama",
    "day of the change assumed": "hari perubahan diperkirakan",
    "first day assumed": "hari pertama diperkirakan",
    "months assumed": "bulan diperkirakan",
    "channel assumed": "saluran diperkirakan",
    "in one payment assumed": "dibayar sekaligus, diperkirakan",
    "use here assumed": "pemakaian di sini diperkirakan",
    "use for PIP assumed": "pemakaian untuk PIP diperkirakan",
    "use for YAPI assumed": "pemakaian untuk YAPI diperkirakan",
    "depends on others for all daily living": "bergantung pada orang lain sehari-hari",
    "much difficulty or cannot at all": "sangat sulit atau tidak bisa sama sekali",
    "households that cook with the cylinder": "rumah tangga yang memasak dengan tabung itu",
    "single elderly of 75 and more": "lansia tunggal 75 tahun ke atas",
    "final grade gets half": "kelas akhir menerima separuh",
    "new entry gets half": "murid baru menerima separuh",
    "Monthly contribution": "Iuran bulanan",
    "Monthly amount": "Jumlah bulanan",
    "amounts per year": "jumlah per tahun",
    "two meals of": "dua kali makan",
    "other programmes": "program lain",
    "general knowledge": "pengetahuan umum",
    "one card": "satu kartu",
    "regular variant": "varian reguler",
    "Overlap table of": "Tabel rangkap bantuan",
    "draft budget": "RAPBN",
    "Draft budget": "RAPBN",
    "PKH guideline of": "Pedoman PKH",
    "YAPI guideline": "Pedoman YAPI",
    "PKH index of": "Indeks PKH",
    "PKH stages": "Tahap PKH",
    "BLT Desa rules": "Aturan BLT Desa",
    "criteria for KUBE": "kriteria KUBE",
    "Top-up of": "Tambahan",
    "No top-up": "Tanpa tambahan",
    "Raised in": "Dinaikkan",
    "unchanged to": "tetap sampai",
    "carried on": "diteruskan",
    "Covid expansion": "Perluasan Covid",
    "Size of": "Jumlah tahun",
    "quota of": "kuota",
    "Budget": "Anggaran",
    "Practice of": "Praktik",
    "practice of": "praktik",
    "practice since": "praktik sejak",
    "BPNT of": "BPNT",
    "cities of": "kota tahun",
    "cities": "kota",
    "at most": "paling banyak",
    "paid once": "dibayar sekali",
    "in 2020 already": "sudah sejak 2020",
    "families of": "keluarga",
    "of Sembako": "Sembako",
    "deciles": "desil",
    "elderly": "lansia",
    "disabled": "penyandang disabilitas",
    "children": "anak",
    "pupils": "murid",
    "families": "keluarga",
    "for ten": "untuk sepuluh",
    "Press": "Pers",
    "press": "pers",
    "via": "melalui",
    "age": "umur",
    "Article": "Pasal",
    "education block": "blok pendidikan",
    "target": "sasaran",
    "thousand": "ribu",
    "million": "juta",
    "trillion": "triliun",
    "billion": "miliar",
    "assumed": "diperkirakan",
    "since": "sejak",
    "for": "untuk",
    "and": "dan",
    "or": "atau",
    "in": "dalam",
    "to": "sampai",
}
_MONTHS = dict(zip(MONTHS["en"].split(), MONTHS["id"].split(), strict=True))
_KNOWN = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(one)}(?!\w)"
        for one in sorted([*_PHRASES, *_MONTHS], key=len, reverse=True)
    )
)


def cited(source: str, lang: str) -> str:
    """A law or source; in Indonesian its known English words are translated."""
    if lang == "en":
        return source
    words = {**_PHRASES, **_MONTHS}
    return _KNOWN.sub(lambda found: words[found[0]], source)
