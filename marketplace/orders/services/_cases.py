"""What every part of a dispute asks first, and how something is said in it. Called under the order's lock."""

from collections.abc import Sequence
from datetime import timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Dispute, DisputeFile, DisputeStatement, Order, StatementKind
from marketplace.orders.services._uploads import StoredFile
from marketplace.orders.states import OrderStatus

# Product decision: ten at once, as everywhere, and as many again twice; more belongs into a ZIP.
MOST_FILES_OF_A_SIDE = 30
FOLDER = "disputes"


def running_dispute(order: Order) -> Dispute:
    """The dispute of a (locked) order that is not closed. Raises OrderError WRONG_STATE."""
    dispute = Dispute.objects.filter(order=order).first()
    if order.status != OrderStatus.DISPUTED or dispute is None or dispute.is_over:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    return dispute


def say(
    dispute: Dispute,
    author: User,
    kind: StatementKind,
    text: str,
    files: Sequence[StoredFile],
    *,
    wanted_fen: int | None = None,
    reason_code: str = "",
) -> DisputeStatement:
    """Write down what somebody said, with its files. Raises OrderError NOTHING_SAID or TOO_MANY_FILES."""
    if not text and not files:
        raise OrderError(OrderErrorCode.NOTHING_SAID)
    before = DisputeFile.objects.filter(statement__dispute=dispute, statement__author=author).count()
    if before + len(files) > MOST_FILES_OF_A_SIDE:
        raise OrderError(OrderErrorCode.TOO_MANY_FILES, most=MOST_FILES_OF_A_SIDE)
    statement = DisputeStatement.objects.create(
        dispute=dispute,
        author=author,
        kind=kind,
        text=text,
        wanted_fen=wanted_fen,
        reason_code=reason_code,
        created_at=clock.now(),
    )
    DisputeFile.objects.bulk_create(
        DisputeFile(statement=statement, file=file.storage_name, name=file.name, size=file.size, sha256=file.sha256)
        for file in files
    )
    return statement


def reminded_before(order: Order) -> timedelta:
    """How long before the end of a step of its dispute those who could still do something are reminded."""
    return timedelta(hours=rule(order.rules, "disputes.reminder_hours"))
