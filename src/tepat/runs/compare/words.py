"""Every sentence of the comparison's page, Indonesian first, English second."""

from __future__ import annotations

from tepat.runs.report.words import WORDS

CAUSE_WORDS: dict[str, tuple[str, str]] = {
    "cause_programme_begun": ("Program mulai berlaku", "The programme began"),
    "cause_programme_ended": ("Program berakhir", "The programme ended"),
    "cause_family_new": ("Keluarga baru di data", "Family new in the records"),
    "cause_family_gone": ("Keluarga tidak ada lagi di data", "Family gone from the records"),
    "cause_person_new": ("Orang baru di keluarga", "Person new in the family"),
    "cause_person_gone": ("Orang tidak ada lagi di keluarga", "Person gone from the family"),
    "cause_forgotten": ("Sudah dilupakan", "Forgotten"),
    "cause_record": ("Kesalahan data timbul atau diperbaiki", "Record error made or mended"),
    "cause_flag": ("Temuan lembaga berubah", "An institution's finding changed"),
    "cause_facts": ("Fakta keluarga berubah", "The family's facts changed"),
    "cause_own_score": ("Fakta sendiri menggeser skornya", "Own facts moved its score"),
    "cause_decile_line": ("Garis desil bergeser", "The decile line moved"),
    "cause_model": ("Model atau sumber desil berganti", "The model or source of deciles changed"),
    "cause_score_or_model": (
        "Skor, garis desil, atau model berubah",
        "Score, decile line or model changed",
    ),
    "cause_decile_supplied": ("Desil yang dipasok berubah", "The supplied decile changed"),
    "cause_day": ("Hari berganti", "The day moved on"),
    "cause_policy": ("Aturan berubah", "The rules changed"),
    "cause_code": ("Kode program hitung berubah", "The calculating code changed"),
    "cause_own_place": ("Urutannya sendiri berubah", "Its own place in the order changed"),
    "cause_queue": ("Antrean berubah", "The queue changed"),
    "cause_quota_line": ("Garis kuota bergeser", "The quota line moved"),
    "cause_overlap": ("Rangkap bantuan", "Overlap with another award"),
    "cause_unclear": ("Belum jelas", "Not clear"),
    "why_programme_begun": (
        "Pada perhitungan pertama program belum berlaku.",
        "In the first run the programme was not in force.",
    ),
    "why_programme_ended": (
        "Pada perhitungan kedua program tidak berlaku lagi.",
        "In the second run the programme is no longer in force.",
    ),
    "why_family_new": (
        "Kunci keluarga tidak ada pada perhitungan pertama.",
        "The first run has no family with this key.",
    ),
    "why_family_gone": (
        "Kunci keluarga tidak ada pada perhitungan kedua.",
        "The second run has no family with this key.",
    ),
    "why_person_new": (
        "Keluarganya sudah ada, kunci orangnya belum.",
        "The family was there, the person's key was not.",
    ),
    "why_person_gone": (
        "Keluarganya masih ada, kunci orangnya tidak.",
        "The family is still there, the person's key is not.",
    ),
    "why_forgotten": (
        "Seseorang di keluarga ini dihapus datanya; sebabnya tidak dapat diketahui lagi.",
        "Somebody of the family was erased; why cannot be told any more.",
    ),
    "why_record": (
        "Data keluarga atau kepala keluarga sekarang salah, atau sudah benar.",
        "The record of the family or its head now has an error, or no longer.",
    ),
    "why_flag": (
        "Daftar lembaga sekarang memuat seseorang, atau tidak lagi.",
        "A list now names somebody, or no longer.",
    ),
    "why_facts": (
        "Aturan lama atas fakta baru sudah memberi jawaban baru.",
        "The old rules on the new facts already give the new answer.",
    ),
    "why_own_score": (
        "Skor model lama atas fakta baru melewati garis desil lama.",
        "The old model's score of the new facts crosses the old decile line.",
    ),
    "why_decile_line": (
        "Skornya tidak cukup bergeser; keluarga lain menggeser garisnya.",
        "Its score did not move enough; other families moved the line.",
    ),
    "why_model": (
        "Baru dengan model yang baru jawabannya berubah.",
        "Only with the new model does the answer change.",
    ),
    "why_score_or_model": (
        "Model lama tidak dapat dipakai atas fakta baru, jadi ketiganya tidak dapat dipisahkan.",
        "The old model cannot be used on the new facts, so the three cannot be told apart.",
    ),
    "why_decile_supplied": (
        "Desil dari lembaga statistik berbeda dari yang dulu.",
        "The decile from the statistics bureau is not what it was.",
    ),
    "why_day": (
        "Umur, masa berlaku, atau besaran aturan yang sama pada hari yang baru.",
        "Ages, periods or amounts of the same rules on the new day.",
    ),
    "why_policy": (
        "Fakta, desil dan hari yang baru belum cukup; berkas aturan berubah.",
        "New facts, decile and day do not suffice; the policy files changed.",
    ),
    "why_code": (
        "Aturan dan fakta yang sama memberi jawaban lain pada versi kode yang lain.",
        "The same rules and facts give another answer in another version of the code.",
    ),
    "why_own_place": (
        "Prioritas, desil atau skornya sendiri melewati garis kuota lama.",
        "Its own priority, decile or score crosses the old quota line.",
    ),
    "why_queue": (
        "Yang lain datang, pergi atau berpindah tempat, atau undian seri memakai tanggal baru.",
        "Others came, went or changed places, or ties were drawn for the new date.",
    ),
    "why_quota_line": (
        "Bagian kuota kabupaten sekarang lebih besar atau lebih kecil.",
        "The kabupaten's share of the quota is larger or smaller now.",
    ),
    "why_overlap": (
        "Bantuan lain yang tidak boleh dirangkap sekarang diterima, atau tidak lagi.",
        "Another award that bars this one is held now, or no longer.",
    ),
    "why_unclear": ("Tidak satu pun langkah menjelaskannya.", "No step explains it."),
}

COMPARE_WORDS: dict[str, tuple[str, str]] = {
    **WORDS,
    **CAUSE_WORDS,
    "page_title": ("Perbandingan Tepat", "Tepat comparison"),
    "contents": ("Isi perbandingan", "In this comparison"),
    "title": ("Siapa masuk, siapa keluar, dan mengapa", "Who entered, who left, and why"),
    "days": ("{before} lalu {after}", "{before} and then {after}"),
    "as_of": ("Keadaan {day}", "As of {day}"),
    "lead": (
        "{entered} bantuan masuk dan {left} keluar di antara dua perhitungan. {both} keluarga ada "
        "di keduanya, {new} baru, {gone} tidak ada lagi.",
        "Between the two runs {entered} awards entered and {left} left. {both} families are in "
        "both, {new} are new, {gone} are gone.",
    ),
    "nothing": (
        "Tidak ada yang masuk dan tidak ada yang keluar. {both} keluarga ada di keduanya.",
        "Nobody entered and nobody left. {both} families are in both runs.",
    ),
    "key_stayed": ("Bantuan tetap", "Awards that stayed"),
    "key_entered": ("Bantuan masuk", "Awards that entered"),
    "key_left": ("Bantuan keluar", "Awards that left"),
    "key_money_more": ("Selisih rupiah setahun", "Difference in rupiah a year"),
    "proposal": (
        "Keduanya usulan hasil hitungan, bukan penetapan.",
        "Both are proposals from a calculation, not decisions.",
    ),
    "source": ("Perhitungan: {input}", "Runs: {input}"),
    "entered": ("Masuk", "Entered"),
    "left": ("Keluar", "Left"),
    "stayed": ("Tetap", "Stayed"),
    "before": ("Sebelum", "Before"),
    "after": ("Sesudah", "After"),
    "rupiah_before": ("Rupiah setahun, sebelum", "Rupiah a year, before"),
    "rupiah_after": ("Rupiah setahun, sesudah", "Rupiah a year, after"),
    "cause": ("Penyebab", "Cause"),
    "meaning": ("Artinya", "What it means"),
    # Flows
    "since_title": ("Masuk dan keluar sejak hitungan {day}", "In and out since the run of {day}"),
    "since_lead": (
        "Penyebab tiap orang dan keluarga ada di folder hasil ini, di compared/who.parquet; "
        "halaman lengkapnya compared/compare.html.",
        "The cause of each one lies in this run's folder, in compared/who.parquet; the whole page "
        "is compared/compare.html.",
    ),
    "nav_flows": ("Masuk dan keluar", "In and out"),
    "flows_title": ("Masuk dan keluar menurut program", "In and out, by programme"),
    "flows_lead": (
        "Program keluarga dicocokkan menurut kunci keluarga, program orang menurut kunci orang.",
        "Family programmes are matched by the family's key, programmes of people by the person's.",
    ),
    "flows_caption": (
        "Yang tetap, masuk dan keluar pada setiap program",
        "Who stayed, entered and left in each programme",
    ),
    "flows_about": (
        "Untuk setiap program: bagian yang tetap, yang masuk dan yang keluar, dari semua yang "
        "menerima pada salah satu perhitungan. Seluruhnya {entered} masuk dan {left} keluar.",
        "For each programme: the part that stayed, entered and left, of all who hold it in either "
        "run. In all {entered} entered and {left} left.",
    ),
    "in_out": ("+{entered} −{left}", "+{entered} −{left}"),
    "begun": ("mulai berlaku", "began"),
    "ended": ("berakhir", "ended"),
    # Causes
    "nav_causes": ("Penyebab", "Why"),
    "causes_title": ("Mengapa masuk dan mengapa keluar", "Why they entered and why they left"),
    "causes_lead": (
        "Dari perhitungan pertama ke yang kedua, hal yang berubah ditukar satu per satu menurut "
        "urutan tabel: fakta, skor, garis desil, model, hari, aturan, antrean. Penyebabnya "
        "langkah terakhir yang membalik jawaban. Dengan urutan lain, perubahan dengan beberapa "
        "penyebab dapat bernama lain.",
        "From the first run to the second what changed is exchanged one kind at a time, in the "
        "order of the table: facts, score, decile line, model, day, rules, queue. The cause is the "
        "last step that turned the answer. In another order a change with several causes could "
        "carry another name.",
    ),
    "causes_caption": ("Penyebab masuk dan penyebab keluar", "Causes of entering and of leaving"),
    "causes_about": (
        "Penyebab masuk yang tersering: {entered}. Penyebab keluar yang tersering: {left}.",
        "Most frequent cause of entering: {entered}. Of leaving: {left}.",
    ),
    "causes_group": ("{title}: penyebab", "{title}: causes"),
    "causes_all": ("Semua program dan penyebab", "All programmes and causes"),
    "nobody": (
        "Tidak ada yang masuk dan tidak ada yang keluar.",
        "Nobody entered and nobody left.",
    ),
    "no_change": ("tidak berubah", "no change"),
    # Facts
    "nav_facts": ("Fakta", "Facts"),
    "facts_title": ("Fakta dan syarat di baliknya", "Facts and conditions behind it"),
    "facts_lead": (
        "Fakta yang berubah dan dibaca oleh syarat atau skor yang membalik jawabannya. Satu "
        "perubahan dapat menyebut beberapa fakta.",
        "Facts that changed and that are read by the condition or score which turned the answer. "
        "One change can name several facts.",
    ),
    "facts_caption": ("Fakta yang paling sering berubah", "Facts that changed most often"),
    "facts_about": ("Tersering: {first}.", "Most often: {first}."),
    "facts_none": (
        "Tidak ada perubahan yang penyebabnya fakta keluarga.",
        "No change has a fact of a family as its cause.",
    ),
    "fact": ("Fakta", "Fact"),
    "criteria_caption": (
        "Syarat yang membalik jawaban, menurut program",
        "Conditions that turned the answer, by programme",
    ),
    "members_fact": ("Anggota keluarga datang atau pergi", "Members came or went"),
    "blocked_fact": ("Kesalahan pada data keluarga", "Error in the family's record"),
    "data_ok_fact": ("Kesalahan pada data anggota", "Error in a member's record"),
    "roster_size_fact": ("Jumlah anggota", "Number of members"),
    "starting_point_fact": ("Titik awal skor", "Starting point of the score"),
    # Places
    "places_title": ("Masuk dan keluar menurut daerah", "In and out, by place"),
    "places_lead": (
        "Program yang ada pada kedua perhitungan saja.",
        "Programmes of both runs only.",
    ),
    "entered_caption": (
        "Bantuan yang masuk, dari semua sesudahnya",
        "Awards that entered, of all after",
    ),
    "left_caption": (
        "Bantuan yang keluar, dari semua sebelumnya",
        "Awards that left, of all before",
    ),
    "places_none": (
        "Data tidak memuat kode provinsi atau kabupaten, jadi tidak ada peta.",
        "The records carry no province or kabupaten codes, so there is no map.",
    ),
    "places_quiet": ("Tidak ada perubahan di mana pun.", "Nothing changed anywhere."),
    # Deciles
    "deciles_title": ("Dari desil ke desil", "From decile to decile"),
    "deciles_lead": (
        "Keluarga yang ada pada kedua perhitungan, menurut desil sebelumnya.",
        "Families of both runs, by their decile before.",
    ),
    "moves_caption": ("Ke mana keluarga setiap desil", "Where the families of each decile went"),
    "moves_about": (
        "{same} keluarga tetap di desilnya, {poorer} ke desil lebih miskin, {better} ke desil "
        "lebih mampu.",
        "{same} families kept their decile, {poorer} went to a poorer one, {better} to a better "
        "off one.",
    ),
    "same_decile": ("desil yang sama", "the same decile"),
    "poorer": ("desil lebih miskin", "a poorer decile"),
    "better": ("desil lebih mampu", "a better-off decile"),
    "no_decile": ("desil tidak diketahui", "decile not known"),
    "decile_from": ("Desil sebelumnya", "Decile before"),
    "n_same": ("{n} tetap", "{n} the same"),
    # Notes
    "nav_notes": ("Catatan", "Notes"),
    "notes_title": ("Yang tidak dibandingkan", "What was not compared"),
    "notes_none": (
        "Semua program dari kedua perhitungan dibandingkan.",
        "Every programme of the two runs was compared.",
    ),
    "left_out_caption": ("Program yang tidak dibandingkan", "Programmes left out"),
    "reason_left_out": ("Alasan", "Reason"),
    "way_same": (
        "Desil keduanya dari model yang sama.",
        "The deciles of both runs come from the same model.",
    ),
    "way_supplied": (
        "Desil keduanya dipasok; perubahannya tidak dapat diurai lebih lanjut.",
        "The deciles of both runs were supplied; their change cannot be taken apart further.",
    ),
    "way_mixed": (
        "Desil yang satu dipasok, yang lain dari model.",
        "The deciles of one run were supplied, those of the other come from a model.",
    ),
    "way_new_model": (
        "Modelnya berganti; model lama dihitung lagi atas fakta baru.",
        "The model changed; the old model was computed again on the new facts.",
    ),
    "way_apart": (
        "Modelnya berganti dan tidak dapat dihitung lagi atas fakta baru ({why}).",
        "The model changed and cannot be computed again on the new facts ({why}).",
    ),
    "repeat_title": ("Cara mengulang perbandingan ini", "How to repeat this comparison"),
    "repeat_lead": (
        "Dua folder yang sama memberi hasil yang sama. DIR adalah folder baru.",
        "The same two folders give the same result. DIR is a new folder.",
    ),
    "who_file": (
        "Siapa saja: who.parquet, dengan kunci dan tanpa nama.",
        "Who they are: who.parquet, with keys and without names.",
    ),
    "policy_same": ("Aturan sama pada keduanya", "Both runs used the same policy"),
    "policy_other": ("Aturan berbeda", "The policies differ"),
    "runs_caption": ("Dua perhitungan", "The two runs"),
    "run": ("Perhitungan", "Run"),
    "day": ("Keadaan", "As of"),
    "records": ("Data", "Records"),
}
