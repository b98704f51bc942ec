"""How long is kept what people write to each other (core/retention.py)."""

from django.db.models import Q, QuerySet

from marketplace.accounts.retention import CLOSING, ECOMMERCE, with_account
from marketplace.core.retention import Bound, Rule, days_of
from marketplace.messaging import keeping
from marketplace.messaging.models import (
    FlagStatus,
    Message,
    MessageAttachment,
    MessageFlag,
    MessageKind,
    MessageRevision,
)

_JOB = "marketplace.messaging.tasks.empty_old_messages"


def _with_words() -> QuerySet[Message]:
    """Messages that say something, where nobody needs it any more; an open case of moderators does."""
    free = Message.objects.filter(conversation__in=keeping.free_conversations()).exclude(flag__status=FlagStatus.OPEN)
    return free.filter(~Q(body=""), emptied_at=None).exclude(kind=MessageKind.SYSTEM)


def _files() -> QuerySet[MessageAttachment]:
    return MessageAttachment.objects.filter(_free())


def _earlier() -> QuerySet[MessageRevision]:
    return MessageRevision.objects.filter(_free())


def _free() -> Q:
    """Of a message (seen from what hangs on it) that nobody needs, emptied or not."""
    open_case = Q(message__flag__status=FlagStatus.OPEN)
    return Q(message__conversation__in=keeping.free_conversations()) & (Q(message__flag=None) | ~open_case)


def _flags() -> QuerySet[MessageFlag]:
    return MessageFlag.objects.filter(conversation__in=keeping.free_conversations()).exclude(
        Q(status=FlagStatus.OPEN) | Q(words="")
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "messaging.conversations",
        ("messaging.Conversation", "messaging.Participant"),
        "who talked with whom about which order, and how far each had read; that a message was there, and when",
        "like the order's documents; not removed",
        "税收征收管理法实施细则 §29; our decision",
    ),
    Rule(
        "messaging.talk",
        ("messaging.Message", "messaging.MessageAttachment", "messaging.MessageRevision", "messaging.MessageFlag"),
        "what was said and sent, for both sides, for mediators and moderators",
        "{operations.order_kept_days} after the last order of the two ended, or after it was said where there was none; "
        "longer while a dispute, a case or a hold needs it",
        f"{ECOMMERCE}; 个人信息保护法 §19",
        _JOB,
        (
            Bound(_with_words, "created_at", days_of("operations.order_kept_days")),
            Bound(_files, "message__created_at", days_of("operations.order_kept_days")),
            Bound(_earlier, "message__created_at", days_of("operations.order_kept_days")),
            Bound(_flags, "created_at", days_of("operations.order_kept_days")),
        ),
    ),
    Rule(
        "messaging.own",
        ("messaging.MessageTemplate", "messaging.AwayReply", "messaging.Presence"),
        "quick replies, own and automatic; when somebody was last there",
        "until the account is closed, or until its person removes them",
        "个人信息保护法 §47",
        CLOSING,
        (
            with_account("messaging.MessageTemplate", "owner"),
            with_account("messaging.AwayReply", "owner"),
            with_account("messaging.Presence"),
        ),
    ),
)
