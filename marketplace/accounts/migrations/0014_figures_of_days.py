"""Indexes by which the figures of a day are counted (insights), made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0013_blocks_and_merges"),
    ]

    operations = [
        AddIndexAnew(
            model_name="user",
            index=models.Index(fields=["date_joined"], name="accounts_user_joined_day"),
        ),
        AddIndexAnew(
            model_name="userprofile",
            index=models.Index(
                condition=models.Q(("seller_since__isnull", False)),
                fields=["seller_since"],
                name="accounts_profile_seller_day",
            ),
        ),
    ]
