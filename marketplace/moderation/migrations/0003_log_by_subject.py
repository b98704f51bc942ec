"""An index, made beside the running portal (as ledger 0005)."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('moderation', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='adminlog',
            index=models.Index(fields=['content_type', 'object_id', '-id'], name='moderation_log_of_subject'),
        ),
    ]
