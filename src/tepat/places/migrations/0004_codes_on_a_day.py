"""The code of every place on a day, in one function; and who may change the tree."""

from __future__ import annotations

from django.db import migrations

CODES = """
CREATE FUNCTION places_code_on(on_day date, of_scheme text DEFAULT 'kemendagri')
RETURNS TABLE (place_id integer, code varchar) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT ON (c.place_id) c.place_id, c.code
    FROM places_code AS c
    WHERE c.scheme = of_scheme
    ORDER BY c.place_id, c.valid_from <= on_day DESC,
        CASE WHEN c.valid_from <= on_day THEN c.valid_from END DESC, c.valid_from
$$;
COMMENT ON FUNCTION places_code_on IS
    'One code of each place: that of the day; before its first code the first, later the last.';

-- Access is decided by the tree: only the owner, by loading an edition, may change it.
REVOKE INSERT, UPDATE, DELETE ON places_place, places_code, places_succession, places_within,
    places_edition FROM tepat_app;
"""


class Migration(migrations.Migration):
    """Comes after the tables it names."""

    dependencies = [("places", "0003_editions_and_outlines")]
    operations = [migrations.RunSQL(CODES, migrations.RunSQL.noop)]
