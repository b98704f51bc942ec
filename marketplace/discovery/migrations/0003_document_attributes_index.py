"""An index, made beside the running portal (as ledger 0005): apart from its column, so that either can be repeated."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('discovery', '0002_document_attributes'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='gigdocument',
            index=django.contrib.postgres.indexes.GinIndex(fields=['attributes'], name='discovery_attributes'),
        ),
    ]
