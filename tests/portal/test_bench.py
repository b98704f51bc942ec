"""The measurements measure what they say: real checkouts, by service and over HTTP, after which the books are sound."""

import os
import re
from functools import partial

import pytest
from django.db import connection

from marketplace.notifications.models import Notification
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments.audit import audit_money
from portal.bench import checkouts, machine, money, postings

KEYS = ("postings_vs_pgbench", "growth_ratio", "T8", "T9", "T10")


@pytest.fixture
def own_server(committed_db, settings, monkeypatch):
    """The bench on the test's own database, with little to fill and to time."""
    url = re.sub(r"^(\w+://[^/]*)/\w+", rf"\1/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_URL", url)
    settings.ALIPAY = settings.ALIPAY  # so that what the bench puts there is taken back
    monkeypatch.setattr(checkouts, "SELLERS", 2)
    monkeypatch.setattr(checkouts, "BUYERS", 2)
    monkeypatch.setattr(machine, "PGBENCH_SCALE", 1)
    monkeypatch.setattr(money, "SMALL_BOOKS", 200)
    monkeypatch.setattr(money, "time_of_postings", partial(postings.time_of_postings, count=20))


def test_a_tiny_run_prints_every_ratio_and_leaves_sound_orders(own_server):
    result = money.measure(rounds=1, seconds=0.4, entries=1000, foreign_limit=1.0)
    printed = result.as_json()
    assert printed["clean_rounds"] == 1
    assert not result.is_valid()  # three rounds are needed before a figure counts
    assert all(printed[key] > 0 for key in KEYS), printed
    assert all(key in result.as_table() for key in KEYS)

    orders = Order.objects.all()
    assert set(orders.values_list("status", flat=True)) <= {OrderStatus.IN_PROGRESS, OrderStatus.PENDING_PAYMENT}
    paid = orders.filter(status=OrderStatus.IN_PROGRESS)
    assert paid.count() >= 2
    assert Notification.objects.count() == paid.count()


def test_a_checkout_leaves_money_in_escrow(own_server):
    market = checkouts.prepare_market()
    assert checkouts.check_out_for(0.3, 0, market.package_ids[:1]) == Order.objects.count() > 0
    assert set(Order.objects.values_list("status", flat=True)) == {OrderStatus.IN_PROGRESS}
    assert Order.objects.values("seller").distinct().count() == 1
    assert audit_money().violations == []


def test_medians_of_ratios_need_three_clean_rounds():
    row = {"pgbench": 1000.0, "postings": 400.0, "checkouts": 200.0, "one_seller": 190.0, "http_checkouts": 150.0}
    row |= {"calibration": 30.0, "foreign": 0.01}
    other = row | {"postings": 800.0}
    result = money.Result(rounds=[row, row, other], dropped=1, growth=[1.0, 1.1, 1.2])
    assert result.is_valid()
    printed = result.as_json()
    assert {key: printed[key] for key in KEYS} == {
        "postings_vs_pgbench": 0.4,
        "growth_ratio": 1.1,
        "T8": 0.2,
        "T9": 0.75,
        "T10": 0.95,
    }
    assert (printed["clean_rounds"], printed["dropped_rounds"]) == (3, 1)
    assert not money.Result(rounds=[row, row]).is_valid()
