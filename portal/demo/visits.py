"""What people looked at: sixty days of impressions and clicks for the demo seller's services, so that the list shows figures."""

from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig, GigDay
from marketplace.gigs.states import GigStatus
from marketplace.orders.models import Order

DAYS = 60


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
