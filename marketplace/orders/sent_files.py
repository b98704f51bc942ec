"""What files may be sent with a delivery and with a revision request, and which of them are still needed."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.accounts.models import User
from marketplace.orders.models import DeliveryFile, Order, RevisionFile
from marketplace.orders.states import WORKED_ON_STATUSES, OrderStatus
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose

# facts/marketplace.md, rule 8, for the size; the number is a product decision: more fit into an archive.
DELIVERED_MEGABYTES, MOST_FILES = 1024, 20
SHOWN_MEGABYTES, MOST_SHOWN_FILES = 50, 10


def subject_of(order: Order) -> str:
    """What the uploads of an order's forms are announced for."""
    return f"order:{order.pk}"


def _order_of(subject: str) -> Q:
    number = subject.removeprefix("order:")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    return Q(pk=int(number)) if is_number else Q(pk__in=())


def _may_deliver(user: User, subject: str) -> bool:
    """The seller, while work can be handed over."""
    return Order.objects.filter(_order_of(subject), seller=user, status__in=WORKED_ON_STATUSES).exists()


def _may_ask_for_changes(user: User, subject: str) -> bool:
    """The buyer, while a delivery waits for an answer."""
    return Order.objects.filter(_order_of(subject), buyer=user, status=OrderStatus.DELIVERED).exists()


def _watermark(subject: str) -> str:
    """What is written over the previews of an order's pictures: whose it is, and that it is not the work itself."""
    number = subject.removeprefix("order:")
    order = Order.objects.filter(pk=number).only("number").first() if number.isdecimal() else None
    with override("zh-hans"):
        words = _("Jiangji preview")
    return f"{words} {order.number}" if order else words


def _note(upload: Upload) -> str:
    """Only what is drawn whole can be held back: whoever counts on it must know before it is delivered."""
    is_drawn_whole = upload.width > 0 and bool(upload.renditions)  # as SentFile.is_picture
    return "" if is_drawn_whole else _("No watermark: the buyer can download it at once")


def _names(rows: Any) -> set[str]:
    names: set[str] = set()
    for file, previews in rows:
        names |= {file, *(size["webp"] for size in previews)}
    return names


def _delivered(owner_id: int) -> set[str]:
    return _names(DeliveryFile.objects.filter(delivery__order__seller=owner_id).values_list("file", "previews"))


def _shown(owner_id: int) -> set[str]:
    return _names(RevisionFile.objects.filter(request__order__buyer=owner_id).values_list("file", "previews"))


DELIVERY = Purpose(
    key="order_delivery",
    kinds={UploadKind.FILE: KindLimit(megabytes=DELIVERED_MEGABYTES, count=MOST_FILES)},
    folder="deliveries",
    still_used=_delivered,
    may_send=_may_deliver,
    storage="private",
    watermark=_watermark,
    note=_note,
)
REVISION = Purpose(
    key="order_revision",
    kinds={UploadKind.FILE: KindLimit(megabytes=SHOWN_MEGABYTES, count=MOST_SHOWN_FILES)},
    folder="revisions",
    still_used=_shown,
    may_send=_may_ask_for_changes,
    storage="private",
)
