"""An index, made beside the running portal (as ledger 0005)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0003_order_life")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent"], name="orders_children"
            ),
        ),
    ]
