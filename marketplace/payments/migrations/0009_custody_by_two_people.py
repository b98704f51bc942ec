"""A seller's number at an institution is asked for by one, agreed to by another; a settlement can be cancelled.

No table is rewritten: the columns are nullable or have a constant default. The unique index of settlements is built
once more, over one row per settled order.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


STATUSES = {"applied": "asked", "closed": "retired"}


def rename(apps, schema_editor, statuses=STATUSES):
    """What was being checked waits for a second person now; what was closed is no longer in use."""
    rows = apps.get_model("payments", "SubMerchant").objects
    for old, new in statuses.items():
        rows.filter(status=old).update(status=new)
    rows.filter(status="active", used_from=None).update(used_from=models.F("created_at"))


def rename_back(apps, schema_editor):
    rename(apps, schema_editor, {new: old for old, new in STATUSES.items()})


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0009_balances_and_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='settlement',
            name='payments_settlement_once',
        ),
        migrations.RemoveConstraint(
            model_name='submerchant',
            name='payments_one_sub_merchant',
        ),
        migrations.RemoveConstraint(
            model_name='submerchant',
            name='payments_sub_merchant_number',
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
            name='note',
            field=models.CharField(blank=True, max_length=200, verbose_name='note'),
        ),
        migrations.AddField(
            model_name='submerchant',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='replaced at'),
        ),
        migrations.AddField(
            model_name='submerchant',
            name='usable_from',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='usable from'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='submerchant',
            name='used_from',
            field=models.DateTimeField(blank=True, null=True, verbose_name='in use from'),
        ),
        migrations.AlterField(
            model_name='settlement',
            name='status',
            field=models.CharField(choices=[('due', 'Due'), ('sent', 'Sent to the payment institution'), ('done', 'Settled'), ('stuck', 'Needs a person'), ('cancelled', 'Cancelled, the share is back in the wallet')], default='due', max_length=9, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='settlementreturn',
            name='status',
            field=models.CharField(choices=[('due', 'Due'), ('sent', 'Sent to the payment institution'), ('done', 'Settled'), ('stuck', 'Needs a person'), ('cancelled', 'Cancelled, the share is back in the wallet')], default='due', max_length=9, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='submerchant',
            name='status',
            field=models.CharField(choices=[('asked', 'Waits for a second person'), ('approved', 'Agreed to, not in use yet'), ('active', 'In use'), ('refused', 'Refused, never used'), ('retired', 'No longer in use')], default='asked', max_length=8, verbose_name='status'),
        ),
        migrations.RunPython(rename, rename_back),
        migrations.AddIndex(
            model_name='submerchant',
            index=models.Index(condition=models.Q(('status', 'approved')), fields=['usable_from'], name='payments_sub_merchant_to_come'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'cancelled'), _negated=True), fields=('payment',), name='payments_settlement_one_that_counts'),
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
    ]
