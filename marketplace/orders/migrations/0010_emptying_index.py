"""The index by which the job finds what it is to empty, made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0009_emptying")]

    operations = [
        AddIndexAnew(
            model_name="order",
            index=models.Index(
                condition=models.Q(("emptied_at", None)), fields=["created_at"], name="orders_not_emptied"
            ),
        ),
    ]
