"""Finance finds what waits for them without a look at all that was ever paid out. Made beside the running portal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payments", "0003_marks")]
    operations = [
        AddIndexConcurrently(
            "payout",
            models.Index(fields=["id"], condition=Q(status="awaiting_approval"), name="payments_payout_to_approve"),
        )
    ]
