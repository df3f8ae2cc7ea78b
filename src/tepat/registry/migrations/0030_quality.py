"""What is doubtful in the record, and what was counted of villages; made by Django."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables."""

    dependencies = [
        ("places", "0005_light_closure"),
        ("registry", "0021_interview_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlaceCheck",
            fields=[
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="places.place",
                    ),
                ),
                ("known_by", models.DateTimeField()),
                (
                    "checked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("families", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="VillageFigures",
            fields=[
                (
                    "home",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="places.place",
                    ),
                ),
                ("families", models.IntegerField()),
                ("people", models.IntegerField()),
                ("men_0", models.IntegerField()),
                ("men_6", models.IntegerField()),
                ("men_18", models.IntegerField()),
                ("men_60", models.IntegerField()),
                ("women_0", models.IntegerField()),
                ("women_6", models.IntegerField()),
                ("women_18", models.IntegerField()),
                ("women_60", models.IntegerField()),
                ("unsure", models.IntegerField()),
                (
                    "counted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=40)),
                ("severity", models.CharField(max_length=7)),
                ("column", models.TextField(blank=True)),
                ("value_shown", models.TextField(blank=True)),
                (
                    "first_found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("solved_at", models.DateTimeField(null=True)),
                ("home_id", models.IntegerField()),
                ("assigned_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "assigned_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "assigned_place",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="registry.family",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("solved_at__isnull", True)),
                        fields=["home_id", "rule", "id"],
                        name="finding_by_home",
                    ),
                    models.Index(
                        condition=models.Q(("solved_at__isnull", True)),
                        fields=["rule", "id"],
                        name="finding_by_rule",
                    ),
                    models.Index(
                        condition=models.Q(("solved_at__isnull", True)),
                        fields=["assigned_to", "due_on"],
                        name="finding_of_user",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ("error", "warning", "note"))),
                        name="finding_severity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("assigned_at__isnull", True),
                                ("assigned_place", None),
                                ("assigned_to", None),
                            ),
                            models.Q(
                                ("assigned_at__isnull", False),
                                ("assigned_place", None),
                                ("assigned_to__isnull", False),
                            ),
                            models.Q(
                                ("assigned_at__isnull", False),
                                ("assigned_place__isnull", False),
                                ("assigned_to", None),
                            ),
                            _connector="OR",
                        ),
                        name="finding_assigned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("solved_at__isnull", True),
                            ("solved_at__gte", models.F("first_found_at")),
                            _connector="OR",
                        ),
                        name="finding_solved_later",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("solved_at__isnull", True)),
                        fields=("family", "rule", "person", "column"),
                        name="finding_open_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VillageFindings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=40)),
                ("severity", models.CharField(max_length=7)),
                ("findings", models.IntegerField()),
                (
                    "home",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("home", "rule"), name="village_rule_once")
                ],
            },
        ),
    ]
