"""The seller hands over work."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.files.base import File
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Delivery, Order, OrderEventType, ProposalKind
from marketplace.orders.sent_files import DELIVERY, subject_of
from marketplace.orders.services._files import keep_files
from marketplace.orders.services._rules import require_no_second_thought, require_transition, role_of, tell
from marketplace.orders.services.proposals import overtake_proposals
from marketplace.orders.states import OrderStatus
from marketplace.uploads.models import Upload
from marketplace.uploads.services import discard_upload, take_file


def deliver_order(
    *,
    order_id: int,
    seller: User,
    message: str,
    files: Sequence[File] = (),
    uploads: Sequence[Upload] = (),
    ai_made: bool = False,
    holds_back_originals: bool = True,
) -> Delivery:
    """Record a delivery with the checksums of its files, and start the acceptance clock.

    `uploads` are the seller's own, ready; `files` come with the request itself and are looked into first. Until acceptance
    the buyer sees pictures with a watermark, if the seller holds the originals back.
    Raises OrderError WRONG_STATE, SECOND_THOUGHT or NOTHING_DELIVERED, or UploadError; then nothing of `files` stays behind.
    """
    if not files and not uploads and not message.strip():
        raise OrderError(OrderErrorCode.NOTHING_DELIVERED)
    taken: list[Upload] = []
    try:
        subject = subject_of(Order(pk=order_id))
        for file in files:
            taken.append(take_file(owner=seller, purpose=DELIVERY, subject=subject, file=file))
        with transaction.atomic():
            return _deliver(
                order_id=order_id,
                seller=seller,
                message=message.strip(),
                files=[*uploads, *taken],
                ai_made=ai_made,
                holds_back_originals=holds_back_originals,
            )
    except BaseException:
        for upload in taken:
            discard_upload(upload=upload)
        raise


def _deliver(
    *,
    order_id: int,
    seller: User,
    message: str,
    files: Sequence[Upload],
    ai_made: bool,
    holds_back_originals: bool,
) -> Delivery:
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.DELIVERED, actor=role_of(order, seller))
    require_no_second_thought(order)
    now = clock.now()
    delivery = Delivery.objects.create(
        order=order,
        number=order.deliveries.count() + 1,
        message=message,
        ai_made=ai_made,
        holds_back_originals=holds_back_originals,
        created_at=now,
    )
    keep_files(files, owner=seller, delivery=delivery)
    # The promise is kept: what waits now is the acceptance, and nothing is left to extend or to call off.
    overtake_proposals(order, ProposalKind.EXTEND, ProposalKind.CANCEL)
    order.status = OrderStatus.DELIVERED
    order.delivered_at = now
    order.auto_accept_at = now + timedelta(days=rule(order.rules, "orders.auto_accept_days"))
    order.save(update_fields=["status", "delivered_at", "auto_accept_at", "updated_at"])
    deadlines.keep_clocks(order)
    events.record(
        order,
        OrderEventType.DELIVERED,
        actor=seller,
        at=now,
        number=delivery.number,
        files=len(files),
        message=delivery.message[:200],
    )
    tell(order.buyer_id, order, catalogue.orders.DELIVERED)
    return delivery
