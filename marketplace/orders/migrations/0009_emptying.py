"""An order's words and files go when their time is over: the database lets that pass, for that order, and no day too early.

Evidence stays refused to everybody else (0005). Emptying names its order in a variable of its transaction, and the order must
bear the moment already, which the trigger below grants only three years after its end (电子商务法 §31).
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied text := coalesce(current_setting('jiangji.emptied_order', true), '');
    owner bigint;
BEGIN
    IF emptied <> '' THEN
        IF TG_TABLE_NAME IN ('orders_delivery', 'orders_revisionrequest', 'orders_orderevent', 'orders_orderproposal') THEN
            owner := OLD.order_id;
        ELSIF TG_TABLE_NAME = 'orders_deliveryfile' THEN
            SELECT order_id INTO owner FROM orders_delivery WHERE id = OLD.delivery_id;
        ELSIF TG_TABLE_NAME = 'orders_revisionfile' THEN
            SELECT order_id INTO owner FROM orders_revisionrequest WHERE id = OLD.request_id;
        ELSIF TG_TABLE_NAME = 'orders_disputefile' THEN
            SELECT dispute.order_id INTO owner FROM orders_disputestatement statement
                JOIN orders_dispute dispute ON dispute.id = statement.dispute_id WHERE statement.id = OLD.statement_id;
        ELSE
            SELECT order_id INTO owner FROM orders_dispute WHERE id = OLD.dispute_id;
        END IF;
        IF owner::text = emptied AND EXISTS (SELECT FROM orders_order WHERE id = owner AND emptied_at IS NOT NULL) THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
    END IF;
    RAISE EXCEPTION '% is evidence: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION orders_refuse_early_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended timestamptz := coalesce(
        NEW.completed_at, NEW.cancelled_at, (SELECT decided_at FROM orders_dispute WHERE order_id = NEW.id)
    );
BEGIN
    IF NEW.emptied_at IS NULL OR ended IS NULL OR NEW.status NOT IN ('completed', 'cancelled', 'resolved')
        OR NEW.emptied_at < ended + interval '3 years'
    THEN
        RAISE EXCEPTION 'order % is kept for three years after its end: emptying refused', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_order_kept BEFORE UPDATE OF emptied_at ON orders_order
    FOR EACH ROW WHEN (OLD.emptied_at IS DISTINCT FROM NEW.emptied_at)
    EXECUTE FUNCTION orders_refuse_early_emptying();
"""
BACKWARD = """
DROP TRIGGER orders_order_kept ON orders_order;
DROP FUNCTION orders_refuse_early_emptying();
CREATE OR REPLACE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is evidence: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0008_figures_of_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="emptied_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.CreateModel(
            name="OrderHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300, verbose_name="for what")),
                ("placed_at", models.DateTimeField(verbose_name="since")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "hold on an order",
                "verbose_name_plural": "holds on orders",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)), fields=("order", "reason"), name="orders_hold_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="orders_hold_released_by",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
