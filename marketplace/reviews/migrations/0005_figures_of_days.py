"""Indexes by which the figures of a day are counted (insights), made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0004_reputation_indexes"),
    ]

    operations = [
        AddIndexAnew(
            model_name="levelchange",
            index=models.Index(fields=["created_at"], name="reviews_level_day"),
        ),
    ]
