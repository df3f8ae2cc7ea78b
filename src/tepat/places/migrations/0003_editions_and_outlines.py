"""Editions that were loaded, boundaries, and what a place was called before."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by Django from the models."""

    dependencies = [
        ("places", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoundaryFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("source", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Country"),
                            (1, "Province"),
                            (2, "Kabupaten"),
                            (3, "Kecamatan"),
                            (4, "Village"),
                        ]
                    ),
                ),
                ("code_property", models.TextField()),
                (
                    "loaded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("loaded_by_id", models.BigIntegerField()),
                ("report", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("source", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "loaded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("report", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Outline",
            fields=[
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="outline",
                        serialize=False,
                        to="places.place",
                    ),
                ),
                ("rings", models.JSONField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="succession",
            name="succession_once",
        ),
        migrations.AddField(
            model_name="succession",
            name="was",
            field=models.TextField(blank=True),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.UniqueConstraint(
                fields=("before", "after", "on", "how"), name="succession_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("before", models.F("after")), ("how__in", ["renaming", "recoding"])),
                    models.Q(
                        models.Q(("before", models.F("after")), _negated=True),
                        ("how__in", ["split", "merger"]),
                    ),
                    _connector="OR",
                ),
                name="succession_of_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(fields=("day", "digest"), name="edition_once"),
        ),
        migrations.AddField(
            model_name="outline",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="outlines",
                to="places.boundaryfile",
            ),
        ),
    ]
