"""The tables as the models say them; made by Django."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables."""

    initial = True

    dependencies = [
        ("places", "0001_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor_id", models.BigIntegerField()),
                ("family_id", models.BigIntegerField()),
                ("home_id", models.IntegerField()),
                ("reason", models.CharField(max_length=40)),
                ("page", models.CharField(max_length=60)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["family_id", "-at"], name="audit_acces_family__3faaeb_idx"
                    ),
                    models.Index(fields=["actor_id", "-at"], name="audit_acces_actor_i_9d6ef0_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor_id", models.BigIntegerField()),
                ("verb", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("home_id", models.IntegerField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("evidence", models.TextField(blank=True)),
                ("override", models.BooleanField(default=False)),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["subject", "subject_id", "-at"],
                        name="audit_entry_subject_018689_idx",
                    ),
                    models.Index(fields=["actor_id", "-at"], name="audit_entry_actor_i_c1bf6d_idx"),
                ],
            },
        ),
    ]
