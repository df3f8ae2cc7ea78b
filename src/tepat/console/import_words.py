"""What the pages of imports say: states, and errors with what to do, in both languages."""

from __future__ import annotations

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.imports.catalogue import ERROR, NOTE, WARNING
from tepat.registry.imports.texts import failure
from tepat.registry.models.imports import ImportState
from tepat.staff.language import language

STATES: dict[str, tuple[str, Text]] = {
    ImportState.UPLOADED: ("waiting", Text("Membaca kolom", "Reading columns")),
    ImportState.MATCHING: ("waiting", Text("Perlu dicocokkan", "Columns to match")),
    ImportState.CHECKING: ("waiting", Text("Sedang diperiksa", "Being checked")),
    ImportState.CHECKED: ("unknown", Text("Perlu disetujui", "To be approved")),
    ImportState.APPROVED: ("waiting", Text("Disetujui, segera dimuat", "Approved, to be taken in")),
    ImportState.APPLYING: ("waiting", Text("Sedang dimuat", "Being taken in")),
    ImportState.DONE: ("yes", Text("Selesai", "Done")),
    ImportState.REFUSED: ("no", Text("Ditolak", "Refused")),
    ImportState.FAILED: ("no", Text("Berhenti karena kesalahan", "Stopped by an error")),
    ImportState.UNDONE: ("neutral", Text("Dibatalkan", "Undone")),
}
SEVERITIES: dict[str, tuple[str, Text]] = {
    ERROR: ("no", Text("Kesalahan", "Error")),
    WARNING: ("waiting", Text("Perlu diperiksa", "To be looked at")),
    NOTE: ("neutral", Text("Catatan", "Note")),
}
TABLES = {
    "families": Text("Keluarga", "Families"),
    "members": Text("Anggota", "Members"),
}

# What happened, why, and what to do; the English stands with the error itself.
_SAID: dict[str, tuple[str, str, str]] = {
    "source_missing": (
        "Belum disebut siapa yang mengumpulkan data, atau namanya tidak dapat dipakai.",
        "Kunci dari sumber yang berbeda tidak boleh tercampur.",
        "Isi nama sumber paling banyak 200 huruf, tanpa tanda '|'.",
    ),
    "same_file": (
        "Berkas dengan isi yang sama sudah pernah diunggah.",
        "Tidak ada yang baru di dalamnya.",
        "Lihat impor itu. Setelah ditolak, gagal, atau dibatalkan, berkas boleh dikirim lagi.",
    ),
    "which_file": (
        "Tidak jelas berkas mana yang berisi keluarga dan mana yang berisi anggota.",
        "Nama berkas yang menunjukkannya.",
        "Beri nama keluarga dan anggota, lalu unggah lagi.",
    ),
    "place_out_of_reach": (
        "Wilayah ini bukan wilayah tugas Anda.",
        "",
        "Pilih wilayah Anda sendiri.",
    ),
    "file_too_large": (
        "Berkas lebih besar dari 400 megabita.",
        "",
        "Kirim sebagai Parquet, atau pecah per kecamatan.",
    ),
    "file_empty": ("Berkas kosong.", "", "Kirim berkas dengan nama kolom dan baris data."),
    "file_kind": (
        "Berkas ini bukan tabel yang dapat dibaca.",
        "Yang dinilai isinya, bukan namanya.",
        "Simpan sebagai XLSX tanpa kata sandi, CSV, atau Parquet, lalu unggah lagi.",
    ),
    "file_bomb": (
        "Berkas ini akan memenuhi mesin saat dibuka.",
        "Isinya jauh lebih besar daripada berkasnya.",
        "Simpan ulang tanpa baris kosong berformat, atau kirim sebagai CSV.",
    ),
    "file_unreadable": (
        "Berkas tidak dapat dibaca.",
        "Mungkin terpotong saat dikirim, atau memakai kata sandi.",
        "Simpan ulang, lalu unggah lagi.",
    ),
    "disk_full": (
        "Berkas tidak dapat disimpan: ruang disk habis.",
        "Tidak ada yang berubah.",
        "Beri tahu administrator, lalu coba lagi.",
    ),
    "own_import": (
        "Anda sendiri yang mengunggah berkas ini.",
        "Orang kedua memeriksa temuannya sebelum dimuat.",
        "Mintalah rekan yang berwenang menyetujui.",
    ),
    "nothing_to_import": (
        "Tidak ada satu baris pun yang dapat dimuat.",
        "",
        "Tolak kiriman ini, atau minta kesalahannya diperbaiki.",
    ),
    "import_state": (
        "Keadaan impor ini sudah berubah.",
        "Orang lain, atau mesin, lebih dahulu.",
        "Muat ulang halaman ini.",
    ),
    "reason_missing": (
        "Alasan belum diisi.",
        "",
        "Tulis alasannya dalam satu kalimat bagi yang akan bertanya.",
    ),
    "already_undone": (
        "Kiriman ini sudah dibatalkan sebelumnya.",
        "",
        "Lihat riwayat keluarganya.",
    ),
    "touched_later": (
        "Sebagian keluarga sudah diubah lagi setelah ini.",
        "Membatalkannya sekarang akan menghapus yang dicatat orang lain sesudahnya.",
        "Betulkan keluarga itu satu per satu.",
    ),
    "out_of_reach": (
        "Sebagian keluarga kini tinggal di luar wilayah Anda.",
        "Kiriman dibatalkan seluruhnya atau tidak sama sekali.",
        "Mintalah kepada yang melihat semua wilayah itu.",
    ),
    "mapping_invalid": (
        "Pencocokan kolom ini tidak dapat dipakai.",
        "",
        "Periksa kolom yang dipilih, lalu kirim lagi.",
    ),
    "mapping_missing": (
        "Pemetaan dengan nama itu tidak ada.",
        "",
        "Pilih pemetaan dari daftar.",
    ),
    "number_numeric": (
        "Kolom NIK atau nomor KK tersimpan sebagai bilangan; digit terakhirnya sudah hilang.",
        "Lembar kerja hanya menyimpan 15 digit sebuah bilangan.",
        "Jadikan kolom itu Teks, ketik ulang nomornya dari KTP atau KK, lalu unggah lagi.",
    ),
}


def problem_of(error: TepatError) -> dict[str, str]:
    """An error's four parts in the reader's language."""
    told = error.in_language(language())
    if language() != "id" or told != error.as_dict():
        return told  # English is asked for, or the error has an Indonesian text of its own
    said = _SAID.get(error.code)
    if said is None:
        return {"code": error.code, "what": failure(error).id, "why": "", "do": ""}
    return {"code": error.code, "what": said[0], "why": said[1], "do": said[2]}


def status_of(error: TepatError) -> int:
    """The status of a page that shows an error of a file: of the file's making, or of no room."""
    return 507 if error.code == "disk_full" else 422


def in_one_line(error: TepatError) -> str:
    """What happened and what to do, as the error of a form."""
    said = problem_of(error)
    return " ".join(part for part in (said["what"], said["why"], said["do"]) if part)
