"""Real threads, real commits. Each race has a control in which locking is off, to show that the rig can catch the bug."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from marketplace.orders import locks as order_locks
from marketplace.orders.models import Coupon, Order
from marketplace.payments import gateways
from marketplace.payments import locks as payment_locks
from marketplace.payments.models import Payment
from tests.concurrency.institutions import Institution
from tests.concurrency.invariants import moves_watched
from tests.concurrency.races import Races
from tests.concurrency.rig import racing
from tests.concurrency.strict_gateway import adapter_of
from tests.concurrency.world import CODES, World, make_cast


class MeetingPoint:
    """Where two threads wait for each other, each time or only the first."""

    def __init__(self, *, once: bool = False) -> None:
        self._barrier = threading.Barrier(2)
        self._once, self._met = once, False

    def wait(self) -> None:
        """Wait for the other thread; on a busy machine it may take seconds to come. Raises BrokenBarrierError.

        The test's own thread, which prepares and looks, waits for nobody.
        """
        if threading.current_thread() is threading.main_thread() or (self._once and self._met):
            return
        self._barrier.wait(60)
        self._met = True

    @property
    def was_used(self) -> bool:
        """Whether the two ever met here."""
        return self._met


@pytest.fixture
def meet_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Make two threads meet right before a function, so that they really compete for what it does.

    Where the two come by different functions, `others` are pairs of module and name that lead to the same place.
    A race in which they never met would prove nothing, and fails.
    """
    points: list[MeetingPoint] = []

    def arrange(module: Any, name: str, *others: tuple[Any, str]) -> None:
        point = MeetingPoint(once=True)
        points.append(point)
        for place, function in ((module, name), *others):
            monkeypatch.setattr(place, function, _after_meeting(point, getattr(place, function)))

    yield arrange
    assert all(point.was_used for point in points), "the two never met"


def _after_meeting(point: MeetingPoint, original: Callable[..., Any]) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        point.wait()
        return original(*args, **kwargs)

    return function


@pytest.fixture
def locks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: rows are read without a lock, and both threads have read before either goes on to write."""
    points = {name: MeetingPoint() for name in ("order", "payment", "coupon")}

    def unlocked_order(order_id: int) -> Order:
        order = Order.objects.get(pk=order_id)
        points["order"].wait()
        return order

    def unlocked_payment(payment_id: int) -> Payment:
        payment = Payment.objects.get(pk=payment_id)
        points["payment"].wait()
        return payment

    def unlocked_order_of_payment(payment_id: int) -> Order:
        return unlocked_order(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))

    def unlocked_coupon(coupon_id: int) -> Coupon:
        coupon = Coupon.objects.get(pk=coupon_id)
        points["coupon"].wait()
        return coupon

    monkeypatch.setattr(order_locks, "lock_order", unlocked_order)
    monkeypatch.setattr(order_locks, "try_lock_order", unlocked_order)
    monkeypatch.setattr(order_locks, "lock_coupon", unlocked_coupon)
    monkeypatch.setattr(payment_locks, "lock_order_of_payment", unlocked_order_of_payment)
    monkeypatch.setattr(payment_locks, "lock_payment", unlocked_payment)


@pytest.fixture
def account_locks_off(committed_db: None) -> Iterator[None]:
    """The control of the books: accounts are read without a lock, and looked at for a while before they are written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_post'::regproc)")
        (source,) = cursor.fetchone()
        without_lock = source.replace("ORDER BY id FOR NO KEY UPDATE", "ORDER BY id")
        assert without_lock != source
        hesitant = without_lock.replace("outcome := 'posted';", "PERFORM pg_sleep(0.7); outcome := 'posted';", 1)
        assert hesitant != without_lock
        cursor.execute(hesitant)
    yield
    with connection.cursor() as cursor:
        cursor.execute(source)


@pytest.fixture
def institutions(monkeypatch: pytest.MonkeyPatch) -> dict[str, Institution]:
    """Both gateways are strict institutions inside this process."""
    made = {code: Institution(code) for code in CODES}
    monkeypatch.setattr(gateways, "_ADAPTERS", {code: adapter_of(institution) for code, institution in made.items()})
    return made


@pytest.fixture
def races(committed_db: None, institutions: dict[str, Institution], settings: Any) -> Iterator[Races]:
    """A cast, threads, watched statuses; a test resets the world as often as it likes."""
    settings.SETTLEMENT_MODE = "transfer"
    world = World(make_cast(), institutions)
    with moves_watched(), racing() as rig:
        yield Races(world, rig)
