"""Indexes of tables in use, made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('moderation', '0007_decisions'),
    ]

    operations = [
        AddIndexAnew(
            model_name='adminlog',
            index=models.Index(fields=['actor', '-id'], name='moderation_log_of_actor'),
        ),
        AddIndexAnew(
            model_name='adminlog',
            index=models.Index(fields=['action', '-id'], name='moderation_log_of_action'),
        ),
        AddIndexAnew(
            model_name='adminlog',
            index=models.Index(fields=['created_at'], name='moderation_log_time'),
        ),
        AddIndexAnew(
            model_name='adminlog',
            index=models.Index(condition=models.Q(('address__isnull', False)), fields=['address', '-id'], name='moderation_log_from'),
        ),
        AddIndexAnew(
            model_name='adminlog',
            index=models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='moderation_log_request'),
        ),
        AddIndexAnew(
            model_name='moderationqueue',
            index=models.Index(condition=models.Q(('status', 'decided'), _negated=True), fields=['priority', 'due_at', 'id'], name='moderation_next'),
        ),
        AddIndexAnew(
            model_name='moderationqueue',
            index=models.Index(fields=['person', '-id'], name='moderation_case_of_person'),
        ),
        AddIndexAnew(
            model_name='moderationqueue',
            index=models.Index(condition=models.Q(('status', 'decided')), fields=['decided_at'], name='moderation_decided'),
        ),
    ]
