"""Indexes of tables in use, made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('insights', '0002_visitors_and_reports'),
    ]

    operations = [
        AddIndexAnew(
            model_name='analytics',
            index=models.Index(fields=['metric', 'day'], name='insights_figure_over_time'),
        ),
    ]
