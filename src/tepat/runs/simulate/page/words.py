"""Every sentence of a simulation's page, Indonesian first, English second."""

from __future__ import annotations

from tepat.runs.simulate.page.words_of_figures import WORDS_OF_FIGURES
from tepat.runs.simulate.page.words_of_warnings import WORDS_OF_WARNINGS

WORDS: dict[str, tuple[str, str]] = {
    "page_title": ("Simulasi Tepat", "Tepat simulation"),
    "contents": ("Isi halaman", "On this page"),
    "simulated": ("Simulasi, keadaan {day}", "Simulation, as of {day}"),
    "lead": (
        "Anggaran setahun {before} menjadi {after} ({difference}). Dari {families} keluarga, "
        "{more} menerima lebih banyak, {won} baru dibantu, {less} menerima lebih sedikit, dan "
        "{lost} tidak dibantu lagi.",
        "A year's budget goes from {before} to {after} ({difference}). Of {families} families, "
        "{more} receive more, {won} are newly helped, {less} receive less, and {lost} are "
        "helped no more.",
    ),
    "lead_same": (
        "Anggaran setahun tetap {before}. Dari {families} keluarga, {more} menerima lebih "
        "banyak, {won} baru dibantu, {less} menerima lebih sedikit, dan {lost} tidak dibantu "
        "lagi.",
        "A year's budget stays {before}. Of {families} families, {more} receive more, {won} are "
        "newly helped, {less} receive less, and {lost} are helped no more.",
    ),
    "lead_nothing": (
        "Pada hari ini reformasi tidak mengubah apa pun bagi {families} keluarga: anggaran "
        "setahun tetap {before}.",
        "On this day the reform changes nothing for any of {families} families: a year's "
        "budget stays {before}.",
    ),
    "key_money": ("Perubahan anggaran setahun", "Change of a year's budget"),
    "key_won": ("Keluarga baru dibantu", "Families newly helped"),
    "key_lost": ("Keluarga tidak dibantu lagi", "Families helped no more"),
    "key_moved": ("Keluarga menerima lebih / kurang", "Families that get more / less"),
    "proposal": (
        "Ini hitungan, bukan keputusan: kedua kebijakan dihitung atas keluarga yang sama, "
        "tanpa perubahan perilaku.",
        "This is a calculation, not a decision: both policies are applied to the same "
        "families, and nobody behaves differently.",
    ),
    "source": ("Sumber data: {input}", "Records from: {input}"),
    "unchanged": ("tetap", "unchanged"),
    "before": ("Sekarang", "Today"),
    "after": ("Reformasi", "Reform"),
    "difference": ("Selisih", "Difference"),
    # What changes
    "nav_changes": ("Reformasi", "The reform"),
    "changes_title": ("Apa yang berubah", "What changes"),
    "debate": (
        "Dari perdebatan: {source} (keyakinan {mark})",
        "From the debate: {source} (confidence {mark})",
    ),
    "changes_caption": ("Perubahan aturan", "Changes of rules"),
    "what": ("Apa", "What"),
    "since": ("Sejak", "Since"),
    "source_heading": ("Sumber", "Source"),
    "not_yet": ("{day} (belum berlaku pada hari simulasi)", "{day} (not yet on the simulated day)"),
    "ended": ("berakhir", "ends"),
    "merged": ("menjadi {into}", "becomes {into}"),
    "added": ("program baru", "new programme"),
    "dropped": ("dihapus", "dropped"),
    "between": ("Antarprogram", "Between programmes"),
    "not_together": ("tidak boleh dirangkap: {names}", "may not be held together: {names}"),
    "together": ("boleh dirangkap: {names}", "may be held together: {names}"),
    "none_yet": ("belum ada", "none"),
    "assumed": ("Anggapan", "Assumptions"),
    "assumed_lead": (
        "Yang dianggap, bukan diketahui. Anggapan reformasi ini sendiri lebih dahulu:",
        "Assumed, not known. The reform's own assumptions come first:",
    ),
    "assumed_behaviour": (
        "Tidak ada yang mengubah perilaku: keluarga, kerja, dan pengajuan tetap seperti dalam "
        "data.",
        "Nobody changes behaviour: families, work and claims stay as the records have them.",
    ),
    "assumed_take_up": (
        "Semua yang menerima penetapan menerima uangnya, setahun penuh menurut aturan pada {day}.",
        "All who are awarded are paid, for a whole year under the rules of {day}.",
    ),
    "assumed_quota": (
        "Kuota dibagi menurut jumlah yang layak di tiap kabupaten. Jika yang layak berubah, "
        "jatah kabupaten berubah juga, dan keluarga yang tetap layak dapat kehilangan tempat.",
        "Quotas are shared in proportion to the eligible of each kabupaten. Where those "
        "change, shares change too, and a family that stays eligible can lose its place.",
    ),
    "assumed_unknown": (
        "Keluarga yang belum dapat diputuskan dihitung tidak menerima, sebelum dan sesudahnya.",
        "Families that cannot be decided count as receiving nothing, before and after.",
    ),
    "assumed_goods": (
        "Bantuan tanpa uang tidak bernilai rupiah di sini; subsidi harga tidak dihitung "
        "sebagai bantuan.",
        "Aid in kind has no rupiah value here; price subsidies do not count as aid.",
    ),
    # Budget
    "nav_budget": ("Anggaran", "Budget"),
    "budget_title": ("Anggaran dan penerima", "Budget and recipients"),
    "budget_lead": (
        "Program yang berubah karena reformasi, langsung atau karena program lain yang tidak "
        "boleh dirangkap dengannya. Yang lain tetap dan ada di tabel.",
        "Programmes that the reform changes, itself or through another that may not be held "
        "together with them. The others stay and are in the table.",
    ),
    "budget_caption": (
        "Rupiah setahun, sekarang dan dengan reformasi",
        "Rupiah a year, today and with the reform",
    ),
    "budget_about": (
        "Anggaran semua program dari {before} menjadi {after}.",
        "The budget of all programmes goes from {before} to {after}.",
    ),
    "any_programme": ("Bantuan apa pun", "Any aid"),
    "group": ("Golongan", "Group"),
    "all_programmes": ("Semua program", "All programmes"),
    "holders_before": ("Keluarga sekarang", "Families today"),
    "holders_after": ("Keluarga reformasi", "Families, reform"),
    "entered": ("Masuk", "Enter"),
    "left": ("Keluar", "Leave"),
    "paid_more": ("Tetap, lebih banyak", "Stay, get more"),
    "paid_less": ("Tetap, kurang", "Stay, get less"),
    "money_before": ("Rupiah sekarang", "Rupiah today"),
    "money_after": ("Rupiah reformasi", "Rupiah, reform"),
    "holders_caption": (
        "Keluarga penerima, sekarang dan dengan reformasi",
        "Families that hold it, today and with the reform",
    ),
    # Who gains and who loses
    "won": ("Baru dibantu", "Newly helped"),
    "lost": ("Tidak dibantu lagi", "Helped no more"),
    "more": ("Menerima lebih banyak", "Gets more"),
    "less": ("Menerima lebih sedikit", "Gets less"),
    "same": ("Dibantu, jumlahnya sama", "Helped, the same sum"),
    "none": ("Tidak dibantu, tetap", "Not helped, as before"),
    "gain": ("Untung", "Gains"),
    "lose": ("Rugi", "Loses"),
    "nobody": ("0", "0"),
    **WORDS_OF_FIGURES,
    **WORDS_OF_WARNINGS,
}
