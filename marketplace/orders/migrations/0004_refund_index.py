"""The refunds of a bill's day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_event_types'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['done_at'], name='orders_refund_done'),
        ),
    ]
