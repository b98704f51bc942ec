"""What is worked on is counted on each page of a service. Made beside the running portal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0002_money")]
    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["gig"], condition=Q(status__in=["in_progress", "revision_requested"]), name="orders_worked_on"
            ),
        ),
    ]
