"""What is bought or kept moves the lists beside it within a minute; the hourly run finds what this misses."""

from marketplace.accounts.models import User
from marketplace.core.commits import after_commit
from marketplace.core.forgiving import forgiving_cache
from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending.choices import forget_row
from marketplace.gigs import keeping
from marketplace.orders import events
from marketplace.orders.models import OrderEvent, OrderEventType

# One run for all that comes within this time, however much is bought.
TOGETHER_SECONDS = 45
_MOVING = frozenset(
    {
        OrderEventType.PAID.value,
        OrderEventType.ACCEPTED.value,
        OrderEventType.AUTO_ACCEPTED.value,
        OrderEventType.CANCELLED.value,
    }
)


def listen() -> None:
    """Be told of orders and favourites."""
    events.told_by("recommending", _order_moved)
    keeping.told_by("recommending", _kept)


def _order_moved(event: OrderEvent) -> None:
    if event.type in _MOVING:
        after_commit(_refresh_soon, RecommendationReason.BOUGHT, event.order.buyer_id)


def _kept(user: User, _gig_id: int) -> None:
    after_commit(_refresh_soon, RecommendationReason.KEPT, user.pk)


def _refresh_soon(reason: RecommendationReason, user_id: int) -> None:
    from marketplace.discovery.recommending.tasks import refresh_lately

    forget_row(user_id)
    if forgiving_cache.add(f"discovery:refresh:{reason.value}", True, timeout=TOGETHER_SECONDS):
        refresh_lately.apply_async([reason.value], countdown=TOGETHER_SECONDS)
