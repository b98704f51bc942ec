"""What becomes of the seller's money: cleared, withdrawn, or settled by the institution."""

from typing import Any

from marketplace.ledger.models import Clearing
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import clear_earnings
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.gateways.base import TransferState
from marketplace.payments.models import (
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
    Settlement,
    SettlementStatus,
)
from marketplace.payments.services import custody
from tests.concurrency.facts import Fact
from tests.concurrency.operations.registry import LOSSES, institution_of, operation, tell
from tests.concurrency.strict_gateway import answers_lost
from tests.concurrency.world import Roll, World, at

# The seller's money


@operation(Fact.CLEARING)
def clear(world: World, order: Order, roll: Roll) -> list[Any]:
    """The hourly job: what was released a week ago becomes available."""
    waiting = Clearing.objects.filter(reference=f"order:{order.number}:release")
    cleared = []
    for clearing in waiting:
        with at(clearing.clears_at):
            cleared.append(clear_earnings(clearing_id=clearing.pk).pk)
    return cleared


@operation(Fact.MONEY_AVAILABLE)
def withdraw(world: World, order: Order, roll: Roll) -> Any:
    """The seller's form is sent, maybe one that was sent before."""
    seller = order.seller
    wallet = wallet_of(seller)

    def says() -> tuple[Any, ...]:
        kind = roll.pick("to", (PayoutDestinationKind.ALIPAY, PayoutDestinationKind.WECHAT))
        destination = PayoutDestination.objects.get(user=seller, kind=kind, retired_at=None)
        amount_fen = roll.part("amount", wallet.available_fen if wallet else 1)
        return (seller, destination.pk, amount_fen)

    form = world.form(roll, says, seller=seller)
    payout = services.request_payout(
        user=seller, destination_id=form.says[1], gross_fen=form.says[2], request_key=form.key
    )
    form.led_to.add(payout.pk)
    return payout.reference


@operation(Fact.PAYOUT_AWAITING)
def approve(world: World, order: Order, roll: Roll) -> list[Any]:
    """One of finance agrees to what waits."""
    staff = roll.pick("staff", world.cast.finance)
    waiting = Payout.objects.filter(user=order.seller, status=PayoutStatus.AWAITING_APPROVAL)
    return [services.approve_payout(payout_id=payout.pk, staff=staff).status for payout in waiting]


@operation(Fact.PAYOUT_AWAITING)
def reject(world: World, order: Order, roll: Roll) -> list[Any]:
    """One of finance refuses what waits."""
    staff = roll.pick("staff", world.cast.finance)
    waiting = Payout.objects.filter(user=order.seller, status=PayoutStatus.AWAITING_APPROVAL)
    return [services.reject_payout(payout_id=payout.pk, staff=staff, reason="账户不对").status for payout in waiting]


@operation(Fact.PAYOUT_AWAITING, Fact.PAYOUT_APPROVED)
def cancel_withdrawal(world: World, order: Order, roll: Roll) -> list[Any]:
    """The seller changes their mind."""
    early = Payout.objects.filter(user=order.seller, status__in=(PayoutStatus.AWAITING_APPROVAL, PayoutStatus.APPROVED))
    return [services.cancel_payout(payout_id=payout.pk, user=order.seller).status for payout in early]


@operation(Fact.PAYOUT_APPROVED, Fact.PAYOUT_SENT)
def send_withdrawals(world: World, order: Order, roll: Roll) -> list[bool]:
    """The job sends what is approved and asks about what was sent."""
    under_way = (PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE)
    decided = []
    for payout in Payout.objects.filter(user=order.seller, status__in=under_way):
        with at(payout.next_attempt_at), answers_lost(roll.pick("lost", LOSSES)):
            decided.append(services.send_payout(payout=payout))
    return decided


@operation(Fact.PAYOUT_SENT)
def transfer_arrives(world: World, order: Order, roll: Roll) -> list[int]:
    """The payee confirms, or the institution is done; it tells us."""
    return _decide_transfers(world, order, roll, TransferState.DONE)


@operation(Fact.PAYOUT_SENT, Fact.PAYOUT_PAID)
def transfer_comes_back(world: World, order: Order, roll: Roll) -> list[int]:
    """A transfer fails, or bounces after it had arrived; the institution tells us."""
    return _decide_transfers(world, order, roll, TransferState.FAILED)


# Custody


@operation(Fact.HELD)
def settle(world: World, order: Order, roll: Roll) -> list[Any]:
    """The job asks for the settlement of what has cleared, and carries it out."""
    done: list[Any] = []
    for payment in order.payments.all():
        settlement = custody.owe_settlement(payment_id=payment.pk)
        if settlement is None or settlement.status not in (SettlementStatus.DUE, SettlementStatus.SENT):
            continue
        with at(settlement.next_attempt_at), answers_lost(roll.pick("lost", LOSSES)):
            done.append(custody.send_settlement(settlement=settlement))
    return done


@operation(Fact.SETTLING)
def settlement_gets_through(world: World, order: Order, roll: Roll) -> list[bool]:
    """A split that took its time is done, and the job asks."""
    for payment in order.payments.all():
        institution_of(world, payment).decide_split(payment.out_trade_no)
    under_way = Settlement.objects.filter(payment__order=order, status=SettlementStatus.SENT)
    done = []
    for settlement in under_way:
        with at(settlement.next_attempt_at):
            done.append(custody.send_settlement(settlement=settlement))
    return done


def _decide_transfers(world: World, order: Order, roll: Roll, state: TransferState) -> list[int]:
    for payout in order.seller.payouts.all():
        world.institutions[payout.gateway].decide_transfer(payout.reference, state)
    return tell(world, order, roll)
