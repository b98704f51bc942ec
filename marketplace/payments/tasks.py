"""Jobs of payments. Each is safe to run twice, late, or after a crash."""

from celery import shared_task

from marketplace.orders.selectors import open_refunds
from marketplace.payments import selectors, services


@shared_task
def close_expired_orders() -> int:
    """Close unpaid orders whose clock ran out. Returns how many."""
    return sum(services.close_expired_order(order=order) for order in selectors.expired_unpaid_orders())


@shared_task
def poll_undecided_payments() -> int:
    """Ask the gateways about attempts that nobody told us about. Returns how many were asked for."""
    payments = list(selectors.undecided_payments()[:200])
    for payment in payments:
        services.refresh_payment(payment=payment)
    return len(payments)


@shared_task
def pay_due_refunds() -> int:
    """Carry out what orders decided to give back. Returns how many are done."""
    return sum(services.pay_refund(refund=refund) for refund in open_refunds()[:200])
