"""The life of orders as issue 6 has it: kinds of orders, agreements in stages, proposals, deadlines, pinned rules."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_rules_version'),
        ('gigs', '0003_services_data'),
        ('orders', '0003_worked_on'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MilestonePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='stopped at')),
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
                ('kind', models.CharField(choices=[('accept', 'Accepted automatically'), ('accept_reminder_1', 'First reminder of the acceptance'), ('accept_reminder_2', 'Last reminder of the acceptance'), ('requirements', 'Reminder of the requirements'), ('due_reminder', 'Reminder of the delivery'), ('late', 'The delivery is late'), ('very_late', 'The buyer may cancel alone'), ('proposal_cancel', 'Silence cancels the order'), ('proposal_extend', 'The request for more time lapses'), ('proposal_discount', 'The offer of a lower price lapses'), ('proposal_supplement', 'The offer of additional work lapses'), ('dispute_reminder', 'Reminder of the answer in a dispute'), ('dispute_answer', "The other side's answer is due"), ('dispute_mediation', 'The mediator takes over'), ('dispute_decision', 'The decision is due'), ('dispute_appeal', 'The decision takes effect')], max_length=20, verbose_name='kind')),
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
                ('kind', models.CharField(choices=[('cancel', 'Cancel together'), ('extend', 'More time'), ('discount', 'A lower price'), ('supplement', 'Additional work'), ('split', 'Division in a dispute')], max_length=10, verbose_name='kind')),
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
        migrations.AlterField(
            model_name='order',
            name='package_tier',
            field=models.CharField(blank=True, choices=[('basic', 'Basic'), ('standard', 'Standard'), ('premium', 'Premium')], max_length=10, verbose_name='package'),
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
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('discount_fen__gte', 0), ('quantity__gt', 0)), name='orders_order_discount_and_quantity'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('standard', 'stage')), ('parent__isnull', False), _connector='XOR'), name='orders_order_has_parent'),
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
    ]
