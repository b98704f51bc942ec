"""Reads of offers and briefs. Strangers get a 404, so that they do not even learn that there is one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.models import Gig, GigCategory
from marketplace.offers.models import Brief, BriefFile, Negotiation, Offer
from marketplace.offers.states import BriefStatus, OfferStatus
from marketplace.orders.agreed_sources import Agreed
from marketplace.orders.states import OrderStatus

_TOLD_OF = ("buyer__profile", "seller__profile", "gig", "brief", "order", "plan")


def negotiation_for(user: User, pk: int) -> Negotiation:
    """One's own negotiation with all its versions. Raises Http404 for strangers."""
    mine = _whole(Negotiation.objects.filter(Q(buyer=user) | Q(seller=user), pk=pk))
    negotiation = mine.first()
    if negotiation is None:
        raise Http404
    return negotiation


def open_offer_for(user: User, pk: int) -> Offer:
    """An offer of one's own negotiations by its key, for the pages that answer it. Raises Http404 for strangers."""
    offer = (
        Offer.objects.filter(Q(negotiation__buyer=user) | Q(negotiation__seller=user), pk=pk)
        .select_related(*(f"negotiation__{name}" for name in _TOLD_OF))
        .prefetch_related("stages")
        .first()
    )
    if offer is None:
        raise Http404
    return offer


def offers_between(
    one: User, other: User, *, since: datetime | None = None, before: datetime | None = None
) -> list[Offer]:
    """The versions that two people sent each other, whoever of them buys, oldest first. Two queries.

    For code that has asked whether the two may see them: they are the two.
    """
    pair = Q(negotiation__buyer=one, negotiation__seller=other) | Q(negotiation__buyer=other, negotiation__seller=one)
    offers = Offer.objects.filter(pair)
    if since is not None:
        offers = offers.filter(created_at__gte=since)
    if before is not None:
        offers = offers.filter(created_at__lt=before)
    names = (*(f"negotiation__{name}" for name in _TOLD_OF), "proposed_by__profile")
    return list(offers.select_related(*names).prefetch_related("stages").order_by("created_at", "pk"))


def newest_offer_of_pair(buyer: str, seller: str) -> QuerySet[Offer]:
    """For a subquery of rows that name two people in these fields: the newest version between them, whoever of them buys."""
    one, other = OuterRef(buyer), OuterRef(seller)
    pair = Q(negotiation__buyer=one, negotiation__seller=other) | Q(negotiation__buyer=other, negotiation__seller=one)
    return Offer.objects.filter(pair).order_by("-created_at", "-pk")


def offers_of(user: User, negotiation_id: int) -> list[Offer]:
    """All versions of one's own negotiation, oldest first. Raises Http404 for strangers."""
    return list(negotiation_for(user, negotiation_id).offers.all())


def _whole(negotiations: QuerySet[Negotiation]) -> QuerySet[Negotiation]:
    versions = Offer.objects.select_related(
        *(f"negotiation__{name}" for name in _TOLD_OF), "proposed_by__profile"
    ).prefetch_related("stages")
    return negotiations.select_related(*_TOLD_OF).prefetch_related(Prefetch("offers", versions.order_by("number")))


def live_gigs_of(seller: User) -> QuerySet[Gig]:
    """The services an offer can be based on."""
    return Gig.objects.on_sale().filter(seller=seller).order_by("title")


# Briefs


@dataclass(frozen=True)
class BriefFilters:
    """What a seller narrows the list down to. Amounts in fen."""

    category: GigCategory | None = None
    budget_fen: int | None = None  # the buyer would spend at least this
    words: str = ""
    only_mine: bool = False  # subcategories in which the seller has a service


def open_briefs(seller: User, filters: BriefFilters) -> QuerySet[Brief]:
    """Briefs a seller may answer, newest first; not the seller's own, and not those of who blocked them."""
    briefs = _for_sellers(seller).select_related("category__parent", "buyer__profile")
    if filters.category is not None:
        briefs = briefs.filter(Q(category=filters.category) | Q(category__parent=filters.category))
    if filters.budget_fen is not None:
        briefs = briefs.filter(budget_max_fen__gte=filters.budget_fen)
    if filters.words:
        briefs = briefs.filter(Q(title__icontains=filters.words) | Q(story__icontains=filters.words))
    if filters.only_mine:
        briefs = briefs.filter(category__in=Gig.objects.on_sale().filter(seller=seller).values("category"))
    return briefs.annotate(answers=Count("negotiations")).order_by("-published_at", "-pk")


def _for_sellers(seller: User) -> QuerySet[Brief]:
    if not seller.is_seller:
        return Brief.objects.none()
    blocked = Q(buyer__blocked_people__person=seller) | Q(buyer__blocked_by__owner=seller)
    return (
        Brief.objects.filter(status=BriefStatus.OPEN, expires_at__gt=clock.now(), buyer__is_active=True)
        .exclude(buyer=seller)
        .exclude(blocked)
    )


def briefs_of(buyer: User) -> QuerySet[Brief]:
    """What a buyer asked for, newest first."""
    own = Brief.objects.filter(buyer=buyer).select_related("category").annotate(answers=Count("negotiations"))
    return own.order_by("-published_at", "-pk")


def brief_for(user: User, pk: int) -> Brief:
    """A brief for its buyer, for a seller who may answer it, or who has. Raises Http404 for anybody else.

    What was taken down is there for nobody but its buyer.
    """
    brief = Brief.objects.filter(pk=pk).select_related("category__parent", "buyer__profile").first()
    if brief is None:
        raise Http404
    if brief.buyer_id == user.pk:
        return brief
    is_answered = brief.status != BriefStatus.DENIED and brief.negotiations.filter(seller=user).exists()
    if is_answered or _for_sellers(user).filter(pk=pk).exists():
        return brief
    raise Http404


def own_brief(user: User, pk: int) -> Brief:
    """A brief for its buyer alone. Raises Http404."""
    brief = Brief.objects.filter(pk=pk, buyer=user).first()
    if brief is None:
        raise Http404
    return brief


def brief_file_for(user: User, pk: int, file_id: int) -> BriefFile:
    """A file of a brief that this person may see. Raises Http404."""
    file = BriefFile.objects.filter(pk=file_id, brief=brief_for(user, pk)).first()
    if file is None:
        raise Http404
    return file


def answers_to(brief: Brief) -> list[Negotiation]:
    """All answers to a brief side by side, the cheapest newest version first. For code that has asked `own_brief` before."""
    negotiations = list(_whole(brief.negotiations.all()))
    return sorted(negotiations, key=lambda one: (newest(one).status != OfferStatus.OPEN, newest(one).total_fen))


def answer_of(seller: User, brief: Brief) -> Negotiation | None:
    """What this seller answered."""
    return _whole(brief.negotiations.filter(seller=seller)).first()


def newest(negotiation: Negotiation) -> Offer:
    """The last version of a negotiation that was read with its offers."""
    return list(negotiation.offers.all())[-1]


def agreed_unpaid(user: User, side: str) -> list[Agreed]:
    """What this person agreed on as `side`, "buyer" or "seller", and nobody has paid for yet, newest first. One query."""
    days = timedelta(days=get_config("offers.agreed_days"))
    offers = _agreed().filter(answered_at__gt=clock.now() - days, **{f"negotiation__{side}": user})
    other = "seller" if side == "buyer" else "buyer"
    return [
        Agreed(
            title=offer.title,
            other=getattr(offer.negotiation, other),
            url=offer.negotiation.get_absolute_url(),
            amount_fen=offer.total_fen,
            until=offer.answered_at + days,
        )
        for offer in offers.select_related(f"negotiation__{other}__profile").order_by("-answered_at", "-pk")
        if offer.answered_at is not None
    ]


# Clocks


def due_negotiation_ids() -> list[int]:
    """Negotiations whose open offer has run out, longest ago first."""
    due = Offer.objects.filter(status=OfferStatus.OPEN, expires_at__lte=clock.now()).order_by("expires_at", "pk")
    return list(due.values_list("negotiation_id", flat=True))


def lapsed_negotiation_ids() -> list[int]:
    """Negotiations whose agreement was not paid for in time, longest ago first."""
    last = clock.now() - timedelta(days=get_config("offers.agreed_days"))
    return list(
        _agreed().filter(answered_at__lte=last).order_by("answered_at", "pk").values_list("negotiation_id", flat=True)
    )


def _agreed() -> QuerySet[Offer]:
    """What was agreed on, is no agreement in stages, and has no order that could be paid."""
    unpaid = Q(negotiation__order=None) | Q(
        negotiation__order__status=OrderStatus.CANCELLED, negotiation__order__paid_at=None
    )
    return Offer.objects.filter(unpaid, status=OfferStatus.ACCEPTED, negotiation__plan=None)


def due_brief_ids() -> list[int]:
    """Open briefs whose time is over."""
    due = Brief.objects.filter(status=BriefStatus.OPEN, expires_at__lte=clock.now()).order_by("expires_at", "pk")
    return list(due.values_list("pk", flat=True))


def unannounced_brief_ids() -> list[int]:
    """Open briefs of which no seller was told yet, oldest first."""
    waiting = Brief.objects.filter(status=BriefStatus.OPEN, announced_at=None).order_by("pk")
    return list(waiting.values_list("pk", flat=True))
