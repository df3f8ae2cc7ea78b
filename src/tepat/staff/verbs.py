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
    "check_quality": Text("Memeriksa mutu data", "Checked the record"),
    "assign_findings": Text("Membagi tugas perbaikan", "Gave out findings"),
    "export_findings": Text("Mengunduh daftar temuan", "Downloaded findings"),
    "ask_erasure": Text("Mengajukan penghapusan", "Asked for an erasure"),
    "erase_person": Text("Menghapus data orang", "Erased a person"),
    "refuse_erasure": Text("Menolak penghapusan", "Refused an erasure"),
    "export_audit": Text("Mengekspor catatan audit", "Exported the audit"),
}


def verb_name(verb: str) -> Text:
    """A verb in both languages."""
    plain = verb.replace("_", " ")
    return VERBS.get(verb, Text(plain, plain))
