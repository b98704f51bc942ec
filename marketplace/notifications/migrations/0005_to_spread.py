"""What the jobs of the notices look for. Made beside the running portal; what broke off is run again by `migrate`."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0004_dispatches")]
    operations = [
        AddIndexAnew(
            "notification",
            models.Index(
                fields=["id"], condition=models.Q(spread_due_at__isnull=False), name="notification_to_spread"
            ),
        ),
        # How many text messages have left today (their ceilings).
        AddIndexAnew("outboundmessage", models.Index(fields=["created_at"], name="outbound_by_day")),
    ]
