"""Everything that can happen to the money of an order, each as one operation on one order, through the real services.

An operation takes its choices from a `Roll` drawn beforehand, looks up what it needs, and calls one service. A refusal
that the services promise (a DomainError) is an answer; any other exception fails the race. `needs` are the facts about
an order (facts.py) of which one must hold for the operation to have something to do: two operations can meet where one
situation gives both of them work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from marketplace.core.errors import DomainError
from marketplace.ledger import escrow_proof, seals
from marketplace.ledger.errors import LedgerError
from marketplace.ledger.models import Clearing
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import clear_earnings
from marketplace.orders import services as orders
from marketplace.orders.models import Order, RefundStatus
from marketplace.payments import services
from marketplace.payments.gateways.base import GatewayError, PayScene, RefundState, TransferState
from marketplace.payments.models import (
    Payment,
    PaymentStatus,
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
    Settlement,
    SettlementStatus,
)
from marketplace.payments.services import custody
from tests.concurrency.facts import Fact
from tests.concurrency.institutions import LOST_AFTER, LOST_BEFORE, Institution, Notice, answers_lost
from tests.concurrency.world import CODES, Roll, World, at

LOSSES = ("", "", "", LOST_BEFORE, LOST_AFTER)
Run = Callable[[World, Order, Roll], Any]


@dataclass(frozen=True)
class Operation:
    """One thing that can happen to an order, and the facts that give it something to do (none: always)."""

    name: str
    run: Run
    needs: frozenset[Fact]
    refuses: tuple[type[Exception], ...]
    weight: float  # how often it is drawn, beside the others that have something to do


OPERATIONS: dict[str, Operation] = {}


def operation(
    *needs: Fact, refuses: tuple[type[Exception], ...] = (DomainError,), weight: float = 1
) -> Callable[[Run], Run]:
    """Register a function under its name."""

    def register(run: Run) -> Run:
        name = run.__name__.replace("_", " ")
        OPERATIONS[name] = Operation(name, run, frozenset(needs), refuses, weight)
        return run

    return register


def is_promised(operation: Operation, error: Exception) -> bool:
    """Whether this exception is an answer. The books refuse a correct program nothing: LedgerError never is."""
    return isinstance(error, operation.refuses) and not isinstance(error, LedgerError)


# Buying and paying


@operation()
def place(world: World, order: Order, roll: Roll) -> int:
    """A checkout page is sent, maybe one that was sent before."""

    def says() -> tuple[Any, ...]:
        return (roll.pick("buyer", world.cast.buyers), roll.pick("package", world.cast.packages))

    form = world.form(roll, says)
    buyer, package = form.says
    placed = world.add(orders.place_order(buyer=buyer, package=package, checkout_key=form.key))
    form.led_to.add(placed.pk)
    return placed.pk


@operation(Fact.PENDING_PAYMENT, refuses=(DomainError, GatewayError))  # the page says: please try again
def open_attempt(world: World, order: Order, roll: Roll) -> str:
    """The buyer goes to the cashier of one of the institutions."""
    payment = services.start_payment(order_id=order.pk, gateway_code=roll.pick("gateway", CODES))
    with answers_lost(roll.pick("lost", LOSSES)):
        return services.begin_payment(payment=payment, scene=PayScene.QR).qr_text


@operation(Fact.OPEN_AT_CASHIER)
def pay(world: World, order: Order, roll: Roll) -> bool:
    """The buyer pays, and mostly the institution tells us at once."""
    paid = [_institution(world, payment).pay(payment.out_trade_no) for payment in order.payments.all()]
    if roll.pick("told", (True, True, False)):
        tell(world, order, roll)
    return any(paid)


@operation(Fact.CLOSED_AT_CASHIER)
def pay_late(world: World, order: Order, roll: Roll) -> bool:
    """The bank's money lands after the trade was closed."""
    paid = [
        _institution(world, payment).pay(payment.out_trade_no, even_closed=True) for payment in order.payments.all()
    ]
    if roll.pick("told", (True, True, False)):
        tell(world, order, roll)
    return any(paid)


@operation(Fact.UNTOLD)
def tell(world: World, order: Order, roll: Roll) -> list[int]:
    """Everything that is not acknowledged yet is posted to us, newest first or oldest first."""
    untold = [notice for notice in world.notices(order) if not notice.acknowledged]
    if roll.pick("newest first", (True, False)):
        untold.reverse()
    return [post(world, notice) for notice in untold]


@operation(Fact.TOLD, weight=0.3)
def tell_again(world: World, order: Order, roll: Roll) -> list[int]:
    """Everything is posted to us again, acknowledged or not."""
    return [post(world, notice) for notice in world.notices(order)]


@operation(Fact.AT_CASHIER, weight=0.3)
def lie(world: World, order: Order, roll: Roll) -> list[int]:
    """Notifications with a valid signature and another amount: never acknowledged."""
    statuses = []
    for payment in order.payments.all():
        notice = _institution(world, payment).lie_about(payment.out_trade_no)
        if notice is not None:
            statuses.append(post(world, notice))
    return statuses


@operation(Fact.UNDECIDED)
def poll(world: World, order: Order, roll: Roll) -> list[Any]:
    """The polling job, or the buyer's return page, asks about what nobody told us."""
    undecided = Payment.objects.filter(order=order, status=PaymentStatus.PENDING).select_related("order")
    ask = roll.pick("ask", (services.settle_undecided, services.refresh_payment))
    with answers_lost(roll.pick("lost", LOSSES)):
        return [ask(payment=payment) for payment in undecided]


@operation(Fact.PENDING_PAYMENT)
def time_out(world: World, order: Order, roll: Roll) -> bool:
    """The payment clock runs out."""
    with at(order.payment_expires_at), answers_lost(roll.pick("lost", LOSSES)):
        return services.close_expired_order(order=order)


# The work


@operation(Fact.AWAITING_REQUIREMENTS)
def answer(world: World, order: Order, roll: Roll) -> Any:
    """The buyer answers the seller's questions."""
    answers = {requirement.pk: "蓝色" for requirement in order.requirements.all()}
    return orders.submit_requirements(order_id=order.pk, buyer=order.buyer, answers=answers).status


@operation(Fact.IN_PROGRESS, Fact.REVISION_REQUESTED)
def deliver(world: World, order: Order, roll: Roll) -> Any:
    """The seller hands over work."""
    return orders.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。").number


@operation(Fact.DELIVERED)
def accept(world: World, order: Order, roll: Roll) -> Any:
    """The buyer accepts."""
    return orders.accept_delivery(order_id=order.pk, buyer=order.buyer).status


@operation(Fact.DELIVERED)
def accept_by_the_clock(world: World, order: Order, roll: Roll) -> bool:
    """The acceptance clock runs out."""
    with at(order.auto_accept_at):
        return orders.accept_automatically(order_id=order.pk)


@operation(Fact.DELIVERED)
def ask_for_revision(world: World, order: Order, roll: Roll) -> Any:
    """The buyer wants a change."""
    return orders.request_revision(order_id=order.pk, buyer=order.buyer, message="再大一点").revisions_used


@operation(Fact.PENDING_PAYMENT, Fact.AWAITING_REQUIREMENTS, Fact.IN_PROGRESS, Fact.REVISION_REQUESTED)
def cancel_as_buyer(world: World, order: Order, roll: Roll) -> Any:
    """The buyer ends it, in time or when the work is very late."""
    with at(order.due_at if roll.pick("very late", (True, False)) else None, plus=timedelta(days=2)):
        return orders.cancel_order(order_id=order.pk, user=order.buyer).status


@operation(Fact.AWAITING_REQUIREMENTS, Fact.IN_PROGRESS, Fact.REVISION_REQUESTED)
def cancel_as_seller(world: World, order: Order, roll: Roll) -> Any:
    """The seller ends it."""
    return orders.cancel_order(order_id=order.pk, user=order.seller, reason="排不开时间").status


@operation(Fact.IN_PROGRESS, Fact.DELIVERED, Fact.REVISION_REQUESTED)
def open_dispute(world: World, order: Order, roll: Roll) -> Any:
    """One side asks a mediator."""
    side = roll.pick("side", ("buyer", "seller"))
    return orders.open_dispute(order_id=order.pk, user=getattr(order, side), reason="说不拢").pk


@operation(Fact.DISPUTED, refuses=(DomainError, ValueError))  # ValueError: more than is left of the price, as it says
def decide_dispute(world: World, order: Order, roll: Roll) -> Any:
    """The mediator shares what is left of the price."""
    refund_fen = roll.pick("to the buyer", (0, 1, order.kept_fen // 2, order.kept_fen))
    decided = orders.decide_dispute(
        order_id=order.pk, mediator=world.cast.moderator, refund_fen=refund_fen, explanation="各让一步。"
    )
    return decided.status


# Money back


@operation(Fact.FUNDED, Fact.RELEASED)
def give_back(world: World, order: Order, roll: Roll) -> Any:
    """The seller's goodwill or finance's decision: a part goes back."""
    actor = roll.pick("who", (order.seller, world.cast.finance[0]))
    amount_fen = roll.part("amount", order.total_fen)
    return orders.refund_part(order_id=order.pk, actor=actor, amount_fen=amount_fen, reason="退一部分").amount_fen


@operation(Fact.REFUND_OWED)
def run_refunds(world: World, order: Order, roll: Roll) -> list[bool]:
    """The job carries out what is due."""
    done = []
    for refund in order.refunds.filter(status__in=(RefundStatus.DUE, RefundStatus.SENT)).select_related("order"):
        with at(refund.next_attempt_at), answers_lost(roll.pick("lost", LOSSES)):
            done.append(services.pay_refund(refund=refund))
    return done


@operation(Fact.REFUND_UNDER_WAY)
def refund_gets_through(world: World, order: Order, roll: Roll) -> list[int]:
    """A refund that took days arrives, or turns out to be blocked; the institution tells us."""
    state = roll.pick("outcome", (RefundState.DONE, RefundState.DONE, RefundState.ABNORMAL))
    for refund in order.refunds.all():
        for institution in world.institutions.values():
            institution.decide_refund(refund.reference, state)
    return tell(world, order, roll)


@operation(Fact.REFUND_STUCK)
def retry_refund(world: World, order: Order, roll: Roll) -> list[str]:
    """Finance lets a refused refund be asked for again; by now the way back is free."""
    stuck = list(order.refunds.filter(status=RefundStatus.STUCK))
    for refund in stuck:
        for institution in world.institutions.values():
            institution.unblock_refund(refund.reference)
    return [orders.retry_refund(refund_id=refund.pk, staff=world.cast.finance[0]).status for refund in stuck]


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
        _institution(world, payment).decide_split(payment.out_trade_no)
    under_way = Settlement.objects.filter(payment__order=order, status=SettlementStatus.SENT)
    done = []
    for settlement in under_way:
        with at(settlement.next_attempt_at):
            done.append(custody.send_settlement(settlement=settlement))
    return done


# The house


@operation()
def seal(world: World, order: Order, roll: Roll) -> Any:
    """The books are sealed."""
    seal = seals.seal_books(day=timezone.localdate() + timedelta(days=roll.pick("day", range(9))))
    return seal and str(seal.day)


@operation()
def prove_escrow(world: World, order: Order, roll: Roll) -> Any:
    """The proof of all money owed is published. It disagrees with nothing, whatever is posted beside it."""
    proof = escrow_proof.publish_escrow_proof(day=timezone.localdate() + timedelta(days=roll.pick("day", range(9))))
    return proof and str(proof.day)


@operation()
def audit(world: World, order: Order, roll: Roll) -> int:
    """All money is audited in the middle of it all: the audit sees one moment, and finds nothing."""
    run = services.run_audit()
    assert run.violations == [], run.violations
    return run.transactions


def _decide_transfers(world: World, order: Order, roll: Roll, state: TransferState) -> list[int]:
    for payout in order.seller.payouts.all():
        world.institutions[payout.gateway].decide_transfer(payout.reference, state)
    return tell(world, order, roll)


def _institution(world: World, payment: Payment) -> Institution:
    return world.institutions[payment.gateway]


def post(world: World, notice: Notice) -> int:
    """Post one notification; what is true must be acknowledged, a lie must not be. Returns the status of the answer."""
    institution = world.institutions[notice.code]
    reply = services.receive_notification(gateway_code=notice.code, raw=institution.raw(notice))
    is_taken = reply.status == 200
    if is_taken:
        notice.acknowledged = True
    if is_taken != notice.is_true and not institution.is_overtaken(notice):
        raise AssertionError(f"{notice.body!r} was answered {reply.status} {reply.body!r}")
    return reply.status
