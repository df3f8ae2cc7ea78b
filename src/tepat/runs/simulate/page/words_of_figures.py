"""Sentences of a simulation's page, continued: families, places, kinds, errors, stacking, limit."""

from __future__ import annotations

WORDS_OF_FIGURES: dict[str, tuple[str, str]] = {
    "nav_families": ("Keluarga", "Families"),
    "families_title": ("Siapa untung, siapa rugi", "Who gains and who loses"),
    "families_lead": (
        "Dibantu berarti memegang sedikitnya satu program selain subsidi harga. Setiap "
        "keluarga masuk tepat satu golongan.",
        "Helped means holding at least one programme other than a price subsidy. Each family "
        "is in exactly one class.",
    ),
    "families_caption": ("Keluarga menurut golongan", "Families by class"),
    "class": ("Golongan", "Class"),
    "families_count": ("Keluarga", "Families"),
    "nav_deciles": ("Desil", "Deciles"),
    "deciles_title": ("Menurut desil", "By decile"),
    "deciles_lead": (
        "Desil 1 sepersepuluh termiskin menurut peringkat. Ke kiri: keluarga yang rugi; ke "
        "kanan: yang untung; panjang batang menurut bagian keluarga di desil itu.",
        "Decile 1 is the poorest tenth by rank. To the left: families that lose; to the right: "
        "those that gain; bars are shares of the decile's families.",
    ),
    "deciles_caption": (
        "Keluarga untung dan rugi, per desil",
        "Families that gain and lose, by decile",
    ),
    "nav_provinces": ("Provinsi", "Provinces"),
    "provinces_title": ("Menurut provinsi", "By province"),
    "provinces_caption": (
        "Keluarga untung dan rugi, per provinsi",
        "Families that gain and lose, by province",
    ),
    "most_changed": (
        "Gambar memuat {n} provinsi dengan bagian keluarga berubah terbesar; tabel memuat "
        "semuanya.",
        "The picture shows the {n} provinces where the largest share of families changes; the "
        "table has all.",
    ),
    "provinces_none": ("Data tidak memuat kode provinsi.", "The records carry no province codes."),
    "nav_kinds": ("Jenis keluarga", "Kinds"),
    "kinds_title": ("Menurut jenis keluarga", "By kind of family"),
    "kinds_lead": (
        "Satu keluarga dapat masuk beberapa jenis, jadi barisnya tidak dijumlahkan. Jenis "
        "dihitung dari yang diketahui; yang tidak diketahui dihitung bukan.",
        "A family can be of several kinds, so the rows do not add up. A kind counts where it "
        "is known; what is unknown counts as not.",
    ),
    "kinds_caption": (
        "Keluarga untung dan rugi, per jenis",
        "Families that gain and lose, by kind",
    ),
    "child": ("Ada anak di bawah 18 tahun", "With a child under 18"),
    "elderly": ("Ada lansia sejak 60 tahun", "With somebody of 60 or more"),
    "disabled": (
        "Ada penyandang disabilitas (banyak kesulitan)",
        "With a disability (much difficulty or cannot)",
    ),
    "female_head": ("Kepala keluarga perempuan", "Headed by a woman"),
    "single": ("Tinggal sendiri", "A single person"),
    "urban": ("Perkotaan", "In towns"),
    "rural": ("Perdesaan", "In the country"),
    "kind_heading": ("Jenis", "Kind"),
    "sides_about": (
        "{caption}: rugi terbanyak {lose} ({lose_name}), untung terbanyak {gain} "
        "({gain_name}). Semua angka ada di tabel.",
        "{caption}: most lose {lose} ({lose_name}), most gain {gain} ({gain_name}). All "
        "numbers are in the table.",
    ),
    "sides_nothing": (
        "{caption}: tidak ada keluarga yang berubah.",
        "{caption}: no family changes.",
    ),
    "nothing_moves": ("Tidak ada keluarga yang berubah.", "No family changes."),
    "helped_before": ("Dibantu sekarang", "Helped today"),
    "helped_after": ("Dibantu, reformasi", "Helped, reform"),
    "all_families": ("Semua keluarga", "All families"),
    # Errors
    "nav_errors": ("Ketepatan", "Accuracy"),
    "errors_title": (
        "Kesalahan sasaran, sebelum dan sesudah",
        "Targeting errors, before and after",
    ),
    "errors_none": (
        "Pengeluaran sebenarnya tidak diberikan (--truth), jadi kesalahan sasaran tidak dapat "
        "diukur.",
        "True consumption was not given (--truth), so targeting errors cannot be measured.",
    ),
    "errors_lead": (
        "Diukur pada keluarga yang pengeluaran sebenarnya diketahui. Terlewat: keluarga di "
        "sepersepuluh termiskin yang tidak menerima. Garis tipis: selang 95 persen.",
        "Measured on families whose true consumption is known. Missed: families of the poorest "
        "tenth that receive nothing. Thin lines: intervals of 95 per cent.",
    ),
    "missed_caption": ("Sepersepuluh termiskin yang terlewat", "Poorest tenth that is missed"),
    "missed_about": (
        "Bagian keluarga termiskin tanpa bantuan apa pun: sekarang {before}, dengan reformasi "
        "{after}.",
        "Share of the poorest families without any aid: {before} today, {after} with the reform.",
    ),
    "any_aid": ("Bantuan apa pun", "Any aid"),
    "no_holders": ("tanpa penerima", "no holders"),
    "errors_caption": ("Kesalahan sasaran", "Targeting errors"),
    "side": ("Kebijakan", "Policy"),
    "holders": ("Penerima", "Holders"),
    "exclusion": ("Yang miskin tertinggal", "Poor left out"),
    "better_off": ("Dari separuh lebih mampu", "From the better-off half"),
    "missed": ("Sepersepuluh termiskin terlewat", "Poorest tenth missed"),
    "errors_note": (
        "Yang miskin tertinggal: bagian dari n keluarga termiskin yang tidak menerima, bila n "
        "keluarga menerima; sama besarnya dengan bagian penerima di luar n termiskin.",
        "Poor left out: the share of the n poorest families that hold nothing where n families "
        "hold it; it equals the share of holders outside the n poorest.",
    ),
    # Stacking
    "nav_stacks": ("Rangkap", "Stacking"),
    "stacks_title": ("Berapa program dalam satu keluarga", "How many programmes one family holds"),
    "stacks_lead": (
        "Program selain subsidi harga. Program per orang dihitung sekali per keluarga.",
        "Programmes other than price subsidies. Programmes for persons count once per family.",
    ),
    "stacks_caption": ("Keluarga menurut jumlah program", "Families by number of programmes"),
    "stacks_money": (
        "Rupiah setahun menurut jumlah program keluarga",
        "Rupiah a year by the family's number of programmes",
    ),
    "stacks_about": (
        "Rata-rata {before} program per keluarga sekarang, {after} dengan reformasi.",
        "On average {before} programmes a family today, {after} with the reform.",
    ),
    "n_programmes": ("{n} program", "{n} programmes"),
    "one_programme": ("1 program", "1 programme"),
    "no_programme": ("Tanpa program", "No programme"),
    "number_of": ("Jumlah program", "Number of programmes"),
    "families_before": ("Keluarga sekarang", "Families today"),
    "families_after": ("Keluarga reformasi", "Families, reform"),
    "moves_caption": (
        "Dari jumlah program sekarang (baris) ke jumlah dengan reformasi (kolom)",
        "From today's number of programmes (rows) to the reform's (columns)",
    ),
    # Limit
    "nav_limit": ("Batas anggaran", "Budget limit"),
    "limit_title": ("Apa yang muat dalam anggaran", "What fits the budget"),
    "limit_lead": (
        "Dicari: {line} pada {programme}, supaya program itu dengan reformasi paling banyak "
        "{budget} setahun.",
        "Searched: {line} of {programme}, so that with the reform it costs at most {budget} a "
        "year.",
    ),
    "limit_line": ("Anggaran {budget}", "Budget {budget}"),
    "limit_quota": ("jumlah tempat", "the number of places"),
    "limit_score": ("skor tertinggi yang masih menerima", "the highest score that still receives"),
    "limit_found": (
        "Yang muat: {value}. Biayanya {cost} untuk {held}; sisa {left}.",
        "What fits: {value}. It costs {cost} for {held}; {left} is left.",
    ),
    "limit_none": (
        "Tidak ada yang muat: yang termurah dari yang dicoba, {value}, biayanya {cost}.",
        "Nothing fits: the cheapest that was tried, {value}, costs {cost}.",
    ),
    "limit_all": (
        "Semua yang dicoba muat: pada {value} biayanya {cost} untuk {held}; sisa {left}.",
        "All that was tried fits: at {value} it costs {cost} for {held}; {left} is left.",
    ),
    "limit_now": (
        "Dengan nilai reformasi sendiri, {value}, biayanya {cost}.",
        "At the reform's own value, {value}, it costs {cost}.",
    ),
    "limit_step": ("Satu langkah lagi melampaui anggaran.", "One step further exceeds the budget."),
    "limit_unsteady": (
        "Biaya tidak selalu naik atau turun sejalan dengan nilai ini.",
        "The cost does not rise or fall steadily with the value.",
    ),
    "limit_flat": (
        "Nilai ini tidak berpengaruh: dengan setiap nilai yang dicoba biayanya sama.",
        "The value makes no difference: with each that was tried the cost is the same.",
    ),
    "limit_between": (
        "{tried} nilai dicoba; di antaranya biaya dianggap naik atau turun terus.",
        "{tried} values were tried; between them the cost is taken to rise or fall steadily.",
    ),
    "limit_largest": (
        "Yang disebut ialah jumlah tempat terbanyak yang muat.",
        "The one told is the largest number of places that fits.",
    ),
    "limit_every": (
        "Setiap nilai dari rentangnya dicoba; yang disebut paling banyak memakai anggaran.",
        "Every value of the range was tried; the one told uses most of the budget.",
    ),
    "limit_untried": (
        "Nilai yang tidak dicoba mungkin muat dan memakai lebih banyak anggaran.",
        "A value that was not tried may fit and use more of the budget.",
    ),
    "limit_caption": ("Rupiah setahun menurut {line}", "Rupiah a year by {line}"),
    "limit_top": ("paling tinggi {cost}", "highest {cost}"),
    "limit_value": ("Nilai", "Value"),
    "limit_fits": ("Muat", "Fits"),
    "limit_yes": ("ya", "yes"),
    "limit_no": ("tidak", "no"),
    "repeat_lead": (
        "Dengan masukan, kebijakan, reformasi dan kode yang sama, perintah ini memberi angka "
        "yang sama.",
        "With the same input, policy, reform and code this command gives the same numbers.",
    ),
    "reform_hash": ("Tanda reformasi", "Hash of the reform"),
}
