"""What a page of results asks of the database: nothing twice, and nothing for advertisements that are not there."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import UserProfile
from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.engines.postgres import candidates_of
from tests.discovery.test_search import listed
from tests.factories import make_category


def test_a_page_of_results_within_a_category_asks_no_statement_twice_and_of_absences_once(client, db):
    design = make_category(name="设计")
    posters = make_category(name="海报", parent=design)
    gigs = [listed(f"宣传海报{number}号", category=posters, price_fen=10_000 + number) for number in range(4)]
    services.rebuild_index()
    asked = {"category": posters.slug, "price_min": "50", "price_max": "500"}
    for _warm in range(2):
        assert client.get(reverse("discovery:search"), asked).context["page"].result.total == 4
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("discovery:search"), asked)
    statements = [query["sql"] for query in captured.captured_queries]
    assert len(statements) == len(set(statements)), statements
    absences = 'SELECT "accounts_userprofile"."user_id" AS "user_id"'
    assert len([one for one in statements if one.startswith(absences)]) == 1, statements
    assert len(statements) <= 7, statements

    # Who is away is left out in the statement itself.
    tomorrow = timezone.localdate() + timedelta(days=2)
    UserProfile.objects.filter(user=gigs[0].seller).update(away_until=tomorrow, away_takes_orders=False)
    assert candidates_of([gig.pk for gig in gigs]).keys() == {gig.pk for gig in gigs[1:]}
    assert len(candidates_of([gigs[0].pk], only_listed=False)) == 1
    with CaptureQueriesContext(connection) as captured:
        assert candidates_of([]) == {}
    assert not captured.captured_queries


def test_a_search_without_words_reads_none_of_those_of_its_candidates(client, db):
    design = make_category(name="设计")
    listed("宣传海报一号", category=design)
    services.rebuild_index()
    for asked, reads_words in (({"category": design.slug}, False), ({"q": "海报"}, True)):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("discovery:search"), asked).context["page"]
        assert page.result.total == 1
        assert any("body_tokens" in query["sql"] for query in captured.captured_queries) is reads_words


def test_who_looks_around_within_filters_has_only_what_passes_them_read(db, monkeypatch):
    design = make_category(name="设计")
    gigs = [listed(f"宣传海报{number}号", category=design, price_fen=10_000 * number) for number in range(1, 6)]
    services.rebuild_index()
    read = []

    def noted(gig_ids, **more):
        read.append(set(gig_ids))
        return candidates_of(gig_ids, **more)

    monkeypatch.setattr("marketplace.discovery.engines.postgres.candidates_of", noted)
    cheap, whole = {gigs[0].pk, gigs[1].pk}, {gig.pk for gig in gigs}
    without_words = services.search(SearchRequest(category_slug=design.slug, price_max_fen=20_000))
    with_words = services.search(SearchRequest(query="海报", category_slug=design.slug, price_max_fen=20_000))
    assert read == [cheap, whole]
    assert set(without_words.ids) == set(with_words.ids) == cheap
    assert without_words.total == with_words.total == 2
    # What is counted beside them is of all that stand in the category.
    assert without_words.facets == with_words.facets
    assert without_words.price_range_fen == with_words.price_range_fen
