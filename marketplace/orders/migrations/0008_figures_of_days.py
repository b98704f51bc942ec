"""Indexes by which the figures of a day are counted (insights), made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("orders", "0007_clocks_of_running_orders"),
    ]

    operations = [
        AddIndexAnew(
            model_name="delivery",
            index=models.Index(fields=["created_at"], name="orders_delivery_day"),
        ),
        AddIndexAnew(
            model_name="dispute",
            index=models.Index(fields=["opened_at"], name="orders_dispute_opened_day"),
        ),
        AddIndexAnew(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["decided_at"],
                name="orders_dispute_ended_day",
            ),
        ),
        AddIndexAnew(
            model_name="order",
            index=models.Index(fields=["created_at"], name="orders_placed_day"),
        ),
        AddIndexAnew(
            model_name="order",
            index=models.Index(
                condition=models.Q(("paid_at__isnull", False)), fields=["paid_at"], name="orders_paid_day"
            ),
        ),
        AddIndexAnew(
            model_name="order",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["completed_at"],
                name="orders_completed_day",
            ),
        ),
        AddIndexAnew(
            model_name="order",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", False)),
                fields=["cancelled_at"],
                name="orders_cancelled_day",
            ),
        ),
        AddIndexAnew(
            model_name="order",
            index=models.Index(
                condition=models.Q(("paid_at__isnull", False)), fields=["buyer", "paid_at"], name="orders_buyer_paid"
            ),
        ),
        AddIndexAnew(
            model_name="order",
            index=models.Index(
                condition=models.Q(("paid_at__isnull", False)), fields=["seller", "paid_at"], name="orders_seller_paid"
            ),
        ),
        AddIndexAnew(
            model_name="refund",
            index=models.Index(condition=models.Q(("status", "stuck")), fields=["id"], name="orders_refund_stuck"),
        ),
        AddIndexAnew(
            model_name="revisionrequest",
            index=models.Index(fields=["created_at"], name="orders_revision_day"),
        ),
    ]
