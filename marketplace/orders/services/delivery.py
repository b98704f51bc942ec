"""The seller hands over work."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders import events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Delivery, DeliveryFile, OrderEventType
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.states import OrderStatus


@transaction.atomic
def deliver_order(*, order_id: int, seller: User, message: str, files: Sequence[UploadedFile] = ()) -> Delivery:
    """Record a delivery with the checksums of its files, and start the acceptance clock.

    Raises OrderError WRONG_STATE or NOTHING_DELIVERED.
    """
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.DELIVERED, actor=role_of(order, seller))
    if not files and not message.strip():
        raise OrderError(OrderErrorCode.NOTHING_DELIVERED)

    now = clock.now()
    delivery = Delivery.objects.create(
        order=order, number=order.deliveries.count() + 1, message=message.strip(), created_at=now
    )
    for upload in files:
        DeliveryFile.objects.create(
            delivery=delivery,
            file=upload,
            name=(upload.name or "file")[:200],
            size=upload.size or 0,
            sha256=_checksum(upload),
        )
    order.status = OrderStatus.DELIVERED
    order.delivered_at = now
    order.auto_accept_at = now + timedelta(days=get_config("orders.auto_accept_days"))
    order.save(update_fields=["status", "delivered_at", "auto_accept_at", "updated_at"])
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


def _checksum(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
