"""Who issues an invoice, its way to the provider and to its reader, what it reverses. No invoice exists before this migration."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_event_types'),
        ('payments', '0005_payouts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
        migrations.RemoveConstraint(
            model_name='invoice',
            name='payments_invoice_once',
        ),
        migrations.AddField(
            model_name='invoice',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='attempts'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='delivered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='delivered at'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='is_announced',
            field=models.BooleanField(default=False, verbose_name='people were told'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='is_replaced',
            field=models.BooleanField(default=False, verbose_name='what is left is invoiced anew'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='is_tax_document',
            field=models.BooleanField(default=False, verbose_name='valid for tax'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='issuer_kind',
            field=models.CharField(choices=[('platform', 'The platform'), ('company', "The seller's company"), ('tax_office', 'The tax office, for the seller')], max_length=10, verbose_name='issued by'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='issuer_name',
            field=models.CharField(max_length=100, verbose_name='name of the seller on the invoice'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='issuer_tax_number',
            field=models.CharField(blank=True, max_length=20, verbose_name='tax number of the seller'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='kept_fen',
            field=models.BigIntegerField(verbose_name='kept of the price, in fen'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='next_attempt_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt at'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason of the reversal'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='reference',
            field=models.CharField(max_length=32, unique=True, verbose_name='reference'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='payments.invoice', verbose_name='replaces'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='request_key',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='staff',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invoice',
            name='tax_basis_points',
            field=models.PositiveIntegerField(verbose_name='VAT in basis points'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='tax_fen',
            field=models.BigIntegerField(default=0, verbose_name='VAT in fen'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='kind',
            field=models.CharField(choices=[('seller_service', 'Invoice for the service'), ('platform_fee', 'Invoice for the service fee')], default='seller_service', max_length=14, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='reverses',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='payments.invoice', verbose_name='reverses'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='status',
            field=models.CharField(choices=[('requested', 'Being issued'), ('issued', 'Issued'), ('reversing', 'Being reversed'), ('reversed', 'Reversed'), ('failed', 'Could not be issued'), ('cancelled', 'No longer needed')], default='requested', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='title_kind',
            field=models.CharField(choices=[('person', 'A person'), ('company', 'A company')], default='person', max_length=7, verbose_name='title of'),
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
        migrations.AddField(
            model_name='invoiceissuer',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='invoice_issuer', to=settings.AUTH_USER_MODEL, verbose_name='seller'),
        ),
    ]
