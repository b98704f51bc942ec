"""The life of orders: kinds, agreements in stages, proposals, deadlines as rows, pinned rules, coupons, disputes with evidence."""

import django.db.models.deletion
import marketplace.orders.models.storage
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_rules_version'),
        ('gigs', '0004_old_days'),
        ('orders', '0003_worked_on'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Coupon',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('code', models.CharField(help_text='What buyers type. Kept in capitals, without spaces.', max_length=24, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('name_en', models.CharField(max_length=40, verbose_name='name (English)')),
                ('amount_fen', models.BigIntegerField(blank=True, null=True, verbose_name='amount in fen')),
                ('percent', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='percent of the price')),
                ('cap_fen', models.BigIntegerField(blank=True, help_text='Of a share of the price.', null=True, verbose_name='at most, in fen')),
                ('minimum_fen', models.BigIntegerField(default=0, verbose_name='from a price of, in fen')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('most_uses', models.PositiveIntegerField(verbose_name='uses at most')),
                ('most_uses_per_person', models.PositiveSmallIntegerField(default=1, verbose_name='uses at most by one person')),
                ('first_order_only', models.BooleanField(default=False, verbose_name='for a first order only')),
                ('budget_fen', models.BigIntegerField(help_text='All its discounts together are never more.', verbose_name='budget in fen')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('uses', models.PositiveIntegerField(default=0, editable=False, verbose_name='uses')),
                ('spent_fen', models.BigIntegerField(default=0, editable=False, verbose_name='discounts in fen')),
            ],
            options={
                'verbose_name': 'coupon',
                'verbose_name_plural': 'coupons',
                'ordering': ['-pk'],
                'permissions': [('approve_coupon', 'Can switch on a coupon with a large budget')],
            },
        ),
        migrations.CreateModel(
            name='CouponUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='discount in fen')),
                ('is_first_order', models.BooleanField(default=False)),
                ('used_at', models.DateTimeField(verbose_name='used at')),
                ('returned_at', models.DateTimeField(blank=True, null=True, verbose_name='given back at')),
            ],
            options={
                'verbose_name': 'use of a coupon',
                'verbose_name_plural': 'uses of coupons',
                'ordering': ['-pk'],
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
            ],
            options={
                'verbose_name': 'decision in a dispute',
                'verbose_name_plural': 'decisions in disputes',
                'ordering': ['number'],
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
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ['pk'],
            },
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
            ],
            options={
                'verbose_name': 'statement in a dispute',
                'verbose_name_plural': 'statements in disputes',
                'ordering': ['pk'],
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
            ],
            options={
                'verbose_name': 'evidence bundle',
                'verbose_name_plural': 'evidence bundles',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='MilestonePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('terms', models.JSONField(blank=True, db_default={}, default=dict, verbose_name='terms')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='stopped at')),
                ('stopped_words', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='why it was stopped')),
            ],
            options={
                'verbose_name': 'agreement in stages',
                'verbose_name_plural': 'agreements in stages',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderDeadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accept', 'Accepted automatically'), ('accept_reminder_1', 'First reminder of the acceptance'), ('accept_reminder_2', 'Last reminder of the acceptance'), ('requirements', 'Reminder of the requirements'), ('due_reminder', 'Reminder of the delivery'), ('late', 'The delivery is late'), ('very_late', 'The buyer may cancel alone'), ('proposal_cancel', 'Silence cancels the order'), ('cancel_reminder', 'Reminder of the proposal to cancel'), ('proposal_extend', 'The request for more time lapses'), ('proposal_discount', 'The offer of a lower price lapses'), ('proposal_supplement', 'The offer of additional work lapses'), ('dispute_reminder', 'Reminder in a dispute'), ('dispute_answer', "The other side's answer is due"), ('dispute_mediation', 'The mediator takes over'), ('dispute_decision', 'The decision is due'), ('dispute_appeal', 'The decision takes effect')], max_length=20, verbose_name='kind')),
                ('due_at', models.DateTimeField(verbose_name='due at')),
            ],
            options={
                'verbose_name': 'deadline',
                'verbose_name_plural': 'deadlines',
                'ordering': ['due_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('kind', models.CharField(choices=[('cancel', 'Cancel together'), ('extend', 'More time'), ('discount', 'A lower price'), ('supplement', 'Additional work'), ('split', 'Division in a dispute'), ('revision', 'One more revision')], max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('open', 'Waiting for the answer'), ('accepted', 'Accepted by the other side'), ('declined', 'Declined'), ('withdrawn', 'Taken back'), ('lapsed', 'Not answered in time'), ('overtaken', 'Overtaken by what happened')], default='open', max_length=10, verbose_name='status')),
                ('message', models.TextField(blank=True, max_length=1000, verbose_name='message')),
                ('reason_code', models.CharField(blank=True, max_length=30, verbose_name='reason')),
                ('days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days')),
                ('amount_fen', models.BigIntegerField(blank=True, null=True, verbose_name='amount in fen')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='answer until')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['-pk'],
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
            ],
            options={
                'verbose_name': 'file of a revision request',
                'verbose_name_plural': 'files of revision requests',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RevisionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('message', models.TextField(max_length=3000, verbose_name='message')),
                ('created_at', models.DateTimeField(verbose_name='asked at')),
            ],
            options={
                'verbose_name': 'revision request',
                'verbose_name_plural': 'revision requests',
                'ordering': ['order', '-number'],
            },
        ),
        migrations.AlterModelOptions(
            name='ordermilestone',
            options={'ordering': ['plan', 'position'], 'verbose_name': 'milestone', 'verbose_name_plural': 'milestones'},
        ),
        migrations.RemoveConstraint(
            model_name='ordermilestone',
            name='orders_milestone_position',
        ),
        # The columns stay for one release more, since its processes read them; the new ones write neither.
        migrations.AlterField(
            model_name='ordermilestone',
            name='status',
            field=models.CharField(db_default='planned', default='planned', max_length=10),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name='ordermilestone', name='due_at'),
                migrations.RemoveField(model_name='ordermilestone', name='status'),
            ],
        ),
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
            name='acceptance_paused_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='acceptance paused at'),
        ),
        migrations.AddField(
            model_name='order',
            name='cancel_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=30, verbose_name='reason of the cancellation'),
        ),
        migrations.AddField(
            model_name='order',
            name='cancelled_by',
            field=models.CharField(blank=True, choices=[('buyer', 'Buyer'), ('seller', 'Seller'), ('both', 'Both'), ('silence', 'One proposed it, the other did not answer'), ('system', 'Not paid in time')], db_default='', default='', max_length=8, verbose_name='cancelled by'),
        ),
        migrations.AddField(
            model_name='order',
            name='discount_fen',
            field=models.BigIntegerField(db_default=0, default=0, verbose_name='coupon in fen'),
        ),
        migrations.AddField(
            model_name='order',
            name='kind',
            field=models.CharField(choices=[('standard', 'Order'), ('stage', 'Stage'), ('supplement', 'Additional work'), ('tip', 'Tip')], db_default='standard', default='standard', max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='order',
            name='parent',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='orders.order', verbose_name='belongs to'),
        ),
        migrations.AddField(
            model_name='order',
            name='quantity',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='quantity'),
        ),
        migrations.AddField(
            model_name='order',
            name='rules',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.rulesversion', verbose_name='rules'),
        ),
        migrations.AddField(
            model_name='order',
            name='snapshot',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='service as bought'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='quantity',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='quantity'),
        ),
        migrations.AddField(
            model_name='ordermilestone',
            name='delivery_days',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='delivery days'),
        ),
        migrations.AddField(
            model_name='ordermilestone',
            name='description',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='what is delivered'),
        ),
        migrations.AddField(
            model_name='ordermilestone',
            name='revisions',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='revisions'),
        ),
        migrations.AddField(
            model_name='orderrequirement',
            name='is_draft',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='dispute',
            name='reason',
            field=models.TextField(max_length=3000, verbose_name='words'),
        ),
        migrations.AlterField(
            model_name='order',
            name='package_tier',
            field=models.CharField(blank=True, choices=[('basic', 'Basic'), ('standard', 'Standard'), ('premium', 'Premium')], max_length=10, verbose_name='package'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='type',
            field=models.CharField(choices=[('placed', 'Order placed'), ('paid', 'Paid into escrow'), ('requirements_submitted', 'Requirements submitted'), ('delivered', 'Work delivered'), ('revision_requested', 'Revision requested'), ('accepted', 'Accepted'), ('auto_accepted', 'Accepted automatically'), ('cancelled', 'Cancelled'), ('payment_expired', 'Closed, not paid in time'), ('refund_decided', 'Refund decided'), ('refunded', 'Refund paid back'), ('dispute_opened', 'Dispute opened'), ('dispute_decided', 'Dispute decided'), ('reviewed', 'Reviewed'), ('proposed', 'Proposal made'), ('proposal_accepted', 'Proposal accepted'), ('proposal_declined', 'Proposal declined'), ('proposal_withdrawn', 'Proposal taken back'), ('proposal_lapsed', 'Proposal not answered in time'), ('acceptance_paused', 'Acceptance clock paused'), ('tipped', 'Tip given'), ('late', 'The delivery is late'), ('cancel_proposed', 'Cancelling together proposed'), ('cancel_declined', 'Cancelling together declined'), ('cancel_withdrawn', 'Proposal to cancel taken back'), ('dispute_answered', 'Dispute answered'), ('dispute_unanswered', 'No answer in time: a mediator takes over'), ('dispute_added', 'Evidence added'), ('dispute_advised', 'The mediator wrote'), ('dispute_to_decision', 'Nothing agreed: the dispute goes to a decision'), ('split_proposed', 'Division proposed'), ('split_declined', 'Division declined'), ('split_withdrawn', 'Proposed division taken back'), ('decision_accepted', 'Decision accepted'), ('decision_appealed', 'Decision appealed'), ('dispute_resolved', 'Dispute closed, the money moves'), ('dispute_withdrawn', 'Dispute taken back'), ('bundle_made', 'Evidence put together'), ('requirements_skipped', 'Begun without requirements'), ('requirements_note', 'Added to the requirements')], max_length=25, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='orderitem',
            name='kind',
            field=models.CharField(choices=[('package', 'Package'), ('extra', 'Add-on'), ('agreed', 'As agreed')], max_length=8, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='ordermilestone',
            name='order',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='milestone', to='orders.order'),
        ),
        AddConstraintNotValid(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['answer', 'mediation', 'decision', 'decided', 'appealed', 'closed', 'withdrawn'])), name='orders_dispute_known_status'),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('discount_fen__gte', 0), ('quantity__gt', 0)), name='orders_order_discount_and_quantity'),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('standard', 'stage')), ('parent__isnull', False), _connector='XOR'), name='orders_order_has_parent'),
        ),
        migrations.AddField(
            model_name='coupon',
            name='categories',
            field=models.ManyToManyField(blank=True, help_text='None: for every service. A category holds for its subcategories too.', related_name='+', to='gigs.gigcategory', verbose_name='categories'),
        ),
        migrations.AddField(
            model_name='couponuse',
            name='coupon',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken', to='orders.coupon', verbose_name='coupon'),
        ),
        migrations.AddField(
            model_name='couponuse',
            name='order',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='coupon_use', to='orders.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='couponuse',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='buyer'),
        ),
        migrations.AddField(
            model_name='disputedecision',
            name='dispute',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='orders.dispute'),
        ),
        migrations.AddField(
            model_name='disputedecision',
            name='first_mediator',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disputedecision',
            name='mediator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disputestatement',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disputestatement',
            name='dispute',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='orders.dispute'),
        ),
        migrations.AddField(
            model_name='disputefile',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='orders.disputestatement'),
        ),
        migrations.AddField(
            model_name='evidencebundle',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidencebundle',
            name='dispute',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='orders.dispute'),
        ),
        migrations.AddField(
            model_name='milestoneplan',
            name='buyer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='buyer'),
        ),
        migrations.AddField(
            model_name='milestoneplan',
            name='gig',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='gigs.gig', verbose_name='service'),
        ),
        migrations.AddField(
            model_name='milestoneplan',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='seller'),
        ),
        migrations.AddField(
            model_name='milestoneplan',
            name='stopped_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ordermilestone',
            name='plan',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='orders.milestoneplan'),
        ),
        migrations.AddConstraint(
            model_name='ordermilestone',
            constraint=models.UniqueConstraint(fields=('plan', 'position'), name='orders_milestone_position_of_plan'),
        ),
        migrations.AddConstraint(
            model_name='ordermilestone',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='orders_milestone_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='ordermilestone',
            constraint=models.CheckConstraint(condition=models.Q(('delivery_days__gt', 0)), name='orders_milestone_days_positive'),
        ),
        migrations.AddField(
            model_name='orderdeadline',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deadlines', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderproposal',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='orders.order', verbose_name='order'),
        ),
        migrations.AddField(
            model_name='orderproposal',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='revisionrequest',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revision_requests', to='orders.order'),
        ),
        migrations.AddField(
            model_name='revisionfile',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='orders.revisionrequest'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__gt', 0), ('cap_fen', None), ('percent', None)), models.Q(('amount_fen', None), ('cap_fen__gt', 0), ('percent__gt', 0), ('percent__lte', 100)), _connector='OR'), name='orders_coupon_amount_or_percent'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='orders_coupon_time'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('uses__lte', models.F('most_uses'))), name='orders_coupon_uses_within'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('spent_fen__gte', 0), ('spent_fen__lte', models.F('budget_fen'))), name='orders_coupon_spent_within'),
        ),
        migrations.AddIndex(
            model_name='couponuse',
            index=models.Index(condition=models.Q(('returned_at', None)), fields=['coupon', 'person'], name='orders_coupon_use_by_person'),
        ),
        migrations.AddConstraint(
            model_name='couponuse',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='orders_coupon_use_positive'),
        ),
        migrations.AddConstraint(
            model_name='couponuse',
            constraint=models.UniqueConstraint(condition=models.Q(('is_first_order', True), ('returned_at', None)), fields=('person',), name='orders_coupon_use_first_order_once'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.UniqueConstraint(fields=('dispute', 'number'), name='orders_decision_number'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_mediator', None), ('number', 1)), models.Q(('first_mediator__isnull', False), ('number', 2)), _connector='OR'), name='orders_decision_one_appeal'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.CheckConstraint(condition=models.Q(('mediator', models.F('first_mediator')), _negated=True), name='orders_decision_other_mediator'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.CheckConstraint(condition=models.Q(('refund_fen__gte', 0), ('refund_fen__lte', models.F('kept_fen'))), name='orders_decision_within'),
        ),
        migrations.AddConstraint(
            model_name='disputedecision',
            constraint=models.CheckConstraint(condition=models.Q(('explanation', ''), _negated=True), name='orders_decision_has_reasons'),
        ),
        migrations.AddConstraint(
            model_name='evidencebundle',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'building', 'ready', 'failed'])), name='orders_bundle_known_status'),
        ),
        migrations.AddConstraint(
            model_name='evidencebundle',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('waiting', 'building'))), fields=('dispute',), name='orders_bundle_one_under_way'),
        ),
        migrations.AddConstraint(
            model_name='evidencebundle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'ready'), _negated=True), models.Q(('ready_at__isnull', False), models.Q(('archive_sha256', ''), _negated=True), models.Q(('pdf_sha256', ''), _negated=True)), _connector='OR'), name='orders_bundle_ready_has_checksums'),
        ),
        migrations.AddConstraint(
            model_name='milestoneplan',
            constraint=models.CheckConstraint(condition=models.Q(('buyer', models.F('seller')), _negated=True), name='orders_plan_two_people'),
        ),
        migrations.AddIndex(
            model_name='orderdeadline',
            index=models.Index(fields=['due_at', 'id'], name='orders_deadline_next'),
        ),
        migrations.AddConstraint(
            model_name='orderdeadline',
            constraint=models.UniqueConstraint(fields=('order', 'kind'), name='orders_deadline_once'),
        ),
        migrations.AddConstraint(
            model_name='orderproposal',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'accepted', 'declined', 'withdrawn', 'lapsed', 'overtaken'])), name='orders_proposal_known_status'),
        ),
        migrations.AddConstraint(
            model_name='orderproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('order', 'kind'), name='orders_proposal_one_open_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='orderproposal',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'open'), ('answered_at__isnull', False), _connector='XOR'), name='orders_proposal_answered_when'),
        ),
        migrations.AddConstraint(
            model_name='revisionrequest',
            constraint=models.UniqueConstraint(fields=('order', 'number'), name='orders_revision_number'),
        ),
    ]
