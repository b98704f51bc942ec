"""How the search cluster is kept true: what the database notes, what is sent, and a new index while people search."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import override_settings

from marketplace.accounts.models import User, UserProfile
from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.engines.clusters import ClusterUnavailable, cluster
from marketplace.discovery.models import GigDocument, SearchChange, SearchReplica
from marketplace.discovery.replica import documents, indices, outbox, rebuild, state
from marketplace.gigs import services as gigs
from marketplace.gigs.models import GigStats
from tests.discovery.test_search import listed

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("search server")]


@pytest.fixture
def gig(db):
    gig = listed("公众号排版 图文美化", tags=["公众号", "排版"], price_fen=8_000)
    services.rebuild_index()
    return gig


@pytest.fixture
def indexed(elasticsearch, gig):
    rebuild.build_index()
    return gig


def found(query):
    return list(services.search(SearchRequest(query=query)).ids)


def source(gig, index=None):
    return cluster().documents(index or indices.current_index(), [gig.pk]).get(gig.pk)


CHANGES = {
    "its seller pauses it": lambda gig: gigs.pause_gig(gig_id=gig.pk, seller=gig.seller),
    "its price": lambda gig: GigStats.objects.filter(gig=gig).update(price_from_fen=1),
    "its orders": lambda gig: GigStats.objects.filter(gig=gig).update(orders_completed=9),
    "its rating": lambda gig: GigStats.objects.filter(gig=gig).update(rating_sum=5, rating_count=1),
    "its seller's name": lambda gig: UserProfile.objects.filter(user=gig.seller).update(display_name="改名"),
    "its seller's level": lambda gig: UserProfile.objects.filter(user=gig.seller).update(level="top"),
    "its seller's account": lambda gig: User.objects.filter(pk=gig.seller_id).update(is_active=False),
    "its document": lambda gig: GigDocument.objects.filter(gig=gig).update(attributes=["style:flat"]),
    "its document is gone": lambda gig: GigDocument.objects.filter(gig=gig).delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_notes_whatever_changes_what_the_cluster_knows(gig, change):
    outbox.start_noting()
    CHANGES[change](gig)
    assert set(SearchChange.objects.values_list("gig_id", flat=True)) == {gig.pk}


@pytest.mark.parametrize("change", CHANGES)
def test_without_a_cluster_it_notes_nothing(gig, change):
    CHANGES[change](gig)
    assert not SearchChange.objects.exists()


def test_what_no_search_knows_is_not_noted(gig):
    outbox.start_noting()
    GigStats.objects.filter(gig=gig).update(favourite_count=3)
    UserProfile.objects.filter(user=gig.seller).update(away_message="…")
    User.objects.filter(pk=gig.seller_id).update(last_name="…")
    assert not SearchChange.objects.exists()


def test_where_the_cluster_was_taken_away_noting_ends(gig):
    outbox.start_noting()
    CHANGES["its price"](gig)
    assert outbox.send_changes() == 0
    assert not SearchReplica.objects.exists()
    assert not SearchChange.objects.exists()


def test_the_cluster_says_what_changed(indexed):
    GigStats.objects.filter(gig=indexed).update(price_from_fen=1_234, orders_completed=9)
    assert outbox.send_changes() > 0
    assert (source(indexed)["price_fen"], source(indexed)["orders"]) == (1_234, 9)
    assert not SearchChange.objects.exists()


def test_a_gig_without_a_document_is_taken_out(indexed):
    services.remove_gig(indexed.pk)
    outbox.send_changes()
    assert source(indexed) is None


def test_what_was_read_earlier_never_replaces_what_was_read_later(indexed):
    earlier = outbox.draw_number()
    old = documents.gig_sources([indexed.pk])
    GigStats.objects.filter(gig=indexed).update(price_from_fen=1_234)
    outbox.send_changes()
    index = indices.current_index()
    cluster().write(documents.bulk_actions([indexed.pk], old, indices=[index], version=earlier))
    assert source(indexed)["price_fen"] == 1_234
    # Nor does it bring back what is gone.
    services.remove_gig(indexed.pk)
    outbox.send_changes()
    cluster().write(documents.bulk_actions([indexed.pk], old, indices=[index], version=earlier))
    assert source(indexed) is None


def test_the_mapping_takes_no_field_that_it_does_not_know(indexed):
    sources = {indexed.pk: documents.gig_sources([indexed.pk])[indexed.pk] | {"surprise": 1}}
    with pytest.raises(ClusterUnavailable, match="strict_dynamic_mapping"):
        cluster().write(documents.bulk_actions([indexed.pk], sources, indices=indices.written_indices(), version=10**9))


def test_people_find_the_same_at_every_step_of_a_rebuild(indexed):
    seen, old = [], indices.current_index()
    rebuild.build_index(say=lambda _step: seen.append(found("公众号")))
    assert len(seen) >= 3
    assert all(ids == [indexed.pk] for ids in seen)
    assert indices.current_index() != old
    assert indices.previous_index() == old
    assert state.trouble() is None


def test_what_changes_during_a_rebuild_is_in_both_indices(indexed):
    old = indices.current_index()

    def change_at_the_first_step(_step):
        GigStats.objects.filter(gig=indexed).update(price_from_fen=777)

    rebuild.build_index(say=change_at_the_first_step)
    assert source(indexed)["price_fen"] == source(indexed, old)["price_fen"] == 777


def test_an_index_that_says_something_else_is_never_asked(indexed, monkeypatch):
    monkeypatch.setattr(rebuild, "COMPARISON_PAUSE_SECONDS", 0)
    old, wrong = indices.current_index(), documents.gig_sources([indexed.pk])
    wrong[indexed.pk]["price_fen"] = 1

    def spoil(step):
        if "written" in step:
            (new,) = set(indices.written_indices()) - {old}
            cluster().write(documents.bulk_actions([indexed.pk], wrong, indices=[new], version=10**9))

    with pytest.raises(rebuild.NotTheSame, match=str(indexed.pk)):
        rebuild.build_index(say=spoil)
    assert indices.written_indices() == [indices.current_index()] == [old]
    assert found("公众号") == [indexed.pk]


def test_an_index_that_lacks_a_gig_is_never_asked(indexed, monkeypatch):
    monkeypatch.setattr(rebuild, "COMPARISON_PAUSE_SECONDS", 0)
    old = indices.current_index()

    def lose(step):
        if "written" in step:
            (new,) = set(indices.written_indices()) - {old}
            cluster().write(documents.bulk_actions([indexed.pk], {}, indices=[new], version=10**9))

    with pytest.raises(rebuild.NotTheSame, match="0 services instead of 1"):
        rebuild.build_index(say=lose)
    assert indices.current_index() == old


@pytest.mark.parametrize("is_carried_out", [True, False])
def test_an_index_that_searches_ask_is_not_deleted_because_an_answer_was_lost(indexed, monkeypatch, is_carried_out):
    old, exchange = indices.current_index(), indices.put_first

    def answer_is_lost(index, *, instead_of):
        if is_carried_out:
            exchange(index, instead_of=instead_of)
        raise ClusterUnavailable("timed out")

    monkeypatch.setattr(indices, "put_first", answer_is_lost)
    with pytest.raises(ClusterUnavailable, match="timed out"):
        rebuild.build_index()
    assert (indices.current_index() != old) is is_carried_out
    assert len(indices.written_indices()) == (2 if is_carried_out else 1)
    assert found("公众号") == [indexed.pk]


def test_going_back_asks_the_former_index_which_was_kept_up_to_date(indexed):
    former = indices.current_index()
    rebuild.build_index()
    newer = indices.current_index()
    GigStats.objects.filter(gig=indexed).update(price_from_fen=555)
    call_command("rebuild_search", "--back", stdout=StringIO())
    assert (indices.current_index(), indices.previous_index()) == (former, newer)
    assert source(indexed)["price_fen"] == 555
    assert found("公众号") == [indexed.pk]


def test_there_are_never_more_than_two_indices(indexed):
    for _time in range(3):
        rebuild.build_index()
    assert len(indices.written_indices()) == 2


def test_without_a_former_index_there_is_no_going_back(indexed):
    with pytest.raises(CommandError, match="no former index"):
        call_command("rebuild_search", "--back", stdout=StringIO())
    with rebuild.only_one(rebuild.ONE_AT_A_TIME, seconds=60), pytest.raises(CommandError, match="a rebuild is at work"):
        call_command("rebuild_search", "--back", stdout=StringIO())
    with override_settings(ELASTICSEARCH_URL=""), pytest.raises(CommandError, match="ELASTICSEARCH_URL"):
        call_command("rebuild_search", "--back", stdout=StringIO())


def test_the_command_builds_both_engines_and_one_at_a_time(elasticsearch, gig):
    said = StringIO()
    call_command("rebuild_search", stdout=said)
    assert "1 services indexed." in said.getvalue()
    assert found("公众号") == [gig.pk]
    with rebuild.only_one(rebuild.ONE_AT_A_TIME, seconds=60), pytest.raises(CommandError, match="another rebuild"):
        call_command("rebuild_search", "--cluster-only", stdout=StringIO())


def test_an_index_made_anew_without_news_tells_the_cluster_nothing(indexed):
    outbox.send_changes()
    services.rebuild_index()
    assert not SearchChange.objects.exists()
    GigStats.objects.filter(gig=indexed).update(price_from_fen=777)
    assert SearchChange.objects.count() == 1
