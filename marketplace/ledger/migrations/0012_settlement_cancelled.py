"""One more kind of postings; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0011_own_money_kinds'),
    ]

    operations = [
        migrations.AlterField(
            model_name='transaction',
            name='kind',
            field=models.CharField(choices=[('payment_captured', 'Payment into escrow'), ('escrow_released', 'Order income'), ('earnings_cleared', 'Earnings cleared'), ('escrow_refunded', 'Refund to the buyer'), ('release_reversed', 'Income taken back for a refund'), ('debt_repaid', 'Debt repaid from income'), ('payout_requested', 'Payout'), ('payout_paid', 'Payout arrived'), ('payout_returned', 'Payout came back'), ('custody_settled', 'Settled by the payment institution'), ('custody_returned', 'Settlement taken back'), ('custody_cancelled', 'Settlement cancelled'), ('gateway_fee', 'Fee of the payment institution'), ('adjustment', 'Correction after reconciliation'), ('fees_withdrawn', 'Service fees to our bank'), ('tax_remitted', 'Income tax to the tax office')], max_length=20, verbose_name='kind'),
        ),
    ]
