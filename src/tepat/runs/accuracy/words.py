"""Every sentence of the page on accuracy, Indonesian first, English second."""

from __future__ import annotations

from tepat.runs.report.words import WORDS

ACCURACY_WORDS: dict[str, tuple[str, str]] = {
    **WORDS,
    "page_title": ("Ketepatan Tepat", "Tepat accuracy"),
    "contents": ("Isi halaman", "On this page"),
    "title": ("Siapa terlewat, siapa keliru masuk", "Who is missed, who is wrongly in"),
    "lead": (
        "Untuk {n} keluarga diketahui pengeluaran yang sebenarnya. Dari {poor}% termiskin, "
        "{missed} berada di luar {poor}% pertama pada peringkat: {rank} karena peringkat, "
        "{outside} karena tidak terdaftar sama sekali.",
        "For {n} families true consumption is known. Of the poorest {poor}%, {missed} are outside "
        "the first {poor}% of the ranking: {rank} by rank, {outside} for not being registered at "
        "all.",
    ),
    "key_known": ("Keluarga dengan pengeluaran diketahui", "Families of known consumption"),
    "key_outside": ("Di antaranya tidak terdaftar", "Of them not registered"),
    "key_exclusion": ("Kesalahan eksklusi", "Exclusion error"),
    "key_inclusion": ("Kesalahan inklusi", "Inclusion error"),
    "proposal": (
        "Halaman ini menilai perhitungan, bukan keluarga.",
        "This page judges the calculation, not families.",
    ),
    "source": ("Perhitungan: {input}", "Run: {input}"),
    "exclusion": ("Eksklusi", "Exclusion"),
    "by_rank": ("Karena peringkat", "By rank"),
    "unregistered": ("Tidak terdaftar", "Not registered"),
    "inclusion": ("Inklusi", "Inclusion"),
    "cut": ("Batas", "Cut-off"),
    "nav_curve": ("Kurva", "Curves"),
    "curve_title": ("Kesalahan menurut batas", "Errors over the cut-off"),
    "curve_lead": (
        "Pada batas k persen, yang miskin ialah k persen termiskin dari semua keluarga yang "
        "diketahui, terdaftar atau tidak; yang terpilih ialah k persen pertama pada peringkat. "
        "Eksklusi: miskin tetapi tidak terpilih. Inklusi: terpilih tetapi tidak miskin.",
        "At k per cent the poor are the poorest k per cent of all known families, registered or "
        "not; the chosen are the first k per cent of the ranking. Exclusion: poor and not chosen. "
        "Inclusion: chosen and not poor.",
    ),
    "curve_caption": (
        "Kesalahan pada setiap batas, dengan rentang 95 persen",
        "Errors at each cut-off, with 95 per cent intervals",
    ),
    "curve_about": (
        "Pada batas {first}%: eksklusi {first_value}. Pada batas {last}%: {last_value}.",
        "At {first}%: exclusion {first_value}. At {last}%: {last_value}.",
    ),
    "curve_across": ("Batas: persen termiskin", "Cut-off: poorest per cent"),
    "whole_deciles": (
        "Desil perhitungan ini dipasok, jadi hanya batas desil yang dapat dinilai.",
        "The deciles of this run were supplied, so only cut-offs at whole deciles can be judged.",
    ),
    "nav_groups": ("Kelompok", "Groups"),
    "groups_title": ("Siapa yang lebih sering terlewat", "Who is missed more often"),
    "groups_lead": (
        "Batasnya batas seluruh penduduk, {cut}%. Garis tipis: rentang 95 persen.",
        "The cut-off is that of the whole population, {cut}%. Thin line: 95 per cent interval.",
    ),
    "group_province": ("Provinsi", "Province"),
    "group_area": ("Perkotaan dan perdesaan", "Urban and rural"),
    "group_female_head": ("Kepala keluarga perempuan", "Female head"),
    "group_disability": ("Anggota dengan disabilitas", "A member with a disability"),
    "group_family_size": ("Jumlah anggota", "Family size"),
    "group_head_age": ("Umur kepala keluarga", "Age of the head"),
    "value_urban": ("Perkotaan", "Urban"),
    "value_rural": ("Perdesaan", "Rural"),
    "value_yes": ("Ya", "Yes"),
    "value_no": ("Tidak", "No"),
    "value_unknown": ("Tidak diketahui", "Not known"),
    "group_caption": (
        "{group}: kesalahan eksklusi pada batas {cut}%",
        "{group}: exclusion error at a cut-off of {cut}%",
    ),
    "group_about": (
        "Terendah {low} ({low_name}), tertinggi {high} ({high_name}).",
        "Lowest {low} ({low_name}), highest {high} ({high_name}).",
    ),
    "group_short": ("{low} sampai {high}", "{low} to {high}"),
    "poor_families": ("Keluarga miskin", "Poor families"),
    "weighted_poor": ("Bobot yang miskin", "Weight of the poor"),
    "nav_lost": ("Di mana hilang", "Where lost"),
    "lost_title": ("Di mana yang miskin hilang", "Where the poor are lost"),
    "lost_lead": (
        "Setiap keluarga dari {poor}% termiskin ada di satu tempat saja, menurut urutan ia "
        "menemuinya: tidak terdaftar, data salah, aturan lain, peringkat, fakta tidak diketahui, "
        "kuota atau bantuan lain, terjangkau. Aturan mendahului peringkat, sebab peringkat yang "
        "lebih baik tidak akan menolongnya.",
        "Each family of the poorest {poor}% stands in one place, in the order in which it meets "
        "them: not registered, record in error, another rule, rank, unknown fact, quota or another "
        "award, reached. Rules come before rank, for a better rank would not have helped.",
    ),
    "lost_caption": (
        "Keluarga termiskin menurut nasibnya pada setiap program",
        "The poorest families by what became of them in each programme",
    ),
    "lost_about": (
        "Sedikitnya satu bantuan menjangkau {reached}; {outside} tidak terdaftar.",
        "At least one kind of aid reaches {reached}; {outside} are not registered.",
    ),
    "any": ("Sedikitnya satu bantuan", "At least one kind of aid"),
    "reached": ("Terjangkau", "Reached"),
    "quota": ("Kuota atau bantuan lain", "Quota or another award"),
    "unknown_fact": ("Fakta tidak diketahui", "Unknown fact"),
    "rank": ("Peringkat", "Rank"),
    "rules": ("Aturan lain", "Another rule"),
    "record": ("Data salah", "Record in error"),
    "not_registered": ("Tidak terdaftar", "Not registered"),
    "n_reached": ("{share} terjangkau", "{share} reached"),
    "nav_method": ("Cara", "Method"),
    "method_title": ("Cara menghitung rentang", "How the intervals are made"),
    "method_Wilson": (
        "Setiap keluarga dihitung sekali: rentang Wilson (1927), seolah-olah keluarga diambil satu "
        "per satu.",
        "Each family counts once: Wilson's interval (1927), as if families were drawn one by one.",
    ),
    "method_rows": (
        "Dengan bobot: ragam rasio yang dilinearkan (Woodruff 1971), pada logit, dengan t Student.",
        "With weights: the linearised variance of a ratio (Woodruff 1971), on the logit, with "
        "Student's t.",
    ),
    "method_clusters": (
        "Dengan bobot dan {n} klaster: ragam rasio yang dilinearkan antarklaster (Woodruff 1971), "
        "pada logit, dengan t Student pada klaster − 1 derajat bebas.",
        "With weights and {n} clusters: the linearised variance of a ratio between clusters "
        "(Woodruff 1971), on the logit, with Student's t on clusters − 1 degrees of freedom.",
    ),
    "method_counted": (
        "{n} keluarga terdaftar dicacah lengkap, tidak disampel: masing-masing dihitung sekali dan "
        "tidak menambah ragam. Hanya yang tidak terdaftar yang disampel.",
        "{n} registered families are a full count and no sample: each counts once and adds nothing "
        "to the variance. Only the unregistered were sampled.",
    ),
    "method_lines": (
        "Garis batas dianggap tetap: bahwa garis itu sendiri ditaksir tidak ikut dihitung.",
        "The cut-offs are taken as fixed: that they are estimated themselves is not counted.",
    ),
    "repeat_title": ("Cara mengulang penilaian ini", "How to repeat this judgement"),
    "repeat_lead": (
        "Folder dan berkas yang sama memberi hasil yang sama. DIR adalah folder baru.",
        "The same folder and files give the same result. DIR is a new folder.",
    ),
    "own_truth": ("Kebenaran tersimpan pada perhitungan.", "The truth that the run kept."),
}
