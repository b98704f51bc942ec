"""Payouts, invoices, custody and reconciliation. Payout and Invoice of 0001 were never written to: they are made anew."""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import marketplace.payments.models.invoices
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0001_initial'),
        ('payments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name='Payout'),
        migrations.DeleteModel(name='Invoice'),
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
                'constraints': [models.UniqueConstraint(fields=('gateway', 'kind', 'day'), name='payments_bill_once')],
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
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_destinations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'payout destination',
                'verbose_name_plural': 'payout destinations',
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
                ('first_approver', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second_approver', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to=settings.AUTH_USER_MODEL)),
                ('destination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.payoutdestination')),
            ],
            options={
                'verbose_name': 'payout',
                'verbose_name_plural': 'payouts',
                'ordering': ['-pk'],
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
                ('status', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent to the payment institution'), ('done', 'Settled'), ('returning', 'Being taken back'), ('returned', 'Taken back'), ('stuck', 'Needs a person')], default='due', max_length=9, verbose_name='status')),
                ('gateway_no', models.CharField(blank=True, max_length=64, verbose_name="gateway's number")),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt at')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='settled at')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='payments.payment')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'settlement',
                'verbose_name_plural': 'settlements',
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
                ('status', models.CharField(choices=[('applied', 'Being checked'), ('active', 'Active'), ('closed', 'Closed')], default='applied', max_length=8, verbose_name='status')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sub_merchants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'sub-merchant',
                'verbose_name_plural': 'sub-merchants',
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
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tax_years', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'tax year',
                'verbose_name_plural': 'tax years',
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(choices=[('missing_here', 'Missing in our books'), ('missing_there', 'Missing at the payment institution'), ('amount', 'Another amount'), ('fee', 'Another fee'), ('status', 'Another state'), ('duplicate', 'Twice at the payment institution')], max_length=13, verbose_name='kind')),
                ('row_kind', models.CharField(max_length=8, verbose_name='line')),
                ('out_trade_no', models.CharField(blank=True, max_length=64, verbose_name='our number')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='refund number')),
                ('gateway_no', models.CharField(blank=True, max_length=64, verbose_name="gateway's number")),
                ('here_fen', models.BigIntegerField(blank=True, null=True, verbose_name='by our books, in fen')),
                ('there_fen', models.BigIntegerField(blank=True, null=True, verbose_name='by the bill, in fen')),
                ('status', models.CharField(choices=[('open', 'Open'), ('resolved', 'Resolved')], default='open', max_length=8, verbose_name='status')),
                ('resolution', models.CharField(blank=True, max_length=200, verbose_name='resolution')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved at')),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='payments.gatewaybill')),
            ],
            options={
                'verbose_name': 'difference',
                'verbose_name_plural': 'differences',
                'ordering': ['-bill__day', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('bill', 'kind', 'out_trade_no', 'reference', 'gateway_no'), name='payments_difference_once')],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(choices=[('seller_service', 'Service of the seller'), ('platform_fee', 'Platform service fee')], default='seller_service', max_length=14, verbose_name='kind')),
                ('title_kind', models.CharField(choices=[('person', 'Person'), ('company', 'Company')], default='person', max_length=7, verbose_name='title of')),
                ('title', models.CharField(max_length=100, verbose_name='invoice title')),
                ('tax_number', models.CharField(blank=True, max_length=20, verbose_name='tax number')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail for the invoice')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('number', models.CharField(blank=True, max_length=20, null=True, unique=True, verbose_name='invoice number')),
                ('status', models.CharField(choices=[('requested', 'Requested'), ('issued', 'Issued'), ('reversed', 'Reversed'), ('failed', 'Could not be issued')], default='requested', max_length=10, verbose_name='status')),
                ('file', models.FileField(blank=True, storage=marketplace.payments.models.invoices.private_storage, upload_to='invoices/%Y/%m', verbose_name='file')),
                ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='issued at')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='orders.order')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to=settings.AUTH_USER_MODEL)),
                ('reverses', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='payments.invoice', verbose_name='reverses')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('reverses', None), ('status__in', ('requested', 'issued'))), fields=('order', 'kind'), name='payments_invoice_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__gt', 0), ('reverses', None)), models.Q(('amount_fen__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='payments_invoice_sign')],
            },
        ),
        migrations.AddConstraint(
            model_name='payoutdestination',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('user', 'kind'), name='payments_destination_one_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['user', '-id'], name='payments_payout_list'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('status__in', ('approved', 'sent', 'awaiting_payee'))), fields=['next_attempt_at'], name='payments_payout_waiting'),
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
        migrations.AddIndex(
            model_name='settlement',
            index=models.Index(condition=models.Q(('status__in', ('due', 'sent', 'returning'))), fields=['next_attempt_at'], name='payments_settlement_waiting'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('commission_fen__gte', 0), ('seller_fen__gte', 0)), name='payments_settlement_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.UniqueConstraint(fields=('user', 'gateway'), name='payments_one_sub_merchant'),
        ),
        migrations.AddConstraint(
            model_name='submerchant',
            constraint=models.UniqueConstraint(fields=('gateway', 'sub_merchant_id'), name='payments_sub_merchant_number'),
        ),
        migrations.AddConstraint(
            model_name='taxyear',
            constraint=models.UniqueConstraint(fields=('user', 'year'), name='payments_tax_year_once'),
        ),
        migrations.AddConstraint(
            model_name='taxyear',
            constraint=models.CheckConstraint(condition=models.Q(('income_fen__gte', 0), ('withheld_fen__gte', 0)), name='payments_tax_year_not_negative'),
        ),
    ]
