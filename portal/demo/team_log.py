"""What the team did of late: lines of the staff log, a network that is blocked, whom limits stopped, kept searches."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from marketplace.accounts.models import BlockKind, BlockScope, LimitHit
from marketplace.accounts.services.abuse import add_block
from marketplace.core import staff_log
from marketplace.moderation.people_segments import save_segment
from marketplace.orders.models import Order
from portal.demo.people import People

_ADDRESS = "198.51.100.24"
_REFUSALS = (
    ("search", "203.0.113.45", 412),
    ("search", "203.0.113.46", 388),
    ("signup", "203.0.113.45", 61),
    ("login", "203.0.113.77", 34),
    ("coupon_code", "203.0.113.45", 140),
    ("messaging.per_minute", "", 18),
    ("report", "", 4),
)


def fill_log(people: People, orders: Sequence[Order], now: datetime) -> None:
    """Through the services: each act leaves its line."""
    moderator, support = people.staff["moderator"], people.staff["support"]
    seller, buyer = people.sellers[3], people.buyers[5]
    with staff_log.traced(lambda: _ADDRESS):
        for order in orders[:3]:
            data = {"order": order.number}
            staff_log.note_reading(actor=support, action="order.read", what=order.pk, data=data)
        staff_log.note_reading(actor=support, action="person.read", what=buyer.pk, data={}, subject=buyer)
        staff_log.note_reading(actor=moderator, action="person.read", what=seller.pk, data={}, subject=seller)
        staff_log.note(actor=support, action="person.reveal_contact", subject=buyer, data={})
        add_block(
            kind=BlockKind.ADDRESS,
            value="203.0.113.45/32",
            scope=BlockScope.SIGN_UP,
            reason="同一地址一小时内注册了六十个账户",
            ends_at=now + timedelta(days=14),
            staff=moderator,
        )
        for name, criteria in (
            ("三十天没来的服务商", {"kind": "sellers", "seen": "-30"}),
            ("二级服务商", {"kind": "sellers", "level": "level_2"}),
        ):
            save_segment(staff=moderator, name=name, criteria=criteria, is_shared=True)
    today = timezone.localdate(now)
    LimitHit.objects.bulk_create(
        LimitHit(
            day=today - timedelta(days=days),
            limit=limit,
            source=source or f"user:{buyer.pk}",
            count=count // (days + 1),
        )
        for days in range(3)
        for limit, source, count in _REFUSALS
    )
