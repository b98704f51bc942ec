"""What takes long on a large table, beside the running portal: an index (as ledger 0005), and the checks of what stands there."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0005_evidence_is_kept")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent"], name="orders_children"
            ),
        ),
        ValidateConstraint(model_name="dispute", name="orders_dispute_known_status"),
        ValidateConstraint(model_name="order", name="orders_order_discount_and_quantity"),
        ValidateConstraint(model_name="order", name="orders_order_has_parent"),
    ]
