"""More kinds of accounts and postings, seals of each day, proofs of escrow.

The two checks that are made anew read the accounts under a lock: nothing has been released, so there are few. Backwards only
as long as no debt and no tax was booked, which the old check does not allow to carry a balance.
"""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DaySeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('first_id', models.BigIntegerField(verbose_name='first transaction')),
                ('last_id', models.BigIntegerField(verbose_name='last transaction')),
                ('transactions', models.PositiveIntegerField(verbose_name='transactions')),
                ('root', models.CharField(max_length=64, verbose_name='root')),
                ('chain', models.CharField(max_length=64, verbose_name='chain')),
                ('sealed_at', models.DateTimeField(verbose_name='sealed at')),
            ],
            options={
                'verbose_name': 'seal',
                'verbose_name_plural': 'seals',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='EscrowProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('taken_at', models.DateTimeField(verbose_name='taken at')),
                ('root', models.CharField(max_length=64, verbose_name='root')),
                ('escrow_root', models.CharField(max_length=64)),
                ('balances_root', models.CharField(max_length=64)),
                ('escrow_lines', models.PositiveIntegerField(verbose_name='orders in escrow')),
                ('balance_lines', models.PositiveIntegerField(verbose_name='balances')),
                ('total_fen', models.BigIntegerField(verbose_name='total in fen')),
                ('escrow_fen', models.BigIntegerField(verbose_name='in escrow, in fen')),
                ('available_fen', models.BigIntegerField(verbose_name='available, in fen')),
                ('pending_fen', models.BigIntegerField(verbose_name='pending, in fen')),
                ('in_transit_fen', models.BigIntegerField(verbose_name='on its way, in fen')),
                ('held_fen', models.BigIntegerField(verbose_name='held by payment institutions, in fen')),
                ('held_by_gateway', models.JSONField(verbose_name='held by each payment institution, in fen')),
                ('seal_chain', models.CharField(blank=True, max_length=64, verbose_name='seal of the books')),
                ('previous_chain', models.CharField(max_length=64, verbose_name='chain before')),
                ('chain', models.CharField(max_length=64, verbose_name='chain')),
            ],
            options={
                'verbose_name': 'proof of escrow',
                'verbose_name_plural': 'proofs of escrow',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='EscrowProofLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('branch', models.CharField(choices=[('escrow', 'Escrow'), ('balances', 'Balances')], max_length=8)),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('kind', models.CharField(choices=[('escrow', 'Order in escrow'), ('available', 'Available'), ('pending', 'Pending'), ('in_transit', 'Withdrawal on its way')], max_length=10, verbose_name='kind')),
                ('account', models.CharField(max_length=160, verbose_name='account')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='order')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('salt', models.BinaryField(max_length=32)),
            ],
            options={
                'verbose_name': 'line of a proof of escrow',
                'verbose_name_plural': 'lines of proofs of escrow',
            },
        ),
        migrations.CreateModel(
            name='EscrowProofNodes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('branch', models.CharField(choices=[('escrow', 'Escrow'), ('balances', 'Balances')], max_length=8)),
                ('level', models.PositiveSmallIntegerField()),
                ('chunk', models.PositiveIntegerField()),
                ('nodes', models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='account',
            name='ledger_account_not_negative',
        ),
        migrations.RemoveConstraint(
            model_name='account',
            name='ledger_account_hot_is_summed',
        ),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('user_available', 'Available'), ('user_pending', 'Pending'), ('escrow', 'Escrow'), ('commission', 'Service fees'), ('promotions', 'Promotions'), ('tax_withheld', 'Tax withheld'), ('clearing', 'Gateway clearing'), ('payouts_in_transit', 'Withdrawals on their way'), ('user_debt', 'Owed by the seller'), ('gateway_fees', 'Gateway fees'), ('suspense', 'Unexplained differences')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='transaction',
            name='kind',
            field=models.CharField(choices=[('payment_captured', 'Payment into escrow'), ('escrow_released', 'Order income'), ('earnings_cleared', 'Earnings cleared'), ('escrow_refunded', 'Refund to the buyer'), ('release_reversed', 'Income taken back for a refund'), ('debt_repaid', 'Debt repaid from income'), ('payout_requested', 'Withdrawal'), ('payout_paid', 'Withdrawal arrived'), ('payout_returned', 'Withdrawal came back'), ('custody_settled', 'Settled by the payment institution'), ('custody_returned', 'Settlement taken back'), ('custody_cancelled', 'Settlement cancelled'), ('gateway_fee', 'Fee of the payment institution'), ('adjustment', 'Correction after reconciliation'), ('fees_withdrawn', 'Service fees to our bank'), ('tax_remitted', 'Income tax to the tax office')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('user_available', 'user_pending', 'escrow', 'tax_withheld')), _negated=True), ('balance_fen__gte', 0), _connector='OR'), name='ledger_account_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('user_debt',)), _negated=True), ('balance_fen__lte', 0), _connector='OR'), name='ledger_account_debt_not_positive'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('user_available', 'user_pending', 'escrow', 'tax_withheld', 'user_debt')), ('balance_fen', 0), _connector='OR'), name='ledger_account_hot_is_summed'),
        ),
        migrations.AddConstraint(
            model_name='escrowproof',
            constraint=models.CheckConstraint(condition=models.Q(('available_fen__gte', 0), ('escrow_fen__gte', 0), ('in_transit_fen__gte', 0), ('pending_fen__gte', 0)), name='ledger_escrowproof_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='escrowproof',
            constraint=models.CheckConstraint(condition=models.Q(('total_fen', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('escrow_fen'), '+', models.F('available_fen')), '+', models.F('pending_fen')), '+', models.F('in_transit_fen')))), name='ledger_escrowproof_adds_up'),
        ),
        migrations.AddField(
            model_name='escrowproofline',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='escrowproofline',
            name='proof',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='line_set', to='ledger.escrowproof'),
        ),
        migrations.AddField(
            model_name='escrowproofnodes',
            name='proof',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.escrowproof'),
        ),
        migrations.AddIndex(
            model_name='escrowproofline',
            index=models.Index(fields=['owner', 'proof'], name='ledger_proofline_owner'),
        ),
        migrations.AddIndex(
            model_name='escrowproofline',
            index=models.Index(fields=['proof', 'reference'], name='ledger_proofline_reference'),
        ),
        migrations.AddConstraint(
            model_name='escrowproofline',
            constraint=models.UniqueConstraint(fields=('proof', 'branch', 'position'), name='ledger_escrowproofline_position'),
        ),
        migrations.AddConstraint(
            model_name='escrowproofline',
            constraint=models.UniqueConstraint(fields=('proof', 'account'), name='ledger_escrowproofline_account'),
        ),
        migrations.AddConstraint(
            model_name='escrowproofline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='ledger_escrowproofline_positive'),
        ),
        migrations.AddConstraint(
            model_name='escrowproofnodes',
            constraint=models.UniqueConstraint(fields=('proof', 'branch', 'level', 'chunk'), name='ledger_escrowproofnodes_chunk'),
        ),
    ]
