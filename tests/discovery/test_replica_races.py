"""Several at once tell the cluster what changed: what stands there in the end is what PostgreSQL says."""

import random
import threading
import time

import pytest
from django.db import connection

from marketplace.discovery import services
from marketplace.discovery.engines.clusters import cluster
from marketplace.discovery.models import SearchChange, SearchReplica
from marketplace.discovery.replica import documents, indices, outbox, rebuild
from marketplace.gigs.models import GigStats
from tests.discovery.test_search import listed

pytestmark = pytest.mark.xdist_group("search server")

CHANGES, TELLERS = 30, 4
OLD, NEW = 100, 200


@pytest.fixture
def gig(elasticsearch, committed_db):
    gig = listed("公众号排版 图文美化", tags=["公众号"], price_fen=8_000)
    services.rebuild_index()
    rebuild.build_index()
    yield gig
    SearchReplica.objects.all().delete()
    SearchChange.objects.all().delete()


def change_and_tell(gig, monkeypatch):
    """Change the price again and again while several tell of it; returns the price that the cluster knows in the end."""
    read = documents.gig_sources

    def reads_and_hesitates(gig_ids):
        sources = read(gig_ids)
        time.sleep(random.choice((0, 0.2)))
        return sources

    monkeypatch.setattr(outbox, "gig_sources", reads_and_hesitates)
    is_over, failures = threading.Event(), []

    def tell():
        try:
            while outbox._send_batch() or not is_over.is_set():
                pass
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    tellers = [threading.Thread(target=tell) for _teller in range(TELLERS)]
    for teller in tellers:
        teller.start()
    for price in range(1, CHANGES + 1):
        GigStats.objects.filter(gig=gig).update(price_from_fen=price)
        time.sleep(0.01)
    is_over.set()
    for teller in tellers:
        teller.join()
    assert failures == []
    assert not SearchChange.objects.exists()
    return cluster().documents(indices.current_index(), [gig.pk])[gig.pk]["price_fen"]


def test_who_read_earlier_and_writes_later_changes_nothing(gig, monkeypatch):
    for _round in range(3):
        assert change_and_tell(gig, monkeypatch) == CHANGES


def overtaken(gig, monkeypatch):
    """One reads a price and is held up; another tells of a later one meanwhile. Returns the price the cluster ends with."""
    read = documents.gig_sources
    has_read, goes_on, failures = threading.Event(), threading.Event(), []

    def reads_and_is_held_up(gig_ids):
        sources = read(gig_ids)
        if threading.current_thread() is slow:
            has_read.set()
            assert goes_on.wait(30)
        return sources

    def tell():
        try:
            outbox._send_batch()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    monkeypatch.setattr(outbox, "gig_sources", reads_and_is_held_up)
    slow = threading.Thread(target=tell)
    GigStats.objects.filter(gig=gig).update(price_from_fen=OLD)
    slow.start()
    assert has_read.wait(30)
    GigStats.objects.filter(gig=gig).update(price_from_fen=NEW)
    while outbox._send_batch():
        pass
    goes_on.set()
    slow.join()
    assert failures == []
    assert not SearchChange.objects.exists()
    return cluster().documents(indices.current_index(), [gig.pk])[gig.pk]["price_fen"]


def test_who_is_overtaken_does_not_bring_the_old_price_back(gig, monkeypatch):
    assert overtaken(gig, monkeypatch) == NEW


def test_control_without_the_numbers_the_cluster_ends_with_an_old_price(gig, monkeypatch):
    whole = documents.bulk_actions

    def without_numbers(*arguments, **named):
        for action in whole(*arguments, **named):
            yield {name: value for name, value in action.items() if not name.startswith("version")}

    monkeypatch.setattr(outbox, "bulk_actions", without_numbers)
    assert overtaken(gig, monkeypatch) == OLD
