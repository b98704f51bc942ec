"""A service changes while its document is written: what is filtered by is what stands in the tables in the end."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from marketplace.discovery import services
from marketplace.discovery.engines.postgres import PostgresSearchEngine
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import GigStats
from tests.concurrency.rig import until_waited_for
from tests.discovery.test_search import listed

OLD, NEW = 8000, 123


@pytest.fixture
def gig(committed_db):
    gig = listed("公众号排版", price_fen=OLD)
    services.rebuild_index()
    return gig


def side_by_side(gig, meanwhile):
    """Write the document, and before that is committed do something else in another connection; returns what went wrong there."""
    failures = []

    def other():
        try:
            meanwhile()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        services.index_gig(gig.pk)
        thread.start()
        until_waited_for()
    thread.join(30)
    assert not thread.is_alive()
    return failures


def change_of_price(gig):
    return lambda: GigStats.objects.filter(gig=gig).update(price_from_fen=NEW)


def made_anew(monkeypatch):
    whole = PostgresSearchEngine.index

    def deletes_first(self, documents):
        GigDocument.objects.filter(gig__in=[one.gig_id for one in documents]).delete()
        whole(self, documents)

    monkeypatch.setattr(PostgresSearchEngine, "index", deletes_first)


def test_a_price_that_changes_meanwhile_is_what_is_filtered_by(gig):
    assert side_by_side(gig, change_of_price(gig)) == []
    assert GigDocument.objects.get(gig=gig).price_fen == NEW


def test_control_a_document_that_is_made_anew_keeps_the_old_price(gig, monkeypatch):
    made_anew(monkeypatch)
    assert side_by_side(gig, change_of_price(gig)) == []
    assert GigDocument.objects.get(gig=gig).price_fen == OLD


def test_two_may_write_the_same_document(gig):
    assert side_by_side(gig, lambda: services.index_gig(gig.pk)) == []
    assert GigDocument.objects.get(gig=gig).price_fen == OLD


def test_control_two_that_make_it_anew_collide(gig, monkeypatch):
    whole, bulk_create = PostgresSearchEngine.index, QuerySet.bulk_create

    def deletes_and_inserts(self, documents):
        GigDocument.objects.filter(gig__in=[one.gig_id for one in documents]).delete()
        whole(self, documents)

    def inserts(own, rows, **upsert):
        return bulk_create(own, rows) if own.model is GigDocument else bulk_create(own, rows, **upsert)

    # Once, for both: a thread that puts it back while the other is at work leaves that one with what it was to be without.
    monkeypatch.setattr(QuerySet, "bulk_create", inserts)
    monkeypatch.setattr(PostgresSearchEngine, "index", deletes_and_inserts)
    (failure,) = side_by_side(gig, lambda: services.index_gig(gig.pk))
    assert isinstance(failure, IntegrityError)
