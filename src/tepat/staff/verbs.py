"""What the audit's words mean to a reader: acts, what they are about, why and where one looked.

A word that is not here is shown as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    "export_audit": Text("Mengunduh catatan audit", "Downloaded the audit"),
    "upload_import": Text("Mengunggah impor", "Uploaded an import"),
    "match_import": Text("Mencocokkan kolom impor", "Matched an import's columns"),
    "approve_import": Text("Menyetujui impor", "Approved an import"),
    "refuse_import": Text("Menolak impor", "Refused an import"),
    "apply_import": Text("Memuat impor", "Took an import in"),
    "undo_import": Text("Membatalkan impor", "Undid an import"),
    "fail_import": Text("Impor berhenti", "An import stopped"),
    "expire_import": Text("Impor kedaluwarsa", "An import expired"),
    "upload_list": Text("Mengunggah daftar lembaga", "Uploaded a list"),
    "approve_list": Text("Menyetujui daftar lembaga", "Approved a list"),
    "refuse_list": Text("Menolak daftar lembaga", "Refused a list"),
    "apply_list": Text("Memuat daftar lembaga", "Took a list in"),
    "undo_list": Text("Membatalkan daftar lembaga", "Undid a list"),
    "fail_list": Text("Daftar lembaga berhenti", "A list stopped"),
    "expire_list": Text("Daftar lembaga kedaluwarsa", "A list expired"),
    "contest_flag": Text("Menyanggah temuan lembaga", "Contested a finding"),
    "uphold_flag": Text("Menolak sanggahan", "Upheld a finding"),
    "withdraw_flag": Text("Menerima sanggahan", "Withdrew a finding"),
    "undo_batch": Text("Membatalkan kiriman", "Undid a batch"),
    "take_snapshot": Text("Mengambil potret data", "Took a snapshot"),
    "start_run": Text("Memulai perhitungan", "Started a run"),
    "stop_run": Text("Menghentikan perhitungan", "Stopped a run"),
    "sweep_files": Text("Membersihkan berkas tak bertuan", "Removed files that no row names"),
    "load_boundaries": Text("Memuat batas wilayah", "Loaded boundaries"),
}
SUBJECTS = {
    "user": Text("Pengguna", "User"),
    "family": Text("Keluarga", "Family"),
    "person": Text("Orang", "Person"),
    "batch": Text("Kiriman", "Batch"),
    "import": Text("Impor", "Import"),
    "list": Text("Daftar lembaga", "List"),
    "flag": Text("Temuan lembaga", "Finding of an institution"),
    "interview": Text("Wawancara", "Interview"),
    "place": Text("Wilayah", "Place"),
    "file": Text("Berkas", "File"),
    "boundaries": Text("Batas wilayah", "Boundaries"),
    "snapshot": Text("Potret data", "Snapshot"),
    "run": Text("Perhitungan", "Run"),
    "catatan": Text("Semua tindakan", "All acts"),
    "putusan-manual": Text("Putusan manual", "Manual overrides"),
    "pembukaan": Text("Siapa melihat", "Who looked"),
}
REASONS = {
    "search": Text("pencarian", "search"),
    "family": Text("melihat data keluarga", "looked at the family"),
    "verification": Text("verifikasi", "verification"),
    "interview": Text("wawancara", "interview"),
    "event": Text("mencatat peristiwa", "recording an event"),
    "erasure": Text("penghapusan data", "erasure"),
    "photo": Text("melihat foto", "looked at a photo"),
}
PAGES = {
    "family": Text("Keluarga", "Family"),
    "decisions": Text("Keputusan program", "Programme decisions"),
    "looks": Text("Siapa membuka", "Who looked"),
    "events": Text("Daftar peristiwa", "Events"),
    "event": Text("Formulir peristiwa", "Form of an event"),
    "erasure": Text("Penghapusan", "Erasure"),
    "erasures": Text("Daftar penghapusan", "Erasures"),
    "family_erasure": Text("Ajukan penghapusan", "Ask for an erasure"),
    "flag": Text("Temuan lembaga", "Finding of an institution"),
    "interviews": Text("Daftar wawancara", "Interviews"),
    "interview": Text("Wawancara", "Interview"),
    "interview_begin": Text("Mulai wawancara", "Begin an interview"),
    "interview_discard": Text("Buang draf", "Discard a draft"),
    "interview_done": Text("Wawancara terkirim", "Interview sent"),
    "interview_photos": Text("Foto wawancara", "Photos of an interview"),
    "interview_versions": Text("Dua versi wawancara", "Two versions of an interview"),
    "photo": Text("Foto", "Photo"),
    "quality": Text("Mutu data", "Data quality"),
    "village": Text("Daftar keluarga desa", "Families of a village"),
}


def verb_name(verb: str) -> Text:
    """A verb in both languages."""
    return _named(VERBS, verb)


def subject_name(subject: str) -> Text:
    """What an act was about."""
    return _named(SUBJECTS, subject)


def reason_name(reason: str) -> Text:
    """Why somebody opened a family."""
    return _named(REASONS, reason)


def page_name(page: str) -> Text:
    """On which page somebody opened a family."""
    return _named(PAGES, page)


def _named(names: Mapping[str, Text], word: str) -> Text:
    plain = word.replace("_", " ")
    return names.get(word, Text(plain, plain))
