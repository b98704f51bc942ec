"""What people looked at: sixty days of impressions and clicks for the demo seller's services, so that the list shows figures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.utils import timezone

from marketplace.accounts.models import ConsentDocument, ConsentRecord, User
from marketplace.discovery.models import GigView
from marketplace.gigs.models import Gig, GigDay
from marketplace.gigs.states import GigStatus
from marketplace.orders.models import Order
from portal.demo.bulk import insert
from portal.demo.offers import Offer
from portal.demo.people import People
from portal.demo.plan import OrderPlan
from portal.demo.sources import SEED
from portal.demo.tastes import pick_gig

DAYS = 60
# What the platform keeps (discovery.views_days), and how many buyers let it.
VIEWS_DAYS, AGREED = 90, 0.5


def write_visits(seller: User, now: datetime) -> None:
    """More of them for what was ordered more; the same in each demo of a day."""
    chance, today = Random(2026), timezone.localdate(now)
    rows = []
    for gig in Gig.objects.filter(seller=seller, status=GigStatus.LIVE).order_by("pk"):
        orders = Order.objects.filter(gig=gig, paid_at__gte=now - timedelta(days=DAYS)).count()
        for days_ago in range(DAYS):
            clicks = chance.randint(0, 1 + orders)
            impressions = 12 * clicks + chance.randint(5, 25)
            rows.append(GigDay(gig=gig, day=today - timedelta(days=days_ago), impressions=impressions, clicks=clicks))
    GigDay.objects.bulk_create(rows)


def write_views(
    plans: Sequence[OrderPlan],
    offers: Sequence[Offer],
    gigs: Sequence[Gig],
    people: People,
    now: datetime,
    *,
    demo_buyer: int,
) -> None:
    """What the buyers who agreed to it looked at: before an order others of its kind, and now and then for its own sake."""
    rng = Random(f"{SEED}:views")
    agreed = {place for place in range(len(people.buyers)) if place == demo_buyer or rng.random() < AGREED}
    looks: list[tuple[int, int, datetime]] = []
    for plan in plans:
        if plan.buyer in agreed and plan.placed_at > now - timedelta(days=VIEWS_DAYS - 4):
            alike = [place for place, offer in enumerate(offers) if offer.subcategory == offers[plan.gig].subcategory]
            for place in {plan.gig, *rng.sample(alike, k=min(len(alike), rng.randint(1, 4)))}:
                looks.append((plan.buyer, place, plan.placed_at - timedelta(hours=rng.uniform(0.1, 72))))
    for buyer in sorted(agreed):
        for _visit in range(rng.randint(0, 6)):
            at = now - timedelta(days=rng.uniform(0.1, VIEWS_DAYS - 1))
            looks += [
                (buyer, pick_gig(buyer, offers, rng), at + timedelta(minutes=3 * number))
                for number in range(rng.randint(1, 5))
            ]
    version, given_at = settings.CONSENT_VERSIONS[ConsentDocument.VIEWS.value], now - timedelta(days=VIEWS_DAYS)
    insert(
        ConsentRecord(user=people.buyers[place], document=ConsentDocument.VIEWS, version=version, given_at=given_at)
        for place in sorted(agreed)
    )
    rows: dict[tuple[int, int], GigView] = {}
    for buyer, place, at in looks:
        row = rows.setdefault(
            (buyer, place), GigView(user=people.buyers[buyer], gig=gigs[place], viewed_at=at, views=0)
        )
        row.views += 1
        row.viewed_at = row.touched_at = max(row.viewed_at, at)
    insert(rows.values())
