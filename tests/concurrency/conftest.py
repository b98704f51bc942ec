"""Real threads, real commits. Each race has a control in which locking is off, to show that the rig can catch the bug."""

import os
import threading
import time
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
    """Where two threads (or `parties`) wait for each other, each time or only the first.

    With RACES_HESITATE=0 or 1 in the environment one of the two goes on a second and a half later. Every race and every
    control passes that way too, or it is decided by luck and will be red one day on a busy machine.
    """

    def __init__(self, *, once: bool = False, parties: int = 2) -> None:
        self._barrier = threading.Barrier(parties)
        self._once, self._met = once, False

    def wait(self) -> None:
        """Wait for the other thread; on a busy machine it may take seconds to come. Raises BrokenBarrierError.

        The test's own thread, which prepares and looks, waits for nobody.
        """
        if threading.current_thread() is threading.main_thread() or (self._once and self._met):
            return
        place = self._barrier.wait(60)
        self._met = True
        if str(place) == os.environ.get("RACES_HESITATE"):
            time.sleep(1.5)

    @property
    def was_used(self) -> bool:
        """Whether the two ever met here."""
        return self._met


@pytest.fixture
def meet_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Make two threads meet right before a function, so that they really compete for what it does.

    In a control it is the first function that writes: both have made the check that the lock protects, whoever is faster.
    Where the two come by different functions, `others` are pairs of module and name that lead to the same place.
    A race in which they never met would prove nothing, and fails.
    """
    points: list[MeetingPoint] = []

    def arrange(module: Any, name: str, *others: tuple[Any, str], parties: int = 2) -> None:
        point = MeetingPoint(once=True, parties=parties)
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
def account_locks_off(committed_db: None) -> Iterator[Callable[[], None]]:
    """The control of the books: from its call on, accounts are read without a lock, and two postings wait for each other
    between reading and writing. They meet by a sequence, which knows no transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_post'::regproc)")
        (source,) = cursor.fetchone()
    without_lock = source.replace("ORDER BY id FOR NO KEY UPDATE", "ORDER BY id")
    assert without_lock != source
    meeting = """
        PERFORM nextval('postings_meet');
        FOR patience IN 1..3000 LOOP
            EXIT WHEN (SELECT last_value FROM postings_meet) >= 2;
            PERFORM pg_sleep(0.02);
        END LOOP;
        outcome := 'posted';"""
    hesitant = without_lock.replace("outcome := 'posted';", meeting, 1)
    assert hesitant != without_lock

    def take_away() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SEQUENCE postings_meet")
            cursor.execute(hesitant)

    yield take_away
    with connection.cursor() as cursor:
        cursor.execute(source)
        cursor.execute("DROP SEQUENCE IF EXISTS postings_meet")


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
