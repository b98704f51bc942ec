"""The only place of payments that takes row locks. An order's lock comes first (docs/locking.md)."""

from marketplace.payments.models import GatewayNotification, Payment, Settlement, SettlementReturn


def lock_payment(payment_id: int) -> Payment:
    """Lock one payment, after its order."""
    return Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment_id)


def lock_notification(notification_id: int) -> GatewayNotification:
    """Lock one stored notification, so that two copies are applied one after the other."""
    return GatewayNotification.objects.select_for_update(of=("self",), no_key=True).get(pk=notification_id)


def lock_settlement(settlement_id: int) -> Settlement:
    """Lock one settlement, after its order and payment, so that it is booked once."""
    rows = Settlement.objects.select_related("payment__order", "seller")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=settlement_id)


def lock_settlement_return(return_id: int) -> SettlementReturn:
    """Lock the return of a split, so that it is noted once."""
    return SettlementReturn.objects.select_for_update(of=("self",), no_key=True).get(pk=return_id)
