"""The only place of payments that takes row locks. An order's lock comes first (docs/locking.md)."""

from marketplace.payments.models import GatewayNotification, Payment


def lock_payment(payment_id: int) -> Payment:
    """Lock one payment, after its order."""
    return Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment_id)


def lock_notification(notification_id: int) -> GatewayNotification:
    """Lock one stored notification, so that two copies are applied one after the other."""
    return GatewayNotification.objects.select_for_update(of=("self",), no_key=True).get(pk=notification_id)
