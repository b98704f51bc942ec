"""An order that is being placed and an account that is being closed see each other, whoever is first."""

import threading

import pytest

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User
from marketplace.accounts.services import closing
from marketplace.core.rules import current_rules
from marketplace.orders import events
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from marketplace.orders.services import place_order
from tests.concurrency.rig import until_waited_for
from tests.databases import together
from tests.factories import make_gig, make_user

SECONDS = 60  # on a busy machine


@pytest.fixture
def world(committed_db):
    gig = make_gig()
    return make_user(), gig


def held_open(monkeypatch, module, name: str) -> threading.Event:
    """Whoever comes to this function says so, and goes on when the other one waits for it."""
    reached = threading.Event()
    original = getattr(module, name)

    def waiting(*args, **kwargs):
        result = original(*args, **kwargs)
        if not reached.is_set():
            reached.set()
            until_waited_for()
        return result

    monkeypatch.setattr(module, name, waiting)
    return reached


def race(world, monkeypatch, *, first: str, side: str) -> list:
    """Place an order and close the account of one side; `first` is in the middle of it when the other begins."""
    buyer, gig = world
    package, person = gig.packages.get(), buyer if side == "buyer" else gig.seller

    if first == "closing":
        reached = held_open(monkeypatch, selectors, "closing_blockers")
    else:
        reached = held_open(monkeypatch, events, "record")

    def place():
        if first == "closing":
            assert reached.wait(SECONDS)
        return place_order(buyer=buyer, package=package)

    def close():
        if first == "placing":
            assert reached.wait(SECONDS)
        return services.ask_for_closing(user_id=person.pk)

    return together(place, close)


def test_orders_of_one_seller_do_not_wait_for_each_other(world, monkeypatch):
    buyer, gig = world
    current_rules()  # only the first order under new rules makes their version
    other = make_user()
    package = gig.packages.get()
    both = threading.Barrier(2, timeout=SECONDS)
    record = events.record

    def meeting(*args, **kwargs):
        both.wait()  # only reached by both if neither waits for the other's commit
        return record(*args, **kwargs)

    monkeypatch.setattr(events, "record", meeting)
    results = together(*(lambda who=who: place_order(buyer=who, package=package) for who in (buyer, other)))
    assert all(isinstance(result, Order) for result in results), results


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_an_order_under_way_keeps_the_account_open(world, monkeypatch, side):
    placed, refused = race(world, monkeypatch, first="placing", side=side)
    assert isinstance(placed, Order), placed
    assert isinstance(refused, AccountError), refused
    assert refused.code == AccountErrorCode.CLOSING_BLOCKED
    assert User.objects.filter(pk__in=(placed.buyer_id, placed.seller_id), is_active=True).count() == 2


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_a_closing_under_way_keeps_the_order_from_being_placed(world, monkeypatch, side):
    refused, asked = race(world, monkeypatch, first="closing", side=side)
    assert isinstance(refused, OrderError), refused
    assert refused.code == OrderErrorCode.ACCOUNT_CLOSING
    assert not asked.user.__class__.objects.get(pk=asked.user_id).is_active
    assert not Order.objects.exists()


def test_without_the_lock_both_would_come_about(world, monkeypatch):
    """The control: the race is real, and it is the lock that decides it. The closing waits only when it writes."""
    monkeypatch.setattr(closing, "lock_user", lambda user_id: User.objects.get(pk=user_id))
    placed, asked = race(world, monkeypatch, first="placing", side="seller")
    assert isinstance(placed, Order)
    assert not User.objects.get(pk=placed.seller_id).is_active
    assert asked.user_id == placed.seller_id
