"""What the application's and the readers' role may do with tables that the owner makes later."""

from __future__ import annotations

from django.db import migrations

RIGHTS = """
GRANT USAGE ON SCHEMA public TO tepat_app, tepat_readonly;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tepat_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO tepat_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO tepat_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO tepat_readonly;
GRANT SELECT ON django_migrations TO tepat_app, tepat_readonly;
"""


class Migration(migrations.Migration):
    """Comes before every table."""

    initial = True
    dependencies = []
    run_before = [
        ("account", "0001_initial"),
        ("axes", "0001_initial"),
        ("contenttypes", "0001_initial"),
        ("mfa", "0001_initial"),
        ("procrastinate", "0001_initial"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunSQL(RIGHTS, migrations.RunSQL.noop)]
