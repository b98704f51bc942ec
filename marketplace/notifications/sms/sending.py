"""The way of a text message: a row in the caller's transaction, a job after the commit, a sweep for what the job lost."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string

from marketplace.core import clock
from marketplace.notifications.models import OutboundChannel, OutboundMessage, OutboundStatus
from marketplace.notifications.sms.backends import SmsBackend, SmsRefused, SmsUnknown, SmsUnreachable, TextMessage
from marketplace.notifications.sms.templates import SmsTemplate

# Numbers of people are not kept for ever; this long support can say whether a text left.
KEPT_FOR = timedelta(days=30)
# What a worker took and did not finish may have left: it is given up after this.
STUCK_AFTER = timedelta(minutes=1)
# After the first attempt, the second …; when they are used up, it is given up.
PAUSES = (
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


def send_sms(
    *, recipient: str, template: SmsTemplate, not_before: datetime | None = None, **parameters: str
) -> OutboundMessage:
    """Have a text message sent to `recipient` (E.164) once the caller's transaction commits, and `not_before` has come.

    Raises KeyError when the template needs a parameter that is missing.
    """
    from marketplace.notifications import tasks  # tasks import this module

    message = OutboundMessage.objects.create(
        channel=OutboundChannel.SMS,
        recipient=recipient,
        template=template.value,
        parameters=parameters,
        body=template.text(parameters),
        not_before=not_before,
        status=OutboundStatus.KEPT if _backend().keeps else OutboundStatus.WAITING,
    )
    if message.status == OutboundStatus.WAITING and (not_before is None or not_before <= clock.now()):
        # A broker that is away must not spoil what the person did: the sweep sends it.
        transaction.on_commit(lambda: tasks.send_text_message.delay(message.pk), robust=True)
    return message


def deliver_sms(*, message_id: int) -> bool:
    """Hand a waiting text message to the provider; returns whether it left. Safe to call twice: the row is taken once.

    What the provider refuses has FAILED, as has what nobody could deliver while it was useful, and what may have left
    though no answer says so: a text is paid for and read each time.
    """
    now = clock.now()
    stuck = OutboundMessage.objects.filter(_is_stuck(), pk=message_id).first()
    if stuck is not None:
        return _end(stuck, OutboundStatus.FAILED, problem="may have arrived: the worker stopped while sending")
    taken = OutboundMessage.objects.filter(_may_be_taken(), pk=message_id).update(
        status=OutboundStatus.SENDING, tried_at=now, attempts=F("attempts") + 1
    )
    if not taken:
        return False
    message = OutboundMessage.objects.get(pk=message_id)
    template = SmsTemplate(message.template)
    if (message.not_before or message.created_at) < now - template.useful_for:
        return _end(message, OutboundStatus.FAILED, problem="too late")
    text = TextMessage(message.recipient, template, message.parameters, reference=str(message.pk))
    try:
        number = _backend().send(text)
    except SmsRefused as refusal:
        return _end(message, OutboundStatus.FAILED, problem=str(refusal))
    except SmsUnknown as doubt:
        return _end(message, OutboundStatus.FAILED, problem=f"may have arrived: {doubt}")
    except SmsUnreachable as silence:
        if message.attempts > len(PAUSES):
            return _end(message, OutboundStatus.FAILED, problem=str(silence))
        OutboundMessage.objects.filter(pk=message.pk).update(status=OutboundStatus.WAITING, problem=str(silence)[:200])
        return False
    return _end(message, OutboundStatus.SENT, provider_reference=number)


def waiting_sms() -> list[int]:
    """The keys of text messages that should have left by now, oldest first."""
    due = _may_be_taken() | _is_stuck()
    return list(OutboundMessage.objects.filter(due).order_by("pk").values_list("pk", flat=True)[:500])


def forget_old_messages() -> int:
    """Delete mails and texts that left or failed long ago, and the numbers with them; returns how many."""
    gone, _by_model = OutboundMessage.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()
    return gone


def _may_be_taken() -> Q:
    now, is_due = clock.now(), Q(attempts=0)
    for attempts, pause in enumerate(PAUSES, start=1):
        is_due |= Q(attempts=attempts, tried_at__lte=now - pause)
    may_ring = Q(not_before=None) | Q(not_before__lte=now)
    return Q(channel=OutboundChannel.SMS, status=OutboundStatus.WAITING) & may_ring & is_due


def _is_stuck() -> Q:
    return Q(channel=OutboundChannel.SMS, status=OutboundStatus.SENDING, tried_at__lt=clock.now() - STUCK_AFTER)


def _end(message: OutboundMessage, status: OutboundStatus, *, problem: str = "", provider_reference: str = "") -> bool:
    """Close the row. A code that has left, or never will, is not kept."""
    OutboundMessage.objects.filter(pk=message.pk, status=OutboundStatus.SENDING, tried_at=message.tried_at).update(
        status=status, problem=problem[:200], provider_reference=provider_reference[:100], parameters={}, body=""
    )
    return status == OutboundStatus.SENT


def _backend() -> SmsBackend:
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    return backend
