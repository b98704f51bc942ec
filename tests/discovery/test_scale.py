"""A large catalogue is searched in windows and by words that were counted once; a small one stands in for it here."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from marketplace.accounts.models import User, UserProfile
from marketplace.discovery import services
from marketplace.discovery.documents import gig_words, indexable_gigs
from marketplace.discovery.engines import kept_windows, windows
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.evaluation import synthetic, synthetic_loading
from marketplace.discovery.language import lexicon, snapshot
from marketplace.discovery.language.dictionary import dictionary_in_force
from marketplace.discovery.models import GigDocument, LexiconSnapshot
from marketplace.gigs.models import Gig, GigStats
from marketplace.gigs.services import pause_gig
from marketplace.gigs.states import GigStatus
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller

pytestmark = pytest.mark.django_db


def search(query="", **fields):
    return services.search(SearchRequest(query=query, **fields))


@pytest.fixture
def gig():
    gig = listed("手写字标", tags=["字标"], price_fen=32_000, orders=4)
    services.rebuild_index()
    return gig


def document(gig):
    return GigDocument.objects.get(gig=gig)


def test_a_document_carries_what_is_filtered_by_whatever_way_it_changes(gig):
    before = document(gig)
    assert (before.price_fen, before.orders, before.is_listed, before.seller_id) == (32_000, 4, True, gig.seller_id)
    GigStats.objects.filter(gig=gig).update(
        price_from_fen=9900, delivery_days_from=2, orders_completed=90, rating_sum=50, rating_count=10
    )
    UserProfile.objects.filter(user=gig.seller).update(level="top")
    after = document(gig)
    assert (after.price_fen, after.delivery_days, after.orders, after.level) == (9900, 2, 90, "top")
    assert after.popularity == synthetic.popularity(90, 50, 10) > before.popularity
    assert after.words == before.words
    Gig.objects.filter(pk=gig.pk).update(status=GigStatus.PAUSED)
    assert not document(gig).is_listed
    Gig.objects.filter(pk=gig.pk).update(status=GigStatus.LIVE)
    assert document(gig).is_listed
    User.objects.filter(pk=gig.seller_id).update(is_active=False)
    assert not document(gig).is_listed


def test_the_category_stands_among_the_words_and_is_no_word(gig):
    assert f"'cat:{gig.category.slug}'" in document(gig).words
    assert not [word for word in lexicon.current_lexicon().frequency if ":" in word]


@pytest.fixture
def frequent(monkeypatch):
    """Forty gigs with 海报 in the title, the last the most popular; a window of twenty, and everything frequent."""
    gigs = [listed(f"海报制作{number}", price_fen=10_000 + number * 100, orders=number) for number in range(40)]
    other = listed("海报 单片机编程", price_fen=500, orders=0)
    services.rebuild_index()
    monkeypatch.setattr(windows, "ROW_LIMIT", 10)
    monkeypatch.setattr(windows, "WALKED", 20)
    monkeypatch.setattr(windows, "FREQUENT_SHARE", 0.1)
    monkeypatch.setattr(services, "CANDIDATE_LIMIT", 10)
    return gigs, other


def test_a_frequent_word_is_looked_for_among_the_most_popular_and_the_count_says_so(frequent):
    gigs, _other = frequent
    result = search("海报")
    assert result.is_capped
    assert result.total == 10
    popular = {gig.pk for gig in gigs[-20:]}
    assert set(result.ids) <= popular


def test_a_rare_word_beside_a_frequent_one_is_found_outside_the_window(frequent):
    _gigs, other = frequent
    assert search("海报单片机").ids[0] == other.pk


def test_filters_look_further_than_the_window(frequent):
    gigs, _other = frequent
    assert set(search("海报", price_min_fen=10_000, price_max_fen=10_200).ids) == {gig.pk for gig in gigs[:3]}


def test_filters_without_words_look_further_than_the_window(frequent):
    _gigs, other = frequent
    result = search("", price_max_fen=900)
    assert (list(result.ids), result.total) == ([other.pk], 1)


def test_the_cheapest_of_all_is_found_though_nobody_ordered_it(frequent):
    _gigs, other = frequent
    assert search("海报", sort="price").ids[0] == other.pk


def test_a_window_of_frequent_words_is_kept_for_a_moment_and_no_price_and_no_pause_with_it(frequent, monkeypatch):
    looked = []
    look = windows._looked_at
    monkeypatch.setattr(
        windows, "_looked_at", lambda *args, **options: looked.append(options) or look(*args, **options)
    )
    best = search("海报").ids[0]
    assert search("海报", price_min_fen=10_100).ids
    assert looked == [{"is_narrowed": False}, {"is_narrowed": True}]
    pause_gig(gig_id=best, seller=Gig.objects.get(pk=best).seller)
    assert best not in search("海报").ids
    monkeypatch.setattr(kept_windows, "SECONDS", 0)
    search("海报")
    assert looked[-1] == {"is_narrowed": False}


def test_what_is_counted_whole_is_not_kept(gig):
    assert search("字标").total == 1
    listed("字标设计")
    services.rebuild_index()
    assert search("字标").total == 2


def test_only_the_last_few_windows_are_kept():
    kept = kept_windows.KeptForAMoment()
    made = []
    for key in (*range(kept_windows.MOST + 1), 0, kept_windows.MOST):
        kept.get_or_make(key, lambda key=key: made.append(key) or key + 1, is_worth_it=bool)
    assert made == [*range(kept_windows.MOST + 1), 0]


def test_a_small_result_is_counted_whole(gig):
    result = search("字标")
    assert (result.total, result.is_capped) == (1, False)


@pytest.fixture
def large(monkeypatch):
    """A catalogue that counts as large, counted; no process may count it again."""
    logo = listed("餐饮LOGO设计", tags=["logo"], seller=make_seller(name="白鹤设计"))
    listed("公众号排版", tags=["公众号"])
    monkeypatch.setattr(snapshot, "SMALL_CATALOGUE", 1)
    services.rebuild_index()
    assert LexiconSnapshot.objects.count() == 1
    monkeypatch.setattr(lexicon, "count_catalogue", lambda **_options: pytest.fail("every process would count"))
    return logo


@pytest.mark.parametrize("query", ["logo", "lgoo", "白鹤", "gongzhonghao", "公眾號", "gzh"])
def test_a_counted_catalogue_understands_as_one_that_is_read(large, monkeypatch, query):
    counted = search(query)
    monkeypatch.undo()
    monkeypatch.setattr(lexicon, "_of_process", {})
    LexiconSnapshot.objects.all().delete()
    read = search(query)
    assert counted.ids == read.ids != ()
    assert [concept.text for concept in counted.plan.concepts] == [concept.text for concept in read.plan.concepts]


def test_a_word_that_came_after_the_count_is_found(large):
    new = listed("单片机编程")
    services.index_gig(new.pk)
    assert search("单片机").ids == (new.pk,)


def test_a_catalogue_that_became_small_is_read_again(large, monkeypatch):
    monkeypatch.undo()
    assert not lexicon.count_words()
    assert not LexiconSnapshot.objects.exists()


def test_of_a_large_catalogue_only_the_frequent_words_are_kept(large, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(snapshot, "SMALL_CATALOGUE", 1)
    monkeypatch.setattr(snapshot, "WORD_LIMIT", 3)
    monkeypatch.setattr(lexicon, "_of_process", {})
    assert lexicon.count_words()
    assert len(lexicon.current_lexicon().frequency) == 3
    assert search("公众号").total == 1  # cut off, and asked of the index


def test_synthetic_gigs_have_the_documents_that_real_ones_would_have():
    make_category(name="平面设计", parent=make_category(name="设计"))
    synthetic_loading.load(60)
    segmenter = dictionary_in_force().segmenter
    stored = {one.pk: one for one in GigDocument.objects.all()}
    gigs = indexable_gigs()
    assert len(gigs) == len(stored) == 60
    for gig in gigs:
        words, own = gig_words(gig, segmenter, read_at=timezone.now()), stored[gig.pk]
        assert (list(words.title), sorted(words.tags), list(words.body)) == (
            own.title_tokens, sorted(own.tag_tokens), own.body_tokens,
        )  # fmt: skip
        expected = {*words.title, *words.tags, *words.body, *words.category, *words.seller}
        expected |= {word for _letter, word in words.sub_words}
        expected |= {f"cat:{words.category_slug}", f"cat:{words.subcategory_slug}"}
        assert lexemes(gig.pk) == expected
        filled = (own.price_fen, own.orders, own.popularity, own.level, own.is_listed, own.seller_id)
        GigDocument.objects.filter(pk=gig.pk).update(category_slug=own.category_slug)  # the trigger fills it anew
        again = document(gig)
        assert filled == (
            again.price_fen,
            again.orders,
            again.popularity,
            again.level,
            again.is_listed,
            again.seller_id,
        )


def lexemes(gig_id):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(tsvector_to_array(words)) FROM discovery_gigdocument WHERE gig_id = %s", [gig_id])
        return {word for (word,) in cursor.fetchall()}


def test_synthetic_gigs_come_and_go_and_leave_the_others(gig):
    said = StringIO()
    call_command("load_synthetic_gigs", "50", stdout=said)
    assert Gig.objects.count() == GigDocument.objects.count() == 51
    assert search("设计").total > 10
    call_command("load_synthetic_gigs", "--clear", stdout=said)
    assert "50 synthetic services taken away" in said.getvalue()
    assert list(Gig.objects.all()) == [gig]
    assert not User.objects.filter(username__startswith="synthetic-").exists()
