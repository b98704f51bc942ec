"""What finance moves of the platform's own money, asked by one and approved by another. New tables only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0007_audit_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('reference', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                ('kind', models.CharField(choices=[('fees_withdrawn', 'Service fees to our bank'), ('tax_remitted', 'Income tax to the tax office'), ('tax_advanced', 'Remitted tax put up for a returned withdrawal'), ('suspense_debt', "Unexplained: against a seller's debt"), ('suspense_fees', "Unexplained: against the institution's fees"), ('suspense_back', 'Unexplained: taken back, the line turned up')], max_length=14, verbose_name='kind')),
                ('gateway', models.CharField(blank=True, choices=[('alipay', 'Alipay'), ('wechatpay', 'WeChat Pay')], max_length=10, verbose_name='gateway')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('bank_reference', models.CharField(blank=True, max_length=64, verbose_name='number at the bank')),
                ('period', models.CharField(blank=True, max_length=7, verbose_name='period')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('status', models.CharField(choices=[('asked', 'Waits for a second person'), ('posted', 'In the books'), ('refused', 'Refused, nothing was booked')], default='asked', max_length=7, verbose_name='status')),
                ('posted_at', models.DateTimeField(blank=True, null=True, verbose_name='posted at')),
                ('approver', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('difference', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='own_movements', to='payments.difference')),
                ('seller', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'movement of our own money',
                'verbose_name_plural': 'movements of our own money',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='TaxRemittance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount in fen')),
                ('movement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tax_lines', to='payments.ownmovement')),
                ('tax_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remittances', to='payments.taxyear')),
            ],
            options={
                'verbose_name': 'remitted tax',
                'verbose_name_plural': 'remitted taxes',
            },
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
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'posted'))), fields=('difference',), name='payments_own_movement_difference_once'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'posted')), models.Q(('bank_reference', ''), _negated=True)), fields=('kind', 'bank_reference'), name='payments_own_movement_number_once'),
        ),
        migrations.AddConstraint(
            model_name='taxremittance',
            constraint=models.UniqueConstraint(fields=('movement', 'tax_year'), name='payments_tax_remittance_once'),
        ),
        migrations.AddConstraint(
            model_name='taxremittance',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='payments_tax_remittance_not_zero'),
        ),
    ]
