"""The buyer tells the seller what is needed, and the clock starts. Or the seller begins without it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEvent, OrderEventType, OrderRequirement, private_storage
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.services._uploads import StoredFile, stored
from marketplace.orders.states import BUYER, FUNDED_STATUSES, SELLER, OrderStatus

# While the work goes on; before that the answers themselves can still be changed.
# Product decision: each stands there for ever, and tells the seller.
MOST_NOTES_A_DAY = 20
NOTABLE_STATUSES = tuple(status for status in FUNDED_STATUSES if status != OrderStatus.AWAITING_REQUIREMENTS)
# Answers that come after the seller began: as long as the work can still follow them.
_LATE_ANSWERS = (OrderStatus.IN_PROGRESS, OrderStatus.DELIVERED, OrderStatus.REVISION_REQUESTED)


def submit_requirements(
    *,
    order_id: int,
    buyer: User,
    answers: Mapping[int, str],
    files: Mapping[int, UploadedFile] | None = None,
    dropped: Collection[int] = (),
) -> Order:
    """Send the answers (by id of the order's requirement) and start the delivery clock.

    A file of the draft stays unless another one comes or its question is among `dropped`. When the seller has begun without
    them, they may still come, once; the clock then runs on. Raises OrderError WRONG_STATE, or REQUIREMENT_MISSING when a
    required question has no answer; then nothing of the files stays behind.
    """
    uploads = dict(files or {})
    with stored(list(uploads.values()), folder="requirements") as stored_files, transaction.atomic():
        order = _lock_for_answers(order_id, buyer)
        requirements, gone = _answered(order, answers, dict(zip(uploads, stored_files, strict=True)), dropped)
        for requirement in requirements:
            if requirement.required and not requirement.answer and not requirement.file:
                raise OrderError(OrderErrorCode.REQUIREMENT_MISSING, prompt=requirement.prompt)
        _keep(requirements, is_draft=False)
        now = clock.now()
        is_late = order.status != OrderStatus.AWAITING_REQUIREMENTS
        if not is_late:
            _start(order, at=now)
        events.record(
            order,
            OrderEventType.REQUIREMENTS_SUBMITTED,
            actor=buyer,
            at=now,
            due_at=_moment(order),
            **({"is_late": True} if is_late else {}),
        )
        begun = catalogue.orders.REQUIREMENTS_IN
        tell(order.seller_id, order, catalogue.orders.REQUIREMENTS_LATE if is_late else begun)
    _delete(gone)
    return order


def save_requirements(
    *,
    order_id: int,
    buyer: User,
    answers: Mapping[int, str],
    files: Mapping[int, UploadedFile] | None = None,
    dropped: Collection[int] = (),
) -> Order:
    """Keep the answers so far for the buyer alone: nothing is required yet, no clock starts, the seller sees nothing.

    Raises OrderError WRONG_STATE once they are sent.
    """
    uploads = dict(files or {})
    with stored(list(uploads.values()), folder="requirements") as stored_files, transaction.atomic():
        order = _lock_for_answers(order_id, buyer)
        requirements, gone = _answered(order, answers, dict(zip(uploads, stored_files, strict=True)), dropped)
        _keep(requirements, is_draft=True)
    _delete(gone)
    return order


@transaction.atomic
def skip_requirements(*, order_id: int, seller: User, message: str) -> Order:
    """The seller knows enough, or waits no longer: the work begins without the answers, and the clock starts.

    Raises OrderError WRONG_STATE.
    """
    order = locks.lock_order(order_id)
    if role_of(order, seller) != SELLER:  # the buyer's way to the same state is to answer
        raise OrderError(OrderErrorCode.WRONG_STATE)
    require_transition(order, to=OrderStatus.IN_PROGRESS, actor=SELLER)
    now = clock.now()
    # What lies there unsent is the buyer's until they send it, if they do.
    order.requirements.update(is_draft=True)
    _start(order, at=now)
    message = message.strip()[:1000]
    events.record(order, OrderEventType.REQUIREMENTS_SKIPPED, actor=seller, at=now, message=message)
    tell(order.buyer_id, order, catalogue.orders.BEGUN_WITHOUT_REQUIREMENTS)
    return order


@transaction.atomic
def add_requirement_note(*, order_id: int, buyer: User, message: str) -> OrderEvent:
    """Something that the buyer forgot to say. It stands with the requirements and restarts no clock.

    Raises OrderError WRONG_STATE before the work has begun and after the order's end, and ASKED_TOO_OFTEN.
    """
    order = locks.lock_order(order_id)
    if role_of(order, buyer) != BUYER or order.status not in NOTABLE_STATUSES:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    today = order.events.filter(type=OrderEventType.REQUIREMENTS_NOTE, created_at__gt=clock.now() - timedelta(days=1))
    if today.count() >= MOST_NOTES_A_DAY:
        raise OrderError(OrderErrorCode.ASKED_TOO_OFTEN, times=MOST_NOTES_A_DAY)
    event = events.record(order, OrderEventType.REQUIREMENTS_NOTE, actor=buyer, message=message.strip()[:2000])
    tell(order.seller_id, order, catalogue.orders.REQUIREMENTS_NOTE)
    return event


def can_answer(order: Order) -> bool:
    """Whether the buyer can (still) send answers: before the work begins, or, once, after the seller began without them."""
    if order.status == OrderStatus.AWAITING_REQUIREMENTS:
        return True
    return order.status in _LATE_ANSWERS and any(row.is_draft for row in order.requirements.all())


def _lock_for_answers(order_id: int, buyer: User) -> Order:
    order = locks.lock_order(order_id)
    if role_of(order, buyer) != BUYER or not can_answer(order):
        raise OrderError(OrderErrorCode.WRONG_STATE)
    if order.status == OrderStatus.AWAITING_REQUIREMENTS:
        require_transition(order, to=OrderStatus.IN_PROGRESS, actor=BUYER)
    return order


def _answered(
    order: Order, answers: Mapping[int, str], files: Mapping[int, StoredFile], dropped: Collection[int]
) -> tuple[list[OrderRequirement], list[str]]:
    """The order's questions with these answers, not saved; and the files that were replaced or dropped by them."""
    requirements, gone = list(order.requirements.all()), []
    for requirement in requirements:
        requirement.answer = answers.get(requirement.pk, "").strip()
        file = files.get(requirement.pk)
        if requirement.file and (file is not None or requirement.pk in dropped):
            gone.append(requirement.file.name or "")
            requirement.file, requirement.file_name = "", ""
        if file is not None:
            requirement.file, requirement.file_name = file.storage_name, file.name
    return requirements, gone


def _delete(files: Collection[str]) -> None:
    """After the commit: until then the rows name them."""
    for name in files:
        private_storage().delete(name)


def _keep(requirements: list[OrderRequirement], *, is_draft: bool) -> None:
    for requirement in requirements:
        requirement.is_draft = is_draft
    OrderRequirement.objects.bulk_update(requirements, ["answer", "file", "file_name", "is_draft"])


def _start(order: Order, *, at: datetime) -> None:
    """The (locked) order's work begins: the delivery clock runs from here."""
    order.status = OrderStatus.IN_PROGRESS
    order.started_at, order.due_at = at, at + timedelta(days=order.delivery_days)
    order.save(update_fields=["status", "started_at", "due_at", "updated_at"])
    deadlines.keep_clocks(order)


def _moment(order: Order) -> str:
    return order.due_at.isoformat() if order.due_at else ""
