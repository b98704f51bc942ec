"""Who may ask to have something looked at again, and who may answer."""

from datetime import datetime

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from marketplace.reviews.errors import AppealError, AppealErrorCode
from marketplace.reviews.levels.selectors import refused_candidate
from marketplace.reviews.models import AppealKind, AppealStatus, CaseStatus, ReputationAppeal
from marketplace.reviews.score import ended_condition, one_agreement_with, scored_since
from marketplace.reviews.selectors.masks import wrote


def require_may_appeal(appeal: ReputationAppeal) -> None:
    """Raise AppealError NOT_YOURS, NOTHING_DECIDED, ALREADY_OPEN or ALREADY_ANSWERED; `appeal` is not saved yet.

    What a person has answered is answered: one look again at a mask, an order or a case. A level is decided anew every day, and
    may be asked about again.
    """
    if not _concerns(appeal):
        raise AppealError(AppealErrorCode.NOT_YOURS)
    if not _is_decided(appeal):
        raise AppealError(AppealErrorCode.NOTHING_DECIDED)
    same = ReputationAppeal.objects.filter(user=appeal.user, kind=appeal.kind, case=appeal.case, mask=appeal.mask)
    if appeal.order:
        same = same.filter(order__in=one_agreement_with(appeal.order))
    if same.filter(status=AppealStatus.OPEN).exists():
        raise AppealError(AppealErrorCode.ALREADY_OPEN)
    if appeal.order:
        # Of an agreement in stages a stage that ended after the answer is an event of its own.
        same = same.filter(opened_at__gte=_ended_at(appeal.order))
    if appeal.kind != AppealKind.LEVEL and same.exists():
        raise AppealError(AppealErrorCode.ALREADY_ANSWERED)


def require_may_decide(appeal: ReputationAppeal, staff: User) -> None:
    """Raise AppealError OWN_DECISION: for one's own, an order of one's own, or what one decided oneself."""
    orders = [order for order in (appeal.order, appeal.mask.review.order if appeal.mask else None) if order]
    involved: set[int | None] = {
        appeal.user_id,
        *(key for order in orders for key in (order.buyer_id, order.seller_id)),
    }
    if appeal.mask:
        involved.add(appeal.mask.masked_by_id)
    if appeal.kind == AppealKind.LEVEL and (refused := refused_candidate(appeal.user_id)):
        involved.add(refused.decided_by_id)
    if appeal.case:
        involved.update(appeal.case.members.values_list("user_id", flat=True), {appeal.case.decided_by_id})
    if staff.pk in involved:
        raise AppealError(AppealErrorCode.OWN_DECISION)


def _concerns(appeal: ReputationAppeal) -> bool:
    match appeal.kind:
        case AppealKind.MASK:
            return appeal.mask is not None and wrote(appeal.mask, appeal.user)
        case AppealKind.INTEGRITY:
            return appeal.case is not None and appeal.case.members.filter(user=appeal.user).exists()
        case AppealKind.EVENT:
            return appeal.order is not None and appeal.order.seller_id == appeal.user_id
        case _:
            return appeal.user.is_seller


def _is_decided(appeal: ReputationAppeal) -> bool:
    match appeal.kind:
        case AppealKind.MASK:
            return appeal.mask is not None and appeal.mask.lifted_at is None
        case AppealKind.INTEGRITY:
            return appeal.case is not None and appeal.case.status == CaseStatus.CONFIRMED
        case AppealKind.EVENT:
            return appeal.order is not None and _counts_in_a_score(appeal.order)
        case _:
            return True


def _counts_in_a_score(order: Order) -> bool:
    """It has ended in the time that scores are made of, says something about its seller, and nobody has left it out."""
    return Order.objects.filter(ended_condition(scored_since()), pk=order.pk).exists()


def _ended_at(order: Order) -> datetime:
    over_at = order.completed_at or order.cancelled_at
    return over_at or order.dispute.decided_at or order.created_at
