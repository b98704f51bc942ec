"""A small marketplace to race in: a few buyers, sellers and staff, and orders that services bring into any state."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import GigPackage
from marketplace.orders.models import Coupon, MilestonePlan, Order
from marketplace.payments import services
from marketplace.payments.models import PayoutDestination, PayoutDestinationKind
from tests import databases
from tests.concurrency.institutions import Institution, Notice
from tests.factories import (
    make_coupon,
    make_finance,
    make_gig,
    make_moderator,
    make_sub_merchant,
    make_user,
    make_verified_seller,
)

CODES = ("alipay", "wechatpay")
# An odd number, so that every share is rounded; tax and two people's approval begin above 5,000 yuan.
PRICES_FEN = (12_345, 777_777)
STAGES_FEN = (12_345, 5_001, 7_777)
# One that anybody may use again and again, one of which two uses are left, and one whose budget ends within the second.
COUPONS: dict[str, dict[str, Any]] = {
    "PLENTY": {"amount_fen": 501, "most_uses": 10_000, "most_uses_per_person": 10_000, "budget_fen": 10**9},
    "TWICE": {"percent": 3, "cap_fen": 777, "most_uses": 2, "most_uses_per_person": 2},
    "SHORT": {"amount_fen": 300, "most_uses_per_person": 10, "budget_fen": 450},
}
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Cast:
    """Who lives here. Made once: people and services outlast the orders between them."""

    buyers: tuple[User, ...]
    sellers: tuple[User, ...]
    finance: tuple[User, ...]
    mediators: tuple[User, ...]
    packages: tuple[GigPackage, ...]


def make_cast() -> Cast:
    """Two buyers, two sellers with a small and a large service each; one of the services asks a question."""
    sellers = tuple(make_verified_seller() for _ in range(2))
    finance = tuple(make_finance() for _ in range(2))
    packages = []
    for seller in sellers:
        services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
        services.set_destination(user=seller, kind=PayoutDestinationKind.WECHAT, account=f"openid{seller.pk:022d}")
        for code in CODES:
            make_sub_merchant(user=seller, gateway_code=code, number=f"{code}{seller.pk}")
        packages += [make_gig(seller=seller, price_fen=price).packages.get() for price in PRICES_FEN]
    packages.append(make_gig(seller=sellers[0], price_fen=PRICES_FEN[0], requirements=1).packages.get())
    PayoutDestination.objects.update(usable_from=timezone.now())
    buyers = tuple(make_user() for _ in range(2))
    for code, terms in COUPONS.items():
        make_coupon(code=code, **terms)
    return Cast(buyers, sellers, finance, tuple(make_moderator() for _ in range(2)), tuple(packages))


class Roll:
    """Every choice of one operation, drawn before the threads start: a seed, and what is decided already."""

    def __init__(self, seed: int, **decided: Any) -> None:
        self._random, self._decided = random.Random(seed), decided
        self.taken: dict[str, Any] = {}

    def pick(self, name: str, options: Sequence[Choice]) -> Choice:
        """One of the options; the same name gives what was decided for it."""
        choice = self._random.choice(options)
        choice = self._decided.get(name, choice)
        self.taken[name] = choice
        return choice

    def part(self, name: str, whole: int) -> int:
        """A number from 1 to `whole`, often the whole."""
        part = self._random.choice((whole, max(1, whole // 2), self._random.randint(1, max(1, whole))))
        part = min(whole, self._decided.get(name, part))
        self.taken[name] = part
        return part


@dataclass
class Form:
    """A page that a browser may send more than once: everything it says, and what it has led to so far."""

    key: UUID
    says: tuple[Any, ...]
    is_withdrawal: bool
    led_to: set[int] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{str(self.key)[:8]} {', '.join(map(str, self.says))}"


class World:
    """Orders, the institutions' side of them, and the forms people have open."""

    def __init__(self, cast: Cast, institutions: dict[str, Institution]) -> None:
        self.cast, self.institutions = cast, institutions
        self.is_custody = False
        self.order_ids: list[int] = []
        self.forms: list[Form] = []
        self._lock = threading.Lock()

    def reset(self, *, is_custody: bool) -> None:
        """Forget orders and money; the people stay."""
        databases.forget_money()
        MilestonePlan.objects.all().delete()
        Coupon.objects.update(uses=0, spent_fen=0)
        for institution in self.institutions.values():
            institution.forget()
        self.is_custody = is_custody
        self.order_ids, self.forms = [], []

    def add(self, order: Order) -> Order:
        """Note an order that was placed."""
        with self._lock:
            if order.pk not in self.order_ids:
                self.order_ids.append(order.pk)
        return order

    def form(self, roll: Roll, says: Callable[[], tuple[Any, ...]], *, seller: User | None = None) -> Form:
        """A form that is open already, sent again, or a new one: a checkout page, or a seller's withdrawal."""
        with self._lock:
            open_ones = [
                form
                for form in self.forms
                if form.is_withdrawal == bool(seller) and (seller is None or form.says[0] == seller)
            ]
            if open_ones and roll.pick("again", (True, False)):
                return roll.pick("form", open_ones)
            form = Form(uuid4(), says(), is_withdrawal=seller is not None)
            self.forms.append(form)
            return form

    def notices(self, order: Order) -> list[Notice]:
        """All true notifications about one order, oldest first."""
        numbers = set(order.payments.values_list("out_trade_no", flat=True))
        numbers |= set(order.refunds.values_list("reference", flat=True))
        numbers |= set(order.seller.payouts.values_list("reference", flat=True))
        return [
            notice for each in self.institutions.values() for notice in list(each.notices) if notice.number in numbers
        ]


@contextmanager
def at(moment: datetime | None, *, plus: timedelta = timedelta(seconds=1)) -> Iterator[None]:
    """Within the block, in this thread, it is `plus` after `moment`, or now when that is later or there is none."""
    if moment is None or moment + plus <= timezone.now():
        yield
        return
    with clock.moved_to(moment + plus):
        yield
