"""The planned orders as rows: orders with everything that hangs on them, payments and reviews."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from marketplace.core import clock
from marketplace.core.rules import current_rules
from marketplace.gigs.models import Gig, RequirementKind
from marketplace.orders.deadlines import SAYINGS, clocks_of
from marketplace.orders.models import (
    DeadlineKind,
    Delivery,
    DeliveryFile,
    Order,
    OrderDeadline,
    OrderEvent,
    OrderItem,
    OrderItemKind,
    OrderRequirement,
    Refund,
    RefundStatus,
)
from marketplace.payments.models import GatewayCode, Payment, PaymentStatus
from marketplace.reviews.models import HelpfulVote, Rating, Review, ReviewPicture, ReviewSide
from portal.demo.bulk import backdate, insert
from portal.demo.disputes import how_cancelled, write_disputes
from portal.demo.media import Picture, PrivateFile
from portal.demo.offers import Offer
from portal.demo.people import People
from portal.demo.plan import BUYER, COMMISSION_BASIS_POINTS, MEDIATOR, PAYMENT_MINUTES, SELLER, OrderPlan
from portal.demo.sources import SEED


def write_orders(
    plans: Sequence[OrderPlan], *, offers: Sequence[Offer], gigs: Sequence[Gig], people: People
) -> list[Order]:
    """The orders themselves, in the order of `plans`."""
    rng = Random(f"{SEED}:keys")
    packages = [gig.packages.all() for gig in gigs]
    orders, rules = [], current_rules()
    for plan in plans:
        gig, offer = gigs[plan.gig], offers[plan.gig]
        package = packages[plan.gig][plan.package]
        orders.append(
            Order(
                number=plan.number,
                buyer=people.buyers[plan.buyer],
                seller=people.sellers[plan.seller],
                gig=gig,
                package=package,
                status=plan.status,
                checkout_key=UUID(int=rng.getrandbits(128), version=4),
                gig_title=offer.title,
                package_tier=package.tier,
                package_title=package.title,
                package_description=package.description,
                cover=gig.media.all()[0].file.name,
                quantity=plan.quantity,
                total_fen=plan.total_fen,
                discount_fen=plan.discount_fen,
                rules=rules,
                commission_basis_points=COMMISSION_BASIS_POINTS,
                delivery_days=plan.delivery_days,
                revisions_allowed=package.revisions * plan.quantity,
                revisions_used=plan.revisions_used,
                payment_expires_at=plan.placed_at + timedelta(minutes=PAYMENT_MINUTES),
                paid_at=plan.paid_at,
                started_at=plan.started_at,
                due_at=plan.due_at,
                delivered_at=plan.delivered_at,
                auto_accept_at=plan.auto_accept_at,
                completed_at=plan.completed_at,
                cancelled_at=plan.cancelled_at,
                **how_cancelled(plan),
            )
        )
    insert(orders)
    insert([OrderDeadline(order=order, kind=kind, due_at=at) for order in orders for kind, at in _clocks_of(order)])
    backdate(Order, {order.pk: plan.placed_at for order, plan in zip(orders, plans, strict=True)})
    return orders


def _clocks_of(order: Order) -> Iterator[tuple[DeadlineKind, datetime]]:
    """The clocks that the services would have left running."""
    for kind, at in clocks_of(order).items():
        if at > clock.now() or kind not in SAYINGS:
            yield kind, at


def write_details(
    plans: Sequence[OrderPlan], orders: Sequence[Order], *, offers: Sequence[Offer], reference: PrivateFile
) -> None:
    """What was bought, and what was asked and answered."""
    items, requirements = [], []
    for plan, order in zip(plans, orders, strict=True):
        offer = offers[plan.gig]
        package = offer.packages[plan.package]
        number = plan.quantity
        items.append(_line(order, OrderItemKind.PACKAGE, package.title, package.price_fen, number))
        for place in plan.extras:
            extra = offer.extras[place]
            items.append(_line(order, OrderItemKind.EXTRA, extra.title, extra.price_fen, number))
        rng = Random(f"{SEED}:answers:{plan.number}")
        for position, asked in enumerate(offer.requirements, start=1):
            row = OrderRequirement(
                order=order,
                position=position,
                prompt=asked.prompt,
                kind=asked.kind,
                choices=list(asked.choices),
                required=asked.required,
            )
            if plan.answers:
                _answer(row, plan.answers[position - 1], reference, rng)
            requirements.append(row)
    insert(items)
    insert(requirements)


def _line(order: Order, kind: str, title: str, unit_fen: int, quantity: int) -> OrderItem:
    return OrderItem(order=order, kind=kind, title=title, quantity=quantity, price_fen=unit_fen * quantity)


def _answer(row: OrderRequirement, words: str, reference: PrivateFile, rng: Random) -> None:
    if row.kind == RequirementKind.CHOICE:
        row.answer = rng.choice(row.choices)
    elif row.kind == RequirementKind.TEXT:
        row.answer = words if row.required or rng.random() < 0.7 else ""
    elif row.required or rng.random() < 0.4:
        row.file, row.file_name = reference.stored, reference.name


def write_work(
    plans: Sequence[OrderPlan], orders: Sequence[Order], *, people: People, files: Sequence[PrivateFile]
) -> None:
    """Deliveries with files, disputes, refunds, payments and the time lines."""
    deliveries, delivered, refunds, payments, events = [], [], [], [], []
    for plan, order in zip(plans, orders, strict=True):
        actors = {BUYER: order.buyer, SELLER: order.seller, MEDIATOR: people.staff["moderator"], "": None}
        for number, work in enumerate(plan.deliveries, start=1):
            delivery = Delivery(order=order, number=number, message=work.message, created_at=work.at)
            deliveries.append(delivery)
            delivered += [_delivery_file(delivery, files[place]) for place in work.files]
        if plan.refund:
            refund = Refund(
                order=order,
                reference=plan.refund.reference,
                amount_fen=plan.refund.amount_fen,
                reason=plan.refund.reason,
                status=RefundStatus.DONE,
                done_at=plan.refund.done_at,
            )
            refunds.append((refund, plan.refund.decided_at))
        if plan.paid_at or plan.closed_attempt:
            payments.append((_payment(plan, order), plan.placed_at + timedelta(seconds=20)))
        events += [
            OrderEvent(order=order, type=one.type, actor=actors[one.actor], data=one.data, created_at=one.at)
            for one in plan.events
        ]
    insert(deliveries)
    insert(delivered)
    insert(sorted(events, key=lambda event: event.created_at))
    write_disputes(plans, orders, people=people)
    for model, rows in ((Refund, refunds), (Payment, payments)):
        insert(row for row, _at in rows)
        backdate(model, {row.pk: at for row, at in rows})


def _delivery_file(delivery: Delivery, file: PrivateFile) -> DeliveryFile:
    return DeliveryFile(delivery=delivery, file=file.stored, name=file.name, size=file.size, sha256=file.sha256)


def _payment(plan: OrderPlan, order: Order) -> Payment:
    return Payment(
        order=order,
        gateway=GatewayCode.ALIPAY,
        out_trade_no=plan.payment_number,
        gateway_trade_no=plan.trade_number if plan.paid_at else None,
        amount_fen=plan.total_fen,
        status=PaymentStatus.PAID if plan.paid_at else PaymentStatus.CLOSED,
        expires_at=order.payment_expires_at,
        paid_at=plan.paid_at,
    )


def write_reviews(
    plans: Sequence[OrderPlan], orders: Sequence[Order], *, pictures: Mapping[str, Picture], people: People
) -> None:
    """Reviews of both sides with their sub-scores and pictures, and who found them helpful."""
    written = sorted(
        ((told, order) for plan, order in zip(plans, orders, strict=True) for told in plan.reviews),
        key=lambda pair: pair[0].at,
    )
    reviews, ratings, shown, votes = [], [], [], []
    for told, order in written:
        is_buyer = told.side == ReviewSide.BUYER
        voters = {people.buyers[place]: at for place, at in told.helpful}
        review = Review(
            order=order,
            gig_id=order.gig_id,
            side=told.side,
            author=order.buyer if is_buyer else order.seller,
            subject=order.seller if is_buyer else order.buyer,
            stars=told.stars,
            body=told.body,
            private_feedback=told.private_feedback,
            reply=told.reply,
            replied_at=told.replied_at,
            written_at=told.at,
            publish_at=told.publish_at,
            published_at=told.published_at,
            helpful_count=len(voters),
        )
        reviews.append(review)
        ratings += [Rating(review=review, aspect=aspect, stars=stars) for aspect, stars in told.aspects.items()]
        shown += [_picture(review, pictures[name], place) for place, name in enumerate(told.pictures)]
        votes += [HelpfulVote(review=review, user=user, created_at=at) for user, at in voters.items()]
    insert(reviews)
    insert(ratings)
    insert(shown)
    insert(sorted(votes, key=lambda vote: vote.created_at))
    backdate(Review, {review.pk: review.written_at for review in reviews if review.written_at})


def _picture(review: Review, picture: Picture, position: int) -> ReviewPicture:
    return ReviewPicture(
        review=review,
        picture=picture.name,
        width=picture.width,
        height=picture.height,
        renditions=[row for row in picture.renditions if "webp" in row],
        position=position,
    )
