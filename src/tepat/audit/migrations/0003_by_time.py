"""Indexes for lists that go back in time, of all and of one verb, place or kind."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The lists are paged by the moment and the number of a row."""

    dependencies = [("audit", "0002_kept")]
    operations = [
        migrations.AddIndex("entry", models.Index(fields=["-at", "-id"], name="entry_time")),
        migrations.AddIndex(
            "entry", models.Index(fields=["verb", "-at", "-id"], name="entry_verb")
        ),
        migrations.AddIndex("entry", models.Index(fields=["home_id", "-at"], name="entry_home")),
        migrations.AddIndex(
            "entry",
            models.Index(fields=["-at", "-id"], name="entry_override", condition=Q(override=True)),
        ),
        migrations.AddIndex("access", models.Index(fields=["-at", "-id"], name="access_time")),
        migrations.AddIndex("access", models.Index(fields=["home_id", "-at"], name="access_home")),
    ]
