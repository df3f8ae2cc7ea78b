"""Runs, what they say of each programme, and their decisions."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables; what guards them comes next."""

    initial = True

    dependencies = [
        ("places", "0002_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuotaLine",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("kabupaten", models.CharField(blank=True, max_length=4)),
                ("quota", models.BigIntegerField()),
                ("competing", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("as_of", models.DateField()),
                ("known_by", models.DateTimeField()),
                (
                    "programmes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("quota", models.TextField(blank=True)),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Menunggu giliran"),
                            ("snapshot", "Mengambil data"),
                            ("running", "Menghitung"),
                            ("publishing", "Menerbitkan"),
                            ("done", "Selesai"),
                            ("failed", "Tidak selesai"),
                            ("stopped", "Dihentikan"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=12)),
                ("done", models.PositiveSmallIntegerField(default=0)),
                ("total", models.PositiveSmallIntegerField(default=0)),
                ("error", models.JSONField(null=True)),
                ("folder", models.CharField(max_length=60, unique=True)),
                ("families", models.BigIntegerField(null=True)),
                ("members", models.BigIntegerField(null=True)),
                ("findings", models.BigIntegerField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "before",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.run",
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
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stop_asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("family_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("failed", models.BigIntegerField()),
                ("unknown", models.BigIntegerField()),
                ("amount_year", models.BigIntegerField(null=True)),
                ("place", models.BigIntegerField(null=True)),
                ("home_id", models.IntegerField()),
                (
                    "outcome",
                    models.SmallIntegerField(
                        choices=[(0, "Tidak layak"), (1, "Layak"), (2, "Belum dapat diputuskan")]
                    ),
                ),
                (
                    "award",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Tidak layak"),
                            (1, "Menerima"),
                            (2, "Menunggu"),
                            (3, "Tidak menerima"),
                        ]
                    ),
                ),
                ("programme", models.CharField(max_length=60)),
                ("barred_by", models.CharField(max_length=60, null=True)),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="runs.quotaline",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="runs.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunProgramme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField()),
                ("title_id", models.TextField()),
                ("title_en", models.TextField()),
                ("unit", models.CharField(max_length=6)),
                ("kind", models.CharField(max_length=10)),
                ("law", models.TextField()),
                ("criteria", models.JSONField()),
                ("not_checked", models.BigIntegerField()),
                ("eligible", models.BigIntegerField()),
                ("not_eligible", models.BigIntegerField()),
                ("cannot_decide", models.BigIntegerField()),
                ("awarded", models.BigIntegerField()),
                ("waiting", models.BigIntegerField()),
                ("refused", models.BigIntegerField()),
                ("amount_year", models.BigIntegerField(null=True)),
                ("came", models.BigIntegerField(null=True)),
                ("gone", models.BigIntegerField(null=True)),
                ("stayed", models.BigIntegerField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="runs.run",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="quotaline",
            name="of",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="runs.runprogramme",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["place", "-finished_at"], name="run_of_place"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "waiting",
                            "snapshot",
                            "running",
                            "publishing",
                            "done",
                            "failed",
                            "stopped",
                        ],
                    )
                ),
                name="run_state",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["family_id", "run"], name="decision_of_family"),
        ),
        migrations.AddConstraint(
            model_name="runprogramme",
            constraint=models.UniqueConstraint(fields=("run", "name"), name="run_programme"),
        ),
        migrations.AddConstraint(
            model_name="quotaline",
            constraint=models.UniqueConstraint(fields=("of", "kabupaten"), name="quota_line"),
        ),
    ]
