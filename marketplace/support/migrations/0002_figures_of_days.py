"""Indexes by which the figures of a day are counted (insights), made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("support", "0001_cases"),
    ]

    operations = [
        AddIndexAnew(
            model_name="supportcase",
            index=models.Index(fields=["created_at"], name="support_asked_day"),
        ),
        AddIndexAnew(
            model_name="supportcase",
            index=models.Index(
                condition=models.Q(("first_answered_at__isnull", False)),
                fields=["first_answered_at"],
                name="support_first_answered_day",
            ),
        ),
    ]
