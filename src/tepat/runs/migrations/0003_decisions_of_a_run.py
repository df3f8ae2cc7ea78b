"""An index by which the decisions of a run are forgotten."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Without it every run of one place would read the decisions of all."""

    dependencies = [("runs", "0002_guards")]
    operations = [
        migrations.AddIndex("decision", models.Index(fields=["run"], name="decision_of_run")),
    ]
