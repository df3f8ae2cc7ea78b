"""The numbers of forms that were sent, so that each counts once."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDED = """
ALTER TABLE staff_sentform ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_sentform FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON staff_sentform TO tepat_owner USING (true);
CREATE POLICY own ON staff_sentform TO tepat_app USING (user_id = (SELECT tepat_user()));
CREATE POLICY see_old ON staff_sentform FOR SELECT TO tepat_app USING (
    (SELECT tepat_role()) = 'system');
CREATE POLICY forget ON staff_sentform FOR DELETE TO tepat_app USING (
    (SELECT tepat_role()) = 'system' AND at < now() - interval '6 days');
REVOKE ALL ON staff_sentform FROM tepat_readonly;
"""


class Migration(migrations.Migration):
    """A table that each user sees their own rows of."""

    dependencies = [("staff", "0004_guarded_users")]
    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("led_to", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "number"), name="form_counts_once")
                ]
            },
        ),
        migrations.RunSQL(GUARDED, migrations.RunSQL.noop),
    ]
