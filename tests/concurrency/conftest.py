"""Real threads, real commits. Each race has a control in which locking is off, to show that the rig can catch the bug."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from marketplace.ledger import locks as ledger_locks
from marketplace.ledger.models import Account
from marketplace.orders import locks as order_locks
from marketplace.orders.models import Order
from marketplace.payments import locks as payment_locks
from marketplace.payments.models import Payment


class MeetingPoint:
    """Where two threads wait for each other; one that stays alone goes on after a moment."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2)

    def wait(self) -> None:
        """Wait for the other thread, but not for ever: it may be done, or be refused before it comes here."""
        try:
            self._barrier.wait(2)
        except threading.BrokenBarrierError:
            return


@pytest.fixture
def meet_before(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Make two threads meet right before a function, so that they really compete for what it does."""

    def arrange(module: Any, name: str) -> None:
        point, original = MeetingPoint(), getattr(module, name)

        def after_meeting(*args: Any, **kwargs: Any) -> Any:
            point.wait()
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, after_meeting)

    return arrange


@pytest.fixture
def locks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: rows are read without a lock, and both threads have read before either goes on to write."""
    points = {name: MeetingPoint() for name in ("order", "payment", "accounts")}

    def unlocked_order(order_id: int) -> Order:
        order = Order.objects.get(pk=order_id)
        points["order"].wait()
        return order

    def unlocked_payment(payment_id: int) -> Payment:
        payment = Payment.objects.get(pk=payment_id)
        points["payment"].wait()
        return payment

    def unlocked_accounts(account_ids: Any) -> dict[int, Account]:
        rows = Account.objects.in_bulk(sorted(account_ids))
        points["accounts"].wait()
        return rows

    monkeypatch.setattr(order_locks, "lock_order", unlocked_order)
    monkeypatch.setattr(payment_locks, "lock_payment", unlocked_payment)
    monkeypatch.setattr(ledger_locks, "lock_accounts", unlocked_accounts)
