"""What orders keep of a person (accounts/personal_data.py). The other side is named as the person sees it: by name alone."""

from collections.abc import Iterable
from functools import partial

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Blocker, Retained, Section, StoredFile, Table, plain, stored, table
from marketplace.orders import plan_selectors
from marketplace.orders.delivery_access import is_held_back, preview_name
from marketplace.orders.dispute_own_data import dispute_files, dispute_tables
from marketplace.orders.models import (
    CouponUse,
    Delivery,
    DeliveryFile,
    Dispute,
    Order,
    OrderEvent,
    OrderItem,
    OrderMilestone,
    OrderProposal,
    OrderRequirement,
    Refund,
    RefundStatus,
    RevisionFile,
    RevisionRequest,
)
from marketplace.orders.states import FINAL_STATUSES, OrderStatus


class OrdersSection(Section):
    """Purchases and sales."""

    exported = frozenset(
        {
            "orders.Order.buyer",
            "orders.Order.seller",
            "orders.OrderEvent.actor",
            "orders.Dispute.opened_by",
            "orders.DisputeStatement.author",
            "orders.EvidenceBundle.asked_by",
            "orders.OrderProposal.proposed_by",
            "orders.MilestonePlan.buyer",
            "orders.MilestonePlan.seller",
            "orders.CouponUse.person",
        }
    )
    not_exported = {
        "orders.Dispute.decided_by": "who of the staff did it; the decision itself is exported",
        "orders.Dispute.appealed_by": "one of the two sides; the words of the appeal are exported as a statement",
        "orders.DisputeDecision.mediator": "who of the staff did it; the decision itself is exported",
        "orders.DisputeDecision.first_mediator": "who of the staff decided first; the decision itself is exported",
        "orders.OrderHold.placed_by": "who of the staff did it; that the order is kept is not the two sides' to know",
        "orders.OrderHold.released_by": "who of the staff did it; that the order is kept is not the two sides' to know",
        "orders.MilestonePlan.stopped_by": "one of the two sides of the agreement, which is exported",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """Orders of both hats, with everything their pages show."""
        own = _orders_of(user)
        yield table(
            "orders",
            own.order_by("pk").annotate(
                role=_side(user, Value("buyer"), Value("seller")),
                other=_side(user, F("seller__profile__display_name"), F("buyer__profile__display_name")),
            ),
            **plain(
                "number",
                "role",
                "other",
                "gig_title",
                "package_title",
                "package_description",
                "quantity",
                "discount_fen",
                "total_fen",
                "status",
            ),
            **plain("created_at", "paid_at", "due_at", "delivered_at", "completed_at", "cancelled_at"),
        )
        yield table(
            "order_lines",
            OrderItem.objects.filter(order__in=own).order_by("pk"),
            order="order__number",
            **plain("kind", "title", "quantity", "price_fen"),
        )
        yield table(
            "coupon_uses",
            CouponUse.objects.filter(person=user).order_by("pk"),
            order="order__number",
            coupon="coupon__code",
            **plain("amount_fen", "used_at", "returned_at"),
        )
        yield table(
            "order_requirements",
            _requirements_of(user).order_by("pk"),
            order="order__number",
            **plain("prompt", "answer", "file_name"),
        )
        yield table(
            "order_events",
            OrderEvent.objects.filter(order__in=own)
            .order_by("pk")
            .annotate(
                by=Case(
                    When(actor=user, then=Value("you")),
                    When(actor=None, then=Value("platform")),
                    When(Q(actor=F("order__buyer")) | Q(actor=F("order__seller")), then=Value("other side")),
                    default=Value("mediator"),
                    output_field=CharField(),
                )
            ),
            order="order__number",
            **plain("type", "by", "created_at"),
            # What a person chose and typed with it: notes to the requirements and reasons stand nowhere else.
            reason_code="data__reason_code",
            reason="data__reason",
            message="data__message",
        )
        yield table(
            "deliveries",
            Delivery.objects.filter(order__in=own).order_by("pk"),
            order="order__number",
            **plain("number", "message", "ai_made", "created_at"),
        )
        yield table(
            "delivery_files",
            DeliveryFile.objects.filter(delivery__order__in=own).order_by("pk"),
            order="delivery__order__number",
            **plain("name", "size", "sha256"),
        )
        yield table(
            "revision_requests",
            RevisionRequest.objects.filter(order__in=own).order_by("pk"),
            order="order__number",
            **plain("number", "message", "created_at"),
        )
        yield table(
            "order_proposals",
            OrderProposal.objects.filter(order__in=own)
            .order_by("pk")
            .annotate(by=Case(When(proposed_by=user, then=Value("you")), default=Value("other side"))),
            order="order__number",
            **plain("kind", "by", "status", "message", "days", "amount_fen", "created_at", "answered_at"),
        )
        yield table(
            "order_milestones",
            OrderMilestone.objects.filter(Q(plan__buyer=user) | Q(plan__seller=user)).order_by("pk"),
            agreement="plan__title",
            order="order__number",
            **plain("position", "title", "description", "amount_fen", "delivery_days", "revisions"),
        )
        yield table(
            "disputes",
            Dispute.objects.filter(order__in=own).order_by("pk"),
            order="order__number",
            **plain("reason_code", "reason", "wanted_fen", "status", "outcome", "refund_fen", "explanation"),
            **plain("created_at", "opened_at", "answered_at", "appealed_at", "decided_at"),
        )
        yield from dispute_tables(user, own)
        yield table(
            "refunds",
            Refund.objects.filter(order__in=own).order_by("pk"),
            order="order__number",
            **plain("reference", "amount_fen", "reason", "status", "created_at", "done_at"),
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """What was handed in with requirements, and what was delivered: what acceptance has still to open, as it is shown."""
        own = _orders_of(user)
        for answer in _requirements_of(user).exclude(file="").select_related("order"):
            yield stored(f"orders/{answer.order.number}/requirements", answer.file, answer.file_name)
        delivered = DeliveryFile.objects.filter(delivery__order__in=own).select_related("delivery__order")
        for file in delivered.prefetch_related("delivery__order__refunds"):
            order, delivery = file.delivery.order, file.delivery
            folder = f"orders/{order.number}/delivery-{delivery.number}"
            if is_held_back(order, delivery, file, user):
                opened = partial(file.file.storage.open, preview_name(file))
                yield StoredFile(f"{folder}/{file.name}.preview.webp", opened)
            else:
                yield stored(folder, file.file, file.name)
        for shown in RevisionFile.objects.filter(request__order__in=own).select_related("request__order"):
            folder = f"orders/{shown.request.order.number}/revision-{shown.request.number}"
            yield stored(folder, shown.file, shown.name)
        yield from dispute_files(own)

    def blockers(self, user: User) -> Iterable[Blocker]:
        """Orders that have not ended, disputes, refunds on their way."""
        either = Q(buyer=user) | Q(seller=user)
        running = Order.objects.filter(either).exclude(status__in=FINAL_STATUSES)
        for order in running.exclude(status=OrderStatus.DISPUTED).order_by("pk"):
            yield Blocker(
                _("Order %(number)s “%(title)s”: %(status)s")
                % {"number": order.number, "title": order.gig_title, "status": order.get_status_display()},
                order.get_absolute_url() if order.buyer_id == user.pk or order.paid_at else reverse("orders:list"),
            )
        for order in running.filter(status=OrderStatus.DISPUTED).order_by("pk"):
            text = _("A dispute about order %(number)s is not decided yet") % {"number": order.number}
            yield Blocker(text, order.get_absolute_url())
        for side in ("buyer", "seller"):
            for view in plan_selectors.unpaid_stages(user, side=side):
                text = _("The agreement in stages “%(title)s” goes on: stop it, if it should not") % {
                    "title": view.plan.title
                }
                yield Blocker(text, view.plan.get_absolute_url())
        refunds = Refund.objects.filter(order__in=Order.objects.filter(either)).exclude(status=RefundStatus.DONE)
        for refund in refunds.select_related("order"):
            text = _("A refund of order %(number)s is still on its way") % {"number": refund.order.number}
            yield Blocker(text, refund.order.get_absolute_url())

    def retained(self, user: User) -> Iterable[Retained]:
        """The trades themselves."""
        number = _orders_of(user).count()
        if number:
            yield Retained(
                ngettext(
                    "%(number)s order: what was bought, its time line, deliveries and disputes",
                    "%(number)s orders: what was bought, their time lines, deliveries and disputes",
                    number,
                )
                % {"number": number},
                gettext_lazy("E-Commerce Law, article 31"),
                gettext_lazy("three years after each order ended"),
            )


def _orders_of(user: User) -> QuerySet[Order]:
    """As on the order pages: an order that was never paid is not the seller's business."""
    return Order.objects.filter(Q(buyer=user) | Q(seller=user, paid_at__isnull=False))


def _requirements_of(user: User) -> QuerySet[OrderRequirement]:
    """What was not sent is the buyer's alone."""
    return OrderRequirement.objects.filter(Q(order__buyer=user) | Q(is_draft=False), order__in=_orders_of(user))


def _side(user: User, as_buyer: F | Value, as_seller: F | Value) -> Case:
    return Case(When(buyer=user, then=as_buyer), default=as_seller, output_field=CharField())
