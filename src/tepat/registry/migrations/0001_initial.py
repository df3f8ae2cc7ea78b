"""The tables as the models say them; made by Django."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tepat.registry.models.observed


class Migration(migrations.Migration):
    """Tables."""

    initial = True

    dependencies = [
        ("places", "0002_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None, unique=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("import", "Impor"),
                            ("interview", "Wawancara"),
                            ("event", "Peristiwa"),
                            ("correction", "Koreksi"),
                            ("list", "Daftar lembaga"),
                            ("undo", "Pembatalan"),
                            ("erasure", "Penghapusan"),
                        ],
                        max_length=12,
                    ),
                ),
                ("source", models.TextField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("known_at", models.DateTimeField(null=True, unique=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="registry.batch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Family",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("origin_key", models.TextField(null=True)),
                ("salt", models.BinaryField(null=True)),
                ("version", models.BigIntegerField()),
                (
                    "home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FamilyObservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(unique=True)),
                ("observed_on", models.DateField()),
                ("source", models.TextField()),
                ("base_version", models.BigIntegerField(null=True)),
                ("home_id", models.IntegerField()),
                ("decile", tepat.registry.models.observed.Number(1, 10, null=True)),
                ("score", tepat.registry.models.observed.Number(0, 100000000, null=True)),
                ("area", tepat.registry.models.observed.Code(1, 2, null=True)),
                ("family_size", tepat.registry.models.observed.Number(1, 50, null=True)),
                ("homeless", models.BooleanField(null=True)),
                ("floor_area", tepat.registry.models.observed.Number(1, 997, null=True)),
                (
                    "floor",
                    tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, 7, 8, 9, null=True),
                ),
                ("wall", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, 7, null=True)),
                ("roof", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, 7, 8, null=True)),
                ("roof_damaged", models.BooleanField(null=True)),
                ("wall_damaged", models.BooleanField(null=True)),
                ("housing", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, null=True)),
                ("land_proof", models.BooleanField(null=True)),
                ("latrine", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, null=True)),
                ("closet", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("sewage", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, null=True)),
                (
                    "drinking_water",
                    tepat.registry.models.observed.Code(
                        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, null=True
                    ),
                ),
                ("lighting", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("power", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, null=True)),
                ("family_pln_id", models.TextField(null=True)),
                (
                    "cooking_fuel",
                    tepat.registry.models.observed.Code(
                        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, null=True
                    ),
                ),
                ("gas_cylinder", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("landline", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("flat_tv", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("gold", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("computer", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("bicycle", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("motorcycle", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("car", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("boat", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("motorboat", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("smartphone", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("refrigerator", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("air_conditioner", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("water_heater", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("other_house", models.BooleanField(null=True)),
                ("other_land", models.BooleanField(null=True)),
                ("cattle", tepat.registry.models.observed.Number(0, 999, null=True)),
                ("buffalo", tepat.registry.models.observed.Number(0, 999, null=True)),
                ("horse", tepat.registry.models.observed.Number(0, 999, null=True)),
                ("goat", tepat.registry.models.observed.Number(0, 999, null=True)),
                ("pig", tepat.registry.models.observed.Number(0, 999, null=True)),
                ("remote_area", models.BooleanField(null=True)),
                ("food_worry", models.BooleanField(null=True)),
                ("food_share_over_half", models.BooleanField(null=True)),
                ("bought_clothing", models.BooleanField(null=True)),
                ("lost_livelihood", models.BooleanField(null=True)),
                ("agrees_to_graduate", models.BooleanField(null=True)),
                ("proposed_by_local_government", models.BooleanField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.askedset",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="registry.family",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FamilyRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("home_id", models.IntegerField()),
                ("kk_sealed", models.BinaryField(null=True)),
                ("kk_token", models.BinaryField(null=True)),
                ("kk_findings", models.SmallIntegerField(default=0)),
                ("address", models.TextField(blank=True)),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=8, null=True)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="registry.family",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FlagList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ground", models.TextField()),
                ("source", models.TextField()),
                ("date", models.DateField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("origin_key", models.TextField(null=True)),
                ("salt", models.BinaryField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("home_id", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("origin_key__isnull", False)),
                        fields=("origin_key",),
                        name="person_origin",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.TextField(db_collation="C")),
                ("home_id", models.IntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("home_id", models.IntegerField()),
                ("relation", models.SmallIntegerField(null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("died", "Meninggal"),
                            ("moved", "Pindah"),
                            ("married", "Menikah"),
                            ("split", "Pecah KK"),
                            ("merged", "Gabung KK"),
                            ("relation", "Hubungan berubah"),
                            ("other", "Lainnya"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="registry.family",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ground", models.TextField()),
                ("source", models.TextField()),
                ("date", models.DateField()),
                ("confidence", models.TextField(blank=True)),
                ("contested", models.BooleanField(default=False)),
                ("evidence", models.TextField(blank=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("home_id", models.IntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="registry.family",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registration", "Pendaftaran"),
                            ("birth", "Kelahiran"),
                            ("death", "Kematian"),
                            ("marriage", "Perkawinan"),
                            ("join", "Anggota masuk"),
                            ("leave", "Anggota keluar"),
                            ("move_in", "Pindah masuk"),
                            ("move_out", "Pindah keluar"),
                            ("split", "Pecah KK"),
                            ("merger", "Gabung KK"),
                            ("new_head", "Ganti kepala keluarga"),
                            ("new_number", "Ganti nomor KK"),
                            ("correction", "Perbaikan data"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField()),
                ("document", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("home_id", models.IntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registry.batch",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registry.family",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PersonObservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(unique=True)),
                ("observed_on", models.DateField()),
                ("source", models.TextField()),
                ("base_version", models.BigIntegerField(null=True)),
                ("home_id", models.IntegerField()),
                ("age", tepat.registry.models.observed.Number(0, 125, null=True)),
                ("marital_status", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("schooling", tepat.registry.models.observed.Code(1, 2, 3, null=True)),
                (
                    "school_level",
                    tepat.registry.models.observed.Code(
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        7,
                        8,
                        9,
                        10,
                        11,
                        12,
                        13,
                        14,
                        15,
                        16,
                        17,
                        18,
                        19,
                        20,
                        21,
                        22,
                        null=True,
                    ),
                ),
                ("school_grade", tepat.registry.models.observed.Number(1, 13, null=True)),
                (
                    "diploma",
                    tepat.registry.models.observed.Code(
                        0,
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        7,
                        8,
                        9,
                        10,
                        11,
                        12,
                        13,
                        14,
                        15,
                        16,
                        17,
                        18,
                        19,
                        20,
                        21,
                        22,
                        null=True,
                    ),
                ),
                ("works", models.BooleanField(null=True)),
                (
                    "industry",
                    tepat.registry.models.observed.Code(
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        7,
                        8,
                        9,
                        10,
                        11,
                        12,
                        13,
                        14,
                        15,
                        16,
                        17,
                        18,
                        19,
                        20,
                        21,
                        22,
                        23,
                        24,
                        25,
                        26,
                        null=True,
                    ),
                ),
                (
                    "employment_status",
                    tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, 7, 8, null=True),
                ),
                ("owns_business", models.BooleanField(null=True)),
                ("businesses", tepat.registry.models.observed.Number(0, 99, null=True)),
                ("paid_workers", tepat.registry.models.observed.Number(0, 9999, null=True)),
                ("unpaid_workers", tepat.registry.models.observed.Number(0, 9999, null=True)),
                ("turnover", tepat.registry.models.observed.Code(1, 2, 3, 4, 5, 6, 7, null=True)),
                ("nutrition", tepat.registry.models.observed.Code(1, 2, 3, 8, null=True)),
                (
                    "chronic_illness",
                    tepat.registry.models.observed.Code(
                        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, null=True
                    ),
                ),
                ("difficulty_seeing", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("difficulty_hearing", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("difficulty_walking", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("difficulty_hands", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                (
                    "difficulty_remembering",
                    tepat.registry.models.observed.Code(1, 2, 3, 4, null=True),
                ),
                ("difficulty_speaking", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("difficulty_learning", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                (
                    "difficulty_self_care",
                    tepat.registry.models.observed.Code(1, 2, 3, 4, null=True),
                ),
                ("difficulty_sadness", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                (
                    "difficulty_behaviour",
                    tepat.registry.models.observed.Code(1, 2, 3, 4, null=True),
                ),
                ("pregnant", models.BooleanField(null=True)),
                ("pregnancy_number", tepat.registry.models.observed.Number(1, 20, null=True)),
                ("pbi_national", models.BooleanField(null=True)),
                ("pbi_local", models.BooleanField(null=True)),
                ("presence", tepat.registry.models.observed.Code(1, 2, 3, 4, null=True)),
                ("pln_id", models.TextField(null=True)),
                ("rights_victim", models.BooleanField(null=True)),
                ("orphan", tepat.registry.models.observed.Code(0, 1, 2, 3, null=True)),
                ("has_kip", models.BooleanField(null=True)),
                ("micro_business_permit", models.BooleanField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.askedset",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="registry.person",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PersonRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("home_id", models.IntegerField()),
                ("nik_sealed", models.BinaryField(null=True)),
                ("nik_token", models.BinaryField(null=True)),
                ("nik_findings", models.SmallIntegerField(default=0)),
                ("name", models.TextField(null=True)),
                ("sex", models.SmallIntegerField(null=True)),
                ("birth_date", models.DateField(null=True)),
                ("died_on", models.DateField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="registry.person",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["import", "interview", "event", "correction", "list", "undo", "erasure"],
                    )
                ),
                name="batch_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="family",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin_key__isnull", False)),
                fields=("origin_key",),
                name="family_origin",
            ),
        ),
        migrations.AddIndex(
            model_name="familyobservation",
            index=models.Index(
                fields=["family", "observed_on"], name="registry_fa_family__5080ef_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="familyrecord",
            index=models.Index(fields=["kk_token"], name="registry_fa_kk_toke_d08947_idx"),
        ),
        migrations.AddIndex(
            model_name="familyrecord",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", True), ("valid_to__isnull", True)),
                fields=["place"],
                name="family_record_place_now",
            ),
        ),
        migrations.AddConstraint(
            model_name="familyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True),
                    ("valid_to__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="family_record_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="familyrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_by__isnull", True), ("valid_to__isnull", True)),
                fields=("family",),
                name="family_record_living",
            ),
        ),
        migrations.AddConstraint(
            model_name="familyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                    models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                    _connector="OR",
                ),
                name="family_record_on_earth",
            ),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=models.Index(fields=["home_id", "word", "person"], name="name_word_by_home"),
        ),
        migrations.AddConstraint(
            model_name="nameword",
            constraint=models.UniqueConstraint(fields=("person", "word"), name="name_word_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True),
                    ("valid_to__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="membership_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_by__isnull", True), ("valid_to__isnull", True)),
                fields=("person",),
                name="membership_living",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("superseded_by__isnull", True), ("valid_to__isnull", True), ("relation", 1)
                ),
                fields=("family",),
                name="membership_one_head",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__range", (1, 8))), name="membership_relation"
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True),
                    ("valid_to__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="flag_period",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["family", "on"], name="registry_ev_family__3115b5_idx"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "registration",
                            "birth",
                            "death",
                            "marriage",
                            "join",
                            "leave",
                            "move_in",
                            "move_out",
                            "split",
                            "merger",
                            "new_head",
                            "new_number",
                            "correction",
                        ],
                    )
                ),
                name="event_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="personobservation",
            index=models.Index(
                fields=["person", "observed_on"], name="registry_pe_person__1ee04d_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="personrecord",
            index=models.Index(fields=["nik_token"], name="registry_pe_nik_tok_5794f4_idx"),
        ),
        migrations.AddConstraint(
            model_name="personrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True),
                    ("valid_to__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="person_record_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_by__isnull", True), ("valid_to__isnull", True)),
                fields=("person",),
                name="person_record_living",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", (1, 2))), name="person_record_sex"
            ),
        ),
    ]
