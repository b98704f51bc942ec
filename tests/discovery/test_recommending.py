"""What the same people bought or keep: who counts, what is shown, and that a run done twice does nothing twice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core.jobs import only_one
from marketplace.discovery.models import Recommendation, RecommendationReason
from marketplace.discovery.recommending import selectors
from marketplace.discovery.recommending.computing import recompute
from marketplace.discovery.recommending.tasks import recompute_recommendations, refresh_recommendations
from marketplace.gigs.models import Favourite, Gig
from marketplace.gigs.services.favourites import toggle_favourite
from tests.factories import make_gig, make_order, make_paid_order, make_seller, make_user

pytestmark = pytest.mark.django_db


def _keep(*gigs: Gig, people: int, noise: bool = True) -> list[User]:
    """So many people keep all of these gigs; three others keep something else, without which nothing is a coincidence."""
    keepers = [make_user() for _ in range(people)]
    for person in keepers:
        for gig in gigs:
            toggle_favourite(gig=gig, user=person)
    if noise:
        other = make_gig()
        for _ in range(3):
            toggle_favourite(gig=other, user=make_user())
    return keepers


def _pairs() -> set[tuple[int, int, str]]:
    return set(Recommendation.objects.values_list("source_gig_id", "target_gig_id", "reason"))


def test_what_three_people_keep_together_is_shown_to_a_fourth(client):
    logo, poster = make_gig(), make_gig(title="开业海报设计")
    _keep(logo, poster, people=3)
    assert recompute_recommendations() == 2
    page = client.get(logo.get_absolute_url()).content.decode()
    assert "收藏了这项服务的人还收藏了" in page
    assert "开业海报设计" in page


def test_the_copy_that_the_broker_gives_out_while_it_runs_does_nothing():
    _keep(make_gig(), make_gig(), people=3)
    with only_one("recompute_recommendations", seconds=60):
        assert recompute_recommendations() == 0
    assert recompute_recommendations() == 2


def test_what_two_people_keep_together_is_shown_to_nobody():
    logo, poster = make_gig(), make_gig()
    _keep(logo, poster, people=2)
    recompute_recommendations()
    assert _pairs() == set()


def test_what_was_paid_for_by_three_people_counts_and_what_was_not_paid_does_not():
    logo, poster, flyer, other = (make_gig() for _ in range(4))
    for _ in range(3):
        buyer = make_user()
        make_paid_order(buyer=buyer, gig=logo)
        make_paid_order(buyer=buyer, gig=poster)
        make_order(buyer=buyer, gig=flyer)
        make_paid_order(gig=other)
    recompute_recommendations()
    bought = RecommendationReason.BOUGHT
    assert _pairs() == {(logo.pk, poster.pk, bought), (poster.pk, logo.pk, bought)}
    assert [shelf.heading for shelf in selectors.beside(logo)] == ["买了这项服务的人还买了"]


def test_staff_and_closed_accounts_do_not_count():
    logo, poster = make_gig(), make_gig()
    keepers = _keep(logo, poster, people=4)
    User.objects.filter(pk=keepers[0].pk).update(is_staff=True)
    User.objects.filter(pk=keepers[1].pk).update(is_active=False)
    recompute_recommendations()
    assert _pairs() == set()


def test_what_is_long_ago_does_not_count_and_what_is_older_counts_less():
    logo, poster, flyer = make_gig(), make_gig(), make_gig()
    _keep(logo, poster, people=3)
    _keep(logo, flyer, people=3, noise=False)
    Favourite.objects.filter(gig=flyer).update(created_at=timezone.now() - timedelta(days=200))
    recompute(reason=RecommendationReason.KEPT)
    best = Recommendation.objects.filter(source_gig=logo).order_by("-score").values_list("target_gig_id", flat=True)
    assert best[0] == poster.pk
    Favourite.objects.filter(gig=flyer).update(created_at=timezone.now() - timedelta(days=400))
    recompute(reason=RecommendationReason.KEPT)
    assert not Recommendation.objects.filter(target_gig=flyer).exists()


def test_what_everybody_keeps_stands_below_what_the_same_few_keep():
    logo, poster, fashion = make_gig(), make_gig(), make_gig()
    _keep(logo, poster, fashion, people=5)
    for _ in range(20):
        toggle_favourite(gig=fashion, user=make_user())
    recompute(reason=RecommendationReason.KEPT)
    beside = Recommendation.objects.filter(source_gig=logo).order_by("-score").values_list("target_gig_id", flat=True)
    assert beside[0] == poster.pk


def test_a_second_run_leaves_the_same_rows_and_what_is_over_goes():
    logo, poster = make_gig(), make_gig()
    keepers = _keep(logo, poster, people=3)
    recompute_recommendations()
    before = set(Recommendation.objects.values_list("pk", flat=True))
    recompute_recommendations()
    assert set(Recommendation.objects.values_list("pk", flat=True)) == before != set()
    toggle_favourite(gig=poster, user=keepers[0])
    recompute_recommendations()
    assert _pairs() == set()


def test_the_hourly_run_brings_what_was_kept_today_and_leaves_other_lists_alone():
    old, older, logo, poster = (make_gig() for _ in range(4))
    _keep(old, older, people=3)
    recompute_recommendations()
    Favourite.objects.update(created_at=timezone.now() - timedelta(days=2))
    _keep(logo, poster, people=3)
    refresh_recommendations()
    kept = RecommendationReason.KEPT
    assert _pairs() == {
        (one.pk, other.pk, kept) for one, other in ((old, older), (older, old), (logo, poster), (poster, logo))
    }


def test_own_services_what_was_bought_and_what_is_off_sale_are_left_out_and_two_of_a_seller_are_enough():
    logo, own, bought, paused = (make_gig() for _ in range(4))
    seller = make_seller()
    of_one = [make_gig(seller=seller) for _ in range(3)]
    _keep(logo, own, bought, paused, *of_one, people=3)
    recompute_recommendations()
    Gig.objects.filter(pk=paused.pk).update(live=False, status="paused")
    reader = own.seller
    make_paid_order(buyer=reader, gig=bought)
    [shelf] = selectors.beside(logo, user=reader)
    shown = {card.gig_id for card in shelf.cards}
    assert not shown & {own.pk, bought.pk, paused.pk}
    assert len(shown) == len(shown & {gig.pk for gig in of_one}) == 2


def test_a_page_costs_at_most_two_queries_and_one_or_none_while_the_list_is_fresh():
    logo, *others = (make_gig() for _ in range(6))
    _keep(logo, *others, people=3)
    recompute_recommendations()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(selectors.beside(logo)[0].cards) == selectors.SHOWN
    assert len(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        assert len(selectors.beside(logo)[0].cards) == selectors.SHOWN
    assert len(queries) == 1
    alone = make_gig()
    assert selectors.beside(alone) == []
    with CaptureQueriesContext(connection) as queries:
        assert selectors.beside(alone) == []
    assert len(queries) == 0
