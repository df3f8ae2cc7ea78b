"""The closure of the tree without constraints that the tree itself has."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by Django from the models."""

    dependencies = [
        ("places", "0004_codes_on_a_day"),
    ]

    operations = [
        migrations.AlterField(
            model_name="within",
            name="ancestor",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="below",
                to="places.place",
            ),
        ),
        migrations.AlterField(
            model_name="within",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="above",
                to="places.place",
            ),
        ),
    ]
