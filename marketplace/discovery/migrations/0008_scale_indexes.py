"""The documents that stand there get what 0007 added, in pieces, and then the indexes, beside the running portal."""

from typing import Any

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew

PIECE = 1000
LISTED = models.Q(('is_listed', True))


def fill(apps: Any, schema_editor: Any) -> None:
    """Touch every document: its trigger fills it. Each piece is a transaction of its own, and a second run does no harm."""
    with schema_editor.connection.cursor() as cursor:
        last = 0
        while True:
            cursor.execute(
                "SELECT max(gig_id) FROM (SELECT gig_id FROM discovery_gigdocument WHERE gig_id > %s ORDER BY gig_id LIMIT %s) piece",
                [last, PIECE],
            )
            (until,) = cursor.fetchone()
            if until is None:
                return
            cursor.execute(
                "UPDATE discovery_gigdocument SET words = words || array_to_tsvector(ARRAY['cat:' || category_slug, "
                "'cat:' || subcategory_slug]) WHERE gig_id > %s AND gig_id <= %s",
                [last, until],
            )
            last = until


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('discovery', '0007_scale'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        *(
            AddIndexAnew(model_name='gigdocument', index=index)
            for index in (
                models.Index(fields=['-popularity', '-gig'], condition=LISTED, name='discovery_popular'),
                models.Index(fields=['category_slug', '-popularity', '-gig'], condition=LISTED, name='discovery_popular_cat'),
                models.Index(fields=['subcategory_slug', '-popularity', '-gig'], condition=LISTED, name='discovery_popular_sub'),
                models.Index(fields=['price_fen', '-gig'], condition=LISTED, name='discovery_cheapest'),
                models.Index(fields=['seller_id'], name='discovery_of_seller'),
            )
        ),
    ]
