"""The buyer tells the seller what is needed, and the clock starts."""

from collections.abc import Mapping
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.services._uploads import StoredFile, stored
from marketplace.orders.states import BUYER, OrderStatus


def submit_requirements(
    *, order_id: int, buyer: User, answers: Mapping[int, str], files: Mapping[int, UploadedFile] | None = None
) -> Order:
    """Store the answers (by id of the order's requirement) and start the delivery clock.

    Raises OrderError WRONG_STATE, or REQUIREMENT_MISSING when a required question has no answer; then nothing of the
    files stays behind.
    """
    uploads = dict(files or {})
    with stored(list(uploads.values()), folder="requirements") as stored_files, transaction.atomic():
        by_requirement = dict(zip(uploads, stored_files, strict=True))
        return _submit(order_id=order_id, buyer=buyer, answers=answers, files=by_requirement)


def _submit(*, order_id: int, buyer: User, answers: Mapping[int, str], files: Mapping[int, StoredFile]) -> Order:
    order = locks.lock_order(order_id)
    if role_of(order, buyer) != BUYER:  # the seller's way to the same state is to go without answers
        raise OrderError(OrderErrorCode.WRONG_STATE)
    require_transition(order, to=OrderStatus.IN_PROGRESS, actor=BUYER)
    requirements = list(order.requirements.all())
    for requirement in requirements:
        requirement.answer = answers.get(requirement.pk, "").strip()
        file = files.get(requirement.pk)
        if file is not None:
            requirement.file, requirement.file_name = file.storage_name, file.name
        if requirement.required and not requirement.answer and not requirement.file:
            raise OrderError(OrderErrorCode.REQUIREMENT_MISSING, prompt=requirement.prompt)

    now = clock.now()
    for requirement in requirements:
        requirement.save(update_fields=["answer", "file", "file_name"])
    order.status = OrderStatus.IN_PROGRESS
    order.started_at, order.due_at = now, now + timedelta(days=order.delivery_days)
    order.save(update_fields=["status", "started_at", "due_at", "updated_at"])
    deadlines.keep_clocks(order)
    events.record(order, OrderEventType.REQUIREMENTS_SUBMITTED, actor=buyer, at=now, due_at=order.due_at.isoformat())
    tell(order.seller_id, order, _("The requirements are in: the clock has started"))
    return order
