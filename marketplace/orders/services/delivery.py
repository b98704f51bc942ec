"""The seller hands over work."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders import events, locks
from marketplace.orders.deadlines import stop_deadlines
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Delivery, DeliveryFile, OrderEventType, ProposalKind
from marketplace.orders.services._proposals import overtake_proposals
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.services._uploads import StoredFile, stored
from marketplace.orders.states import OrderStatus


def deliver_order(*, order_id: int, seller: User, message: str, files: Sequence[UploadedFile] = ()) -> Delivery:
    """Record a delivery with the checksums of its files, and start the acceptance clock.

    Raises OrderError WRONG_STATE or NOTHING_DELIVERED; then nothing of the files stays behind.
    """
    if not files and not message.strip():
        raise OrderError(OrderErrorCode.NOTHING_DELIVERED)
    with stored(files, folder="deliveries") as stored_files, transaction.atomic():
        return _deliver(order_id=order_id, seller=seller, message=message.strip(), files=stored_files)


def _deliver(*, order_id: int, seller: User, message: str, files: Sequence[StoredFile]) -> Delivery:
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.DELIVERED, actor=role_of(order, seller))
    now = clock.now()
    delivery = Delivery.objects.create(
        order=order, number=order.deliveries.count() + 1, message=message, created_at=now
    )
    DeliveryFile.objects.bulk_create(
        DeliveryFile(delivery=delivery, file=file.storage_name, name=file.name, size=file.size, sha256=file.sha256)
        for file in files
    )
    order.status = OrderStatus.DELIVERED
    order.delivered_at = now
    order.auto_accept_at = now + timedelta(days=get_config("orders.auto_accept_days"))
    order.save(update_fields=["status", "delivered_at", "auto_accept_at", "updated_at"])
    overtake_proposals(order, ProposalKind.CANCEL)
    stop_deadlines(order, DeadlineKind.PROPOSAL_CANCEL)
    events.record(
        order,
        OrderEventType.DELIVERED,
        actor=seller,
        at=now,
        number=delivery.number,
        files=len(files),
        message=delivery.message[:200],
    )
    tell(order.buyer_id, order, _("Your order was delivered: please look at it"))
    return delivery
