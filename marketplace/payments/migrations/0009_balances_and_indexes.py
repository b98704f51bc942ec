"""What institutions say they hold, day by day; indexes for jobs, bills and reports. Nothing is rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_refund_index'),
        ('payments', '0008_own_movements'),
    ]

    operations = [
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
        migrations.AlterField(
            model_name='difference',
            name='kind',
            field=models.CharField(choices=[('missing_here', 'Missing in our books'), ('missing_there', 'Missing at the payment institution'), ('amount', 'Another amount'), ('fee', 'Another fee'), ('status', 'Another state'), ('duplicate', 'Twice at the payment institution'), ('balance', 'Balance of the account')], max_length=13, verbose_name='kind'),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['bill'], name='payments_difference_open'),
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
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['finished_at'], name='payments_payout_finished'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['created_at'], name='payments_payout_asked'),
        ),
        migrations.AddIndex(
            model_name='settlement',
            index=models.Index(fields=['done_at'], name='payments_settlement_done'),
        ),
        migrations.AddConstraint(
            model_name='accountbalance',
            constraint=models.UniqueConstraint(fields=('gateway', 'account', 'day'), name='payments_balance_once'),
        ),
    ]
