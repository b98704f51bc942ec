"""An order from the checkout page to its end, and money back to its buyer."""

from datetime import timedelta
from typing import Any

from marketplace.core.errors import DomainError
from marketplace.orders import services as orders
from marketplace.orders.models import DeadlineKind, Order, RefundStatus
from marketplace.payments import services
from marketplace.payments.gateways.base import GatewayError, PayScene, RefundState
from marketplace.payments.models import (
    Payment,
    PaymentStatus,
)
from tests.concurrency.facts import Fact
from tests.concurrency.operations.registry import LOSSES, institution_of, operation, post, tell
from tests.concurrency.strict_gateway import answers_lost
from tests.concurrency.world import CODES, COUPONS, Roll, World, at

# Buying and paying


@operation()
def place(world: World, order: Order, roll: Roll) -> int:
    """A checkout page is sent, maybe one that was sent before."""

    def says() -> tuple[Any, ...]:
        return (
            roll.pick("buyer", world.cast.buyers),
            roll.pick("package", world.cast.packages),
            roll.pick("coupon", ("", *COUPONS)),
            roll.pick("quantity", (1, 1, 3)),
        )

    form = world.form(roll, says)
    buyer, package, code, quantity = form.says
    placed = world.add(
        orders.place_order(buyer=buyer, package=package, coupon_code=code, quantity=quantity, checkout_key=form.key)
    )
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
    paid = [institution_of(world, payment).pay(payment.out_trade_no) for payment in order.payments.all()]
    if roll.pick("told", (True, True, False)):
        tell(world, order, roll)
    return any(paid)


@operation(Fact.CLOSED_AT_CASHIER)
def pay_late(world: World, order: Order, roll: Roll) -> bool:
    """The bank's money lands after the trade was closed."""
    paid = [
        institution_of(world, payment).pay(payment.out_trade_no, even_closed=True) for payment in order.payments.all()
    ]
    if roll.pick("told", (True, True, False)):
        tell(world, order, roll)
    return any(paid)


@operation(Fact.TOLD, weight=0.3)
def tell_again(world: World, order: Order, roll: Roll) -> list[int]:
    """Everything is posted to us again, acknowledged or not."""
    return [post(world, notice) for notice in world.notices(order)]


@operation(Fact.AT_CASHIER, weight=0.3)
def lie(world: World, order: Order, roll: Roll) -> list[int]:
    """Notifications with a valid signature and another amount: never acknowledged."""
    statuses = []
    for payment in order.payments.all():
        notice = institution_of(world, payment).lie_about(payment.out_trade_no)
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
        return orders.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT)


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
