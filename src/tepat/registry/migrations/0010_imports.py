"""The tables of imports as the models say them; made by Django."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by Django."""

    dependencies = [
        ("places", "0004_codes_on_a_day"),
        ("registry", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("source", models.TextField()),
                ("as_of", models.DateField()),
                ("file_name", models.TextField()),
                (
                    "file_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("file_size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Diunggah"),
                            ("matching", "Mencocokkan kolom"),
                            ("checking", "Diperiksa"),
                            ("checked", "Sudah diperiksa"),
                            ("approved", "Disetujui"),
                            ("applying", "Dimasukkan"),
                            ("done", "Selesai"),
                            ("refused", "Ditolak"),
                            ("failed", "Gagal"),
                            ("undone", "Dibatalkan"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("columns", models.JSONField(default=dict)),
                ("mapping", models.TextField(blank=True)),
                ("shards", models.SmallIntegerField(default=0)),
                (
                    "shards_done",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "families_asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "members_asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("families_new", models.IntegerField(default=0)),
                ("families_changed", models.IntegerField(default=0)),
                ("families_same", models.IntegerField(default=0)),
                ("families_error", models.IntegerField(default=0)),
                ("families_warning", models.IntegerField(default=0)),
                ("members_new", models.IntegerField(default=0)),
                ("members_changed", models.IntegerField(default=0)),
                ("members_same", models.IntegerField(default=0)),
                ("members_error", models.IntegerField(default=0)),
                ("members_warning", models.IntegerField(default=0)),
                ("held_back", models.IntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("error_id", models.TextField(blank=True)),
                ("error_en", models.TextField(blank=True)),
                ("error_code", models.TextField(blank=True)),
                (
                    "batch",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("home_id", models.IntegerField()),
                ("shard", models.SmallIntegerField()),
                ("table", models.CharField(max_length=8)),
                ("family_number", models.IntegerField(null=True)),
                ("number", models.IntegerField(null=True)),
                ("file_row", models.IntegerField(null=True)),
                ("shown_key", models.TextField(blank=True)),
                ("rule", models.CharField(max_length=40)),
                ("severity", models.CharField(max_length=7)),
                ("column", models.TextField(blank=True)),
                ("value_shown", models.TextField(blank=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.importjob",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField()),
                ("columns_hash", models.CharField(max_length=64)),
                ("mapping", models.TextField(blank=True)),
                ("used_at", models.DateTimeField(auto_now=True)),
                (
                    "home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StageFamily",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("home_id", models.IntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.IntegerField()),
                ("family_number", models.IntegerField()),
                ("file_row", models.IntegerField(null=True)),
                ("shown_key", models.TextField()),
                ("origin_key", models.TextField(null=True)),
                ("state", models.CharField(default="new", max_length=7)),
                ("warned", models.BooleanField(default=False)),
                ("observed_on", models.DateField()),
                ("source", models.TextField()),
                ("salt", models.BinaryField()),
                ("sealed", models.BinaryField(null=True)),
                ("token", models.BinaryField(null=True)),
                ("token_once", models.BooleanField(default=False)),
                ("findings", models.SmallIntegerField(default=0)),
                ("by_origin", models.BooleanField(default=False)),
                ("record_id", models.BigIntegerField(null=True)),
                ("writes_record", models.BooleanField(default=False)),
                ("writes_facts", models.BooleanField(default=False)),
                ("family_id", models.BigIntegerField(null=True)),
                ("version", models.BigIntegerField(null=True)),
                ("village", models.TextField(null=True)),
                ("place_id", models.IntegerField(null=True)),
                ("decile", models.IntegerField(null=True)),
                ("score", models.IntegerField(null=True)),
                ("area", models.SmallIntegerField(null=True)),
                ("family_size", models.IntegerField(null=True)),
                ("homeless", models.BooleanField(null=True)),
                ("floor_area", models.IntegerField(null=True)),
                (
                    "floor",
                    models.SmallIntegerField(null=True),
                ),
                ("wall", models.SmallIntegerField(null=True)),
                ("roof", models.SmallIntegerField(null=True)),
                ("roof_damaged", models.BooleanField(null=True)),
                ("wall_damaged", models.BooleanField(null=True)),
                ("housing", models.SmallIntegerField(null=True)),
                ("land_proof", models.BooleanField(null=True)),
                ("latrine", models.SmallIntegerField(null=True)),
                ("closet", models.SmallIntegerField(null=True)),
                ("sewage", models.SmallIntegerField(null=True)),
                (
                    "drinking_water",
                    models.SmallIntegerField(null=True),
                ),
                ("lighting", models.SmallIntegerField(null=True)),
                ("power", models.SmallIntegerField(null=True)),
                ("family_pln_id", models.TextField(null=True)),
                (
                    "cooking_fuel",
                    models.SmallIntegerField(null=True),
                ),
                ("gas_cylinder", models.IntegerField(null=True)),
                ("landline", models.IntegerField(null=True)),
                ("flat_tv", models.IntegerField(null=True)),
                ("gold", models.IntegerField(null=True)),
                ("computer", models.IntegerField(null=True)),
                ("bicycle", models.IntegerField(null=True)),
                ("motorcycle", models.IntegerField(null=True)),
                ("car", models.IntegerField(null=True)),
                ("boat", models.IntegerField(null=True)),
                ("motorboat", models.IntegerField(null=True)),
                ("smartphone", models.IntegerField(null=True)),
                ("refrigerator", models.IntegerField(null=True)),
                ("air_conditioner", models.IntegerField(null=True)),
                ("water_heater", models.IntegerField(null=True)),
                ("other_house", models.BooleanField(null=True)),
                ("other_land", models.BooleanField(null=True)),
                ("cattle", models.IntegerField(null=True)),
                ("buffalo", models.IntegerField(null=True)),
                ("horse", models.IntegerField(null=True)),
                ("goat", models.IntegerField(null=True)),
                ("pig", models.IntegerField(null=True)),
                ("remote_area", models.BooleanField(null=True)),
                ("food_worry", models.BooleanField(null=True)),
                ("food_share_over_half", models.BooleanField(null=True)),
                ("bought_clothing", models.BooleanField(null=True)),
                ("lost_livelihood", models.BooleanField(null=True)),
                ("agrees_to_graduate", models.BooleanField(null=True)),
                ("proposed_by_local_government", models.BooleanField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.importjob",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StagePerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("home_id", models.IntegerField()),
                ("shard", models.SmallIntegerField()),
                ("number", models.IntegerField()),
                ("family_number", models.IntegerField()),
                ("file_row", models.IntegerField(null=True)),
                ("shown_key", models.TextField()),
                ("origin_key", models.TextField(null=True)),
                ("state", models.CharField(default="new", max_length=7)),
                ("warned", models.BooleanField(default=False)),
                ("observed_on", models.DateField()),
                ("source", models.TextField()),
                ("salt", models.BinaryField()),
                ("sealed", models.BinaryField(null=True)),
                ("token", models.BinaryField(null=True)),
                ("token_once", models.BooleanField(default=False)),
                ("findings", models.SmallIntegerField(default=0)),
                ("by_origin", models.BooleanField(default=False)),
                ("record_id", models.BigIntegerField(null=True)),
                ("writes_record", models.BooleanField(default=False)),
                ("writes_facts", models.BooleanField(default=False)),
                ("person_id", models.BigIntegerField(null=True)),
                ("name", models.TextField(null=True)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("sex", models.SmallIntegerField(null=True)),
                ("birth_date", models.DateField(null=True)),
                ("relation", models.SmallIntegerField(null=True)),
                ("membership_id", models.BigIntegerField(null=True)),
                ("left_family_id", models.BigIntegerField(null=True)),
                ("left_version", models.BigIntegerField(null=True)),
                ("writes_membership", models.BooleanField(default=False)),
                ("age", models.IntegerField(null=True)),
                ("marital_status", models.SmallIntegerField(null=True)),
                ("schooling", models.SmallIntegerField(null=True)),
                (
                    "school_level",
                    models.SmallIntegerField(null=True),
                ),
                ("school_grade", models.IntegerField(null=True)),
                (
                    "diploma",
                    models.SmallIntegerField(null=True),
                ),
                ("works", models.BooleanField(null=True)),
                (
                    "industry",
                    models.SmallIntegerField(null=True),
                ),
                (
                    "employment_status",
                    models.SmallIntegerField(null=True),
                ),
                ("owns_business", models.BooleanField(null=True)),
                ("businesses", models.IntegerField(null=True)),
                ("paid_workers", models.IntegerField(null=True)),
                ("unpaid_workers", models.IntegerField(null=True)),
                ("turnover", models.SmallIntegerField(null=True)),
                ("nutrition", models.SmallIntegerField(null=True)),
                (
                    "chronic_illness",
                    models.SmallIntegerField(null=True),
                ),
                ("difficulty_seeing", models.SmallIntegerField(null=True)),
                ("difficulty_hearing", models.SmallIntegerField(null=True)),
                ("difficulty_walking", models.SmallIntegerField(null=True)),
                ("difficulty_hands", models.SmallIntegerField(null=True)),
                (
                    "difficulty_remembering",
                    models.SmallIntegerField(null=True),
                ),
                ("difficulty_speaking", models.SmallIntegerField(null=True)),
                ("difficulty_learning", models.SmallIntegerField(null=True)),
                (
                    "difficulty_self_care",
                    models.SmallIntegerField(null=True),
                ),
                ("difficulty_sadness", models.SmallIntegerField(null=True)),
                (
                    "difficulty_behaviour",
                    models.SmallIntegerField(null=True),
                ),
                ("pregnant", models.BooleanField(null=True)),
                ("pregnancy_number", models.IntegerField(null=True)),
                ("pbi_national", models.BooleanField(null=True)),
                ("pbi_local", models.BooleanField(null=True)),
                ("presence", models.SmallIntegerField(null=True)),
                ("pln_id", models.TextField(null=True)),
                ("rights_victim", models.BooleanField(null=True)),
                ("orphan", models.SmallIntegerField(null=True)),
                ("has_kip", models.BooleanField(null=True)),
                ("micro_business_permit", models.BooleanField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.importjob",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(
                fields=["home", "-uploaded_at"], name="registry_im_home_id_9b95cc_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "uploaded",
                            "matching",
                            "checking",
                            "checked",
                            "approved",
                            "applying",
                            "done",
                            "refused",
                            "failed",
                            "undone",
                        ],
                    )
                ),
                name="import_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("refused", "failed", "undone")), _negated=True),
                fields=("sha256",),
                name="import_same_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    ("state__in", ["refused"]),
                    models.Q(("decided_by", models.F("uploaded_by")), _negated=True),
                    _connector="OR",
                ),
                name="import_two_persons",
            ),
        ),
        migrations.AddIndex(
            model_name="importfinding",
            index=models.Index(fields=["job", "shard"], name="registry_im_job_id_ad6ef5_idx"),
        ),
        migrations.AddIndex(
            model_name="importfinding",
            index=models.Index(
                fields=["job", "severity", "table", "file_row"],
                name="registry_im_job_id_8ab674_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="importmatch",
            constraint=models.UniqueConstraint(
                fields=("home", "source", "columns_hash"), name="import_match_once"
            ),
        ),
        migrations.AddIndex(
            model_name="stagefamily",
            index=models.Index(fields=["job", "shard"], name="registry_st_job_id_37340c_idx"),
        ),
        migrations.AddIndex(
            model_name="stageperson",
            index=models.Index(fields=["job", "shard"], name="registry_st_job_id_aa2e8c_idx"),
        ),
    ]
