"""For you: what it goes by, why each stands there, and that each word of its person is obeyed."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.services import block_person, give_consent, go_away, withdraw_consent
from marketplace.core import clock
from marketplace.discovery.history import pause_history
from marketplace.discovery.models import (
    GigView,
    PersonalisationOff,
    RecommendationReason,
    RecommendationRun,
    SearchHistory,
)
from marketplace.discovery.own_data import DiscoverySection
from marketplace.discovery.recommending import choices, selectors, viewing
from marketplace.discovery.recommending.for_you import Ground, for_you, picks_for
from marketplace.discovery.recommending.tasks import (
    forget_old_views,
    recompute_recommendations,
    refresh_lately,
    write_views,
)
from marketplace.discovery.services import rebuild_index
from marketplace.gigs import counting
from marketplace.gigs.models import Gig
from marketplace.gigs.services.favourites import toggle_favourite
from tests.factories import make_category, make_gig, make_paid_order, make_seller, make_user

pytestmark = pytest.mark.django_db
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture(autouse=True)
def _empty_queue():
    viewing._client().delete(viewing._QUEUE)
    cache.clear()
    yield
    viewing._client().delete(viewing._QUEUE)


def open_page(client, gig: Gig, **headers: str):
    return client.get(gig.get_absolute_url(), headers=BROWSER | headers)


def agree(person: User) -> User:
    give_consent(user=person, document=ConsentDocument.VIEWS)
    viewing.forget_choice(person.pk)
    return person


def kept_together(*gigs: Gig, people: int = 3) -> None:
    """So many people keep all of these; others keep something else, without which nothing is a coincidence."""
    for _ in range(people):
        person = make_user()
        for gig in gigs:
            toggle_favourite(gig=gig, user=person)
    other = make_gig()
    for _ in range(4):
        toggle_favourite(gig=other, user=make_user())
    recompute_recommendations()
    rebuild_index()


def shown_to(person: User, limit: int = 12) -> dict[int, str]:
    cache.clear()
    with counting.noting():
        return {one.card.gig_id: one.why for one in for_you(person, limit=limit).shown}


# What is recorded, and of whom


def test_a_view_is_kept_of_whoever_agreed_and_a_reload_is_the_same_visit(buyer_client, buyer):
    agree(buyer)
    gig = make_gig()
    open_page(buyer_client, gig)
    open_page(buyer_client, gig)
    assert not GigView.objects.exists()  # nothing is written while a page is made
    write_views()
    open_page(buyer_client, gig)
    write_views()
    row = GigView.objects.get()
    assert (row.user, row.gig, row.views) == (buyer, gig, 1)
    GigView.objects.update(viewed_at=clock.now() - timedelta(hours=1))
    open_page(buyer_client, gig)
    write_views()
    assert GigView.objects.get().views == 2


def test_nothing_is_kept_without_consent_of_strangers_machines_pages_fetched_ahead_or_ones_own(
    client, buyer_client, buyer
):
    gig, own = make_gig(), make_gig()
    open_page(buyer_client, gig)
    assert viewing._client().llen(viewing._QUEUE) == 0
    agree(buyer)
    open_page(client, gig)
    buyer_client.get(gig.get_absolute_url(), headers={"User-Agent": "SomeBot/1.0"})
    open_page(buyer_client, gig, **{"Sec-Purpose": "prefetch"})
    agree(own.seller)
    client.force_login(own.seller)
    open_page(client, own)
    assert viewing._client().llen(viewing._QUEUE) == 0
    write_views()
    assert not GigView.objects.exists()


def test_a_pause_and_the_switch_stop_it_at_once_and_count_at_writing_too(buyer_client, buyer):
    agree(buyer)
    gig, other = make_gig(), make_gig()
    open_page(buyer_client, gig)
    buyer_client.post(reverse("discovery:recommendations_switch"), {"off": "1"})
    write_views()
    assert not GigView.objects.exists()
    open_page(buyer_client, other)
    choices.switch_on(user=buyer)
    pause_history(user=buyer)
    open_page(buyer_client, other)
    write_views()
    assert not GigView.objects.exists()


def test_taking_the_consent_back_deletes_what_was_kept_and_so_does_closing(buyer_client, buyer):
    agree(buyer)
    open_page(buyer_client, make_gig())
    write_views()
    choices.dismiss(user=buyer, gig_id=make_gig().pk)
    choices.switch_off(user=buyer)
    tables = {table.name: list(table.rows()) for table in DiscoverySection().tables(buyer)}
    assert tables["viewed_services"][0]["service"] == GigView.objects.get().gig.title
    assert len(tables["dismissed_services"]) == len(tables["personalisation_off"]) == 1
    withdraw_consent(user=buyer, document=ConsentDocument.VIEWS)
    assert not GigView.objects.exists()
    DiscoverySection().erase(buyer)
    assert not choices.dismissed(buyer)
    assert not choices.is_off(buyer)


def test_its_person_deletes_one_or_all_and_what_is_old_goes_by_itself(buyer_client, buyer):
    agree(buyer)
    gigs = [make_gig(title=title) for title in ("手绘菜单", "海报设计", "门头招牌")]
    for gig in gigs:
        open_page(buyer_client, gig)
    write_views()
    page = buyer_client.get(reverse("discovery:recommendations")).content.decode()
    assert all(gig.title in page for gig in gigs)
    buyer_client.post(reverse("discovery:views_forget"), {"gig": gigs[0].pk})
    assert set(GigView.objects.values_list("gig_id", flat=True)) == {gigs[1].pk, gigs[2].pk}
    GigView.objects.filter(gig=gigs[1]).update(touched_at=clock.now() - timedelta(days=91))
    assert [forget_old_views(), forget_old_views()] == [1, 0]
    buyer_client.post(reverse("discovery:views_forget"), {"all": "1"})
    assert not GigView.objects.exists()


def test_what_the_same_people_look_at_stands_on_the_page_of_a_service(client):
    logo, poster, other = make_gig(), make_gig(title="开业海报设计"), make_gig()
    for number in range(6):
        person = agree(make_user())
        viewing.note_views(person, [logo.pk, poster.pk] if number < 3 else [other.pk])
    write_views()
    recompute_recommendations()
    assert [shelf.heading for shelf in selectors.beside(logo)] == ["看了这项服务的人还看了"]
    assert "开业海报设计" in open_page(client, logo).content.decode()


def test_who_takes_no_orders_is_recommended_to_nobody_from_that_moment(buyer):
    logo, poster = make_gig(), make_gig(title="开业海报设计")
    kept_together(logo, poster)
    toggle_favourite(gig=logo, user=buyer)
    seen = {one.card.gig_id for one in for_you(buyer, limit=12).shown}
    assert poster.pk in seen
    assert [card.gig_id for card in selectors.beside(logo)[0].cards] == [poster.pk]
    go_away(profile=poster.seller.profile, until=None)
    assert {one.card.gig_id for one in for_you(buyer, limit=12).shown} == seen - {poster.pk}
    assert selectors.beside(logo) == []


# What is recommended


def test_each_card_says_which_service_it_stands_beside(buyer_client, buyer):
    logo, poster, menu, sign = (make_gig(title=title) for title in ("茶馆标志", "开业海报", "手绘菜单", "门头招牌"))
    kept_together(logo, poster)
    kept_together(menu, sign)
    toggle_favourite(gig=logo, user=buyer)
    make_paid_order(buyer=buyer, gig=menu)
    found = shown_to(buyer)
    assert found[poster.pk] == "因为你收藏了《茶馆标志》"
    assert found[sign.pk] == "因为你买过《手绘菜单》"
    assert not {logo.pk, menu.pk} & set(found)
    page = buyer_client.get(reverse("discovery:for_you")).content.decode()
    assert "因为你收藏了《茶馆标志》" in page
    assert page.count(">不感兴趣<") == len(found)
    request = RequestFactory().get("/")
    request.user = buyer
    row = Template("{% load recommending %}{% for_you_row %}").render(RequestContext(request, {}))
    assert "因为你买过《手绘菜单》" in row
    assert 'href="/for-you/"' in row


def test_without_a_past_it_goes_by_the_category_asked_for_and_without_that_by_what_everybody_books(buyer):
    upper = make_category()
    lower = make_category(parent=upper, name="菜单设计")
    menu = make_gig(category=lower)
    for _ in range(3):
        make_gig()
    rebuild_index()
    assert for_you(buyer, limit=4).ground == Ground.EVERYBODY
    SearchHistory.objects.create(user=buyer, query="菜单", filters={"category_slug": lower.slug}, result_count=1)
    cache.clear()
    row = for_you(buyer, limit=4)
    assert row.ground == Ground.CATEGORY
    assert (row.shown[0].card.gig_id, row.shown[0].why) == (menu.pk, "因为你找过菜单设计")


def test_the_switch_shows_what_everybody_sees_and_says_so(buyer_client, buyer):
    logo, poster = make_gig(), make_gig()
    kept_together(logo, poster)
    toggle_favourite(gig=logo, user=buyer)
    assert for_you(buyer, limit=12).is_personal
    buyer_client.post(reverse("discovery:recommendations_switch"), {"off": "1"})
    row = for_you(buyer, limit=12)
    assert (row.ground, row.is_personal) == (Ground.OFF, False)
    stranger = make_user()
    choices.switch_off(user=stranger)
    assert [one.card.gig_id for one in row.shown] == [one.card.gig_id for one in for_you(stranger, limit=12).shown]
    page = buyer_client.get(reverse("discovery:for_you")).content.decode()
    assert "个性化推荐已关闭" in page
    assert "不感兴趣" not in page
    buyer_client.post(reverse("discovery:recommendations_switch"), {"off": "0"})
    assert not PersonalisationOff.objects.filter(user=buyer).exists()
    assert for_you(buyer, limit=12).is_personal


def test_not_interested_takes_a_card_away_without_javascript_and_can_be_taken_back(buyer_client, buyer):
    logo, poster = make_gig(), make_gig(title="开业海报")
    kept_together(logo, poster)
    toggle_favourite(gig=logo, user=buyer)
    place = reverse("discovery:for_you")
    answer = buyer_client.post(reverse("discovery:dismiss"), {"gig": poster.pk, "next": place})
    assert answer.url == f"{place}?hidden={poster.pk}#for-you"
    page = buyer_client.get(f"{place}?hidden={poster.pk}").content.decode()
    assert "撤销" in page
    assert poster.pk not in shown_to(buyer)
    assert "开业海报" in buyer_client.get(reverse("discovery:recommendations")).content.decode()
    buyer_client.post(reverse("discovery:dismiss_undo"), {"gig": poster.pk, "next": "https://evil.example/"})
    assert poster.pk in shown_to(buyer)


@pytest.mark.parametrize("gig", ["", "x", "-1", "999999999999", "9" * 40])
def test_a_card_that_is_not_there_is_answered_in_a_sentence(buyer_client, gig):
    answer = buyer_client.post(reverse("discovery:dismiss"), {"gig": gig, "next": "//evil.example/"}, follow=True)
    assert answer.status_code == 200
    assert "已经不在了" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("discovery:for_you")


def test_two_of_a_seller_are_enough_and_people_one_blocked_do_not_appear(buyer):
    logo, seller, blocked = make_gig(), make_seller(), make_gig()
    many = [make_gig(seller=seller) for _ in range(4)]
    kept_together(logo, blocked, *many)
    toggle_favourite(gig=logo, user=buyer)
    block_person(owner=buyer, person=blocked.seller)
    found = shown_to(buyer)
    assert len({gig.pk for gig in many} & set(found)) == 2
    assert blocked.pk not in found


def test_what_was_passed_over_for_days_sinks(buyer):
    logo, poster, menu = (make_gig() for _ in range(3))
    kept_together(logo, poster, menu)
    agree(buyer)
    toggle_favourite(gig=logo, user=buyer)
    first, second, *_rest = shown_to(buyer)
    write_views()
    assert GigView.objects.get(gig_id=first).shown == 1
    shown_to(buyer)
    write_views()
    assert GigView.objects.get(gig_id=first).shown == 1  # a day counts once
    GigView.objects.filter(gig_id=first).update(shown=12)
    assert next(iter(shown_to(buyer))) == second


def test_nothing_is_noted_of_a_row_that_nobody_counts(buyer):
    logo, poster = make_gig(), make_gig()
    kept_together(logo, poster)
    agree(buyer)
    toggle_favourite(gig=logo, user=buyer)
    assert for_you(buyer, limit=4).is_personal
    assert viewing._client().llen(viewing._QUEUE) == 0


def test_a_row_costs_the_same_however_much_somebody_did_and_two_queries_while_it_is_fresh(buyer):
    def queries() -> int:
        choices.forget_row(buyer.pk)
        with CaptureQueriesContext(connection) as found:
            for_you(buyer, limit=4)
        return len(found)

    gigs = [make_gig() for _ in range(6)]
    kept_together(*gigs)
    toggle_favourite(gig=gigs[0], user=buyer)
    queries()
    few = queries()
    for gig in gigs[1:4]:
        toggle_favourite(gig=gig, user=buyer)
        make_paid_order(buyer=buyer, gig=make_gig())
    queries()
    assert queries() == few <= 12
    with CaptureQueriesContext(connection) as fresh:
        for_you(buyer, limit=4)
    assert len(fresh) <= 2


def test_nothing_personal_is_shown_to_strangers(client):
    make_gig()
    rebuild_index()
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    row = Template("{% load recommending %}{% for_you_row %}").render(RequestContext(request, {}))
    assert not row.strip()
    assert client.get(reverse("discovery:for_you")).status_code == 302


# Kept true


def test_a_favourite_and_a_payment_move_the_lists_soon_after_and_only_once(
    buyer, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        refresh_lately, "apply_async", lambda arguments, countdown: asked.append((arguments, countdown))
    )
    logo, poster = make_gig(), make_gig()
    with django_capture_on_commit_callbacks(execute=True):
        toggle_favourite(gig=logo, user=buyer)
        toggle_favourite(gig=poster, user=buyer)
        make_paid_order(buyer=buyer, gig=logo)
    assert sorted(arguments[0] for arguments, _countdown in asked) == ["bought", "kept"]


def test_the_run_after_a_purchase_brings_what_was_bought_in_these_minutes(buyer):
    logo, poster, other = make_gig(), make_gig(), make_gig()
    for _ in range(3):
        person = make_user()
        make_paid_order(buyer=person, gig=logo)
        make_paid_order(buyer=person, gig=poster)
        make_paid_order(gig=other)
    assert refresh_lately(RecommendationReason.BOUGHT.value) == 2
    run = RecommendationRun.objects.get()
    assert (run.reason, run.is_whole, run.rows) == ("bought", False, 2)
    assert [card.gig_id for card in selectors.beside(logo)[0].cards] == [poster.pk]


def test_what_was_put_together_is_forgotten_when_its_person_keeps_something(buyer, django_capture_on_commit_callbacks):
    logo, poster = make_gig(), make_gig()
    kept_together(logo, poster)
    assert picks_for(buyer)[0] == Ground.EVERYBODY
    with django_capture_on_commit_callbacks(execute=True):
        toggle_favourite(gig=logo, user=buyer)
    assert picks_for(buyer)[0] == Ground.PERSON


def test_the_queue_holds_ids_and_moments_alone(buyer):
    viewing.note_views(agree(buyer), [make_gig().pk])
    [row] = [json.loads(one) for one in viewing._client().lrange(viewing._QUEUE, 0, -1)]
    assert len(row) == 4
    assert row[:2] == ["o", buyer.pk]
