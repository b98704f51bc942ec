"""Reads of appeals, with the permission in them."""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, QueryDict

from marketplace.accounts.models import User
from marketplace.orders.models import Delivery, Order
from marketplace.reviews.models import (
    AppealKind,
    AppealStatus,
    CaseStatus,
    IntegrityCase,
    LevelChange,
    MaskedPart,
    ReputationAppeal,
    ReviewMask,
)
from marketplace.reviews.score import one_agreement_with

_M = TypeVar("_M", bound=Model)
# Of an open case, and of one in which nothing was found, nobody is told.
_KNOWN_TO_MEMBERS = (CaseStatus.CONFIRMED, CaseStatus.REVERSED)
_WITH = ("order", "case", "mask__review__order")


@dataclass(frozen=True)
class Matter:
    """What an appeal is about, as its page names it."""

    kind: AppealKind
    order: Order | None = None
    case: IntegrityCase | None = None
    mask: ReviewMask | None = None

    @property
    def about_order(self) -> Order | None:
        """The order it has to do with, if it is one."""
        return self.mask.review.order if self.mask else self.order


def matter_asked_for(user: User, query: QueryDict) -> Matter:
    """`?kind=event&order=…`, `?kind=level`, `?kind=integrity&case=…` or `?kind=mask&mask=…`. Raises Http404 to strangers."""
    kind = query.get("kind", "")
    if kind == AppealKind.EVENT:
        return Matter(AppealKind.EVENT, order=_first(Order.objects.filter(seller=user, number=query.get("order", ""))))
    if kind == AppealKind.LEVEL and user.is_seller:
        return Matter(AppealKind.LEVEL)
    if kind == AppealKind.INTEGRITY:
        cases = IntegrityCase.objects.filter(status__in=_KNOWN_TO_MEMBERS, members__user=user)
        return Matter(AppealKind.INTEGRITY, case=_first(cases.filter(pk=_key(query.get("case", "")))))
    if kind == AppealKind.MASK:
        masks = ReviewMask.objects.select_related("review__order").filter(pk=_key(query.get("mask", "")))
        of_reply = masks.filter(part=MaskedPart.REPLY, review__subject=user)
        return Matter(
            AppealKind.MASK, mask=_first(of_reply | masks.exclude(part=MaskedPart.REPLY).filter(review__author=user))
        )
    raise Http404


def matters_to_appeal(user: User) -> list[Matter]:
    """What was decided about somebody and stands, and they have not asked about: hidden texts and cases of honesty."""
    asked = ReputationAppeal.objects.filter(user=user)
    of_reply = Q(part=MaskedPart.REPLY, review__subject=user)
    own = of_reply | (~Q(part=MaskedPart.REPLY) & Q(review__author=user))
    masks = ReviewMask.objects.filter(own, lifted_at__isnull=True).exclude(appeals__in=asked)
    cases = IntegrityCase.objects.filter(status=CaseStatus.CONFIRMED, members__user=user).exclude(appeals__in=asked)
    return [
        *(Matter(AppealKind.MASK, mask=mask) for mask in masks.select_related("review__order").order_by("-pk")[:20]),
        *(Matter(AppealKind.INTEGRITY, case=case) for case in cases.order_by("-pk")[:20]),
    ]


def open_appeal_about(user: User, matter: Matter) -> ReputationAppeal | None:
    """The one of this person that waits for an answer."""
    return ReputationAppeal.objects.filter(
        user=user,
        kind=matter.kind,
        order=matter.order,
        case=matter.case,
        mask=matter.mask,
        status=AppealStatus.OPEN,
    ).first()


def appeals_of(user: User) -> QuerySet[ReputationAppeal]:
    """What somebody has asked to be looked at again, the newest first."""
    return ReputationAppeal.objects.filter(user=user).select_related(*_WITH).order_by("-pk")


def own_appeal(user: User, pk: int) -> ReputationAppeal:
    """One's own appeal. Raises Http404."""
    return _first(appeals_of(user).filter(pk=pk))


def appeals_for_staff(*, is_open: bool) -> QuerySet[ReputationAppeal]:
    """The desk: what waits, the earliest deadline first, or what was answered, the newest first."""
    found = ReputationAppeal.objects.select_related("user__profile", "decided_by__profile", *_WITH)
    if is_open:
        return found.filter(status=AppealStatus.OPEN).order_by("due_at", "pk")
    return found.exclude(status=AppealStatus.OPEN).order_by("-decided_at", "-pk")


def appeal_for_staff(reader: User, pk: int) -> ReputationAppeal:
    """One appeal. Raises Http404, also to who asked."""
    found = ReputationAppeal.objects.select_related(
        "user__profile",
        "decided_by__profile",
        "mask__masked_by__profile",
        "case__decided_by__profile",
        "order__buyer__profile",
        *_WITH,
    )
    return _first(found.filter(pk=pk).exclude(user=reader))


def orders_of_event(order: Order) -> list[Order]:
    """The orders that are one event with this one, each with `first_delivered_at`, for who decides about them."""
    delivered = Delivery.objects.filter(order=OuterRef("pk")).order_by("created_at").values("created_at")[:1]
    return list(one_agreement_with(order).annotate(first_delivered_at=Subquery(delivered)).order_by("pk"))


def level_history(user: User) -> list[LevelChange]:
    """The last changes of a seller's level, for who looks at it again."""
    return list(LevelChange.objects.filter(user=user)[:10])


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _first(found: QuerySet[_M]) -> _M:
    row = found.first()
    if row is None:
        raise Http404
    return row
