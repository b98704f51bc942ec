"""Indexes of a table in use: apart from its columns, so that either can be repeated."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('discovery', '0011_analytics'),
    ]

    operations = [
        AddIndexAnew(
            model_name='searchhistory',
            index=models.Index(
                condition=models.Q(('visitor', ''), _negated=True), fields=['visitor', 'folded'], name='discovery_history_lines'
            ),
        ),
        AddIndexAnew(
            model_name='searchhistory',
            index=models.Index(fields=['created_at'], name='discovery_history_time'),
        ),
    ]
