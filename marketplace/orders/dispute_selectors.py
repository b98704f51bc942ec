"""Reads of disputes and cancellations. A stranger's dispute does not exist (404); mediators' pages ask for the right."""

from collections.abc import Callable
from functools import partial

from django.core.files.base import File
from django.db.models import F, Prefetch, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.conversations import conversation_of
from marketplace.orders.models import (
    BundleStatus,
    CancelledBy,
    Delivery,
    DeliveryFile,
    Dispute,
    DisputeDecision,
    DisputeFile,
    DisputeStatement,
    EvidenceBundle,
    Order,
    OrderEvent,
    OrderProposal,
    OrderRequirement,
    ProposalKind,
    RevisionFile,
    RevisionRequest,
    SentFile,
)
from marketplace.orders.states import DisputeStatus, OrderStatus, ProposalStatus

MEDIATE = "orders.change_dispute"


def _with_everything(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    splits = OrderProposal.objects.filter(kind=ProposalKind.SPLIT).select_related("proposed_by__profile")
    return disputes.select_related(
        "order__buyer__profile", "order__seller__profile", "order__gig", "order__rules", "opened_by__profile"
    ).prefetch_related(
        "order__refunds",
        "order__items",
        "order__requirements",
        Prefetch("order__deliveries", Delivery.objects.prefetch_related("files")),
        Prefetch("order__revision_requests", RevisionRequest.objects.prefetch_related("files")),
        Prefetch("order__events", OrderEvent.objects.select_related("actor__profile")),
        Prefetch("order__proposals", splits, to_attr="splits"),
        Prefetch("statements", DisputeStatement.objects.select_related("author__profile").prefetch_related("files")),
        Prefetch("decisions", DisputeDecision.objects.select_related("mediator__profile")),
        Prefetch("bundles", EvidenceBundle.objects.order_by("-pk")),
    )


def _two_sides(user: User) -> Q:
    return Q(order__buyer=user) | Q(order__seller=user)


def mediators() -> QuerySet[User]:
    """Everybody who may mediate and decide: the appeal needs two of them."""
    return User.objects.with_perm(MEDIATE, backend="django.contrib.auth.backends.ModelBackend")


def dispute_for(user: User, number: str) -> Dispute:
    """The dispute of an order with all that its page shows, for one of the order's two sides. Raises Http404."""
    dispute = _with_everything(Dispute.objects.filter(_two_sides(user), order__number=number)).first()
    if dispute is None:
        raise Http404
    return dispute


def divided_order_for(user: User, number: str) -> Order:
    """An order with a dispute and what its money comes to, nothing else, for one of its two sides. Raises Http404."""
    orders = Order.objects.filter(Q(buyer=user) | Q(seller=user), number=number, dispute__isnull=False)
    order = orders.select_related("buyer__profile", "seller__profile").prefetch_related("refunds").first()
    if order is None:
        raise Http404
    return order


def newest_bundle_of(order: Order) -> EvidenceBundle | None:
    """The evidence bundle of the order's dispute that was asked for last, ready or not."""
    return EvidenceBundle.objects.filter(dispute__order=order).order_by("-pk").first()


def case_of(mediator: User, dispute_id: int) -> Dispute:
    """A dispute for a mediator who is no side of it, open or closed; the page asks for the permission. Raises Http404.

    One's own case is a colleague's, all of it: the desk also opens what is held back from a buyer until acceptance.
    """
    foreign = Dispute.objects.exclude(Q(order__buyer=mediator) | Q(order__seller=mediator))
    dispute = _with_everything(foreign.filter(pk=dispute_id)).first()
    if dispute is None:
        raise Http404
    return dispute


def dispute_queue() -> QuerySet[Dispute]:
    """Disputes that are not closed, what is due first on top; those of the release before have no clock, and come first."""
    disputes = Dispute.objects.filter(order__status=OrderStatus.DISPUTED)
    return (
        disputes.select_related("order__buyer__profile", "order__seller__profile", "opened_by__profile")
        .prefetch_related("order__refunds", "decisions__mediator__profile")
        .order_by(F("decision_due_at").asc(nulls_first=True), "pk")
    )


def disputes_to_decide(staff: User) -> QuerySet[Dispute]:
    """Disputes whose time to agree is over, and appeals: those that this very mediator may decide."""
    waiting = dispute_queue().filter(status__in=(DisputeStatus.DECISION, DisputeStatus.APPEALED))
    own = Q(order__buyer=staff) | Q(order__seller=staff)
    decided = DisputeDecision.objects.filter(mediator=staff).values("dispute")
    return waiting.exclude(own).exclude(pk__in=decided)


def closed_disputes(*, limit: int = 50) -> QuerySet[Dispute]:
    """The disputes that were closed last, newest first, to look up."""
    disputes = Dispute.objects.exclude(outcome="").select_related("order__buyer__profile", "order__seller__profile")
    return disputes.order_by("-decided_at", "-pk")[:limit]


def dispute_file_for(user: User, number: str, file_id: int) -> DisputeFile:
    """A file of a dispute, for the two sides of its order. Raises Http404."""
    found = DisputeFile.objects.filter(
        Q(statement__dispute__order__buyer=user) | Q(statement__dispute__order__seller=user),
        statement__dispute__order__number=number,
        pk=file_id,
    ).first()
    if found is None:
        raise Http404
    return found


def case_order(mediator: User, dispute_id: int) -> Order:
    """The order of a case, for a mediator who is no side of it; the page asks for the permission. Raises Http404."""
    order = Order.objects.exclude(Q(buyer=mediator) | Q(seller=mediator)).filter(dispute=dispute_id).first()
    if order is None:
        raise Http404
    return order


def case_file(order: Order, kind: str, file_id: int) -> tuple[Callable[[], File], str]:
    """How a file that belongs to a case (`case_order`) is opened, and its name. Raises Http404."""
    if kind == "message":
        sent = next((file for said in conversation_of(order) for file in said.files if file.pk == file_id), None)
        if sent is None:
            raise Http404
        return sent.open, sent.name
    found: SentFile | DisputeFile | OrderRequirement | None = None
    if kind == "evidence":
        found = DisputeFile.objects.filter(statement__dispute__order=order, pk=file_id).first()
    elif kind == "delivery":
        found = DeliveryFile.objects.filter(delivery__order=order, pk=file_id).first()
    elif kind == "revision":
        found = RevisionFile.objects.filter(request__order=order, pk=file_id).first()
    elif kind == "requirement":
        found = OrderRequirement.objects.filter(order=order, is_draft=False, pk=file_id).exclude(file="").first()
    if found is None:
        raise Http404
    name = found.file_name if isinstance(found, OrderRequirement) else found.name
    return partial(found.file.storage.open, str(found.file.name)), name


def bundle_for(user: User, number: str, bundle_id: int) -> EvidenceBundle:
    """A bundle that is ready, for the two sides of its order. Raises Http404."""
    sides = Q(dispute__order__buyer=user) | Q(dispute__order__seller=user)
    ready = EvidenceBundle.objects.filter(sides, dispute__order__number=number, status=BundleStatus.READY)
    found = ready.filter(pk=bundle_id).first()
    if found is None:
        raise Http404
    return found


def waiting_bundle_ids() -> list[int]:
    """Bundles that nobody has begun yet, longest waiting first."""
    return list(EvidenceBundle.objects.filter(status=BundleStatus.WAITING).order_by("pk").values_list("pk", flat=True))


def case_bundle(order: Order, bundle_id: int) -> EvidenceBundle:
    """A bundle of a case (`case_order`) that is ready. Raises Http404."""
    ready = EvidenceBundle.objects.filter(dispute__order=order, status=BundleStatus.READY)
    found = ready.filter(pk=bundle_id).select_related("dispute__order").first()
    if found is None:
        raise Http404
    return found


def cancel_proposal_of(order: Order) -> OrderProposal | None:
    """The proposal to cancel together that waits for its answer."""
    waiting = OrderProposal.objects.filter(order=order, kind=ProposalKind.CANCEL, status=ProposalStatus.OPEN)
    return waiting.select_related("proposed_by__profile").first()


def cancellations_proposed_by(order: Order, user: User) -> int:
    """How often this side has proposed to cancel this order."""
    return order.proposals.filter(kind=ProposalKind.CANCEL, proposed_by=user).count()


def seller_marks(seller_id: int) -> QuerySet[Order]:
    """Paid orders that this seller ended alone: their rate of deliveries on time counts each as one that was not."""
    return Order.objects.filter(seller=seller_id, cancelled_by=CancelledBy.SELLER, paid_at__isnull=False)
