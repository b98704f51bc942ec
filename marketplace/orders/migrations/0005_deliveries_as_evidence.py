"""What was delivered and what was asked for is evidence: with its files described, and never changed, the database says so."""

import django.db.models.deletion
import marketplace.orders.models.storage
from django.db import migrations, models


TABLES = ("orders_delivery", "orders_deliveryfile", "orders_revisionrequest", "orders_revisionfile")
FORWARD = """
CREATE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is evidence: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_is_evidence BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();"
    for table in TABLES
)
BACKWARD = (
    "".join(f"DROP TRIGGER {table}_is_evidence ON {table};" for table in TABLES)
    + "DROP FUNCTION orders_refuse_change();"
)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_order_children_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='ai_made',
            field=models.BooleanField(db_default=False, default=False, verbose_name='contains content made by AI'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='holds_back_originals',
            field=models.BooleanField(db_default=False, default=False, verbose_name='originals after acceptance'),
        ),
        migrations.AddField(
            model_name='deliveryfile',
            name='height',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='height'),
        ),
        migrations.AddField(
            model_name='deliveryfile',
            name='previews',
            field=models.JSONField(blank=True, db_default=[], default=list, verbose_name='previews'),
        ),
        migrations.AddField(
            model_name='deliveryfile',
            name='received_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='received at'),
        ),
        migrations.AddField(
            model_name='deliveryfile',
            name='width',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='width'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='type',
            field=models.CharField(choices=[('placed', 'Order placed'), ('paid', 'Paid into escrow'), ('requirements_submitted', 'Requirements submitted'), ('delivered', 'Work delivered'), ('revision_requested', 'Revision requested'), ('accepted', 'Accepted'), ('auto_accepted', 'Accepted automatically'), ('cancelled', 'Cancelled'), ('payment_expired', 'Closed, not paid in time'), ('refund_decided', 'Refund decided'), ('refunded', 'Refund paid back'), ('dispute_opened', 'Dispute opened'), ('dispute_decided', 'Dispute decided'), ('reviewed', 'Reviewed'), ('proposed', 'Proposal made'), ('proposal_accepted', 'Proposal accepted'), ('proposal_declined', 'Proposal declined'), ('proposal_withdrawn', 'Proposal taken back'), ('proposal_lapsed', 'Proposal not answered in time'), ('acceptance_paused', 'Acceptance clock paused'), ('tipped', 'Tip given')], max_length=25, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='orderproposal',
            name='kind',
            field=models.CharField(choices=[('cancel', 'Cancel together'), ('extend', 'More time'), ('discount', 'A lower price'), ('supplement', 'Additional work'), ('split', 'Division in a dispute'), ('revision', 'One more revision')], max_length=10, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='RevisionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('message', models.TextField(max_length=3000, verbose_name='message')),
                ('created_at', models.DateTimeField(verbose_name='asked at')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revision_requests', to='orders.order')),
            ],
            options={
                'verbose_name': 'revision request',
                'verbose_name_plural': 'revision requests',
                'ordering': ['order', '-number'],
            },
        ),
        migrations.CreateModel(
            name='RevisionFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=marketplace.orders.models.storage.private_storage, upload_to='deliveries/%Y/%m', verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64, verbose_name='checksum')),
                ('received_at', models.DateTimeField(blank=True, null=True, verbose_name='received at')),
                ('width', models.PositiveIntegerField(db_default=0, default=0, verbose_name='width')),
                ('height', models.PositiveIntegerField(db_default=0, default=0, verbose_name='height')),
                ('previews', models.JSONField(blank=True, db_default=[], default=list, verbose_name='previews')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='orders.revisionrequest')),
            ],
            options={
                'verbose_name': 'file of a revision request',
                'verbose_name_plural': 'files of revision requests',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='revisionrequest',
            constraint=models.UniqueConstraint(fields=('order', 'number'), name='orders_revision_number'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
