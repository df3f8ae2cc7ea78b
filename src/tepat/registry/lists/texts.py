"""Errors about lists, and what is said of their rows."""

from __future__ import annotations

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.models.lists import Outcome

OUTCOMES: dict[str, tuple[str, Text]] = {
    Outcome.MATCHED: ("yes", Text("Ditemukan", "Found")),
    Outcome.NOT_FOUND: ("unknown", Text("Tidak ditemukan", "Not found")),
    Outcome.UNREADABLE: ("no", Text("Tidak terbaca", "Unreadable")),
    Outcome.SEVERAL: ("unknown", Text("Beberapa orang", "Several people")),
    Outcome.TWICE: ("neutral", Text("Berulang di daftar", "Twice on the list")),
}
WHY: dict[str, tuple[Text, Text]] = {
    "key_missing": (
        Text("Tidak ada NIK atau kunci pada baris ini", "The row has neither a NIK nor a key"),
        Text("Isi NIK-nya.", "Fill in the NIK."),
    ),
    "number_numeric": (
        Text(
            "NIK tersimpan sebagai bilangan; digit terakhirnya sudah hilang",
            "The NIK is stored as a number and has lost its last digit",
        ),
        Text(
            "Jadikan kolom itu Teks, lalu ketik ulang NIK dari sumbernya.",
            "Make the column Text, then type the NIK again from its source.",
        ),
    ),
    "nik_form": (
        Text("NIK tidak berisi 16 angka", "The NIK does not have 16 digits"),
        Text("Periksa NIK pada sumbernya.", "Check the NIK at its source."),
    ),
    "key_form": (
        Text("Kunci registri tidak terbaca", "The registry's key cannot be read"),
        Text("Salin kunci dari registri.", "Copy the key from the registry."),
    ),
    "row_unreadable": (
        Text("Baris rusak", "The row is broken"),
        Text("Periksa tanda kutip dan jumlah kolomnya.", "Check its quotes and its cells."),
    ),
    "needs_person": (
        Text(
            "Dasar ini mengenai orang, bukan seluruh keluarga",
            "This ground is about persons, not about whole families",
        ),
        Text("Sebut orangnya dengan NIK.", "Name the person by NIK."),
    ),
    "not_registered": (
        Text("Tidak terdaftar di wilayah ini", "Not registered in this region"),
        Text("Tidak perlu apa-apa bila memang bukan warga.", "Nothing to do, if so."),
    ),
    "no_family": (
        Text("Terdaftar, tetapi kini tanpa keluarga", "Registered, but in no family now"),
        Text("Lihat riwayat orang ini.", "See the history of this person."),
    ),
    "outside": (
        Text("Tinggal di luar wilayah daftar", "Lives outside the region of the list"),
        Text("Muat bersama daftar wilayah itu.", "Load it with the list of that region."),
    ),
    "several": (
        Text("NIK ini dimiliki lebih dari satu orang", "More than one person has this NIK"),
        Text("Pastikan pemiliknya, lalu betulkan NIK.", "Find out whose it is, then mend the NIK."),
    ),
    "twice": (
        Text("Orang ini sudah ada di baris lain", "This person is on another row already"),
        Text("Tidak perlu apa-apa.", "Nothing to do."),
    ),
}  # fmt: skip


def error(code: str, **values: object) -> TepatError:
    """One of the errors below, with its values filled in."""
    what, why, do = (text.filled(**values) for text in _ERRORS[code])
    return TepatError(code, what, why, do)


_NOTHING = Text("", "")
_ERRORS: dict[str, tuple[Text, Text, Text]] = {
    "list_not_found": (
        Text("Daftar ini tidak ada di wilayah Anda.", "There is no such list in your places."),
        _NOTHING,
        Text("Cari di halaman daftar.", "Look on the page of lists."),
    ),
    "list_state": (
        Text("Keadaan daftar ini sudah berubah.", "The list is no longer as you saw it."),
        Text("Orang lain, atau mesin, lebih dahulu.", "Somebody else, or the worker, was faster."),
        Text("Muat ulang halaman ini.", "Load the page again."),
    ),
    "same_file": (
        Text(
            "Daftar dengan isi, dasar, dan tanggal yang sama sudah pernah diunggah.",
            "A list with the same content, ground and date was uploaded before.",
        ),
        Text("Tidak ada yang baru di dalamnya.", "Nothing would be new in it."),
        Text(
            "Lihat daftar itu. Setelah ditolak, gagal, atau dibatalkan, boleh dikirim lagi.",
            "Look at that list; once refused, failed or undone it may come again.",
        ),
    ),
    "ground_unknown": (
        Text("Alasan pengecualian ini tidak ada.", "There is no such exclusion ground."),
        _NOTHING,
        Text("Pilih dari daftar alasan pengecualian.", "Choose one of the policy's grounds."),
    ),
    "source_missing": (
        Text("Lembaga asal daftar belum disebut.", "The institution of the list is not named."),
        Text(
            "Daftar berikutnya dari lembaga yang sama akan menggantikannya.",
            "The next list of the same institution will take its place.",
        ),
        Text("Isi nama lembaga, paling banyak 200 huruf.", "Name it in up to 200 characters."),
    ),
    "list_older": (
        Text(
            "Daftar {source} tanggal {on} untuk dasar ini sudah dimuat.",
            "The list of {source} of {on} was loaded for this ground.",
        ),
        Text("Daftar ini lebih lama daripada itu.", "This one is older."),
        Text("Periksa tanggalnya.", "Check the date."),
    ),
    "list_kind": (
        Text("Daftar harus berupa CSV atau XLSX.", "A list must be CSV or XLSX."),
        _NOTHING,
        Text("Simpan sebagai CSV atau XLSX, lalu unggah lagi.", "Save it as CSV or XLSX."),
    ),
    "list_too_large": (
        Text(
            "Berkas lebih besar dari {most} megabita.", "The file has more than {most} megabytes."
        ),
        _NOTHING,
        Text("Kirim per provinsi.", "Send it by province."),
    ),
    "column_missing": (
        Text(
            "Daftar tidak punya kolom nik, person_key, atau family_key.",
            "The list has no column nik, person_key or family_key.",
        ),
        Text("Kolomnya: {columns}.", "It has: {columns}."),
        Text("Beri nama nik pada kolom NIK, lalu unggah lagi.", "Name the column of the NIK nik."),
    ),
    "own_list": (
        Text("Anda sendiri yang mengunggah daftar ini.", "You uploaded this list yourself."),
        Text(
            "Orang kedua memeriksa sebelum daftar berlaku.",
            "A second person looks at it before it holds.",
        ),
        Text("Mintalah rekan yang berwenang menyetujui.", "Ask a colleague who may approve."),
    ),
    "nothing_to_load": (
        Text("Tidak ada satu baris pun yang terbaca.", "No row of this list could be read."),
        _NOTHING,
        Text("Tolak, lalu minta berkas yang benar.", "Refuse it, and ask for the right file."),
    ),
    "reason_missing": (
        Text("Alasan belum diisi.", "No reason is given."),
        _NOTHING,
        Text("Tulis alasannya dalam satu kalimat.", "Write in a sentence why."),
    ),
    "user_left": (
        Text(
            "Pengunggah atau penyetuju tidak lagi bertugas di wilayah ini.",
            "Whoever started this no longer works in these places.",
        ),
        _NOTHING,
        Text("Mintalah orang lain mengunggahnya lagi.", "Let somebody else upload it again."),
    ),
}
