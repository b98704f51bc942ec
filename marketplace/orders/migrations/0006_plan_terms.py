"""Agreements in stages: what was agreed, and the words of who stopped one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_deliveries_as_evidence'),
    ]

    operations = [
        migrations.AddField(
            model_name='milestoneplan',
            name='stopped_words',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='why it was stopped'),
        ),
        migrations.AddField(
            model_name='milestoneplan',
            name='terms',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='terms'),
        ),
    ]
