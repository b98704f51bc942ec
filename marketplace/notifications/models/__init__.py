from marketplace.notifications.models.choices import (
    NotificationPreference,
    NotificationSettings,
    PushSubscription,
    Rhythm,
)
from marketplace.notifications.models.dispatches import Channel, Dispatch, DispatchStatus
from marketplace.notifications.models.lines import Notification, NotificationKind
from marketplace.notifications.models.outbound import OutboundChannel, OutboundMessage, OutboundStatus

__all__ = [
    "Channel",
    "Dispatch",
    "DispatchStatus",
    "Notification",
    "NotificationKind",
    "NotificationPreference",
    "NotificationSettings",
    "OutboundChannel",
    "OutboundMessage",
    "OutboundStatus",
    "PushSubscription",
    "Rhythm",
]
