"""Jobs of payments. Each is safe to run twice, late, or after a crash."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.jobs import JOB_SECONDS, Deadline, count_done
from marketplace.orders.selectors import due_refunds
from marketplace.payments import invoice_selectors, payout_selectors, selectors, services, sub_merchant_selectors
from marketplace.payments.gateways import configured_gateways
from marketplace.payments.gateways.base import BillKind
from marketplace.payments.models import SettlementStatus
from marketplace.payments.services import custody, invoice_delivery, invoices, reconciliation, sub_merchants

# A job stops at a deadline and begins with what has waited longest; this only bounds what it reads beforehand.
READ_AT_ONCE = 1_000


@shared_task
def close_expired_orders() -> int:
    """Close unpaid orders whose clock ran out, longest untried first. Returns how many."""
    orders = selectors.expired_unpaid_orders()[:READ_AT_ONCE]
    return count_done(orders, lambda order: services.close_expired_order(order=order), until=Deadline())


@shared_task
def poll_undecided_payments() -> int:
    """Ask the gateways about attempts that nobody told us about, longest unasked first. Returns how many were decided."""
    payments = selectors.undecided_payments()[:READ_AT_ONCE]
    return count_done(payments, lambda payment: services.settle_undecided(payment=payment), until=Deadline())


@shared_task
def pay_due_refunds() -> int:
    """Carry out what orders decided to give back. Returns how many are done."""
    refunds = due_refunds()[:READ_AT_ONCE]
    return count_done(refunds, lambda refund: services.pay_refund(refund=refund), until=Deadline())


@shared_task
def audit_books() -> int:
    """Audit all money. Returns how many violations were found."""
    return len(services.run_audit().violations)


@shared_task
def use_new_sub_merchants() -> int:
    """Custody: put the numbers into use that were agreed to and have waited for their day. Returns how many."""
    due = sub_merchant_selectors.sub_merchants_to_use()[:READ_AT_ONCE]
    return count_done(due, lambda row: sub_merchants.use_sub_merchant(sub_merchant_id=row.pk), until=Deadline())


@shared_task
def settle_cleared_payments() -> int:
    """Custody: ask for what has cleared, audit the books, then carry out what is due. Returns how many are done.

    When the audit finds something nothing new is settled; what was sent already is still asked about.
    """
    deadline = Deadline()
    cleared = selectors.payments_to_settle()[:READ_AT_ONCE]
    count_done(cleared, lambda payment: custody.owe_settlement(payment_id=payment.pk), until=deadline)
    due = list(selectors.due_settlements()[:READ_AT_ONCE])  # those just asked for too
    if any(settlement.status == SettlementStatus.DUE for settlement in due):
        services.run_audit(history=False)
    return count_done(due, lambda settlement: custody.send_settlement(settlement=settlement), until=deadline)


@shared_task
def send_due_payouts() -> int:
    """Audit the books, then carry out the payouts whose turn it is. Returns how many were decided.

    When the audit finds something nothing new leaves; what was sent already is still asked about.
    """
    deadline = Deadline()
    # Half of the time at most for what was sent, so that a gateway that does not answer keeps nothing new from leaving.
    asked = list(payout_selectors.payouts_to_ask_about()[:READ_AT_ONCE])
    done = count_done(asked, lambda payout: services.send_payout(payout=payout), until=Deadline(JOB_SECONDS // 2))
    new = list(payout_selectors.payouts_to_send()[:READ_AT_ONCE])
    if new:
        services.run_audit(history=False)
    if not selectors.payouts_are_halted():
        done += count_done(new, lambda payout: services.send_payout(payout=payout), until=deadline)
    return done


@shared_task
def tell_of_new_accounts() -> int:
    """Mail or text the sellers in whose name a withdrawal account was named. Returns how many were told."""
    new = payout_selectors.destinations_to_tell()[:READ_AT_ONCE]
    return count_done(new, lambda destination: services.tell_of_new_account(destination=destination), until=Deadline())


@shared_task
def recheck_paid_payouts() -> int:
    """Ask about transfers that arrived at banks in the last days. Returns how many had been sent back."""
    arrived = payout_selectors.payouts_to_recheck()[:READ_AT_ONCE]
    return count_done(arrived, lambda payout: services.recheck_payout(payout=payout), until=Deadline())


@shared_task
def reconcile_bills() -> int:
    """Match the bills of the last three days; what could not be had yesterday is asked for again. Returns how many bills.

    The oldest day first, trade before fund: a balance is compared with the day before and with the day's fees.
    While the demo's clock is ahead nothing is matched: institutions know none of its days.
    """
    if clock.ahead():
        return 0
    today = timezone.localtime(clock.now()).date()
    days = [today - timedelta(days=back) for back in (3, 2, 1)]
    wanted = [(code, kind, day) for code in configured_gateways() for day in days for kind in BillKind]
    return count_done(
        wanted,
        lambda each: reconciliation.reconcile(gateway_code=each[0].value, kind=each[1], day=each[2]),
        until=Deadline(),
    )


@shared_task
def warn_of_freeze_ends() -> int:
    """Custody: alarm before an institution releases held money by itself. Returns how many payments."""
    return custody.warn_of_freeze_ends()


@shared_task
def forget_refused_notifications() -> int:
    """Drop what was refused as forged or foreign a month ago. Returns how many rows."""
    return services.forget_refused_notifications()


@shared_task
def issue_due_invoices() -> int:
    """Ask the provider for the invoices and reversals whose turn it is, then deliver. Returns how many were decided."""
    deadline = Deadline()
    due = invoice_selectors.due_invoices()[:READ_AT_ONCE]
    decided = count_done(
        due, lambda invoice: invoices.send_invoice(invoice_id=invoice.pk), until=Deadline(JOB_SECONDS // 2)
    )
    if decided:
        _deliver(until=deadline)  # at once: somebody waits for the paper; what does not go out now has its own turns
    return decided


@shared_task
def reverse_refunded_invoices() -> int:
    """Begin the reversal of every invoice that says more than what is left of its order. Returns how many."""
    outdated = invoice_selectors.invoices_out_of_step()[:READ_AT_ONCE]
    return count_done(outdated, lambda invoice: invoices.reverse_after_refund(invoice_id=invoice.pk), until=Deadline())


@shared_task
def deliver_invoices() -> int:
    """Make the documents of what was issued, tell people, send the mails. Returns how many were delivered."""
    return _deliver(until=Deadline())


def _deliver(*, until: Deadline) -> int:
    waiting = invoice_selectors.undelivered_invoices()[:READ_AT_ONCE]
    return count_done(waiting, lambda invoice: invoice_delivery.deliver_invoice(invoice_id=invoice.pk), until=until)
