"""Sentences of a simulation's page, continued: who cannot be decided, places, and warnings."""

from __future__ import annotations

WORDS_OF_WARNINGS: dict[str, tuple[str, str]] = {
    # Who cannot be decided
    "nav_undecided": ("Belum diputuskan", "Undecided"),
    "undecided_title": ("Belum dapat diputuskan", "Cannot be decided yet"),
    "undecided_lead": (
        "Fakta yang menentukan belum diketahui. Yang belum dapat diputuskan dihitung tidak "
        "menerima, sampai datanya lengkap.",
        "A fact on which it hangs is unknown. Whoever cannot be decided counts as receiving "
        "nothing, until the records are complete.",
    ),
    "undecided_caption": (
        "Belum dapat diputuskan, sekarang dan dengan reformasi",
        "Cannot be decided, today and with the reform",
    ),
    "undecided_before": ("Belum diputuskan sekarang", "Undecided today"),
    "undecided_after": ("Belum diputuskan, reformasi", "Undecided, reform"),
    "undecided_holders": (
        "Belum diputuskan dengan reformasi, menerima sekarang",
        "Undecided with the reform, hold it today",
    ),
    "warn_undecided_heading": (
        "Reformasi ini memakai fakta yang belum diketahui",
        "The reform uses facts that are unknown",
    ),
    "warn_undecided": (
        "Yang belum dapat diputuskan dihitung tidak menerima, jadi penerima dan rupiahnya dapat "
        "terlalu rendah.",
        "Whoever cannot be decided counts as receiving nothing, so recipients and rupiah may be "
        "too low.",
    ),
    "warn_undecided_item": (
        "belum dapat diputuskan {before} sekarang, {after} dengan reformasi",
        "{before} cannot be decided today, {after} with the reform",
    ),
    "warn_undecided_merged": (
        "belum dapat diputuskan {before} sekarang oleh salah satu program yang digabung, {after} "
        "dengan reformasi",
        "{before} cannot be decided today by one of the programmes that merge, {after} with the "
        "reform",
    ),
    "warn_undecided_held": (
        "; {held} di antaranya menerimanya sekarang",
        "; {held} of these hold it today",
    ),
    # Places
    "nav_quotas": ("Kuota", "Quotas"),
    "places_title": ("Kuota dan tempat", "Quotas and places"),
    "places_lead": (
        "Yang layak dan tidak terhalang program lain bersaing untuk tempat di kabupatennya. "
        "Angka tiap kabupaten ada di summary/quota_lines.csv.",
        "Whoever is eligible and not barred by another programme competes for a place in the "
        "kabupaten. Each kabupaten's numbers lie in summary/quota_lines.csv.",
    ),
    "places_caption": (
        "Yang mendapat tempat dan yang menunggu, sekarang dan dengan reformasi",
        "Who gets a place and who waits, today and with the reform",
    ),
    "both_sides": ("Keduanya", "Both"),
    "places_places": ("Tempat", "Places"),
    "places_eligible": ("Bersaing", "Compete"),
    "places_awarded": ("Mendapat tempat", "Get a place"),
    "places_waiting": ("Menunggu", "Wait"),
    "places_empty": ("Tempat kosong", "Empty places"),
    "places_short": ("Kabupaten dengan antrean", "Kabupaten where somebody waits"),
    "warn_roomy_heading": ("Kuota tidak membatasi", "The quota limits nothing"),
    "warn_roomy": (
        "Dengan reformasi tempat cukup untuk semua yang bersaing dan tidak seorang pun menunggu.",
        "With the reform there are places for all who compete, and nobody waits.",
    ),
    "warn_roomy_today_heading": (
        "Kuota sekarang tidak membatasi",
        "Today's quota limits nothing",
    ),
    "warn_roomy_today": (
        "Sekarang tempat cukup untuk semua yang bersaing dan tidak seorang pun menunggu.",
        "Today there are places for all who compete, and nobody waits.",
    ),
    "warn_roomy_item": ("{places} tempat untuk {eligible}", "{places} places for {eligible}"),
    "warn_roomy_waited": ("; sekarang {waiting} menunggu", "; today {waiting} wait"),
    "warn_roomy_policy": (
        "Tempat itu kuota nasional dari kebijakan: jika masukan ini hanya sampel, berikan "
        "tempatnya dengan --quota.",
        "These places are national quotas of the policy: if the input is a sample, give its "
        "places with --quota.",
    ),
    "warn_binding_heading": (
        "Kuota menentukan jumlah penerima",
        "The quota decides how many receive",
    ),
    "warn_binding": (
        "Sebelum dan sesudahnya ada yang menunggu, dan tempat yang terisi sama banyak: "
        "reformasi tidak mengubah berapa banyak yang menerima.",
        "Before and after somebody waits, and as many places are filled: the reform does not "
        "change how many receive.",
    ),
    "warn_binding_item": (
        "{places} tempat terisi; bersaing {before} sekarang, {after} dengan reformasi",
        "{places} places filled; {before} compete today, {after} with the reform",
    ),
    "warn_binding_same": (
        "; keluarga penerimanya tetap sama",
        "; the same families hold it",
    ),
    "warn_binding_moved": (
        "; {won} keluarga masuk, {lost} keluar",
        "; families that enter: {won}, that leave: {lost}",
    ),
    "warn_binding_shares": (
        "; jatah {n} kabupaten berubah",
        "; the shares of {n} kabupaten change",
    ),
}
