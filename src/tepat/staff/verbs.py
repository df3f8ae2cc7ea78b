"""What the audit's verbs mean to a reader. A verb that is not here is shown as it is written."""

from __future__ import annotations

from tepat.engine.text import Text

VERBS = {
    "create_user": Text("Membuat akun", "Made an account"),
    "change_user": Text("Mengubah nama atau peran", "Changed name or role"),
    "give_places": Text("Memberi wilayah kerja", "Gave places"),
    "end_places": Text("Mengakhiri wilayah kerja", "Ended places"),
    "deactivate_user": Text("Mengakhiri akun", "Ended an account"),
    "reactivate_user": Text("Mengaktifkan kembali akun", "Reactivated an account"),
    "give_new_password": Text("Memberi kata sandi sementara", "Gave a temporary password"),
    "reset_second_factor": Text("Menghapus faktor kedua", "Removed a second factor"),
    "unlock_user": Text("Membuka kunci akun", "Unlocked an account"),
    "end_own_sessions": Text("Keluar di mana saja", "Signed out everywhere"),
    "change_password": Text("Mengganti kata sandi sendiri", "Changed their password"),
    "add_second_factor": Text("Memasang faktor kedua", "Set up a second factor"),
    "remove_second_factor": Text("Melepas faktor kedua", "Removed their second factor"),
    "search_number": Text("Mencari nomor", "Searched for a number"),
    "search_name": Text("Mencari nama", "Searched for a name"),
    "read_list": Text("Membaca daftar nama", "Read a list of names"),
    "read_import_findings": Text("Membaca temuan impor", "Read findings of an import"),
    "read_list_rows": Text("Membaca baris daftar", "Read rows of a list"),
    "export_import_findings": Text("Mengunduh temuan impor", "Downloaded findings of an import"),
    "export_list_rows": Text("Mengunduh baris daftar", "Downloaded rows of a list"),
    "check_quality": Text("Memeriksa mutu data", "Checked the record"),
    "assign_findings": Text("Membagi tugas perbaikan", "Gave out findings"),
    "export_findings": Text("Mengunduh daftar temuan", "Downloaded findings"),
    "ask_erasure": Text("Mengajukan penghapusan", "Asked for an erasure"),
    "erase_person": Text("Menghapus data orang", "Erased a person"),
    "refuse_erasure": Text("Menolak penghapusan", "Refused an erasure"),
    "begin_interview": Text("Memulai wawancara", "Began an interview"),
    "send_interview": Text("Mengirim wawancara", "Sent an interview"),
    "hold_interview": Text("Wawancara ditahan: dua versi", "Held an interview: two versions"),
    "resolve_interview": Text("Memutuskan dua versi", "Decided between two versions"),
    "discard_interview": Text("Membuang draf wawancara", "Discarded a draft"),
    "record_answers": Text("Mencatat jawaban", "Recorded answers"),
    "record_registration": Text("Mendaftarkan keluarga", "Registered a family"),
    "record_birth": Text("Mencatat kelahiran", "Recorded a birth"),
    "record_death": Text("Mencatat kematian", "Recorded a death"),
    "record_marriage": Text("Mencatat perkawinan", "Recorded a marriage"),
    "record_join": Text("Mencatat anggota masuk", "Recorded who joined"),
    "record_leave": Text("Mencatat anggota keluar", "Recorded who left"),
    "record_move_in": Text("Mencatat pindah masuk", "Recorded a move in"),
    "record_move_out": Text("Mencatat pindah keluar", "Recorded a move out"),
    "record_split": Text("Mencatat pecah KK", "Recorded a split"),
    "record_merger": Text("Mencatat gabung KK", "Recorded a merger"),
    "record_new_head": Text("Mengganti kepala keluarga", "Changed the head"),
    "record_new_number": Text("Mengganti nomor KK", "Changed the KK number"),
    "record_correction": Text("Memperbaiki data", "Corrected the record"),
    "export_audit": Text("Mengekspor catatan audit", "Exported the audit"),
}


def verb_name(verb: str) -> Text:
    """A verb in both languages."""
    plain = verb.replace("_", " ")
    return VERBS.get(verb, Text(plain, plain))
