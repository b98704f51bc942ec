"""What somebody does with their own searches: seen, deleted, paused, taken along, erased; and nobody else's business."""

import json

import pytest
from django.urls import reverse

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.services import give_consent, withdraw_consent
from marketplace.core.config import set_config
from marketplace.discovery import saved_searches, services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.errors import SavedSearchError, SavedSearchErrorCode
from marketplace.discovery.history import pause_history, recent_searches
from marketplace.discovery.models import SearchFilter, SearchHistory, SearchPause
from marketplace.discovery.own_data import DiscoverySection
from marketplace.discovery.suggestion_models import SearchAlert
from tests.factories import make_category, make_user


def searched(person, *queries):
    give_consent(user=person, document=ConsentDocument.SEARCHES)
    for query in queries:
        services.record_search(user=person, request=SearchRequest(query=query), result_count=1)


def test_the_page_shows_each_search_once_with_the_newest_first(buyer_client, buyer):
    searched(buyer, "海报", "logo", "ＬＯＧＯ", "名片")
    page = buyer_client.get(reverse("discovery:history")).content.decode()
    assert page.index("名片") < page.index("ＬＯＧＯ") < page.index("海报")
    assert ">logo<" not in page


def test_one_is_deleted_in_every_spelling_and_all_are_deleted(buyer_client, buyer):
    other = make_user()
    searched(buyer, "海报", "logo", "ＬＯＧＯ")
    searched(other, "logo")
    buyer_client.post(reverse("discovery:history_forget"), {"query": "logo"})
    assert recent_searches(buyer, limit=9) == ["海报"]
    answer = buyer_client.post(reverse("discovery:history_forget"), {"query": "海报"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    searched(buyer, "名片")
    buyer_client.post(reverse("discovery:history_forget"), {"all": "1"})
    assert recent_searches(buyer, limit=9) == []
    assert recent_searches(other, limit=9) == ["logo"]


def test_recording_is_paused_and_goes_on(buyer_client, buyer):
    searched(buyer, "海报")
    buyer_client.post(reverse("discovery:history_pause"), {"paused": "1"})
    buyer_client.get(reverse("discovery:search"), {"q": "名片"})
    assert recent_searches(buyer, limit=9) == ["海报"]
    assert "已暂停" in buyer_client.get(reverse("discovery:history")).content.decode()
    buyer_client.post(reverse("discovery:history_pause"), {"paused": "0"})
    buyer_client.get(reverse("discovery:search"), {"q": "名片"})
    assert recent_searches(buyer, limit=9) == ["名片", "海报"]


def test_without_consent_nothing_is_kept_and_the_page_asks(buyer_client, buyer):
    buyer_client.get(reverse("discovery:search"), {"q": "名片"})
    assert not SearchHistory.objects.filter(user=buyer).exists()
    page = buyer_client.get(reverse("discovery:history")).content.decode()
    assert reverse("accounts:consent_choose", args=["searches"]) in page
    searched(buyer, "海报")
    withdraw_consent(user=buyer, document=ConsentDocument.SEARCHES)
    assert not SearchHistory.objects.filter(query="海报").exists()  # deleted, as the page says


def test_what_is_kept_goes_along_with_the_account_and_is_erased_with_it(buyer):
    searched(buyer, "海报")
    pause_history(user=buyer)
    saved_searches.save_search(user=buyer, request=SearchRequest(query="logo"), alerts=SearchAlert.DAILY)
    section = DiscoverySection()
    taken = {table.name: list(table.rows()) for table in section.tables(buyer)}
    assert json.loads(json.dumps(taken["saved_searches"], default=str))[0]["alerts"] == "daily"
    assert len(taken["search_pause"]) == 1
    section.erase(buyer)
    assert not SearchFilter.objects.filter(user=buyer).exists()
    assert not SearchPause.objects.filter(user=buyer).exists()
    assert not SearchHistory.objects.filter(user=buyer).exists()


def test_a_search_is_saved_from_its_page_and_found_in_the_list(buyer_client, buyer):
    category = make_category(name="海报设计")
    asked = {"q": "国风", "category": category.slug, "price_max": "500", "sort": "price", "page": "1"}
    page = buyer_client.get(reverse("discovery:search"), asked).content.decode()
    assert reverse("discovery:save_search") in page
    answer = buyer_client.post(reverse("discovery:save_search"), asked | {"name": "", "alerts": "at_once"})
    assert answer.url.startswith(reverse("discovery:search"))
    kept = SearchFilter.objects.get()
    assert (kept.name, kept.alerts, kept.query) == ("国风 · 海报设计", "at_once", "国风")
    assert saved_searches.request_of(kept) == SearchRequest(
        query="国风", category_slug=category.slug, price_max_fen=50_000
    )
    assert "已关注" in buyer_client.get(reverse("discovery:search"), asked).content.decode()
    listing = buyer_client.get(reverse("discovery:saved_searches")).content.decode()
    assert "国风 · 海报设计" in listing


def test_two_searches_of_the_same_words_are_told_apart_by_their_conditions(buyer_client, buyer):
    for name, conditions in (("一", {"price_max_fen": 50_000, "max_days": 3}), ("二", {})):
        request = SearchRequest(query="logo", **conditions)
        saved_searches.save_search(user=buyer, request=request, name=name, alerts=SearchAlert.NONE)
    kept = {search.name: search.conditions for search in saved_searches.saved_searches(buyer)}
    assert kept == {"一": ("¥500以内", "3天内"), "二": ()}
    listing = buyer_client.get(reverse("discovery:saved_searches")).content.decode()
    assert ">¥500以内<" in listing


def test_the_same_search_is_saved_once_whatever_its_order(buyer):
    first = saved_searches.save_search(user=buyer, request=SearchRequest(query="logo"), alerts=SearchAlert.NONE)
    again = saved_searches.save_search(
        user=buyer, request=SearchRequest(query="logo", sort="price"), name="新名", alerts=SearchAlert.DAILY
    )
    assert first.pk == again.pk
    kept = SearchFilter.objects.get()
    assert (kept.name, kept.alerts) == ("新名", "daily")


def test_the_limit_of_the_platform_holds_and_says_what_to_do(buyer_client, buyer):
    set_config(key="discovery.saved_searches_most", value=2, reason="fewer")
    for query in ("海报", "名片"):
        saved_searches.save_search(user=buyer, request=SearchRequest(query=query), alerts=SearchAlert.NONE)
    with pytest.raises(SavedSearchError) as refused:
        saved_searches.save_search(user=buyer, request=SearchRequest(query="logo"), alerts=SearchAlert.NONE)
    assert refused.value.code == SavedSearchErrorCode.TOO_MANY
    page = buyer_client.post(reverse("discovery:save_search"), {"q": "logo"}, follow=True).content.decode()
    assert "最多可以关注2个搜索" in page
    saved_searches.save_search(user=buyer, request=SearchRequest(query="名片"), alerts=SearchAlert.DAILY)
    saved_searches.save_search(user=make_user(), request=SearchRequest(query="logo"), alerts=SearchAlert.NONE)


def test_an_empty_search_is_not_worth_keeping(buyer_client, buyer):
    with pytest.raises(SavedSearchError) as refused:
        saved_searches.save_search(user=buyer, request=SearchRequest(sort="price"), alerts=SearchAlert.NONE)
    assert refused.value.code == SavedSearchErrorCode.NOTHING_TO_SAVE
    assert reverse("discovery:save_search") not in buyer_client.get(reverse("discovery:search")).content.decode()


def test_a_saved_search_is_renamed_opened_and_deleted_by_its_person_alone(client, buyer_client, buyer):
    kept = saved_searches.save_search(user=buyer, request=SearchRequest(query="logo"), alerts=SearchAlert.NONE)
    stranger = make_user()
    client.force_login(stranger)
    for name in ("change", "delete"):
        assert client.post(reverse(f"discovery:saved_search_{name}", args=[kept.pk])).status_code == 404
    opened = reverse("discovery:saved_search_open", args=[kept.pk])
    assert client.get(opened).status_code == 404
    assert opened not in client.get(reverse("discovery:saved_searches")).content.decode()
    buyer_client.post(reverse("discovery:saved_search_change", args=[kept.pk]), {"name": " 店标 ", "alerts": "daily"})
    kept.refresh_from_db()
    assert (kept.name, kept.alerts) == ("店标", "daily")
    assert buyer_client.get(opened).url == reverse("discovery:search") + "?q=logo&sort=newest"
    buyer_client.post(reverse("discovery:saved_search_delete", args=[kept.pk]))
    assert not SearchFilter.objects.exists()


def test_a_stranger_is_sent_to_log_in_and_back_to_the_search(client, db):
    page = client.get(reverse("discovery:search"), {"q": "海报"}).content.decode()
    assert f"{reverse('account_login')}?next={reverse('discovery:search')}%3Fq%3D" in page
