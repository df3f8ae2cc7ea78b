"""Interviews being written, and photos; made by Django."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables."""

    dependencies = [
        ("registry", "0013_eraser"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Interview",
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
                            ("registration", "Pendaftaran"),
                            ("check", "Pemeriksaan lapangan"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draf"),
                            ("held", "Ditahan"),
                            ("sent", "Terkirim"),
                            ("discarded", "Dibuang"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("base_version", models.BigIntegerField(null=True)),
                ("observed_on", models.DateField()),
                ("content", models.BinaryField()),
                (
                    "begun_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("home_id", models.IntegerField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.family",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
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
                            ("front", "Depan rumah"),
                            ("inside", "Dalam rumah"),
                            ("card", "Kartu keluarga"),
                        ],
                        max_length=8,
                    ),
                ),
                ("taken_on", models.DateField()),
                ("file", models.CharField(max_length=64, unique=True)),
                ("home_id", models.IntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.batch",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="registry.family",
                    ),
                ),
                (
                    "interview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="registry.interview",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="interview",
            index=models.Index(
                fields=["author", "state", "-changed_at"], name="interview_of_author"
            ),
        ),
        migrations.AddIndex(
            model_name="interview",
            index=models.Index(
                condition=models.Q(("state", "held")),
                fields=["home_id", "changed_at"],
                name="interview_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("registration", "check")),
                    ("state__in", ("draft", "held", "sent", "discarded")),
                ),
                name="interview_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "check"), _negated=True),
                    models.Q(("base_version__isnull", False), ("family__isnull", False)),
                    _connector="OR",
                ),
                name="interview_of_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("draft", "held")), ("content", b""), _connector="OR"
                ),
                name="interview_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["family", "-taken_on"], name="photo_of_family"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("front", "inside", "card"))), name="photo_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", True), ("family__isnull", True)),
                    models.Q(("batch__isnull", False), ("family__isnull", False)),
                    _connector="OR",
                ),
                name="photo_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.UniqueConstraint(fields=("interview", "kind"), name="photo_once"),
        ),
    ]
