"""Indexes by which the figures of a day are counted (insights), made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0005_reply_language"),
    ]

    operations = [
        AddIndexAnew(
            model_name="conversation",
            index=models.Index(fields=["created_at"], name="messaging_conversation_day"),
        ),
    ]
