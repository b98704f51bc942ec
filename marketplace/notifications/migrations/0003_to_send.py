"""What the sweep of every minute looks for. Made beside the running portal (as ledger 0005)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0002_sending")]
    operations = [
        AddIndexConcurrently(
            "outboundmessage",
            models.Index(
                fields=["id"], condition=models.Q(status__in=["waiting", "sending"]), name="outbound_to_send"
            ),
        )
    ]
