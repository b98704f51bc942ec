"""A merge and an order that is being placed, and two merges of one account, see each other, whoever is first."""

import pytest
from django.db import transaction

from marketplace.accounts.errors import AccountError
from marketplace.accounts.models import AccountMerge, User
from marketplace.accounts.services import merging
from marketplace.core.rules import current_rules
from marketplace.orders.errors import OrderError
from marketplace.orders.models import Order
from marketplace.orders.services import place_order
from tests.concurrency.test_closing import SECONDS, held_open
from tests.databases import together
from tests.factories import make_gig, make_user


@pytest.fixture
def world(committed_db):
    gig = make_gig()
    return make_user(name="留下"), make_user(name="并入"), make_user(name="管理员", is_superuser=True), gig


def race(world, monkeypatch) -> list:
    """The merge has asked what is in its way when the order begins."""
    kept, merged, staff, gig = world
    current_rules()
    reached = held_open(monkeypatch, merging, "_blockers")

    def merge():
        return merging.merge_accounts(
            kept_id=kept.pk, merged_id=merged.pk, staff=staff, reason="同一人", typed=merged.profile.handle
        )

    def place():
        assert reached.wait(SECONDS)
        return place_order(buyer=User.objects.get(pk=merged.pk), package=gig.packages.get())

    return together(merge, place)


def test_no_order_is_placed_by_an_account_that_is_being_merged(world, monkeypatch):
    merged, placed = race(world, monkeypatch)
    assert isinstance(merged, AccountMerge)
    assert isinstance(placed, OrderError)
    assert not Order.objects.exists()


def test_control_without_the_locks_the_order_slips_in(world, monkeypatch):
    def unlocked(*user_ids: int) -> dict[int, User]:
        return User.objects.in_bulk(user_ids)

    monkeypatch.setattr(merging, "lock_users", unlocked)
    # Nobody waits for a merge that holds no lock: it goes on when the order is there.
    import tests.concurrency.test_closing as closing_tests

    monkeypatch.setattr(closing_tests, "until_waited_for", until_an_order_is_there)
    merged, placed = race(world, monkeypatch)
    assert isinstance(merged, AccountMerge)
    assert isinstance(placed, Order)
    assert Order.objects.filter(buyer=world[1]).exists()


def until_an_order_is_there() -> None:
    import time

    for _time in range(SECONDS * 10):
        with transaction.atomic():
            if Order.objects.exists():
                return
        time.sleep(0.1)
    raise AssertionError("no order was placed")


def test_of_two_merges_that_cross_one_is_done(world):
    one, other, staff, _gig = world

    def merge(kept: User, merged: User):
        return lambda: merging.merge_accounts(
            kept_id=kept.pk, merged_id=merged.pk, staff=staff, reason="同一人", typed=merged.profile.handle
        )

    results = together(merge(one, other), merge(other, one))
    assert sorted(type(result).__name__ for result in results) == ["AccountError", "AccountMerge"]
    assert AccountMerge.objects.count() == 1
    assert any(isinstance(result, AccountError) for result in results)
