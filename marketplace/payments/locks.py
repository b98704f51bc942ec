"""The only place of payments that takes row locks. An order's lock comes first (docs/locking.md)."""

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from marketplace.payments.models import (
    Difference,
    GatewayBill,
    Invoice,
    OwnMovement,
    Payment,
    Payout,
    Settlement,
    SettlementReturn,
    SubMerchant,
    TaxYear,
)


def lock_order_of_payment(payment_id: int) -> Order:
    """Lock the order that a payment is for, in one round trip. Raises Order.DoesNotExist for an unknown payment."""
    return Order.objects.select_for_update(of=("self",), no_key=True).get(payments=payment_id)


def lock_payment(payment_id: int) -> Payment:
    """Lock one payment, after its order."""
    return Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment_id)


def lock_settlement(settlement_id: int) -> Settlement:
    """Lock one settlement, after its order and payment, so that it is booked once."""
    rows = Settlement.objects.select_related("payment__order", "seller")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=settlement_id)


def lock_settlement_return(return_id: int) -> SettlementReturn:
    """Lock the return of a split, so that it is noted once."""
    rows = SettlementReturn.objects.select_related("settlement__payment", "refund")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=return_id)


def lock_sub_merchants(sub_merchant_id: int) -> SubMerchant:
    """Lock all numbers a seller ever had at a gateway, ascending, and return this one: one of them is in use, not two.

    Alone, never with an order: a payment keeps the number it was made with.
    """
    whose = SubMerchant.objects.values("user_id", "gateway").get(pk=sub_merchant_id)
    rows = SubMerchant.objects.filter(**whose).order_by("pk").select_for_update(of=("self",), no_key=True)
    return next(row for row in rows if row.pk == sub_merchant_id)


def lock_destinations(user_id: int) -> None:
    """Queue the changes of where a seller is paid to, so that one of a kind is left after two at once.

    The seller's own row is locked: before the first destination there is no other.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def lock_tax_year(*, user_id: int, year: int, month: int) -> TaxYear:
    """Lock a seller's year of tax, begun in `month` if this is its first income. All of a seller's payouts queue here."""
    TaxYear.objects.get_or_create(user_id=user_id, year=year, defaults={"first_month": month})
    return TaxYear.objects.select_for_update(of=("self",), no_key=True).get(user_id=user_id, year=year)


def lock_payout(payout_id: int) -> Payout:
    """Lock one payout, so that its result is booked once. The year of tax comes before it."""
    rows = Payout.objects.select_related("user", "destination", "tax_year")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=payout_id)


def lock_order_of_invoice(invoice_id: int) -> Order:
    """Lock the order that an invoice is for, before the invoice itself. Raises Order.DoesNotExist for an unknown one."""
    return Order.objects.select_for_update(of=("self",), no_key=True).get(invoices=invoice_id)


def lock_invoice(invoice_id: int) -> Invoice:
    """Lock one invoice, after its order. An original and its reversal are both locked under the order's lock."""
    rows = Invoice.objects.select_related("order", "reverses")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=invoice_id)


def lock_bill(bill_id: int) -> GatewayBill:
    """Lock one bill, so that two runs of the same day book its fees once."""
    return GatewayBill.objects.select_for_update(of=("self",), no_key=True).get(pk=bill_id)


def lock_difference(difference_id: int) -> Difference:
    """Lock one difference, so that two people resolve it once."""
    rows = Difference.objects.select_related("bill")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=difference_id)


def lock_tax_years(year_ids: Iterable[int]) -> list[TaxYear]:
    """Lock several sellers' years of tax, ascending by key: what is remitted of them is counted once."""
    rows = TaxYear.objects.filter(pk__in=list(year_ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def lock_own_movement(movement_id: int) -> OwnMovement:
    """Lock one movement of our own money, before any year of tax, so that it is booked once."""
    rows = OwnMovement.objects.select_related("difference", "seller", "asker")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=movement_id)
