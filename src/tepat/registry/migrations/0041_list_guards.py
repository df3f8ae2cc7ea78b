"""Who may see a list of an institution, and how its findings are found again."""

from __future__ import annotations

from django.db import migrations

GUARDS = """
SELECT tepat_guard_table('registry_listload');
SELECT tepat_guard_table('registry_listrow');
-- What an earlier list of the same institution says is asked for each new one.
CREATE INDEX registry_flag_of_list ON registry_flag (ground, source)
    WHERE superseded_by_id IS NULL;
"""


class Migration(migrations.Migration):
    """Needs the tables of lists."""

    dependencies = [("registry", "0040_lists")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
