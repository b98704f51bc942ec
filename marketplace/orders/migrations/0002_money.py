"""More events; refunds never exceed the price: the database's own guard (facts/reliability.md, I8)."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION orders_refunds_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    price bigint;
    given_back bigint;
BEGIN
    -- The lock makes two refunds at once wait for each other here too, whatever the program forgot.
    SELECT total_fen INTO price FROM orders_order WHERE id = NEW.order_id FOR NO KEY UPDATE;
    SELECT sum(amount_fen) INTO given_back FROM orders_refund
    WHERE order_id = NEW.order_id AND payment_reference = '';
    IF given_back > price THEN
        RAISE EXCEPTION 'refunds of order % sum to % fen, its price is %', NEW.order_id, given_back, price
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_refund_within AFTER INSERT OR UPDATE OF amount_fen, payment_reference, order_id ON orders_refund
    FOR EACH ROW EXECUTE FUNCTION orders_refunds_within();
"""
BACKWARD = "DROP TRIGGER orders_refund_within ON orders_refund; DROP FUNCTION orders_refunds_within();"


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='orderevent',
            name='type',
            field=models.CharField(choices=[('placed', 'Order placed'), ('paid', 'Paid into escrow'), ('requirements_submitted', 'Requirements submitted'), ('delivered', 'Work delivered'), ('revision_requested', 'Revision requested'), ('accepted', 'Accepted'), ('auto_accepted', 'Accepted automatically'), ('cancelled', 'Cancelled'), ('payment_expired', 'Closed, not paid in time'), ('refund_decided', 'Refund decided'), ('refunded', 'Refund paid back'), ('dispute_opened', 'Dispute opened'), ('dispute_decided', 'Dispute decided'), ('reviewed', 'Reviewed')], max_length=25, verbose_name='event'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['done_at'], name='orders_refund_done'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
