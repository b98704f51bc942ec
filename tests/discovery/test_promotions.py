"""Advertised services: above the results, marked, within what was asked for, and nowhere else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.core import flags, page_cache
from marketplace.core.config import set_config
from marketplace.core.remembered import forget_remembered
from marketplace.discovery import promotions, services
from marketplace.discovery.engines.base import QueryPlan, SearchRequest
from marketplace.discovery.models import Promotion, SearchClick, SearchHistory
from marketplace.gigs import services as gigs
from tests.discovery.analytics.conftest import BROWSER
from tests.discovery.analytics.test_figures import marketer  # noqa: F401 a fixture
from tests.discovery.test_search import listed
from tests.factories import make_category, make_user
from tests.logins import log_in

SEARCH = reverse("discovery:search")


@pytest.fixture
def catalogue(db):
    design = make_category(name="设计")
    posters = make_category(name="海报", parent=design)
    found = [listed(f"宣传海报{number}号", category=posters, price_fen=10_000 + number) for number in range(30)]
    found.append(listed("手写字标", category=posters, price_fen=90_000))
    services.rebuild_index()
    return found


def promote(gig, **fields):
    now = timezone.now()
    fields = {"words": "海报", "starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=1)} | fields
    made = Promotion.objects.create(gig=gig, **fields)
    forget()
    return made


def forget() -> None:
    """As the commit does, which no test within one transaction comes to."""
    forget_remembered("discovery:promotions")


def advertised(client, **query):
    forget()
    response = client.get(SEARCH, query)
    return [card.gig_id for card in response.context["page"].promoted]


def test_it_stands_above_the_results_marked_and_changes_nothing_about_them(client, catalogue):
    before = [card.gig_id for card, _why in client.get(SEARCH, {"q": "海报"}).context["page"].cards]
    promote(catalogue[-1])
    response = client.get(SEARCH, {"q": "海报"})
    page, html = response.context["page"], response.content.decode()
    assert [card.gig_id for card in page.promoted] == [catalogue[-1].pk]
    assert [card.gig_id for card, _why in page.cards] == before
    assert html.count('class="tag tag--ad"') == 1
    assert html.index("tag--ad") < html.index(page.cards[0][0].title)
    assert "不影响" in html


@pytest.mark.usefixtures("committed_db")
def test_what_is_kept_of_promotions_ends_with_the_first_change_of_one(monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
    posters = make_category(name="海报")
    for number in range(30):
        gig = listed(f"宣传海报{number}号", category=posters, price_fen=10_000 + number)
    services.rebuild_index()
    shown = promotions.promoted_gigs
    request = SearchRequest(category_slug=posters.slug)

    def now() -> list[int]:
        return shown(request, QueryPlan(""), shown=())

    assert now() == []
    promotion = Promotion.objects.create(
        gig=gig, category=posters, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1)
    )
    assert now() == [gig.pk]
    with CaptureQueriesContext(connection) as queries:
        assert now() == [gig.pk]
    assert "discovery_promotion" not in str(queries.captured_queries)
    promotion.is_active = False
    promotion.save()
    assert now() == []
    promotion.is_active = True
    promotion.save()
    assert now() == [gig.pk]
    promotion.delete()
    assert now() == []


def test_many_that_begin_later_hide_none_that_runs(client, catalogue, monkeypatch):
    monkeypatch.setattr(promotions, "_MOST_KEPT", 2)
    now = timezone.now()
    promote(catalogue[-1], ends_at=now + timedelta(days=300))
    for gig in catalogue[:3]:
        promote(gig, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))
    assert advertised(client, q="海报") == [catalogue[-1].pk]


def test_only_where_it_belongs(client, catalogue):
    promote(catalogue[-1])
    assert advertised(client, q="海报")
    for elsewhere in (
        {"q": "字标"},
        {"q": "海报", "page": "2"},
        {"q": "海报", "sort": "price"},
        {"q": "海报", "price_max": "500"},
        {"q": "海报 500元以内"},
        {"q": "航空母舰"},
        {"q": "易拉宝"},  # the thesaurus finds posters for it: not what the place was bought for
        {"category": catalogue[0].category.slug},
    ):
        assert advertised(client, **elsewhere) == [], elsewhere


def test_a_category_shows_its_own(client, catalogue):
    category = catalogue[0].category
    promote(catalogue[0], words="", category=category)
    assert advertised(client, category=category.slug) == [catalogue[0].pk]
    assert advertised(client, category=category.parent.slug) == [catalogue[0].pk]
    assert advertised(client, q="字标") == []


def test_only_while_it_runs_and_can_be_bought(client, catalogue):
    row = promote(catalogue[-1], starts_at=timezone.now() + timedelta(hours=1))
    assert advertised(client, q="海报") == []
    Promotion.objects.filter(pk=row.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    assert advertised(client, q="海报")
    gigs.pause_gig(gig_id=catalogue[-1].pk, seller=catalogue[-1].seller)
    assert advertised(client, q="海报") == []


def test_no_more_than_the_settings_allow(client, catalogue):
    shown = {card.gig_id for card, _why in client.get(SEARCH, {"q": "海报"}).context["page"].cards}
    others = [gig for gig in catalogue if gig.pk not in shown]
    for gig in others:
        promote(gig)
    assert len(advertised(client, q="海报")) == 2
    set_config(key="discovery.promoted_most", value=0, reason="keine")
    assert advertised(client, q="海报") == []


def test_what_stands_among_the_results_is_not_advertised_beside_itself(client, catalogue):
    first = client.get(SEARCH, {"q": "海报"}).context["page"].cards[0][0].gig_id
    promote(next(gig for gig in catalogue if gig.pk == first))
    assert advertised(client, q="海报") == []


def test_a_click_on_it_is_no_click_on_a_result(client, catalogue):
    client.defaults["HTTP_USER_AGENT"] = BROWSER
    promote(catalogue[-1])
    client.get(SEARCH, {"q": "海报"})
    assert catalogue[-1].pk not in SearchHistory.objects.get().shown[0]["ids"]
    client.get(catalogue[-1].get_absolute_url(), HTTP_REFERER=f"http://testserver{SEARCH}?q=海报")
    click = SearchClick.objects.get()
    assert (click.gig, click.place, click.is_promoted) == (catalogue[-1], None, True)


def test_marketers_place_them_and_are_told_what_is_missing(catalogue, marketer):  # noqa: F811
    client = log_in(marketer)
    url = reverse(Promotion.snippet_viewset.get_url_name("add"))
    now = timezone.localtime()
    wrong = {
        "gig": catalogue[-1].pk, "category": "", "words": " ", "is_active": "on",
        "starts_at": now.strftime("%Y-%m-%d %H:%M"), "ends_at": (now - timedelta(days=1)).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    response = client.post(url, wrong)
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"words", "ends_at"}
    right = wrong | {"words": "海报", "ends_at": (now + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")}
    assert client.post(url, right).status_code == 302
    assert Promotion.objects.get().gig == catalogue[-1]


def test_the_database_refuses_what_has_neither_place_nor_time(catalogue):
    now = timezone.now()
    for fields in ({"words": ""}, {"ends_at": now - timedelta(days=2)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            promote(catalogue[0], **fields)


def test_with_its_flag_off_nothing_is_advertised_and_the_results_are_what_they_were(client, catalogue):
    promote(catalogue[-1])
    assert advertised(client, q="海报") == [catalogue[-1].pk]
    staff = make_user()
    flags.set_flag(
        key="discovery.promotions", is_on=False, share_percent=0, group_ids=[], reason="先停一停", staff=staff
    )
    response = client.get(SEARCH, {"q": "海报"})
    assert response.context["page"].promoted == []
    assert len(response.context["page"].cards) > 0
    assert "tag--ad" not in response.content.decode()
    share = flags.place_of("discovery.promotions", f"user:{staff.pk}") // 100 + 1
    flags.set_flag(
        key="discovery.promotions", is_on=False, share_percent=share, group_ids=[], reason="先给一部分人", staff=staff
    )
    assert advertised(client, q="海报") == []
    assert advertised(log_in(staff), q="海报") == [catalogue[-1].pk]
