"""How long is kept what left the house (core/retention.py)."""

from marketplace.core.retention import Bound, Rule
from marketplace.notifications import dispatching
from marketplace.notifications.models import Dispatch, DispatchStatus, OutboundMessage
from marketplace.notifications.sms import sending

_JOB = "marketplace.notifications.tasks.forget_old_messages"
RULES: tuple[Rule, ...] = (
    Rule(
        "notifications.letters",
        ("notifications.OutboundMessage",),
        "text messages and mails with number or address, to answer whether one left",
        f"{sending.KEPT_FOR.days} days; the words of a code until it has left",
        "个人信息保护法 §19",
        _JOB,
        (Bound(lambda: OutboundMessage.objects.all(), "created_at", lambda: sending.KEPT_FOR),),
    ),
    Rule(
        "notifications.dispatches",
        ("notifications.Dispatch",),
        "by which way somebody was told, and when",
        f"{dispatching.KEPT_FOR.days} days",
        "个人信息保护法 §19",
        _JOB,
        (
            Bound(
                lambda: Dispatch.objects.filter(
                    status__in=[DispatchStatus.SENT, DispatchStatus.SKIPPED, DispatchStatus.DEAD]
                ),
                "due_at",
                lambda: dispatching.KEPT_FOR,
            ),
        ),
    ),
)
