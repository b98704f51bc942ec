"""Indexes of tables in use, made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('reviews', '0003_reputation'),
    ]

    operations = [
        AddIndexAnew(
            model_name='review',
            index=models.Index(condition=models.Q(('published_at__isnull', True)), fields=['publish_at'], name='reviews_review_to_publish'),
        ),
        AddIndexAnew(
            model_name='review',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['published_at'], name='reviews_review_published'),
        ),
        AddIndexAnew(
            model_name='review',
            index=models.Index(condition=models.Q(('replied_at__isnull', False)), fields=['replied_at'], name='reviews_review_replied'),
        ),
        AddIndexAnew(
            model_name='reputation',
            index=models.Index(condition=models.Q(('counted_on__isnull', True)), fields=['user'], name='reviews_reputation_to_count'),
        ),
        AddIndexAnew(
            model_name='sellerlevel',
            index=models.Index(condition=models.Q(('grace_until__isnull', False)), fields=['grace_until'], name='reviews_level_grace_ends'),
        ),
    ]
