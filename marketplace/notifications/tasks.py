"""Jobs of the notifications. Thin, safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, count_done, only_one
from marketplace.notifications import dispatching, sms, spreading
from marketplace.notifications.models import Channel


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
    """Decide what leaves because of new lines, and have each way send what is due; returns how many lines that were."""
    lines = 0
    with only_one("notices:spread", seconds=dispatching.HELD_SECONDS) as is_ours:
        until = Deadline(dispatching.RUN_SECONDS)
        while is_ours and not until.is_over and (some := spreading.spread_lines()):
            lines += some
    for channel in dispatching.due_channels():
        send_by.delay(channel.value)
    return lines


@shared_task
def send_by(channel: str) -> int:
    """Send what is due by one way; returns how many left."""
    return dispatching.send_due(channel=Channel(channel))


@shared_task
def forget_old_messages() -> int:
    """Delete what left the house long ago."""
    return sms.forget_old_messages() + dispatching.forget_old_dispatches()
