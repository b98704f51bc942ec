"""What two sides of an order do to each other, shown in the demo: a second version with previews, a question for more time."""

from django.core.files.base import ContentFile

from marketplace.accounts.models import User
from marketplace.orders import services
from marketplace.orders.models import Order, ProposalKind
from marketplace.orders.states import OrderStatus
from portal.demo.sources import MEDIA

# Names for people, and which of the covers stands in for the work.
DELIVERED = (("主视觉_第二版.webp", 3), ("杯套展开_第二版.webp", 7), ("门头夜景_第二版.webp", 11))
WANTED = "叶脉再简一点，外卖头像那个尺寸看不太清。颜色不用动。"
MESSAGE = "叶脉收成三笔，小尺寸更清楚；外卖头像单独画了一版，没有直接缩小。第三张是夜里门头的灯色，给装修师傅看。"
LATE_BECAUSE = "打样要等印厂周一开机，想多给自己3天把颜色对准。别的都不变。"


def change_orders(*, buyer: User, seller: User) -> None:
    """By the services, as the two would have done it, on orders between the two whose log-ins are printed."""
    between = Order.objects.filter(buyer=buyer, seller=seller).order_by("pk")
    delivered = next(
        order
        for order in between.filter(status=OrderStatus.DELIVERED)
        if order.revisions_used < order.revisions_allowed
    )
    services.request_revision(order_id=delivered.pk, buyer=buyer, message=WANTED)
    covers = sorted((MEDIA / "covers").glob("*.webp"))
    work = [ContentFile(covers[place % len(covers)].read_bytes(), name=name) for name, place in DELIVERED]
    services.deliver_order(order_id=delivered.pk, seller=seller, message=MESSAGE, files=work)
    running = between.filter(status=OrderStatus.IN_PROGRESS)[0]
    services.propose(order_id=running.pk, user=seller, kind=ProposalKind.EXTEND, days=3, message=LATE_BECAUSE)
