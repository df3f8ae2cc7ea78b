"""Sentences of the report, continued: deciles, quotas, reasons, data quality, accuracy, checks."""

from __future__ import annotations

WORDS_OF_PARTS: dict[str, tuple[str, str]] = {
    # Deciles
    "nav_deciles": ("Desil", "Deciles"),
    "deciles_title": ("Bantuan menurut desil", "Aid by decile"),
    "deciles_lead": (
        "Desil 1 sepersepuluh keluarga termiskin menurut peringkat, desil 10 yang paling mampu. "
        "Tinggi batang: bagian keluarga di desil itu yang menerima. Skala tiap gambar berbeda; "
        "angka di atas adalah nilai tertinggi.",
        "Decile 1 is the poorest tenth of families by rank, decile 10 the best off. The height of "
        "a bar is the share of that decile's families that is awarded. Each picture has its own "
        "scale; the number on top is its highest value.",
    ),
    "deciles_caption": (
        "Bagian keluarga yang menerima, per desil",
        "Share of families awarded, by decile",
    ),
    "deciles_about": (
        "{title}: dari desil 1 sampai 10, {values}.",
        "{title}: from decile 1 to 10, {values}.",
    ),
    "deciles_none": ("Belum ada penerima.", "Nobody is awarded."),
    "deciles_empty": (
        "Belum ada penerima, jadi tidak ada yang dapat dibandingkan menurut desil.",
        "Nobody is awarded, so there is nothing to compare by decile.",
    ),
    "all_families": ("Semua keluarga", "All families"),
    # Quotas
    "nav_quotas": ("Kuota", "Quotas"),
    "quotas_title": ("Garis kuota", "Quota lines"),
    "quotas_lead": (
        "Kuota dibagikan menurut urutan kebutuhan. Yang di bawah garis menunggu.",
        "Quotas are given out in order of need. Those below the line wait.",
    ),
    "quotas_words": (
        "Kuota ialah banyaknya tempat yang diberikan kepada program. Menerima berarti tempat yang "
        "terisi. Kabupaten/kota tanpa kuota sendiri berbagi kuota nasional, sebanding dengan "
        "yang layak bersaing.",
        "The quota is how many places a programme was given. Awarded are the places that are "
        "filled. A kabupaten or kota without a quota of its own shares the national one, in "
        "proportion to those who compete.",
    ),
    "quotas_caption": ("Kuota dan yang berhak mendapatkannya", "Quota and those who compete"),
    "quotas_about": (
        "Untuk setiap program: bagian yang mendapat tempat dan bagian yang menunggu.",
        "For each programme: the part that has a place and the part that waits.",
    ),
    "quotas_none": (
        "Tidak ada kuota yang dibagikan: tidak ada program berkuota.",
        "No quota was shared out: no programme has one.",
    ),
    "quota": ("Kuota", "Quota"),
    "quota_own": ("Kuota sendiri", "Own quota"),
    "quota_empty": ("Tempat kosong", "Empty places"),
    "competing": ("Layak bersaing", "Competing"),
    "waiting_short": ("Menunggu", "Waiting"),
    "n_of": ("{part} dari {whole}", "{part} of {whole}"),
    "n_waiting": ("{n} menunggu", "{n} waiting"),
    "quota_group": (
        "{title}: kabupaten/kota dengan antrean terpanjang",
        "{title}: kabupaten or kota with the longest queue",
    ),
    "quota_table": ("{title}: semua kabupaten/kota", "{title}: all kabupaten and kota"),
    "quota_short": ("{awarded} menerima, {waiting} menunggu", "{awarded} awarded, {waiting} wait"),
    "quota_line": ("batas kuota", "quota line"),
    # Reasons
    "nav_reasons": ("Alasan", "Reasons"),
    "reasons_title": ("Mengapa tidak", "Why not"),
    "reasons_lead": (
        "Satu keluarga atau orang bisa punya beberapa alasan sekaligus. Satu-satunya alasan: bila "
        "syarat ini terpenuhi, jawabannya menjadi layak.",
        "A family or person can have several reasons at once. The only reason: were this one "
        "condition met, the answer would be eligible.",
    ),
    "reasons_caption": (
        "{title}: syarat yang paling sering tidak terpenuhi",
        "{title}: conditions most often not met",
    ),
    "reasons_about": (
        "Alasan tersering: {first}, {n}.",
        "The most frequent reason: {first}, {n}.",
    ),
    "reasons_short": ("terbanyak: {first}", "most often: {first}"),
    "reasons_clear": ("semua syarat terpenuhi", "every condition is met"),
    "criterion": ("Syarat", "Condition"),
    "failed": ("Tidak terpenuhi", "Not met"),
    "unknown": ("Belum diketahui", "Not known"),
    "only_reason": ("Satu-satunya alasan", "The only reason"),
    "failed_unknown": ("{failed} tidak, {unknown} belum", "{failed} not met, {unknown} unknown"),
    "only_note": ("satu-satunya alasan: {n}", "the only reason: {n}"),
    # Data quality
    "nav_quality": ("Mutu data", "Data quality"),
    "quality_title": ("Mutu data", "Data quality"),
    "quality_lead": (
        "{blocked} keluarga ({share}) tertahan: ada kesalahan pada data keluarga atau kepala "
        "keluarganya, jadi bantuannya belum dapat diputuskan.",
        "{blocked} families ({share}) are held back: the record of the family or its head has an "
        "error, so aid cannot be decided yet.",
    ),
    "quality_lead_none": (
        "Tidak ada keluarga yang tertahan oleh kesalahan data.",
        "No family is held back by an error in the record.",
    ),
    "quality_members": (
        "Di keluarga lain, {members} anggota tidak ikut dihitung karena datanya salah. {decile} "
        "keluarga tidak punya desil.",
        "In other families {members} members are not counted because their record has an error. "
        "{decile} families have no decile.",
    ),
    "quality_caption": ("Temuan pada data, yang terbanyak", "Findings on the record, most first"),
    "quality_about": (
        "{n} macam temuan. Terbanyak: {first}, {number} kali.",
        "{n} kinds of findings. The most frequent: {first}, {number} times.",
    ),
    "quality_none": ("Tidak ada temuan pada data.", "There are no findings on the record."),
    "quality_table": ("Semua temuan dan apa yang perlu dilakukan", "All findings and what to do"),
    "finding": ("Temuan", "Finding"),
    "severity": ("Tingkat", "Severity"),
    "error": ("Kesalahan", "Error"),
    "warning": ("Peringatan", "Warning"),
    "note": ("Catatan", "Note"),
    "column": ("Kolom", "Column"),
    "times": ("Jumlah", "Number"),
    "what_to_do": ("Yang perlu dilakukan", "What to do"),
    "n_findings": ("{n} temuan", "{n} findings"),
    "n_families": ("pada {n} keluarga", "in {n} families"),
    # Outside what the model was fitted on
    "nav_outside": ("Di luar model", "Beyond the model"),
    "outside_title": (
        "Di luar data yang membentuk model",
        "Beyond what the model was fitted on",
    ),
    "outside_lead": (
        "{n} keluarga ({share}) punya sedikitnya satu jawaban yang tidak pernah ada pada survei. "
        "Skornya tetap dihitung, tetapi belum ada yang tahu seberapa baik.",
        "{n} families ({share}) have at least one answer that the survey never held. They are "
        "scored all the same, but nobody knows yet how well.",
    ),
    "outside_warn": (
        "Peringatan: di luar survei pada lebih dari 1% keluarga, atau jauh lebih sering tidak "
        "diketahui: {names}.",
        "Warning: beyond the survey in more than 1% of the families, or unknown far more often: "
        "{names}.",
    ),
    "outside_fine": (
        "Tidak ada kolom yang lebih dari 1% di luar survei.",
        "No column is beyond the survey in more than 1% of the families.",
    ),
    "outside_caption": (
        "Keluarga dengan jawaban yang tidak pernah ada pada survei",
        "Families with answers that the survey never held",
    ),
    "outside_about": ("Terbanyak: {first}, {share}.", "Most: {first}, {share}."),
    "outside_never": ("Tidak pernah ada pada survei", "Never in the survey"),
    # Truth
    "nav_truth": ("Ketepatan", "Accuracy"),
    "truth_title": ("Seberapa tepat", "How well it finds the poor"),
    "truth_lead": (
        "Untuk {n} keluarga diketahui pengeluaran yang sebenarnya, misalnya karena datanya buatan "
        "atau dari survei. Bila suatu program diterima n keluarga, sasarannya n keluarga yang "
        "sebenarnya termiskin.",
        "For {n} families true consumption is known, as in invented or survey data. Where n "
        "families hold a programme, its mark is the n families that are truly poorest.",
    ),
    "truth_plain": (
        "Salah sasaran di sini berarti dua hal yang sama banyaknya: sekian tempat dipegang "
        "keluarga yang kurang miskin (inklusi), maka sekian keluarga sasaran tidak menerima "
        "(eksklusi). Syarat lain seperti anak sekolah atau rumah tidak layak ikut terhitung, "
        "jadi angka ini batas atas untuk kesalahan peringkat.",
        "Off the mark here means two things of equal number: so many places are held by families "
        "that are less poor (inclusion), so as many of the poorest are left out (exclusion). "
        "Other conditions, such as a child at school or an unfit house, count in, so this is the "
        "most that can be blamed on the ranking.",
    ),
    "truth_more": (
        "Menurut kelompok, pada setiap batas, dan dengan keluarga yang tidak terdaftar: tepat "
        "accuracy.",
        "By group, at every cut-off, and with families that are not registered: tepat accuracy.",
    ),
    "truth_caption": (
        "Kesalahan eksklusi dan inklusi, dengan rentang 95 persen",
        "Exclusion and inclusion error, with 95 per cent intervals",
    ),
    "truth_about": (
        "Bagian penerima yang bukan keluarga termiskin. Terendah {low} ({low_name}), tertinggi "
        "{high} ({high_name}).",
        "Share of holders that are not among the poorest. Lowest {low} ({low_name}), highest "
        "{high} ({high_name}).",
    ),
    "truth_none": (
        "Pengeluaran yang sebenarnya tidak diketahui, jadi ketepatan tidak dapat diukur.",
        "True consumption is not known, so accuracy cannot be measured.",
    ),
    "truth_nobody": ("Belum ada penerima yang dapat dibandingkan.", "No award can be compared."),
    "holders": ("Keluarga penerima (n)", "Families awarded (n)"),
    "exclusion": ("Eksklusi: termiskin yang tidak menerima", "Exclusion: poorest left out"),
    "inclusion": ("Inklusi: penerima yang kurang miskin", "Inclusion: holders less poor"),
    "interval": ("Rentang 95%", "95% interval"),
    "missed": ("Sepersepuluh termiskin yang tidak menerima", "Poorest tenth not awarded"),
    "better_off": ("Penerima dari separuh yang lebih mampu", "Holders from the better-off half"),
    "range": ("{low} sampai {high}", "{low} to {high}"),
    "tenths_caption": (
        "Bagian keluarga yang menerima, per desil yang sebenarnya",
        "Share of families awarded, by true decile",
    ),
    "tenths_note": (
        "Desil menurut pengeluaran yang sebenarnya, bukan menurut peringkat di data.",
        "Deciles by true consumption, not by the rank in the record.",
    ),
    # Not checked
    "nav_checks": ("Belum diperiksa", "Not checked"),
    "checks_title": ("Yang belum diperiksa", "What was not checked"),
    "checks_lead": (
        "Yang tidak diperiksa tidak dianggap benar atau salah; ia hanya belum diketahui.",
        "What was not checked counts neither as true nor as false; it is only not known.",
    ),
    "checks_none": (
        "Semua daftar pengecualian dimuat dan semua pemeriksaan data dapat dijalankan.",
        "All exclusion lists were loaded and every check of the record could be made.",
    ),
    "lists_caption": (
        "Alasan pengecualian yang daftarnya belum dimuat",
        "Exclusion grounds whose list was not loaded",
    ),
    "list_ground": ("Alasan", "Ground"),
    "list_source": ("Daftar yang diperlukan", "The list it needs"),
    "list_programmes": ("Program yang terkait", "Programmes it concerns"),
    "rules_caption": (
        "Pemeriksaan data yang tidak dapat dijalankan karena kolomnya tidak ada",
        "Checks of the record that were not made because a column is absent",
    ),
    "rule": ("Pemeriksaan", "Check"),
    "not_in_force_caption": ("Program yang tidak berlaku pada {day}", "Not in force on {day}"),
    "in_force": ("Berlaku", "In force"),
    # Repeat
    "nav_repeat": ("Ulangi", "Repeat"),
    "repeat_title": ("Cara mengulang perhitungan ini", "How to repeat this run"),
    "repeat_lead": (
        "Masukan, aturan dan kode yang sama memberi hasil yang sama. RUN adalah folder baru. "
        "Aturan yang dipakai tersimpan dalam folder policy di samping laporan ini.",
        "The same input, policy and code give the same result. RUN is a new folder. The policy "
        "that was used is kept in the folder policy beside this report.",
    ),
    "command": ("Perintah", "Command"),
    "policy_hash": ("Sidik aturan (SHA-256)", "Policy hash (SHA-256)"),
    "code_version": ("Versi kode", "Code version"),
    "no_code": ("tidak tercatat", "not recorded"),
    "engine": ("Mesin hitung", "Engine"),
    "made_at": ("Dibuat", "Made"),
    "files_caption": ("Berkas masukan", "Input files"),
    "file": ("Berkas", "File"),
    "table_name": ("Isi", "Holds"),
    "rows": ("Baris", "Rows"),
    "sha256": ("SHA-256", "SHA-256"),
}
