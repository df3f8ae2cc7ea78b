"""What pages call the states and steps of a run."""

from __future__ import annotations

from tepat.engine.text import Text

STATES = {
    "waiting": Text("Menunggu giliran", "Waiting its turn"),
    "snapshot": Text("Mengambil data", "Taking the data"),
    "running": Text("Menghitung", "Calculating"),
    "publishing": Text("Menerbitkan", "Publishing"),
    "done": Text("Selesai", "Finished"),
    "failed": Text("Tidak selesai", "Not finished"),
    "stopped": Text("Dihentikan", "Stopped"),
}
STEPS = {
    "families": Text("Membaca keluarga", "Reading families"),
    "people": Text("Membaca anggota", "Reading members"),
    "answers": Text("Membaca jawaban", "Reading answers"),
    "write": Text("Menulis data", "Writing the data"),
    "read": Text("Membuka data", "Opening the data"),
    "check": Text("Memeriksa data", "Checking the data"),
    "rank": Text("Mengurutkan kebutuhan", "Ranking need"),
    "decide": Text("Memutuskan setiap program", "Deciding each programme"),
    "allocate": Text("Membagi kuota", "Sharing out quotas"),
    "summarise": Text("Menjumlahkan", "Adding up"),
    "report": Text("Menulis laporan", "Writing the report"),
    "publish": Text("Menerbitkan keputusan", "Publishing decisions"),
}
# How many of all steps lie before each part; a bar then moves once from left to right.
BEFORE = {"snapshot": 0, "running": 4, "publishing": 11}
ALL_STEPS = 12
