"""Every sentence of the report, Indonesian first, English second: the page, programmes, places."""

from __future__ import annotations

from tepat.runs.report.words_of_parts import WORDS_OF_PARTS

WORDS: dict[str, tuple[str, str]] = {
    # The page
    "page_title": ("Laporan Tepat", "Tepat report"),
    "language_name": ("Bahasa Indonesia", "English"),
    "language": ("Bahasa", "Language"),
    "skip": ("Langsung ke isi", "Skip to content"),
    "contents": ("Isi laporan", "In this report"),
    "title": ("Siapa dibantu, dengan apa", "Who is helped, and with what"),
    "as_of": ("Keadaan {day}", "As of {day}"),
    "lead": (
        "Dari {families} keluarga ({members} orang), {helped} keluarga menerima sedikitnya satu "
        "bantuan di luar subsidi umum: {share}. Semua bantuan bernilai {money} setahun.",
        "Of {families} families ({members} people), {helped} receive at least one kind of aid "
        "besides general subsidies: {share}. All aid is worth {money} a year.",
    ),
    "proposal": (
        "Ini usulan hasil hitungan, bukan penetapan. Hanya pejabat yang berwenang menetapkan.",
        "These are proposals from a calculation. Only an authorised official makes them decisions.",
    ),
    "unit_note": ("Perhatikan", "Please note"),
    "key_families": ("Keluarga diperiksa", "Families examined"),
    "key_helped": ("Keluarga menerima bantuan", "Families receive aid"),
    "key_money": ("Nilai bantuan setahun", "Aid in a year"),
    "key_blocked": ("Keluarga tertahan oleh kesalahan data", "Families held back by record errors"),
    "source": ("Sumber data: {input}", "Records from: {input}"),
    "table": ("Angka: {caption}", "Numbers: {caption}"),
    "scroll": ("Tabel, geser ke samping: {caption}", "Table, scroll sideways: {caption}"),
    # Shared headings and units
    "programme": ("Program", "Programme"),
    "unit": ("Dihitung per", "Counted by"),
    "family": ("keluarga", "family"),
    "member": ("orang", "person"),
    "n_family": ("{n} keluarga", "{n} families"),
    "n_member": ("{n} orang", "{n} people"),
    "kind": ("Bentuk", "Form"),
    "cash": ("uang", "cash"),
    "goods": ("barang", "goods"),
    "service": ("layanan", "service"),
    "subsidy": ("subsidi harga", "price subsidy"),
    "in_kind": ("bukan uang", "in kind"),
    "eligible": ("Layak", "Eligible"),
    "not_eligible": ("Tidak layak", "Not eligible"),
    "cannot_decide": ("Belum dapat diputuskan", "Cannot be decided yet"),
    "awarded": ("Menerima", "Awarded"),
    "waiting": ("Menunggu kuota", "Waiting for quota"),
    "refused": ("Layak, tetapi menerima program lain", "Eligible, but holds another programme"),
    "amount_year": ("Rupiah setahun", "Rupiah a year"),
    "families": ("Keluarga", "Families"),
    "members": ("Anggota", "Members"),
    "share": ("Bagian", "Share"),
    "code": ("Kode", "Code"),
    "decile": ("Desil {n}", "Decile {n}"),
    "decile_unknown": ("Desil tidak diketahui", "Decile unknown"),
    "unknown_place": ("Tempat tidak diketahui", "Place unknown"),
    "no_data": ("tidak ada data", "no data"),
    # Totals
    "nav_totals": ("Program", "Programmes"),
    "totals_title": ("Program dan anggaran", "Programmes and budget"),
    "totals_lead": (
        "Setiap batang memuat semua yang layak dan yang belum dapat diputuskan. Yang tidak layak "
        "ada di tabel.",
        "Each bar holds all who are eligible and all who cannot be decided yet. Those who are not "
        "eligible are in the table.",
    ),
    "outcome": ("Hasil: berapa yang menerima", "Outcome: how many are awarded"),
    "totals_caption": ("Hasil setiap program", "What each programme came to"),
    "totals_about": (
        "Untuk setiap program: bagian yang menerima, menunggu kuota, menerima program lain, dan "
        "belum dapat diputuskan; lalu nilainya setahun. Jumlah seluruhnya {money}.",
        "For each programme: the part that is awarded, waits for quota, holds another programme, "
        "and cannot be decided yet; then its value a year. Together {money}.",
    ),
    "budget_note": (
        "Nilai setahun menurut aturan pada {day}; bantuan sekali saja dihitung penuh. Tanpa uang: "
        "{names}.",
        "The yearly value under the rules of {day}; one-off aid counts in full. Without money: "
        "{names}.",
    ),
    "budget_note_all": (
        "Nilai setahun menurut aturan pada {day}; bantuan sekali saja dihitung penuh.",
        "The yearly value under the rules of {day}; one-off aid counts in full.",
    ),
    # Places
    "nav_since": ("Masuk dan keluar", "In and out"),
    "nav_places": ("Daerah", "Places"),
    "places_title": ("Bantuan menurut daerah", "Aid by place"),
    "places_lead": (
        "Dibantu berarti menerima sedikitnya satu bantuan selain subsidi harga.",
        "Helped means holding at least one award other than a price subsidy.",
    ),
    "share_caption": ("Bagian keluarga yang dibantu", "Share of families helped"),
    "money_caption": ("Rupiah setahun per keluarga", "Rupiah a year per family"),
    "money_note": (
        "Nilai semua bantuan dibagi semua keluarga di daerah itu, dibantu atau tidak.",
        "The value of all aid divided by all families of the place, helped or not.",
    ),
    "both_caption": (
        "Bagian keluarga yang dibantu, dan rupiah setahun per keluarga",
        "Share of families helped, and rupiah a year per family",
    ),
    "not_on_map": (
        "Tidak ada di berkas batas, jadi hanya di tabel: {places}.",
        "Not in the boundaries file, so in the table only: {places}.",
    ),
    "map_about": (
        "{caption}: terendah {low} ({low_place}), tertinggi {high} ({high_place}). Semua angka "
        "ada di tabel.",
        "{caption}: lowest {low} ({low_place}), highest {high} ({high_place}). All numbers are in "
        "the table.",
    ),
    "tiles_note": (
        "Setiap kotak satu provinsi, sama besar, kira-kira di tempatnya.",
        "Each tile is one province, all the same size, about where it lies.",
    ),
    "n_province": ("{n} provinsi", "{n} provinces"),
    "n_kabupaten": ("{n} kabupaten/kota", "{n} kabupaten or kota"),
    "province": ("Provinsi", "Province"),
    "kabupaten": ("Kabupaten/kota", "Kabupaten or kota"),
    "helped": ("Dibantu", "Helped"),
    "per_family": ("Rupiah per keluarga", "Rupiah per family"),
    "places_none": (
        "Data tidak memuat kode provinsi atau kabupaten, jadi tidak ada peta.",
        "The records carry no province or kabupaten codes, so there is no map.",
    ),
    "renamed": (
        "Pada berkas batas, wilayah ini memakai kode provinsi lain dan dikenali dari namanya: "
        "{names}.",
        "In the boundaries file these carry the code of another province and were told by name: "
        "{names}.",
    ),
    "most_families": (
        "Gambar memuat {n} daerah dengan keluarga terbanyak; tabel memuat semuanya.",
        "The picture shows the {n} places with most families; the table has all.",
    ),
    "programmes_by_place": (
        "Keluarga penerima menurut provinsi dan program",
        "Families awarded, by province and programme",
    ),
    **WORDS_OF_PARTS,
}
