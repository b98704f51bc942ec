"""What the jobs of the notices look for. Made beside the running portal (as 0003)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0004_dispatches")]
    operations = [
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["id"], condition=models.Q(spread_due_at__isnull=False), name="notification_to_spread"
            ),
        ),
        # How many text messages have left today (their ceilings).
        AddIndexConcurrently("outboundmessage", models.Index(fields=["created_at"], name="outbound_by_day")),
    ]
