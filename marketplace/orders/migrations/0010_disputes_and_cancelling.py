"""Disputes with statements, evidence, decisions and bundles, which the database itself keeps as they were written; cancelling."""

import django.db.models.deletion
import marketplace.orders.models.storage
from django.conf import settings
from django.db import migrations, models


# The function is that of 0005_deliveries_as_evidence.
FORWARD = """
CREATE TRIGGER orders_statement_kept BEFORE UPDATE OR DELETE ON orders_disputestatement
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_evidence_kept BEFORE UPDATE OR DELETE ON orders_disputefile
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_decision_kept BEFORE UPDATE OR DELETE ON orders_disputedecision
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_bundle_kept BEFORE UPDATE OR DELETE ON orders_evidencebundle
    FOR EACH ROW WHEN (OLD.status = 'ready') EXECUTE FUNCTION orders_refuse_change();
"""
BACKWARD = """
DROP TRIGGER orders_statement_kept ON orders_disputestatement;
DROP TRIGGER orders_evidence_kept ON orders_disputefile;
DROP TRIGGER orders_decision_kept ON orders_disputedecision;
DROP TRIGGER orders_bundle_kept ON orders_evidencebundle;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0009_buying'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dispute',
            name='answer_due_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='answer due at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='answered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='answered at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='appealed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='appealed at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='appealed_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='buyer_accepted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='buyer accepted at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='decision_due_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decision due at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='mediation_ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='mediation ends at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='opened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='opened at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='order_was',
            field=models.CharField(blank=True, choices=[('pending_payment', 'Waiting for payment'), ('awaiting_requirements', 'Waiting for requirements'), ('in_progress', 'In progress'), ('delivered', 'Delivered'), ('revision_requested', 'Revision requested'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('disputed', 'In dispute'), ('resolved', 'Dispute decided')], db_default='', default='', max_length=25),
        ),
        migrations.AddField(
            model_name='dispute',
            name='reason_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=30, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='seller_accepted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='seller accepted at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='status',
            field=models.CharField(choices=[('answer', 'Waiting for the other side'), ('mediation', 'Mediation'), ('decision', 'Waiting for a decision'), ('decided', 'Decided, can be appealed'), ('appealed', 'Under appeal'), ('closed', 'Closed'), ('withdrawn', 'Taken back')], db_default='decision', default='answer', max_length=10, verbose_name='status'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='takes_effect_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decision takes effect at'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='wanted_fen',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='wanted back for the buyer, in fen'),
        ),
        migrations.AddField(
            model_name='order',
            name='cancelled_by',
            field=models.CharField(blank=True, choices=[('buyer', 'Buyer'), ('seller', 'Seller'), ('both', 'Both'), ('silence', 'One proposed it, the other did not answer'), ('system', 'Not paid in time')], db_default='', default='', max_length=8, verbose_name='cancelled by'),
        ),
        migrations.AlterField(
            model_name='dispute',
            name='reason',
            field=models.TextField(max_length=3000, verbose_name='words'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='type',
            field=models.CharField(choices=[('placed', 'Order placed'), ('paid', 'Paid into escrow'), ('requirements_submitted', 'Requirements submitted'), ('delivered', 'Work delivered'), ('revision_requested', 'Revision requested'), ('accepted', 'Accepted'), ('auto_accepted', 'Accepted automatically'), ('cancelled', 'Cancelled'), ('payment_expired', 'Closed, not paid in time'), ('refund_decided', 'Refund decided'), ('refunded', 'Refund paid back'), ('dispute_opened', 'Dispute opened'), ('dispute_decided', 'Dispute decided'), ('reviewed', 'Reviewed'), ('proposed', 'Proposal made'), ('proposal_accepted', 'Proposal accepted'), ('proposal_declined', 'Proposal declined'), ('proposal_withdrawn', 'Proposal taken back'), ('proposal_lapsed', 'Proposal not answered in time'), ('acceptance_paused', 'Acceptance clock paused'), ('tipped', 'Tip given'), ('late', 'The delivery is late'), ('cancel_proposed', 'Cancelling together proposed'), ('cancel_declined', 'Cancelling together declined'), ('cancel_withdrawn', 'Proposal to cancel taken back'), ('dispute_answered', 'Dispute answered'), ('dispute_unanswered', 'No answer in time: a mediator takes over'), ('dispute_added', 'Evidence added'), ('dispute_advised', 'The mediator wrote'), ('dispute_to_decision', 'Nothing agreed: the dispute goes to a decision'), ('split_proposed', 'Division proposed'), ('split_declined', 'Division declined'), ('split_withdrawn', 'Proposed division taken back'), ('decision_accepted', 'Decision accepted'), ('decision_appealed', 'Decision appealed'), ('dispute_resolved', 'Dispute closed, the money moves'), ('dispute_withdrawn', 'Dispute taken back'), ('bundle_made', 'Evidence put together'), ('requirements_skipped', 'Begun without requirements'), ('requirements_note', 'Added to the requirements')], max_length=25, verbose_name='event'),
        ),
        migrations.CreateModel(
            name='DisputeStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opening', 'Opened the dispute'), ('answer', 'Answered'), ('addition', 'Added'), ('advice', 'Words of the mediator'), ('appeal', 'Appealed')], max_length=8, verbose_name='kind')),
                ('reason_code', models.CharField(blank=True, max_length=30, verbose_name='reason')),
                ('text', models.TextField(blank=True, max_length=3000, verbose_name='words')),
                ('wanted_fen', models.BigIntegerField(blank=True, null=True, verbose_name='wanted back for the buyer, in fen')),
                ('created_at', models.DateTimeField(verbose_name='at')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='orders.dispute')),
            ],
            options={
                'verbose_name': 'statement in a dispute',
                'verbose_name_plural': 'statements in disputes',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DisputeFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=marketplace.orders.models.storage.private_storage, upload_to='disputes/%Y/%m', verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64, verbose_name='checksum')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='orders.disputestatement')),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DisputeDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('outcome', models.CharField(choices=[('refund', 'Refund to the buyer'), ('split', 'Split'), ('release', 'Release to the seller')], max_length=8, verbose_name='decision')),
                ('kept_fen', models.BigIntegerField(verbose_name='decided about, in fen')),
                ('refund_fen', models.BigIntegerField(verbose_name='refund in fen')),
                ('explanation', models.TextField(max_length=3000, verbose_name='reasons')),
                ('decided_at', models.DateTimeField(verbose_name='decided at')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='orders.dispute')),
                ('first_mediator', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mediator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'decision in a dispute',
                'verbose_name_plural': 'decisions in disputes',
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('dispute', 'number'), name='orders_decision_number'), models.CheckConstraint(condition=models.Q(models.Q(('first_mediator', None), ('number', 1)), models.Q(('first_mediator__isnull', False), ('number', 2)), _connector='OR'), name='orders_decision_one_appeal'), models.CheckConstraint(condition=models.Q(('mediator', models.F('first_mediator')), _negated=True), name='orders_decision_other_mediator'), models.CheckConstraint(condition=models.Q(('refund_fen__gte', 0), ('refund_fen__lte', models.F('kept_fen'))), name='orders_decision_within'), models.CheckConstraint(condition=models.Q(('explanation', ''), _negated=True), name='orders_decision_has_reasons')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceBundle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('building', 'Being put together'), ('ready', 'Ready'), ('failed', 'Could not be made')], default='waiting', max_length=8, verbose_name='status')),
                ('percent', models.PositiveSmallIntegerField(default=0, verbose_name='percent')),
                ('state', models.CharField(blank=True, max_length=64)),
                ('pdf', models.FileField(blank=True, storage=marketplace.orders.models.storage.private_storage, upload_to='', verbose_name='PDF')),
                ('pdf_sha256', models.CharField(blank=True, max_length=64, verbose_name='checksum of the PDF')),
                ('archive', models.FileField(blank=True, storage=marketplace.orders.models.storage.private_storage, upload_to='', verbose_name='ZIP')),
                ('archive_sha256', models.CharField(blank=True, max_length=64, verbose_name='checksum of the ZIP')),
                ('archive_size', models.BigIntegerField(default=0, verbose_name='size in bytes')),
                ('ready_at', models.DateTimeField(blank=True, null=True, verbose_name='ready at')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='orders.dispute')),
            ],
            options={
                'verbose_name': 'evidence bundle',
                'verbose_name_plural': 'evidence bundles',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('waiting', 'building'))), fields=('dispute',), name='orders_bundle_one_under_way'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ready'), _negated=True), models.Q(('ready_at__isnull', False), models.Q(('archive_sha256', ''), _negated=True), models.Q(('pdf_sha256', ''), _negated=True)), _connector='OR'), name='orders_bundle_ready_has_checksums')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
