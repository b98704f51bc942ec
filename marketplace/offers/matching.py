"""Who is told of a brief."""

from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery

from marketplace.accounts.models import BlockedPerson, User
from marketplace.gigs.models import Gig
from marketplace.offers.models import Brief, BriefInvitation


def sellers_for(brief: Brief, *, most: int, per_day: int, since: datetime) -> list[User]:
    """Sellers with a service in the brief's subcategory that can be booked today: not away, not blocked by the buyer or the
    other way round, told of fewer than `per_day` briefs since `since`. Those who were told longest ago come first.
    """
    on_shelf = Gig.objects.listed().filter(seller=OuterRef("pk"), category=brief.category_id)
    blocked = BlockedPerson.objects.filter(
        Q(owner=OuterRef("pk"), person=brief.buyer_id) | Q(owner=brief.buyer_id, person=OuterRef("pk"))
    )
    told = BriefInvitation.objects.filter(seller=OuterRef("pk"), brief=brief)
    people = (
        User.objects.filter(Exists(on_shelf), is_active=True, profile__seller_since__isnull=False)
        .filter(~Exists(blocked), ~Exists(told))
        .exclude(pk=brief.buyer_id)
    )
    lately: dict[int, int] = dict(
        BriefInvitation.objects.filter(seller__in=people, created_at__gt=since)
        .order_by()
        .values_list("seller")
        .annotate(number=Count("pk"))
    )
    full = [seller_id for seller_id, number in lately.items() if number >= per_day]
    last = BriefInvitation.objects.filter(seller=OuterRef("pk")).order_by()
    told_last = Subquery(last.values("seller").annotate(at=Max("created_at")).values("at"))
    waiting = people.exclude(pk__in=full).annotate(told_last=told_last)
    return list(waiting.order_by(F("told_last").asc(nulls_first=True), "pk")[:most])
