"""The one row about the database itself, which only the owner writes."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Its table."""

    initial = True
    dependencies = [("places", "0001_rights")]
    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("is_demo", models.BooleanField()),
                ("key_fingerprint", models.CharField(max_length=16)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="installation_one")
                ],
            },
        ),
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE ON site_installation FROM tepat_app",
            migrations.RunSQL.noop,
        ),
    ]
