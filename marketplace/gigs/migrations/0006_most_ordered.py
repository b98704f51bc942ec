"""Lists of the most ordered services end after some rows. Made beside the running portal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("gigs", "0005_search_engines")]
    operations = [
        AddIndexConcurrently(
            "gigstats",
            models.Index(F("orders_completed").desc(), F("gig").desc(), name="gigs_stats_most_ordered"),
        )
    ]
