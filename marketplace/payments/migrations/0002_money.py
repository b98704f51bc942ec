"""Payouts, invoices, custody, reconciliation, tax, our own money.

Payout and Invoice of 0001 were never written to: they are made anew.
"""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import marketplace.payments.models.invoices
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_money'),
        ('payments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name='Payout'),
        migrations.DeleteModel(name='Invoice'),
        migrations.CreateModel(
            name='AccountBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('gateway', models.CharField(choices=[('alipay', 'Alipay'), ('wechatpay', 'WeChat Pay')], max_length=10, verbose_name='gateway')),
                ('account', models.CharField(default='merchant', max_length=10, verbose_name='account')),
                ('day', models.DateField(verbose_name='day')),
                ('there_fen', models.BigIntegerField(verbose_name='held by the institution, in fen')),
                ('here_fen', models.BigIntegerField(verbose_name='by our books, in fen')),
                ('custody_fen', models.BigIntegerField(default=0, verbose_name="in sellers' accounts, in fen")),
                ('before_fen', models.BigIntegerField(default=0, verbose_name='there before the books, in fen')),
                ('transit_fen', models.BigIntegerField(default=0, verbose_name='in transit, in fen')),
                ('transit', models.JSONField(default=list)),
                ('later_fen', models.BigIntegerField(default=0, verbose_name='booked since for that day, in fen')),
                ('unexplained_fen', models.BigIntegerField(verbose_name='unexplained, in fen')),
                ('open_numbers', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'balance of an account',
                'verbose_name_plural': 'balances of accounts',
                'ordering': ['-day', 'gateway'],
            },
        ),
        migrations.CreateModel(
            name='AuditRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('history', models.BooleanField(default=True, verbose_name='with the sealed past')),
                ('transactions', models.PositiveIntegerField(verbose_name='transactions')),
                ('entries', models.PositiveIntegerField(verbose_name='entries')),
                ('accounts', models.PositiveIntegerField(verbose_name='accounts')),
                ('violations', models.JSONField(default=list, verbose_name='violations')),
                ('totals', models.JSONField(default=dict, verbose_name='totals in fen')),
            ],
            options={
                'verbose_name': 'audit of the books',
                'verbose_name_plural': 'audits of the books',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='DemoPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('issued_at', models.DateTimeField(verbose_name='issued at')),
            ],
            options={
                'verbose_name': "paper of the demo's provider",
                'verbose_name_plural': "papers of the demo's provider",
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(choices=[('missing_here', 'Missing in our books'), ('missing_there', 'Missing at the payment institution'), ('amount', 'Another amount'), ('fee', 'Another fee'), ('status', 'Another state'), ('duplicate', 'Twice at the payment institution'), ('balance', 'Balance of the account')], max_length=13, verbose_name='kind')),
                ('row_kind', models.CharField(max_length=8, verbose_name='line')),
                ('out_trade_no', models.CharField(blank=True, max_length=64, verbose_name='our number')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='refund number')),
                ('gateway_no', models.CharField(blank=True, max_length=64, verbose_name="gateway's number")),
                ('here_fen', models.BigIntegerField(blank=True, null=True, verbose_name='by our books, in fen')),
                ('there_fen', models.BigIntegerField(blank=True, null=True, verbose_name='by the bill, in fen')),
                ('status', models.CharField(choices=[('open', 'Open'), ('resolved', 'Resolved')], default='open', max_length=8, verbose_name='status')),
                ('resolution', models.CharField(blank=True, max_length=200, verbose_name='resolution')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved at')),
            ],
            options={
                'verbose_name': 'difference',
                'verbose_name_plural': 'differences',
                'ordering': ['-bill__day', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='GatewayBill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('gateway', models.CharField(choices=[('alipay', 'Alipay'), ('wechatpay', 'WeChat Pay')], max_length=10, verbose_name='gateway')),
                ('kind', models.CharField(max_length=5, verbose_name='kind')),
                ('day', models.DateField(verbose_name='day')),
                ('file', models.FileField(blank=True, storage=marketplace.payments.models.invoices.private_storage, upload_to='bills/%Y/%m', verbose_name='file')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='checksum')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='lines')),
                ('matched', models.PositiveIntegerField(default=0, verbose_name='matched')),
                ('paid_fen', models.BigIntegerField(default=0, verbose_name='payments in fen')),
                ('refunded_fen', models.BigIntegerField(default=0, verbose_name='refunds in fen')),
                ('fee_fen', models.BigIntegerField(default=0, verbose_name='fees in fen')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('matched_at', models.DateTimeField(blank=True, null=True, verbose_name='matched at')),
            ],
            options={
                'verbose_name': 'gateway bill',
                'verbose_name_plural': 'gateway bills',
                'ordering': ['-day', 'gateway'],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('request_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('seller_service', 'Invoice for the service'), ('platform_fee', 'Invoice for the service fee')], default='seller_service', max_length=14, verbose_name='kind')),
                ('issuer_kind', models.CharField(choices=[('platform', 'The platform'), ('company', "The seller's company"), ('tax_office', 'The tax office, for the seller')], max_length=10, verbose_name='issued by')),
                ('issuer_name', models.CharField(max_length=100, verbose_name='name of the seller on the invoice')),
                ('issuer_tax_number', models.CharField(blank=True, max_length=20, verbose_name='tax number of the seller')),
                ('title_kind', models.CharField(choices=[('person', 'A person'), ('company', 'A company')], default='person', max_length=7, verbose_name='title of')),
                ('title', models.CharField(max_length=100, verbose_name='invoice title')),
                ('tax_number', models.CharField(blank=True, max_length=20, verbose_name='tax number')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail for the invoice')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('tax_basis_points', models.PositiveIntegerField(verbose_name='VAT in basis points')),
                ('tax_fen', models.BigIntegerField(default=0, verbose_name='VAT in fen')),
                ('kept_fen', models.BigIntegerField(verbose_name='kept of the price, in fen')),
                ('status', models.CharField(choices=[('requested', 'Being issued'), ('issued', 'Issued'), ('reversing', 'Being reversed'), ('reversed', 'Reversed'), ('failed', 'Could not be issued'), ('cancelled', 'No longer needed')], default='requested', max_length=10, verbose_name='status')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt at')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('number', models.CharField(blank=True, max_length=20, null=True, unique=True, verbose_name='invoice number')),
                ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='issued at')),
                ('is_tax_document', models.BooleanField(default=False, verbose_name='valid for tax')),
                ('file', models.FileField(blank=True, storage=marketplace.payments.models.invoices.private_storage, upload_to='invoices/%Y/%m', verbose_name='file')),
                ('is_announced', models.BooleanField(default=False, verbose_name='people were told')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered at')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the reversal')),
                ('is_replaced', models.BooleanField(default=False, verbose_name='what is left is invoiced anew')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='InvoiceIssuer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=100, verbose_name='company name')),
                ('tax_number', models.CharField(max_length=40, verbose_name='tax number')),
                ('tax_basis_points', models.PositiveIntegerField(default=100, help_text='100 for a small taxpayer, 600 for a general one.', verbose_name='VAT in basis points')),
                ('is_active', models.BooleanField(default=True, verbose_name='may issue')),
            ],
            options={
                'verbose_name': 'issuing company',
                'verbose_name_plural': 'issuing companies',
            },
        ),
        migrations.CreateModel(
            name='OwnMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('kind', models.CharField(choices=[('fees_withdrawn', 'Service fees to our bank'), ('tax_remitted', 'Income tax to the tax office'), ('tax_advanced', 'Remitted tax put up for a returned withdrawal'), ('suspense_book', 'Unexplained: the balance of an account, to be booked'), ('suspense_debt', "Unexplained: against a seller's debt"), ('suspense_fees', "Unexplained: against the institution's fees"), ('suspense_back', 'Unexplained: taken back, the line turned up')], max_length=14, verbose_name='kind')),
                ('gateway', models.CharField(blank=True, choices=[('alipay', 'Alipay'), ('wechatpay', 'WeChat Pay')], max_length=10, verbose_name='gateway')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('bank_reference', models.CharField(blank=True, max_length=64, verbose_name='number at the bank')),
                ('period', models.CharField(blank=True, max_length=7, verbose_name='period')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('status', models.CharField(choices=[('asked', 'Waits for a second person'), ('posted', 'In the books'), ('refused', 'Refused, nothing was booked')], default='asked', max_length=7, verbose_name='status')),
                ('posted_at', models.DateTimeField(blank=True, null=True, verbose_name='posted at')),
            ],
            options={
                'verbose_name': 'movement of our own money',
                'verbose_name_plural': 'movements of our own money',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('request_key', models.UUIDField(editable=False, unique=True)),
                ('gateway', models.CharField(choices=[('alipay', 'Alipay'), ('wechatpay', 'WeChat Pay')], max_length=10, verbose_name='gateway')),
                ('gross_fen', models.BigIntegerField(verbose_name='out of the wallet, in fen')),
                ('tax_fen', models.BigIntegerField(default=0, verbose_name='income tax withheld, in fen')),
                ('amount_fen', models.BigIntegerField(verbose_name='arrives, in fen')),
                ('status', models.CharField(choices=[('awaiting_approval', 'Waits for approval'), ('approved', 'Approved'), ('sent', 'Sent to the payment institution'), ('awaiting_payee', 'Waits for your confirmation'), ('paid', 'Paid out'), ('failed', 'Failed, the money is back in the wallet'), ('rejected', 'Refused, the money is back in the wallet'), ('cancelled', 'Cancelled, the money is back in the wallet')], max_length=17, verbose_name='status')),
                ('gateway_transfer_no', models.CharField(blank=True, max_length=64, verbose_name="gateway's number")),
                ('confirm_package', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt at')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
            ],
            options={
                'verbose_name': 'payout',
                'verbose_name_plural': 'payouts',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PayoutDestination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(choices=[('alipay', 'Alipay account'), ('wechat', 'WeChat account'), ('bank_card', 'Bank card')], max_length=9, verbose_name='kind')),
                ('account_encrypted', models.TextField()),
                ('account_masked', models.CharField(max_length=80, verbose_name='account')),
                ('real_name_encrypted', models.TextField()),
                ('bank_name', models.CharField(blank=True, max_length=60, verbose_name='bank')),
                ('usable_from', models.DateTimeField(verbose_name='usable from')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told by mail or text message at')),
            ],
            options={
                'verbose_name': 'payout destination',
                'verbose_name_plural': 'payout destinations',
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('commission_fen', models.BigIntegerField(verbose_name='service fee in fen')),
                ('seller_fen', models.BigIntegerField(verbose_name='released to the seller, in fen')),
                ('status', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent to the payment institution'), ('done', 'Settled'), ('stuck', 'Needs a person'), ('cancelled', 'Cancelled, the share is back in the wallet')], default='due', max_length=9, verbose_name='status')),
                ('gateway_no', models.CharField(blank=True, max_length=64, verbose_name="gateway's number")),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt at')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='settled at')),
            ],
            options={
                'verbose_name': 'settlement',
                'verbose_name_plural': 'settlements',
            },
        ),
        migrations.CreateModel(
            name='SettlementReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('commission_fen', models.BigIntegerField(verbose_name='service fee returned, in fen')),
                ('seller_fen', models.BigIntegerField(verbose_name="taken from the seller's own account, in fen")),
                ('status', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent to the payment institution'), ('done', 'Settled'), ('stuck', 'Needs a person'), ('cancelled', 'Cancelled, the share is back in the wallet')], default='due', max_length=9, verbose_name='status')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='returned at')),
            ],
            options={
                'verbose_name': 'returned settlement',
                'verbose_name_plural': 'returned settlements',
            },
        ),
        migrations.CreateModel(
            name='SubMerchant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('gateway', models.CharField(choices=[('alipay', 'Alipay'), ('wechatpay', 'WeChat Pay')], max_length=10, verbose_name='gateway')),
                ('sub_merchant_id', models.CharField(max_length=32, verbose_name='sub-merchant')),
                ('status', models.CharField(choices=[('asked', 'Waits for a second person'), ('approved', 'Agreed to, not in use yet'), ('active', 'In use'), ('refused', 'Refused, never used'), ('retired', 'No longer in use')], default='asked', max_length=8, verbose_name='status')),
                ('usable_from', models.DateTimeField(verbose_name='usable from')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('used_from', models.DateTimeField(blank=True, null=True, verbose_name='in use from')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
            ],
            options={
                'verbose_name': 'sub-merchant',
                'verbose_name_plural': 'sub-merchants',
            },
        ),
        migrations.CreateModel(
            name='TaxRemittance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
            ],
            options={
                'verbose_name': 'remitted tax',
                'verbose_name_plural': 'remitted taxes',
            },
        ),
        migrations.CreateModel(
            name='TaxYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('first_month', models.PositiveSmallIntegerField(verbose_name='first month of income')),
                ('income_fen', models.BigIntegerField(default=0, verbose_name='income so far, in fen')),
                ('withheld_fen', models.BigIntegerField(default=0, verbose_name='withheld so far, in fen')),
            ],
            options={
                'verbose_name': 'tax year',
                'verbose_name_plural': 'tax years',
            },
        ),
        migrations.AddField(
            model_name='gatewaynotification',
            name='headers',
            field=models.JSONField(blank=True, default=dict, verbose_name='headers'),
        ),
        migrations.AddField(
            model_name='gatewaynotification',
            name='kind',
            field=models.CharField(blank=True, max_length=8, verbose_name='about'),
        ),
        migrations.AddField(
            model_name='payment',
            name='sub_merchant_id',
            field=models.CharField(blank=True, max_length=32, verbose_name='sub-merchant'),
        ),
        migrations.AddIndex(
            model_name='gatewaynotification',
            index=models.Index(condition=models.Q(('verified', False)), fields=['received_at'], name='payments_notification_refused'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(models.OrderBy(models.F('asked_at'), nulls_first=True), models.F('id'), condition=models.Q(('status', 'pending')), name='payments_unasked'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(models.OrderBy(models.F('asked_at'), nulls_first=True), models.F('id'), condition=models.Q(('return_reason', ''), ('status', 'paid'), models.Q(('sub_merchant_id', ''), _negated=True)), name='payments_to_settle'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['gateway', 'paid_at'], name='payments_paid_day'),
        ),
        migrations.AddConstraint(
            model_name='accountbalance',
            constraint=models.UniqueConstraint(fields=('gateway', 'account', 'day'), name='payments_balance_once'),
        ),
        migrations.AddField(
            model_name='difference',
            name='resolved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='gatewaybill',
            constraint=models.UniqueConstraint(fields=('gateway', 'kind', 'day'), name='payments_bill_once'),
        ),
        migrations.AddField(
            model_name='difference',
            name='bill',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='payments.gatewaybill'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='orders.order'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='recipient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invoice',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='payments.invoice', verbose_name='replaces'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='reverses',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='payments.invoice', verbose_name='reverses'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='staff',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invoiceissuer',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='invoice_issuer', to=settings.AUTH_USER_MODEL, verbose_name='seller'),
        ),
        migrations.AddField(
            model_name='ownmovement',
            name='approver',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ownmovement',
            name='asker',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ownmovement',
            name='difference',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='own_movements', to='payments.difference'),
        ),
        migrations.AddField(
            model_name='ownmovement',
            name='seller',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payout',
            name='first_approver',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payout',
            name='second_approver',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payout',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payoutdestination',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_destinations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payout',
            name='destination',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.payoutdestination'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='payments.payment'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='settlementreturn',
            name='refund',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_return', to='orders.refund'),
        ),
        migrations.AddField(
            model_name='settlementreturn',
            name='settlement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='payments.settlement'),
        ),
        migrations.AddField(
            model_name='submerchant',
            name='approver',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='submerchant',
            name='asker',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='submerchant',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sub_merchants', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='taxremittance',
            name='movement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tax_lines', to='payments.ownmovement'),
        ),
        migrations.AddField(
            model_name='taxyear',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tax_years', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='taxremittance',
            name='tax_year',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remittances', to='payments.taxyear'),
        ),
        migrations.AddField(
            model_name='payout',
            name='tax_year',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.taxyear'),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['bill'], name='payments_difference_open'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.UniqueConstraint(fields=('bill', 'kind', 'out_trade_no', 'reference', 'gateway_no'), name='payments_difference_once'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['recipient', '-id'], name='payments_invoice_list'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('status', 'requested')), fields=['next_attempt_at'], name='payments_invoice_waiting'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('delivered_at', None), ('number__isnull', False)), fields=['next_attempt_at'], name='payments_invoice_undelivered'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('reverses', None), ('status__in', ('requested', 'issued', 'reversing'))), fields=('order', 'kind'), name='payments_invoice_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__gt', 0), ('reverses', None)), models.Q(('amount_fen__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='payments_invoice_sign'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'issued', 'reversing', 'reversed', 'failed', 'cancelled'])), name='payments_invoice_known_status'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('issued', 'reversing', 'reversed')), _negated=True), models.Q(('issued_at__isnull', False), ('number__isnull', False)), _connector='OR'), name='payments_invoice_numbered'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('title_kind', 'person'), models.Q(('tax_number', ''), _negated=True), _connector='OR'), name='payments_invoice_company_number'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='payments_own_movement_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('kind__startswith', 'suspense_'), _connector='OR'), name='payments_own_movement_leaves'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('asker')), _negated=True), _connector='OR'), name='payments_own_movement_two_people'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'posted'), _negated=True), models.Q(('posted_at__isnull', False), models.Q(('kind', 'tax_advanced'), models.Q(('asker__isnull', False), ('approver__isnull', False)), _connector='OR')), _connector='OR'), name='payments_own_movement_posted_by_two'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'posted')), models.Q(('kind', 'suspense_book'), ('status', 'posted'), _negated=True)), fields=('difference',), name='payments_own_movement_difference_once'),
        ),
        migrations.AddIndex(
            model_name='gatewaynotification',
            index=models.Index(condition=models.Q(('applied_at', None), ('verified', True), models.Q(('problem', ''), _negated=True)), fields=['received_at'], name='payments_notification_waits'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'posted')), models.Q(('bank_reference', ''), _negated=True)), fields=('kind', 'bank_reference'), name='payments_own_movement_number_once'),
        ),
        migrations.AddIndex(
            model_name='payoutdestination',
            index=models.Index(condition=models.Q(('told_at', None)), fields=['usable_from'], name='payments_destination_untold'),
        ),
        migrations.AddConstraint(
            model_name='payoutdestination',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('user', 'kind'), name='payments_destination_one_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='settlement',
            index=models.Index(condition=models.Q(('status__in', ('due', 'sent'))), fields=['next_attempt_at'], name='payments_settlement_waiting'),
        ),
        migrations.AddIndex(
            model_name='settlement',
            index=models.Index(fields=['done_at'], name='payments_settlement_done'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'cancelled'), _negated=True), fields=('payment',), name='payments_settlement_one_that_counts'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('commission_fen__gte', 0), ('seller_fen__gte', 0)), name='payments_settlement_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='settlementreturn',
            constraint=models.CheckConstraint(condition=models.Q(('commission_fen__gte', 0), ('seller_fen__gte', 0)), name='payments_settlement_return_positive'),
        ),
        migrations.AddIndex(
            model_name='submerchant',
            index=models.Index(condition=models.Q(('status', 'approved')), fields=['usable_from'], name='payments_sub_merchant_to_come'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'active')), fields=('user', 'gateway'), name='payments_sub_merchant_one_in_use'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'approved'))), fields=('user', 'gateway'), name='payments_sub_merchant_one_to_come'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'approved', 'active'))), fields=('gateway', 'sub_merchant_id'), name='payments_sub_merchant_of_one_seller'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('asker')), _negated=True), _connector='OR'), name='payments_sub_merchant_two_people'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('approved', 'active')), _negated=True), ('asker', None), ('approver__isnull', False), _connector='OR'), name='payments_sub_merchant_agreed_to'),
        ),
        migrations.AddConstraint(
            model_name='taxyear',
            constraint=models.UniqueConstraint(fields=('user', 'year'), name='payments_tax_year_once'),
        ),
        migrations.AddConstraint(
            model_name='taxyear',
            constraint=models.CheckConstraint(condition=models.Q(('income_fen__gte', 0), ('withheld_fen__gte', 0)), name='payments_tax_year_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='taxremittance',
            constraint=models.UniqueConstraint(fields=('movement', 'tax_year'), name='payments_tax_remittance_once'),
        ),
        migrations.AddConstraint(
            model_name='taxremittance',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='payments_tax_remittance_not_zero'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['user', '-id'], name='payments_payout_list'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('status__in', ('approved', 'sent', 'awaiting_payee'))), fields=['next_attempt_at'], name='payments_payout_waiting'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['finished_at'], name='payments_payout_finished'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['created_at'], name='payments_payout_asked'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payments_payout_positive'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('gross_fen', django.db.models.expressions.CombinedExpression(models.F('amount_fen'), '+', models.F('tax_fen'))), ('tax_fen__gte', 0)), name='payments_payout_parts_are_whole'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('second_approver', None), models.Q(('second_approver', models.F('first_approver')), _negated=True), _connector='OR'), name='payments_payout_two_people'),
        ),
    ]
