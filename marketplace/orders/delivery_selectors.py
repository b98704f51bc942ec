"""Reads of deliveries, revision requests and what belongs to an order beside them. Strangers get 404."""

from uuid import UUID, uuid5

from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.delivery_access import is_held_back
from marketplace.orders.models import (
    DeliveryFile,
    Order,
    OrderKind,
    OrderProposal,
    ProposalKind,
    RevisionFile,
    RevisionRequest,
)
from marketplace.orders.states import OrderStatus

# What changes a running order, and is answered on its page; a proposal to end one has its own way.
CHANGES = (ProposalKind.EXTEND, ProposalKind.DISCOUNT, ProposalKind.SUPPLEMENT, ProposalKind.REVISION)


def original_for(user: User, number: str, file_id: int) -> DeliveryFile:
    """A delivered file as it came, for the two sides and the mediator of its dispute. Raises Http404, also while it is held
    back."""
    found = _delivered(user, number).filter(pk=file_id).first()
    if found is None or is_held_back(found.delivery.order, found.delivery, found, user):
        raise Http404
    return found


def preview_for(user: User, number: str, file_id: int, *, width: int) -> tuple[DeliveryFile, str]:
    """A delivered file and the name of its preview that is at least `width` wide, or else the largest. Raises Http404."""
    found = _delivered(user, number).filter(pk=file_id).first()
    if found is None or not found.previews:
        raise Http404
    sizes = sorted(found.previews, key=lambda size: size["width"])
    return found, next((size for size in sizes if size["width"] >= width), sizes[-1])["webp"]


def picture_for(user: User, number: str, file_id: int) -> DeliveryFile:
    """A delivered file that has a preview, for whom its preview is. Raises Http404."""
    found = _delivered(user, number).filter(pk=file_id).first()
    if found is None or not found.previews:
        raise Http404
    return found


def _delivered(user: User, number: str) -> QuerySet[DeliveryFile]:
    mine = _concerned(user, "delivery__order")
    files = DeliveryFile.objects.filter(mine, delivery__order__number=number)
    return files.select_related("delivery__order").prefetch_related("delivery__order__refunds")


def _concerned(user: User, order: str) -> Q:
    """Whose business files of an order are: the two sides', and a mediator's once there is a dispute, also after it."""
    sides = Q(**{f"{order}__buyer": user}) | Q(**{f"{order}__seller": user})
    if user.has_perm("orders.change_dispute"):
        sides |= Q(**{f"{order}__dispute__isnull": False})
    return sides


def revision_file_for(user: User, number: str, file_id: int) -> RevisionFile:
    """A file that shows what the buyer wants changed, for the two sides and the mediator of a dispute. Raises Http404."""
    mine = _concerned(user, "request__order")
    files = RevisionFile.objects.filter(mine, request__order__number=number).select_related("request__order")
    found = files.filter(pk=file_id).first()
    if found is None:
        raise Http404
    return found


def revision_requests_of(order: Order) -> list[RevisionRequest]:
    """What the buyer wanted changed, newest first, with its files."""
    return list(order.revision_requests.prefetch_related("files"))


def proposal_for(user: User, number: str, proposal_id: int) -> OrderProposal:
    """A proposal to change an order, for its two sides. Raises Http404, also for one to end it: those have pages of their own."""
    mine = Q(order__buyer=user) | Q(order__seller=user, order__paid_at__isnull=False)
    found = OrderProposal.objects.filter(mine, order__number=number, pk=proposal_id, kind__in=CHANGES).first()
    if found is None:
        raise Http404
    return found


def proposals_of(order: Order) -> list[OrderProposal]:
    """All proposals about an order, newest first."""
    return list(order.proposals.select_related("proposed_by__profile"))


def supplements_of(order: Order) -> list[Order]:
    """Additional work that was agreed for an order, oldest first. Each goes on whatever becomes of this one."""
    return list(order.children.filter(kind=OrderKind.SUPPLEMENT).order_by("pk"))


def supplement_key(*, order: Order, proposal: OrderProposal) -> UUID:
    """What the order of an accepted proposal of additional work is known by."""
    return uuid5(order.checkout_key, f"proposal:{proposal.pk}")


def supplement_to_pay(user: User, proposal: OrderProposal) -> Order | None:
    """The order that this accepted proposal of additional work became, for the buyer who pays it; None for the seller."""
    if user.pk != proposal.order.buyer_id:
        return None
    return proposal.order.children.filter(checkout_key=supplement_key(order=proposal.order, proposal=proposal)).first()


def tip_of(order: Order) -> Order | None:
    """The tip that was given for an order, paid or not yet; None where there is none."""
    tips = order.children.filter(kind=OrderKind.TIP).exclude(status=OrderStatus.CANCELLED)
    return tips.order_by("-pk").first()
