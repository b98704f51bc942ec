"""Indexes by which the figures of a day are counted (insights), made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notifications", "0006_kind_of_searches"),
    ]

    operations = [
        AddIndexAnew(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["ended_at"], name="dispatch_ended_day"
            ),
        ),
        AddIndexAnew(
            model_name="notification",
            index=models.Index(fields=["created_at"], name="notification_day"),
        ),
    ]
