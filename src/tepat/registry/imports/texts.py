"""What an import that failed says, in both languages."""

from __future__ import annotations

from tepat.engine.errors import TepatError
from tepat.policy.model import Text

# What happened and what to do; the details, names of columns and files, follow in English.
_SAID: dict[str, str] = {
    "file_unreadable": "Berkas tidak dapat dibaca. Simpan ulang sebagai XLSX tanpa kata sandi, CSV "
    "atau Parquet, lalu unggah lagi.",
    "file_empty": "Berkas kosong. Kirim berkas dengan nama kolom dan baris data.",
    "file_bomb": "Berkas akan memenuhi mesin saat dibuka. Simpan ulang tanpa baris kosong "
    "berformat, atau kirim sebagai CSV.",
    "file_kind": "Berkas bukan tabel. Simpan sebagai XLSX, CSV atau Parquet.",
    "file_missing": "Berkas keluarga atau anggota tidak ada. Keduanya selalu diperlukan.",
    "no_rows": "Berkas tidak memuat satu keluarga pun.",
    "not_text": "Berkas bernama teks, tetapi isinya bukan teks. Simpan sebagai CSV UTF-8.",
    "encoding": "Pengodean huruf berkas tidak dikenal. Simpan sebagai UTF-8.",
    "column_missing": "Kolom yang wajib tidak ada. Cocokkan kolomnya atau pakai templat.",
    "column_twice": "Dua kolom bernama sama. Ganti nama atau hapus salah satunya.",
    "column_type": "Sebuah kolom berisi jenis nilai yang tidak dapat dibaca.",
    "number_numeric": "Kolom NIK atau nomor KK tersimpan sebagai bilangan, sehingga digit "
    "terakhirnya hilang. Jadikan kolom itu Teks di lembar kerja, ketik ulang nomornya dari "
    "dokumen asli, lalu unggah lagi.",
    "key_not_unique": "Kunci anggota hanya unik di dalam keluarga. Gabungkan kunci keluarga dan "
    "nomor anggota.",
    "mapping_invalid": "Pemetaan kolom salah. Perbaiki pencocokan kolomnya.",
    "upload_gone": "Berkas unggahan sudah tidak ada. Unggah lagi.",
    "disk_full": "Ruang disk habis. Beri tahu administrator, lalu coba lagi. Tidak ada yang "
    "berubah.",
    "user_left": "Akun pengunggah atau penyetuju sudah tidak aktif atau tidak lagi bertugas di "
    "wilayah ini.",
}


def failure(error: TepatError) -> Text:
    """The text of a failure: its own, else what is said here, with its details after it."""
    if error.in_language("id") != error.as_dict():
        return Text(_sentences(error, "id"), _sentences(error, "en"))
    said = _SAID.get(error.code)
    return Text(f"{said} ({error.what})" if said else str(error), str(error))


def _sentences(error: TepatError, lang: str) -> str:
    said = error.in_language(lang)
    return " ".join(part for part in (said["what"], said["why"], said["do"]) if part)


def unexpected(error: BaseException) -> TepatError:
    """An error that nobody foresaw, for those who wait; its details stay in the log."""
    kind = type(error).__name__
    return TepatError(
        "unexpected",
        Text(
            f"Terjadi kesalahan yang tidak terduga ({kind}).",
            f"Something went wrong that nobody foresaw ({kind}).",
        ),
        Text("Tidak ada data yang berubah.", "Nothing in the registry was changed."),
        Text(
            "Coba lagi; bila terulang, beri tahu administrator.",
            "Try again; if it happens again, tell the administrator.",
        ),
    )
