"""What can be wrong with a record: name, severity, what it says, what to do.

An error makes an identity or a record unusable: on a family or its head it blocks the family's
award, on another member it takes that member out of the count. A warning leaves the record in
use; where a value could not be read, the value is unknown. A note asks for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tepat.policy.model import Text

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True)
class Rule:
    """One thing that is looked for."""

    name: str
    severity: str
    says: Text
    do: Text


def _rule(name: str, severity: str, says_id: str, says_en: str, do_id: str, do_en: str) -> Rule:
    return Rule(name, severity, Text(says_id, says_en), Text(do_id, do_en))


_MEND_ID, _MEND_EN = "Perbaiki pada sumbernya.", "Mend it at the source."
_ASK_ID, _ASK_EN = "Tanyakan kembali kepada keluarga.", "Ask the family again."

_RULES = (
    # How a file reads
    _rule(
        "row_unreadable",
        ERROR,
        "Baris berkas tidak terbaca",
        "The line of the file cannot be read",
        "Perbaiki jumlah kolom atau tanda kutip pada baris itu.",
        "Mend the number of columns or the quotes on that line.",
    ),
    _rule(
        "blank_rows",
        NOTE,
        "Baris kosong dilewati",
        "Blank rows were skipped",
        "Tidak perlu apa-apa.",
        "Nothing to do.",
    ),
    _rule(
        "column_unused",
        NOTE,
        "Kolom tidak dikenal, tidak dipakai",
        "The column is not known and was not used",
        "Periksa ejaan nama kolom, atau pakai pemetaan.",
        "Check the spelling of the name, or use a mapping.",
    ),
    _rule(
        "encoding_assumed",
        NOTE,
        "Berkas bukan UTF-8; dibaca sebagai pengodean yang tertera",
        "The file is not UTF-8; it was read in the encoding shown",
        "Periksa huruf beraksen, atau simpan sebagai UTF-8.",
        "Check accented letters, or save the file as UTF-8.",
    ),
    _rule(
        "key_missing",
        ERROR,
        "Baris tanpa kunci, tidak diputuskan",
        "The row has no key and was not decided",
        "Isi kuncinya.",
        "Fill in its key.",
    ),
    _rule(
        "key_too_long",
        ERROR,
        "Kunci lebih dari 200 huruf, baris tidak diputuskan",
        "The key has more than 200 characters; the row was not decided",
        "Periksa pergeseran kolom.",
        "See whether columns have shifted.",
    ),
    _rule(
        "key_twice",
        ERROR,
        "Kunci yang sama pada beberapa baris; satu yang disimpan",
        "The same key on several rows; one was kept",
        "Hapus baris yang salah; jumlah baris tertera.",
        "Remove the wrong rows; the number of rows is shown.",
    ),
    # How a value reads
    _rule(
        "unknown_code",
        WARNING,
        "Kode tidak dikenal, dianggap tidak diketahui",
        "The code is not known; taken as unknown",
        "Pakai angka atau nama dari variables.yaml.",
        "Use a number or a name of variables.yaml.",
    ),
    _rule(
        "bad_number",
        WARNING,
        "Bukan angka yang dapat dibaca, dianggap tidak diketahui",
        "Not a number that can be read; taken as unknown",
        _MEND_ID,
        _MEND_EN,
    ),
    _rule(
        "out_of_range",
        WARNING,
        "Di luar batas variabel, dianggap tidak diketahui",
        "Outside the limits of the variable; taken as unknown",
        _MEND_ID,
        _MEND_EN,
    ),
    _rule(
        "bad_yes_no",
        WARNING,
        "Bukan ya atau tidak, dianggap tidak diketahui",
        "Neither yes nor no; taken as unknown",
        "Tulis ya atau tidak.",
        "Write yes or no.",
    ),
    _rule(
        "bad_date",
        WARNING,
        "Bukan tanggal, dianggap tidak diketahui",
        "Not a date; taken as unknown",
        "Tulis tahun-bulan-hari.",
        "Write year-month-day.",
    ),
    _rule(
        "date_ambiguous",
        WARNING,
        "Hari atau bulan lebih dulu? Kolom ini memuat keduanya; dianggap tidak diketahui",
        "Day or month first? The column holds both; taken as unknown",
        "Tulis semua tanggal sebagai tahun-bulan-hari.",
        "Write all dates as year-month-day.",
    ),
    _rule(
        "date_serial",
        WARNING,
        "Nomor hari dari lembar kerja, bukan tanggal",
        "A spreadsheet's day number, not a date",
        "Jadikan kolom itu tanggal di lembar kerja, lalu simpan lagi.",
        "Make the column a date in the spreadsheet and save it again.",
    ),
    _rule(
        "place_form",
        WARNING,
        "Kode wilayah tidak berbentuk 2, 4, 6 atau 10 angka",
        "A place code that is not 2, 4, 6 or 10 digits",
        _MEND_ID,
        _MEND_EN,
    ),
    _rule(
        "place_differs",
        WARNING,
        "Kode wilayah tidak sejalan satu sama lain",
        "The place codes contradict one another",
        _MEND_ID,
        _MEND_EN,
    ),
    _rule(
        "number_numeric",
        WARNING,
        "NIK atau nomor KK berupa bilangan, digitnya hilang",
        "A NIK or KK number stored as a number has lost digits",
        "Jadikan kolom itu teks di lembar kerja lalu ketik ulang dari dokumen aslinya.",
        "Make the column text in the spreadsheet and type the numbers again from the documents.",
    ),
    # Who belongs to whom
    _rule(
        "family_not_found",
        ERROR,
        "Anggota tanpa keluarga dalam berkas, tidak diputuskan",
        "A member whose family is not in the file; not decided",
        "Tambahkan keluarganya atau betulkan kuncinya.",
        "Add the family or mend the key.",
    ),
    _rule(
        "no_members",
        WARNING,
        "Keluarga tanpa anggota",
        "A family without members",
        "Lengkapi daftar anggotanya.",
        "Complete its list of members.",
    ),
    _rule("no_head", WARNING, "Keluarga tanpa kepala", "A family without a head", _ASK_ID, _ASK_EN),
    _rule(
        "two_heads",
        WARNING,
        "Keluarga dengan lebih dari satu kepala",
        "A family with more than one head",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "family_size_differs",
        WARNING,
        "Jumlah anggota yang tercatat berbeda dari yang dinyatakan",
        "The members on file are not as many as declared",
        "Cari anggota yang belum terdaftar pada KK itu.",
        "Look for unregistered members of that family card.",
    ),
    _rule(
        "target_not_found",
        WARNING,
        "Catatan untuk orang atau keluarga di luar berkas",
        "A record about a person or family that is not in the file",
        _MEND_ID,
        _MEND_EN,
    ),
    # Identity
    _rule(
        "nik_form",
        ERROR,
        "NIK tidak berbentuk NIK",
        "The NIK does not have the form of a NIK",
        "Salin dari KTP atau KK; kirim ke Dukcapil bila tetap.",
        "Copy it from the identity card; refer to Dukcapil if it stays.",
    ),
    _rule(
        "nik_missing",
        ERROR,
        "NIK kosong",
        "The NIK is missing",
        "Isi NIK, atau bantu pendaftarannya di Dukcapil.",
        "Fill it in, or help the person to register.",
    ),
    _rule(
        "nik_missing_baby",
        WARNING,
        "Bayi belum punya NIK",
        "A baby without a NIK yet",
        "Bantu pendaftaran kelahirannya.",
        "Help to register the birth.",
    ),
    _rule(
        "nik_duplicate",
        ERROR,
        "NIK yang sama pada beberapa orang",
        "The same NIK on several persons",
        "Pastikan siapa pemiliknya.",
        "Find out whose it is.",
    ),
    _rule(
        "nik_birth_date",
        WARNING,
        "Tanggal lahir berbeda dari NIK",
        "The birth date differs from the NIK",
        "Cocokkan dengan dokumen.",
        "Compare with the documents.",
    ),
    _rule(
        "nik_sex",
        WARNING,
        "Jenis kelamin berbeda dari NIK",
        "The sex differs from the NIK",
        "Cocokkan dengan dokumen.",
        "Compare with the documents.",
    ),
    _rule(
        "kk_form",
        ERROR,
        "Nomor KK tidak berbentuk nomor KK",
        "The KK number does not have the form of one",
        "Salin dari kartu keluarga.",
        "Copy it from the family card.",
    ),
    _rule(
        "kk_date",
        WARNING,
        "Bagian tanggal nomor KK bukan tanggal",
        "The date part of the KK number is not a date",
        "Salin dari kartu keluarga.",
        "Copy it from the family card.",
    ),
    _rule(
        "kk_missing",
        WARNING,
        "Nomor KK kosong",
        "The KK number is missing",
        "Isi nomor KK.",
        "Fill it in.",
    ),
    _rule(
        "kk_duplicate",
        ERROR,
        "Nomor KK yang sama pada beberapa keluarga",
        "The same KK number on several families",
        "Gabungkan, atau betulkan nomornya.",
        "Merge them, or mend the number.",
    ),
    _rule("name_blank", ERROR, "Nama kosong", "The name is blank", "Isi namanya.", "Fill it in."),
    _rule(
        "impossible_age", ERROR, "Umur yang tidak mungkin", "An impossible age", _ASK_ID, _ASK_EN
    ),
    _rule(
        "birth_in_future",
        ERROR,
        "Lahir sesudah tanggal keputusan",
        "Born after the date of the decision",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "age_differs",
        NOTE,
        "Umur berbeda dari tanggal lahir",
        "The age differs from the birth date",
        _ASK_ID,
        _ASK_EN,
    ),
    # Answers that do not go together
    _rule(
        "head_is_child",
        WARNING,
        "Kepala keluarga di bawah 10 tahun",
        "A head of family under 10",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "spouse_is_child",
        WARNING,
        "Pasangan di bawah 10 tahun",
        "A spouse under 10",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "married_child",
        WARNING,
        "Pernah kawin di bawah 10 tahun",
        "Ever married and under 10",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "pregnant_not_female",
        WARNING,
        "Hamil, tetapi bukan perempuan",
        "Pregnant and not female",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "pregnant_age",
        WARNING,
        "Hamil di luar umur 10–54",
        "Pregnant outside ages 10–54",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "pregnant_never_married",
        WARNING,
        "Hamil dan belum kawin; tetap dihitung",
        "Pregnant and never married; still counted",
        "Tawarkan pendampingan.",
        "Offer guidance.",
    ),
    _rule(
        "nutrition_age",
        WARNING,
        "Kondisi gizi pada umur 5 tahun ke atas",
        "Nutrition recorded at age 5 or over",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "difficulty_age",
        NOTE,
        "Hambatan fungsional pada umur di bawah 2 tahun",
        "Functional difficulty recorded under age 2",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "attending_age",
        NOTE,
        "Bersekolah di luar umur 3–30",
        "At school outside ages 3–30",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "school_level_without_school",
        WARNING,
        "Jenjang sekolah pada yang belum pernah sekolah",
        "A school level for one who never went",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "working_child", NOTE, "Bekerja di bawah 5 tahun", "At work under age 5", _ASK_ID, _ASK_EN
    ),
    _rule(
        "work_without_working",
        NOTE,
        "Lapangan usaha atau status pada yang tidak bekerja",
        "An industry or status for one who does not work",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "gas_cylinder_fuel",
        WARNING,
        "Tabung gas 5,5 kg dan bahan bakar tidak sejalan",
        "Gas cylinder of 5.5 kg or more and cooking fuel disagree",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "closet_without_latrine",
        WARNING,
        "Kloset tanpa jamban sendiri atau bersama",
        "A closet without a latrine of its own or shared",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "sewage_without_latrine",
        WARNING,
        "Pembuangan tinja tanpa jamban sendiri atau bersama",
        "Sewage without a latrine of its own or shared",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "appliance_without_electricity",
        WARNING,
        "Alat listrik tanpa listrik",
        "Electric appliances without electricity",
        _ASK_ID,
        _ASK_EN,
    ),
    _rule(
        "power_without_meter",
        WARNING,
        "Daya terpasang tanpa meteran PLN",
        "Installed power without a PLN meter",
        _ASK_ID,
        _ASK_EN,
    ),
)
RULES: dict[str, Rule] = {rule.name: rule for rule in _RULES}
