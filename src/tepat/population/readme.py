"""The text that travels with every population."""

README = """\
EVERYTHING IN THIS FOLDER IS INVENTED.

No person, family, number or name is real; likeness is chance. Province codes, sizes, poverty
rates and the rates of errors follow published figures; kabupaten, kecamatan and village codes
have the official form but say nothing of the places that may bear them.

families/, members/    the registry, in folders province=NN; what `tepat run` reads
flags/                 what lists say of people and families: ground, source, date, confidence,
                       contested; in folders province=NN
lists.parquet          the lists that were loaded
benefits/              in folders province=NN: who holds or held which programme, from when to when
quota.csv              national quotas scaled to this population (an empty place: the whole file)
survey.parquet         a random sample with consumption: `tepat calibrate survey.parquet
                       --outcome pc_exp --weight popweight --cluster ea`
truth.parquet          by family: true consumption a head a month in rupiah, poor or not, true
                       decile of the country, true size, and the errors of its record;
                       original_family_key bears the same card number in another province
                       (duplicate_kk)
truth_members.parquet  by person and error: malformed_nik, duplicate_nik, fuzzy_duplicate,
                       blank_name, deceased, birth_date_not_of_nik, pregnant_man,
                       nutrition_of_older, civil_servant, wage_above_minimum, company_officer;
                       original_person_key is the other bearer of the NIK or the same person's
                       other row (same_person), in another province where other_province;
                       false_positive: the list is wrong
unregistered.parquet   families that live here and are in no register, beside the number asked
                       for: what is true of them, and area, family_size, head_sex, head_age,
                       disability; `tepat run` does not read it:
                       `tepat accuracy RUN --unregistered unregistered.parquet`
population.json        arguments, seed, version, rows, bytes, and realised rates beside their
                       targets; `speed` alone differs from one making to the next

In families, `decile` is the bureau's: from a proxy score with noise, national in meaning, unknown
for about one in a hundred. It is not true_decile. Null is unknown. family_size is as declared and
may exceed the members listed: the missing are an error of the record, counted in truth.parquet.
"""
