"""Internal names in words: ``monthly_amount`` becomes "Jumlah bulanan", "Monthly amount".

Parameters, conditions and named values have no title in the policy files, so their names are put
together from a small list of words. What is not on the list stays as it is written, with spaces.
Grounds are called as exclusions.yaml calls them; `tests/policy/test_called.py` compares the two and
finds the names of the policy that are missing here.
"""

from __future__ import annotations

from tepat.policy.model import Text

_NAMES = {
    "access_fixed": Text("tetap PKH Akses", "fixed PKH Akses"),
    "active_beneficiary": Text("penerima aktif", "active beneficiary"),
    "address_not_found": Text("Alamat tidak ditemukan", "Address not found"),
    "adult": Text("dewasa", "adult"),
    "agrees_to_leave": Text("setuju keluar", "agrees to leave"),
    "already_able": Text(
        "Sudah mampu atau tidak ada komponen", "Able to manage or no component left"
    ),
    "amount": Text("jumlah setahun", "amount per year"),
    "amount_paid": Text("cara pembayaran", "way of payment"),
    "at_most": Text("paling banyak anggota", "members at most"),
    "at_school": Text("bersekolah", "at school"),
    "attends_school": Text("bersekolah", "attends school"),
    "capital": Text("modal", "capital"),
    "card_or_decile_within_limit": Text(
        "kartu, atau desil dalam batas", "card, or decile in limit"
    ),
    "certified_teacher": Text("Guru bersertifikat", "Certified teacher"),
    "civil_pensioner": Text(
        "Pensiunan ASN, TNI atau Polri", "Pensioner of civil service, military or police"
    ),
    "civil_servant": Text("ASN, TNI atau Polri", "Civil servant, military or police"),
    "civil_servant_in_family": Text(
        "Satu KK dengan ASN, TNI atau Polri", "On one family card with a civil servant"
    ),
    "company_officer": Text("Pengurus atau pemilik perusahaan", "Officer or owner of a company"),
    "crowded": Text("berdesakan", "crowded"),
    "daily_amount": Text("jumlah harian", "daily amount"),
    "damaged": Text("rusak", "damaged"),
    "days_of_service": Text("hari layanan", "days of service"),
    "deceased": Text("Meninggal dunia", "Deceased"),
    "decile": Text("desil", "decile"),
    "decile_within_limit": Text("desil dalam batas", "decile within the limit"),
    "difficulty": Text("kesulitan", "difficulty"),
    "disabled": Text("penyandang disabilitas", "disabled"),
    "duplicate": Text("Data ganda", "Duplicate"),
    "early_childhood": Text("anak usia dini", "small child"),
    "elderly": Text("lanjut usia", "elderly"),
    "elderly_or_disabled": Text("lansia atau penyandang disabilitas", "elderly or disabled"),
    "family_in_remote_area": Text("keluarga di daerah terpencil", "family in a remote area"),
    "family_share": Text("bagian keluarga", "share of the family"),
    "farmer": Text("petani", "farmer"),
    "first_grade": Text("kelas pertama", "first grade"),
    "fisher": Text("nelayan", "fisher"),
    "floor_area_per_person": Text("luas lantai per orang", "floor area per person"),
    "health_worker": Text("Tenaga kesehatan", "Health worker"),
    "higher_monthly_amount": Text("jumlah bulanan lebih tinggi", "higher monthly amount"),
    "higher_months": Text("bulan dengan jumlah lebih tinggi", "months of the higher amount"),
    "house": Text("rumah", "house"),
    "house_unfit": Text("rumah tidak layak huni", "house unfit to live in"),
    "household_user": Text("rumah tangga pemakai", "household that uses it"),
    "in_a_target_group": Text("termasuk kelompok sasaran", "in a target group"),
    "in_the_register_or_proposed": Text("terdata atau diusulkan", "in the register or proposed"),
    "is_child": Text("masih anak", "is a child"),
    "is_orphan": Text("yatim atau piatu", "is an orphan"),
    "land_proven": Text("tanah terbukti milik sendiri", "land proven"),
    "lives_alone": Text("tinggal sendiri", "lives alone"),
    "lower_secondary": Text("SMP", "lower secondary"),
    "lower_secondary_half": Text("separuh SMP", "half of lower secondary"),
    "lower_secondary_school": Text("anak SMP", "lower secondary pupil"),
    "married_member_of_working_age": Text(
        "anggota menikah usia kerja", "married member of working age"
    ),
    "members": Text("anggota", "members"),
    "micro_enterprise": Text("usaha mikro", "micro enterprise"),
    "monthly_amount": Text("jumlah bulanan", "monthly amount"),
    "monthly_contribution": Text("iuran bulanan", "monthly contribution"),
    "months": Text("jumlah bulan", "number of months"),
    "months_covered": Text("bulan yang dicakup", "months covered"),
    "moved_or_not_found": Text("Pindah atau tidak ditemukan", "Moved or not found"),
    "national": Text("nasional", "national"),
    "never_helped_before": Text("belum pernah dibantu", "never helped before"),
    "not_together": Text("larangan rangkap", "ban on holding both"),
    "of_school_age": Text("usia sekolah", "of school age"),
    "oldest_age": Text("umur tertinggi", "oldest age"),
    "on_the_sembako_list": Text("dalam daftar Sembako", "on the Sembako list"),
    "on_the_sembako_or_pkh_list": Text(
        "dalam daftar Sembako atau PKH", "on the Sembako or PKH list"
    ),
    "one_payment": Text("sekali bayar", "one payment"),
    "online_gambling": Text("Terindikasi judi daring", "Online-gambling match"),
    "owns_house": Text("punya rumah", "owns the house"),
    "poor_where_900_va": Text("miskin, jika 900 VA", "poor where 900 VA"),
    "pregnancies_counted": Text("kehamilan yang dihitung", "pregnancies counted"),
    "pregnancy": Text("ibu hamil", "pregnant woman"),
    "primary": Text("SD", "primary"),
    "primary_half": Text("separuh SD", "half of primary"),
    "primary_school": Text("anak SD", "primary pupil"),
    "priority": Text("yang didahulukan", "who comes first"),
    "public_income": Text(
        "Penghasilan rutin dari APBN atau APBD", "Regular income from public budgets"
    ),
    "quota": Text("kuota", "quota"),
    "refuses": Text("Menolak bantuan", "Refuses assistance"),
    "regular_fixed": Text("tetap reguler", "fixed regular"),
    "rights_victim": Text("korban pelanggaran HAM berat", "victim of human-rights violations"),
    "school": Text("sekolah", "school"),
    "severe_disability": Text("disabilitas berat", "severe disability"),
    "severely_disabled": Text("penyandang disabilitas berat", "severely disabled"),
    "small_connection": Text("sambungan kecil", "small connection"),
    "social_worker": Text(
        "Pendamping atau SDM kesejahteraan sosial", "Programme facilitator or social staff"
    ),
    "someone_counts": Text("ada yang dihitung", "somebody counts"),
    "together": Text("boleh dirangkap", "may be held together"),
    "top_up_amount": Text("jumlah tambahan", "top-up amount"),
    "top_up": Text("tambahan", "top-up"),
    "upper_secondary": Text("SMA", "upper secondary"),
    "upper_secondary_half": Text("separuh SMA", "half of upper secondary"),
    "upper_secondary_school": Text("anak SMA", "upper secondary pupil"),
    "village_official": Text("Perangkat desa", "Village official"),
    "wage_above_minimum": Text("Upah di atas UMP atau UMK", "Wage above the minimum wage"),
    "without_latrine": Text("tanpa jamban", "without a latrine"),
    "youngest_age": Text("umur terendah", "youngest age"),
}  # fmt: skip
# longer endings first
_ENDINGS = {
    "_asked_from": Text("umur mulai ditanya: {x}", "age from which it is asked: {x}"),
    "_asked_to": Text("umur terakhir ditanya: {x}", "age to which it is asked: {x}"),
    "_assistance": Text("bantuan {x}", "{x} assistance"),
    "_last_grade": Text("kelas terakhir {x}", "last grade, {x}"),
    "_age_from": Text("umur {x}, mulai", "{x} age, from"),
    "_age_to": Text("umur {x}, sampai", "{x} age, to"),
    "_to_age": Text("umur {x}, sampai", "{x}, to the age of"),
    "_at_most": Text("{x}, paling banyak", "{x}, at most"),
    "_amount": Text("jumlah untuk {x}", "amount for {x}"),
    "_months": Text("bulan {x}", "{x} months"),
    "_limit": Text("batas {x}", "{x} limit"),
    "_quota": Text("kuota {x}", "{x} quota"),
    "_age": Text("umur {x}", "age, {x}"),
}
_WORDS = {
    "amount": "jumlah", "monthly": "bulanan", "daily": "harian", "yearly": "tahunan", "age": "umur",
    "limit": "batas", "quota": "kuota", "child": "anak", "children": "anak", "toddler": "balita",
    "local": "daerah", "family": "keluarga", "families": "keluarga", "person": "orang",
    "small": "kecil", "poor": "miskin", "pupil": "murid", "pupils": "murid",
    "income": "penghasilan",
    "from": "mulai", "to": "sampai", "new": "baru", "in": "di", "and": "dan", "or": "atau",
    "women": "perempuan", "woman": "perempuan",
    "worker": "pekerja", "workers": "pekerja", "rent": "sewa", "food": "pangan", "cash": "tunai",
}  # fmt: skip
_PARTS = {
    "conditions": Text("Syarat", "Condition"),
    "components": Text("Komponen", "Component"),
    "values": Text("Istilah", "Term"),
    "excluded_by": Text("Pengecualian", "Exclusion"),
    "calendar": Text("Kalender penyaluran", "Payment calendar"),
}


def called(name: str, lang: str) -> str:
    """An internal name in words, such as ``decile_limit`` or ``excluded_by.civil_pensioner``."""
    part, dot, rest = name.partition(".")
    if dot and part in _PARTS:
        words = rest.upper() if part == "calendar" else _words(rest, lang)
        return f"{_PARTS[part].get(lang)}: {words}"
    words = _words(name, lang)
    return words[:1].upper() + words[1:]


def is_known(name: str) -> bool:
    """Whether the whole name can be said in both languages."""
    return name in _NAMES or any(
        name.endswith(ending) and is_known(name.removesuffix(ending)) for ending in _ENDINGS
    ) or all(word in _WORDS for word in name.split("_"))  # fmt: skip


def _words(name: str, lang: str) -> str:
    if name in _NAMES:
        return _NAMES[name].get(lang)
    for ending, said in _ENDINGS.items():
        if name.endswith(ending):
            return said.get(lang).format(x=_words(name.removesuffix(ending), lang))
    words = name.split("_")
    return " ".join(words if lang == "en" else (_WORDS.get(word, word) for word in words))
