"""Time lines and what was proposed are evidence too: the database refuses to change them. Known statuses; a reminder."""

from django.conf import settings
from django.db import migrations, models


# The function is that of 0005_deliveries_as_evidence.
FORWARD = """
CREATE TRIGGER orders_event_kept BEFORE UPDATE OR DELETE ON orders_orderevent
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_proposal_words_kept BEFORE UPDATE ON orders_orderproposal
    FOR EACH ROW WHEN (
        (OLD.kind, OLD.proposed_by_id, OLD.message, OLD.reason_code, OLD.days, OLD.amount_fen)
        IS DISTINCT FROM (NEW.kind, NEW.proposed_by_id, NEW.message, NEW.reason_code, NEW.days, NEW.amount_fen)
    ) EXECUTE FUNCTION orders_refuse_change();
"""
BACKWARD = """
DROP TRIGGER orders_event_kept ON orders_orderevent;
DROP TRIGGER orders_proposal_words_kept ON orders_orderproposal;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0010_disputes_and_cancelling'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='orderdeadline',
            name='kind',
            field=models.CharField(choices=[('accept', 'Accepted automatically'), ('accept_reminder_1', 'First reminder of the acceptance'), ('accept_reminder_2', 'Last reminder of the acceptance'), ('requirements', 'Reminder of the requirements'), ('due_reminder', 'Reminder of the delivery'), ('late', 'The delivery is late'), ('very_late', 'The buyer may cancel alone'), ('proposal_cancel', 'Silence cancels the order'), ('cancel_reminder', 'Reminder of the proposal to cancel'), ('proposal_extend', 'The request for more time lapses'), ('proposal_discount', 'The offer of a lower price lapses'), ('proposal_supplement', 'The offer of additional work lapses'), ('dispute_reminder', 'Reminder in a dispute'), ('dispute_answer', "The other side's answer is due"), ('dispute_mediation', 'The mediator takes over'), ('dispute_decision', 'The decision is due'), ('dispute_appeal', 'The decision takes effect')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['answer', 'mediation', 'decision', 'decided', 'appealed', 'closed', 'withdrawn'])), name='orders_dispute_known_status'),
        ),
        migrations.AddConstraint(
            model_name='evidencebundle',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'building', 'ready', 'failed'])), name='orders_bundle_known_status'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
