"""`bin/bench pages` and `growth`: the keys they print, a real server under real load, and tables that grow by copies."""

import shutil
import time

import psycopg
import pytest
from django.db import connection

from marketplace.gigs.models import Gig
from marketplace.orders.models import Order
from portal.bench import counting, growth, growth_data, pages, production, wrk
from portal.bench.pages import Speed
from portal.bench.rounds import Rounds
from tests import factories

KEYS = ("T1", "T2", "T3", "T4", "T5", "T6", "T7", "p99_over_p50", "growth")


def speed(per_second, *, cpu=1.0, p50=10.0, p99=20.0, postgres=0.0):
    return Speed(per_second, p50, p99, cpu, postgres)


def row(**others):
    found = {name: speed(1000) for name in ("hello", "hello8", "sync.hello")} | {"tpl24": speed(200)}
    found |= {f"{kind}.{page}": speed(50) for kind in ("fresh", "person") for page in pages.FRESH}
    found |= {f"kept.{page}": speed(700) for page in pages.KEPT}
    found |= {f"sync.{page}": speed(50, cpu=20.0, postgres=2.0) for page in pages.FRESH}
    found |= {f"crowd.fresh.{page}": speed(50, p50=100.0, p99=250.0) for page in pages.FRESH}
    return found | others


def result(rows, **others):
    statements = {
        "list": counting.Counted(9, 9, 1),
        "detail": counting.Counted(8, 10, 0),
        "home": counting.Counted(11, 11, 0),
    }
    return pages.Result(
        Rounds(rows=rows, foreign=[0.0] * len(rows)), statements, 7000, {"pages": [120.0, 121.0]}, **others
    )


def test_every_key_is_printed_as_a_ratio_of_its_own_round_and_the_worst_page_counts():
    slow = {"kept.seller": speed(550), "crowd.fresh.home": speed(50, p50=10.0, p99=70.0)}
    found = result([row(**slow), row(**slow), row(tpl24=speed(100), **slow)], growth=1.3).as_json()
    assert set(KEYS) <= found.keys()
    assert (found["T1"], found["T2"], found["T3"]) == (0.25, 0.25, 0.25)
    assert found["T4"] == 0.55
    assert found["T5"] == {"list": 22.0, "detail": 22.0, "home": 22.0}  # PostgreSQL's share is in it
    assert found["T6"] == {"list": 9, "detail": 10, "home": 11}
    assert (found["T6_growth"], found["T6_duplicates"], found["T7"]) == (2, 1, 7000)
    assert (found["p99_over_p50"], found["growth"]) == (7.0, 1.3)
    assert found["logged_in"] == {"T1": 0.25, "T2": 0.25, "T3": 0.25}
    assert found["worker_pss_mb"] == {"pages": [120.0, 121.0]}


def test_with_two_clean_rounds_there_is_no_ratio_but_what_is_counted_stays():
    refused = result([row(), row()])
    found = refused.as_json()
    assert not refused.is_valid()
    assert "only 2 of 2 rounds were clean" in found["refused"]
    assert found.keys() & set(KEYS) == {"T6", "T7"}
    assert "T1" in refused.as_table()
    assert "not measured" in refused.as_table()


def test_growth_is_the_worst_page_and_is_refused_like_the_rest():
    rounds = [{"home": (10.0, 11.0), "orders": (20.0, times * 20.0)} for times in (1.0, 2.0, 1.5)]
    found = growth.Result(Rounds(rows=rounds), 1_000_000).as_json()
    assert found["growth_pages"] == {"home": 1.1, "orders": 1.5}
    assert found["growth"] == 1.5
    refused = growth.Result(Rounds(rows=rounds[:2], foreign=[0.1, 0.2]), 1_000_000).as_json()
    assert "growth" not in refused
    assert "No figures" in refused["refused"]


def test_statements_asked_twice_word_for_word_are_counted():
    assert counting.duplicates_in(["a", "b", "a", "a"]) == 2
    assert counting.Counted(9, 9, 0).is_constant
    assert not counting.Counted(9, 10, 0).is_constant


def test_a_real_server_of_the_production_file_answers_and_is_accounted_for():
    with production.gunicorn("portal.bench.bare", {}) as server:
        ends = time.monotonic() + 20  # the first answers while gunicorn begins the second
        while len(server.workers()) < 2 and time.monotonic() < ends:
            time.sleep(0.1)
        assert len(server.workers()) == 2
        assert min(server.worker_pss_mb()) > 5
        before = server.cpu_seconds()
        wrk.warm(server.port, "/cards/")
        assert server.cpu_seconds() > before
        small, large = growth.in_turn(server.port, server.port, "/cards/", "", repeats=3)
        assert 0 < small < 5000
        assert 0 < large < 5000
        with pytest.raises(wrk.LoadFailed, match="404"):
            wrk.warm(server.port, "/nothing/")
        if shutil.which("wrk"):
            load = wrk.load(server.port, "/", seconds=1)
            assert load.count > 0
            assert load.p99 >= load.p50 > 0


def test_tables_grow_by_copies_that_belong_to_one_another(committed_db):
    order = factories.make_order()
    package_count = order.gig.packages.count()
    url = connection.settings_dict
    with psycopg.connect(
        dbname=url["NAME"], host=url["HOST"] or url["OPTIONS"].get("host"), user=url["USER"], autocommit=True
    ) as own:
        before = own.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema()").fetchone()
        growth_data.fill(own, rows=12)
        assert own.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema()").fetchone() == before
    assert Gig.objects.count() == 13
    assert Order.objects.count() == 121
    newest = Order.objects.select_related("gig__seller__profile", "buyer").order_by("-pk")[0]
    assert newest.number != order.number
    assert newest.gig_id != order.gig_id
    assert newest.gig.seller_id == newest.seller_id != order.seller_id
    assert newest.buyer.email.endswith(order.buyer.email)
    assert newest.package.gig_id == newest.gig_id
    assert newest.gig.packages.count() == package_count
    assert not Order.objects.filter(gig__isnull=True).exists()
    # Whoever was there before has nothing more.
    assert Order.objects.filter(buyer=order.buyer).count() == 1
