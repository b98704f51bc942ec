"""Jobs of the notifications. Thin, safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, count_done
from marketplace.notifications import dispatching, sms, spreading


@shared_task
def send_text_message(message_id: int) -> bool:
    """Hand one text message to the provider."""
    return sms.deliver_sms(message_id=message_id)


@shared_task
def send_waiting_text_messages() -> int:
    """Send what a worker lost or a provider did not take; returns how many left."""
    return count_done(sms.waiting_sms(), lambda key: sms.deliver_sms(message_id=key), until=Deadline())


@shared_task
def send_notices() -> int:
    """Decide what leaves because of new lines, and send what is due; returns how many left."""
    until = Deadline()
    while spreading.spread_lines() and not until.is_over:
        pass
    return count_done(dispatching.due_dispatches(), lambda key: dispatching.deliver(dispatch_id=key), until=until)


@shared_task
def forget_old_messages() -> int:
    """Delete what left the house long ago."""
    return sms.forget_old_messages() + dispatching.forget_old_dispatches()
