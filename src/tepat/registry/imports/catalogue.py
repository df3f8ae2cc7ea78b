"""What can be wrong with a row of an import: the rules of the registry, and those of importing.

In an import, a row is refused only where it cannot be kept: the rest of what the rules find is a
warning, for a registry records what is told and who is doubtful.
"""

from __future__ import annotations

from tepat.policy.model import Text
from tepat.registry.rules.catalogue import ERROR, NOTE, RULES, WARNING, Rule

# Rows that are not taken.
REFUSED_ROWS = ("number_numeric", "key_twice")
_UNUSABLE = (
    *REFUSED_ROWS,
    "row_unreadable",
    "key_missing",
    "key_too_long",
    "family_not_found",
)


def _rule(name: str, severity: str, says: tuple[str, str], do: tuple[str, str]) -> Rule:
    return Rule(name, severity, Text(*says), Text(*do))


_OWN = (
    _rule(
        "number_numeric",
        ERROR,
        (
            "NIK atau nomor KK berupa bilangan: digit terakhirnya sudah hilang, baris tidak dimuat",
            "A NIK or KK number stored as a number has lost its last digit; the row is not taken",
        ),
        (
            "Jadikan kolom itu Teks di lembar kerja, lalu ketik ulang nomornya dari KTP atau KK.",
            "Make the column Text in the spreadsheet, then type the number again from the card.",
        ),
    ),
    _rule(
        "key_twice",
        ERROR,
        (
            "Kunci yang sama pada beberapa baris; tidak satu pun dimuat",
            "The same key on several rows; none of them is taken",
        ),
        (
            "Hapus baris yang salah; jumlah baris tertera.",
            "Remove the wrong rows; the number of rows is shown.",
        ),
    ),
    _rule(
        "text_too_long",
        WARNING,
        (
            "Isian lebih dari 200 huruf; dianggap tidak diketahui",
            "More than 200 characters in a cell; taken as unknown",
        ),
        (
            "Periksa tanda kutip di sekitarnya, lalu isi lagi.",
            "Look at the quotes around it, then fill it in again.",
        ),
    ),
    _rule(
        "place_missing",
        ERROR,
        ("Kode desa atau kelurahan kosong", "The code of the village is missing"),
        ("Isi kode 10 angka.", "Fill in the code of 10 digits."),
    ),
    _rule(
        "place_unknown",
        ERROR,
        (
            "Tidak ada desa atau kelurahan dengan kode ini pada tanggal berkas",
            "No village has this code on the date of the file",
        ),
        (
            "Periksa kodenya; kode dapat berubah setelah pemekaran.",
            "Check the code; codes change when places are split.",
        ),
    ),
    _rule(
        "place_outside",
        ERROR,
        (
            "Desa atau kelurahan di luar wilayah impor ini",
            "The village lies outside the region of this import",
        ),
        (
            "Kirim baris ini kepada wilayah yang berwenang.",
            "Send the row to the region that is responsible.",
        ),
    ),
    _rule(
        "family_refused",
        ERROR,
        (
            "Keluarganya tidak dapat dimuat, maka anggota ini juga tidak",
            "Its family cannot be taken, so this member is not taken either",
        ),
        ("Perbaiki baris keluarganya.", "Mend the row of the family."),
    ),
    _rule(
        "second_head",
        ERROR,
        (
            "Kepala keluarga kedua; hubungannya dikosongkan, selebihnya dimuat",
            "A second head of the family; the relation is left open, the rest is taken",
        ),
        (
            "Tanyakan siapa kepala keluarganya, lalu betulkan hubungannya.",
            "Ask who the head is, then mend the relation.",
        ),
    ),
    _rule(
        "key_elsewhere",
        ERROR,
        (
            "Kunci dari sumber ini sudah terdaftar di wilayah lain",
            "This key of the source is registered in another region",
        ),
        (
            "Minta wilayah itu mencatat kepindahan, atau betulkan kuncinya.",
            "Ask that region to record the move, or mend the key.",
        ),
    ),
    _rule(
        "registered_elsewhere",
        WARNING,
        (
            "Nomor ini terdaftar di wilayah lain",
            "This number is registered in another region",
        ),
        (
            "Pastikan pindahnya; wilayah asal harus mencatatnya.",
            "Make sure of the move; the region it came from must record it.",
        ),
    ),
    _rule(
        "registered_twice",
        WARNING,
        (
            "Nomor ini terdaftar pada lebih dari satu orang atau keluarga; dimuat sebagai baru",
            "More than one registered person or family has this number; it is taken as new",
        ),
        ("Pastikan siapa pemiliknya.", "Find out whose it is."),
    ),
    _rule(
        "matched_twice",
        WARNING,
        (
            "Baris lain di berkas ini menunjuk orang atau keluarga yang sama; dimuat sebagai baru",
            "Another row of the file is the same person or family; this one is taken as new",
        ),
        ("Pastikan siapa pemiliknya.", "Find out whose it is."),
    ),
    _rule(
        "registered_dead",
        ERROR,
        ("Tercatat meninggal di registri", "Recorded in the registry as dead"),
        (
            "Periksa NIK; bila masih hidup, betulkan kematiannya dahulu.",
            "Check the NIK; if alive, mend the record of death first.",
        ),
    ),
    _rule(
        "older_than_known",
        WARNING,
        (
            "Lebih lama daripada yang sudah tercatat; identitas dan keanggotaan tidak diubah",
            "Older than what is recorded; identity and membership are left as they are",
        ),
        ("Tidak perlu apa-apa bila data lama.", "Nothing to do if the data are old."),
    ),
    _rule(
        "not_in_file",
        WARNING,
        (
            "Anggota yang terdaftar pada keluarga ini tidak ada di berkas; tetap tercatat",
            "A registered member of this family is not in the file; it stays recorded",
        ),
        (
            "Bila sudah keluar atau meninggal, catat peristiwanya.",
            "If they left or died, record the event.",
        ),
    ),
    _rule(
        "moves_family",
        WARNING,
        (
            "Tercatat di keluarga lain; akan dipindahkan ke keluarga ini",
            "Recorded in another family; will be moved into this one",
        ),
        ("Pastikan pindahnya benar.", "Make sure that the move is right."),
    ),
    _rule(
        "changed_meanwhile",
        ERROR,
        (
            "Diubah orang lain sesudah pemeriksaan; keluarga ini tidak dimuat",
            "Changed by somebody after the check; this family was not taken",
        ),
        ("Unggah lagi baris ini untuk diperiksa.", "Upload the row again to have it checked."),
    ),
)
OWN: dict[str, Rule] = {rule.name: rule for rule in _OWN}


def rule_of(name: str) -> Rule:
    """A rule as an import says it."""
    if name in OWN:
        return OWN[name]
    rule = RULES[name]
    return Rule(rule.name, severity_of(name), rule.says, rule.do)


def severity_of(name: str) -> str:
    """How much a rule weighs in an import: an error is a row, or a part of it, not taken."""
    if name in OWN:
        return OWN[name].severity
    severity = RULES[name].severity
    return WARNING if severity == ERROR and name not in _UNUSABLE else severity


SEVERITIES = {name: severity_of(name) for name in (*RULES, *OWN)}
__all__ = ["ERROR", "NOTE", "OWN", "REFUSED_ROWS", "SEVERITIES", "WARNING", "rule_of"]
