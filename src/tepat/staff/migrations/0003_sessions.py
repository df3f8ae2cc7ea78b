"""When sessions end, when a password must change, and the cache that all processes share."""

from __future__ import annotations

from django.db import migrations, models

# Codes that were used, and counters of requests: each process must know them. As Django makes it.
CACHE = """
CREATE TABLE staff_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX staff_cache_expires ON staff_cache (expires);
"""


class Migration(migrations.Migration):
    """Two columns and a table."""

    dependencies = [("staff", "0002_reach")]
    operations = [
        migrations.AddField("user", "must_change_password", models.BooleanField(default=False)),
        migrations.AddField("user", "session_round", models.PositiveIntegerField(default=0)),
        migrations.RunSQL(CACHE, "DROP TABLE staff_cache"),
    ]
