"""Lists of institutions on their way in, and examples of an import's values; made by Django."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables."""

    dependencies = [
        ("places", "0005_light_closure"),
        ("registry", "0031_quality_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="samples",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="ListLoad",
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
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("file_name", models.TextField()),
                ("file_kind", models.CharField(max_length=4)),
                ("file_size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Diperiksa"),
                            ("checked", "Sudah diperiksa"),
                            ("approved", "Disetujui"),
                            ("done", "Selesai"),
                            ("refused", "Ditolak"),
                            ("failed", "Gagal"),
                            ("undone", "Dibatalkan"),
                        ],
                        default="checking",
                        max_length=8,
                    ),
                ),
                ("matched", models.IntegerField(default=0)),
                ("not_found", models.IntegerField(default=0)),
                ("unreadable", models.IntegerField(default=0)),
                ("several", models.IntegerField(default=0)),
                ("twice", models.IntegerField(default=0)),
                ("added", models.IntegerField(default=0)),
                ("kept", models.IntegerField(default=0)),
                ("dropped", models.IntegerField(default=0)),
                ("contested", models.IntegerField(default=0)),
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
            name="ListRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("home_id", models.IntegerField()),
                ("number", models.IntegerField()),
                ("shown", models.TextField(blank=True)),
                ("token", models.BinaryField(null=True)),
                ("key", models.UUIDField(null=True)),
                ("of_family", models.BooleanField(default=False)),
                ("evidence", models.TextField(blank=True)),
                ("confidence", models.TextField(blank=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("matched", "Ditemukan"),
                            ("not_found", "Tidak ditemukan"),
                            ("unreadable", "Tidak terbaca"),
                            ("several", "Beberapa orang"),
                            ("twice", "Berulang"),
                        ],
                        default="not_found",
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=20)),
                ("person_id", models.BigIntegerField(null=True)),
                ("family_id", models.BigIntegerField(null=True)),
                ("family_home", models.IntegerField(null=True)),
                (
                    "load",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.listload",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="listload",
            index=models.Index(
                fields=["home", "-uploaded_at"], name="registry_li_home_id_242e3b_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="listload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["checking", "checked", "approved", "done", "refused", "failed", "undone"],
                    )
                ),
                name="list_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="listload",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("refused", "failed", "undone")), _negated=True),
                fields=("sha256", "ground", "date"),
                name="list_same_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="listload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    ("state", "refused"),
                    models.Q(("decided_by", models.F("uploaded_by")), _negated=True),
                    _connector="OR",
                ),
                name="list_two_persons",
            ),
        ),
        migrations.AddIndex(
            model_name="listrow",
            index=models.Index(
                fields=["load", "outcome", "number"], name="registry_li_load_id_b2a3bf_idx"
            ),
        ),
    ]
