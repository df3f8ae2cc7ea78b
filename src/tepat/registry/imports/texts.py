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
    "unexpected": "Terjadi kesalahan yang tidak terduga. Tidak ada data yang berubah. Coba lagi; "
    "bila terulang, beri tahu administrator.",
}


def failure(error: TepatError) -> Text:
    """The text of a failure; the Indonesian part says what to do, the details follow."""
    said = _SAID.get(error.code)
    return Text(f"{said} ({error.what})" if said else str(error), str(error))


def unexpected(error: BaseException) -> TepatError:
    """An error that nobody foresaw, for those who wait; its details stay in the log."""
    return TepatError(
        "unexpected",
        f"Something went wrong that nobody foresaw ({type(error).__name__}).",
        "Nothing in the registry was changed.",
        "Try again; if it happens again, tell the administrator.",
    )
