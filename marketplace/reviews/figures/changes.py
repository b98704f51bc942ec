"""Whose figures may have changed: read from what others wrote, so that no app has to tell reviews.

Orders, books and messages number their rows. What was numbered since a mark that is OVERLAP old is read: a transaction that
took its number before the mark and committed after it was still under way then, and none takes that long.
"""

import time
from dataclasses import astuple, dataclass

from django.core.cache import cache
from django.db.models import Max, Q

from marketplace.accounts.models import UserProfile
from marketplace.ledger.models import Account, Transaction, TransactionKind
from marketplace.messaging.models import Conversation, ConversationKind, Message
from marketplace.orders.models import Order, OrderEvent
from marketplace.reviews.models import Reputation

OVERLAP_SECONDS = 300
# Where the cache has forgotten the marks: some hours of a busy platform. The night counts everybody.
LOOKED_BACK = 20_000
_KEY = "reviews:figures:marks"
_KEPT = 3_600


@dataclass(frozen=True)
class Mark:
    """The newest numbers at a moment (seconds since 1970, of the real clock)."""

    at: float
    event: int
    message: int
    transaction: int


def take_mark() -> Mark:
    """The newest numbers now. Take it before reading, keep it afterwards."""
    newest = (model.objects.aggregate(pk=Max("pk"))["pk"] or 0 for model in (OrderEvent, Message, Transaction))
    return Mark(time.time(), *newest)


def keep_mark(mark: Mark) -> None:
    """What is up to this mark has been dealt with, but for what was under way."""
    kept = [row for row in cache.get(_KEY, []) if row[0] > mark.at - 3 * OVERLAP_SECONDS]
    cache.set(_KEY, [*kept, astuple(mark)], timeout=_KEPT)


def changed_sellers(mark: Mark) -> set[int]:
    """Sellers of whom something was written up to now and not long before the marks that were kept."""
    since = _since(mark)
    orders = OrderEvent.objects.filter(pk__gt=since.event).values("order")
    sellers = set(Order.objects.filter(pk__in=orders).values_list("seller", flat=True))
    paid = Transaction.objects.filter(
        pk__gt=since.transaction, kind__in=(TransactionKind.ESCROW_RELEASED, TransactionKind.RELEASE_REVERSED)
    )
    owners = Account.objects.filter(entries__transaction__in=paid, owner__isnull=False)
    talked = Message.objects.filter(pk__gt=since.message).values("conversation")
    pairs = Conversation.objects.filter(pk__in=talked, kind=ConversationKind.DIRECT).values_list("buyer", "seller")
    people = {person for pair in pairs for person in pair}
    return sellers | set(owners.values_list("owner", flat=True)) | sellers_among(people)


def sellers_among(people: set[int]) -> set[int]:
    """Those of these people who sell, or have figures."""
    selling = UserProfile.objects.filter(
        Q(seller_since__isnull=False) | Q(user__reputation__isnull=False), user__in=people
    )
    return set(selling.values_list("user", flat=True)) if people else set()


def all_sellers() -> list[int]:
    """Everybody who sells, has sold, or has figures, by key."""
    selling = UserProfile.objects.filter(seller_since__isnull=False).values_list("user", flat=True)
    sold = Order.objects.order_by().values_list("seller", flat=True).distinct()
    known = Reputation.objects.values_list("user", flat=True)
    return sorted({*selling, *sold, *known})


def _since(mark: Mark) -> Mark:
    kept = [row for row in cache.get(_KEY, []) if row[0] <= mark.at - OVERLAP_SECONDS]
    if kept:
        return Mark(*max(kept))
    return Mark(mark.at, *(max(0, number - LOOKED_BACK) for number in astuple(mark)[1:]))
