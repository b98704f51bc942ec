"""A balance is booked by two people; notifications that could not be applied are found by an index.

The index is made beside the gateways' posting: a plain CREATE INDEX would hold it up. Movements of our own money are few.
Backwards only as long as no balance that two people booked has left suspense: then its difference has two movements.
"""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('payments', '0002_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ownmovement',
            name='payments_own_movement_difference_once',
        ),
        migrations.AlterField(
            model_name='ownmovement',
            name='kind',
            field=models.CharField(choices=[('fees_withdrawn', 'Service fees to our bank'), ('tax_remitted', 'Income tax to the tax office'), ('tax_advanced', 'Remitted tax put up for a returned withdrawal'), ('suspense_book', 'Unexplained: the balance of an account, to be booked'), ('suspense_debt', "Unexplained: against a seller's debt"), ('suspense_fees', "Unexplained: against the institution's fees"), ('suspense_back', 'Unexplained: taken back, the line turned up')], max_length=14, verbose_name='kind'),
        ),
        AddIndexConcurrently(
            model_name='gatewaynotification',
            index=models.Index(condition=models.Q(('applied_at', None), ('verified', True), models.Q(('problem', ''), _negated=True)), fields=['received_at'], name='payments_notification_waits'),
        ),
        migrations.AddConstraint(
            model_name='ownmovement',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'posted')), models.Q(('kind', 'suspense_book'), ('status', 'posted'), _negated=True)), fields=('difference',), name='payments_own_movement_difference_once'),
        ),
    ]
