"""Every page answers in both languages, names its translations, and shows what is for sale and what the rules are."""

import re

from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from cms_pages.models import CategoryPage, HelpFeedback, HelpPage, SiteSettings
from cms_pages.navigation import help_article_url
from marketplace.core.config import set_config
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig
from tests import factories

PATHS = [
    "/",
    "/design/",
    "/design/logo/",
    "/topics/",
    "/topics/open-a-small-shop/",
    "/help/",
    "/help/?q=怎么",
    "/help/buyer-start/",
    "/help/buyer-start/how-to-order/",
    "/about/",
]


def test_each_kind_of_page_answers_in_both_languages(tree, client: Client) -> None:
    for path in [*PATHS, *(f"/en{path}" for path in PATHS)]:
        response = client.get(path)
        assert response.status_code == 200, path
        html = response.content.decode()
        assert html.count("<h1") == 1, path
        assert ' style="' not in html, path


def test_a_page_names_both_languages(tree, client: Client) -> None:
    paths = ["/", "/design/logo/", "/help/buyer-start/how-to-order/"]
    for path, address in [(path, prefix + path) for path in paths for prefix in ("", "/en")]:
        html = client.get(address).content.decode()
        assert f'hreflang="zh-Hans" href="{settings.SITE_URL}{path}"' in html
        assert f'hreflang="en" href="{settings.SITE_URL}/en{path}"' in html
        assert f'rel="canonical" href="http://localhost:8000{address}"' in html


def test_a_category_shows_what_is_for_sale_below_it(tree, client: Client) -> None:
    html = client.get("/design/").content.decode()
    assert all(title in html for title in ("茶饮LOGO", "面馆LOGO", "开业海报"))
    html = client.get("/design/posters/").content.decode()
    assert "开业海报" in html
    assert "茶饮LOGO" not in html


def test_a_paused_gig_leaves_the_category(tree, client: Client) -> None:
    Gig.objects.filter(title="开业海报").update(status="paused")
    assert "开业海报" not in client.get("/design/posters/").content.decode()


def test_a_page_of_the_listing_that_is_not_there_is_not_found(tree, client: Client) -> None:
    for number in ("2", "0", "abc", "-1"):
        assert client.get(f"/design/?page={number}").status_code == 404, number


def test_a_page_that_is_not_live_is_not_found(tree, client: Client) -> None:
    page = HelpPage.objects.get(slug="how-to-order", locale__language_code="zh-hans")
    page.unpublish()
    assert client.get("/help/buyer-start/how-to-order/").status_code == 404


def test_a_page_without_translation_names_none(tree, client: Client) -> None:
    Page.objects.get(slug="about", locale__language_code="en").unpublish()
    assert 'rel="alternate" hreflang' not in client.get("/about/").content.decode()


def test_a_rule_shows_the_value_in_force(tree, client: Client) -> None:
    path = "/help/buyer-start/how-to-order/"
    assert "下单后请在<b>30</b>分钟内付款" in client.get(path).content.decode()
    set_config(key="orders.payment_timeout_minutes", value=45, reason="test")
    assert "下单后请在<b>45</b>分钟内付款" in client.get(path).content.decode()


def test_a_reader_says_what_is_unclear(tree) -> None:
    client = Client(enforce_csrf_checks=False)
    path = "/help/buyer-start/how-to-order/"
    response = client.post(path, {"helpful": "no", "comment": "加购项在哪里选？"})
    assert response.status_code == 302
    assert response["Location"] == path
    feedback = HelpFeedback.objects.get()
    assert (feedback.helpful, feedback.comment) == (False, "加购项在哪里选？")


def test_who_says_that_it_is_unclear_is_asked_what_in_its_place(tree) -> None:
    client, path = Client(), "/help/buyer-start/how-to-order/"
    asked = client.post(path, {"helpful": "no"}, headers={"HX-Request": "true"}).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', asked)[1]
    thanks = client.post(path, {"helpful": "no", "comment": "哪里？", "token": token}, headers={"HX-Request": "true"})
    assert "textarea" not in thanks.content.decode()
    assert list(HelpFeedback.objects.values_list("helpful", "comment")) == [(False, "哪里？")]  # one reader, one answer
    client.post(path, {"helpful": "no", "comment": "又一句", "token": "forged"})
    assert HelpFeedback.objects.count() == 2


def test_words_and_figures_stand_apart_in_english(tree, client: Client) -> None:
    from cms_pages.blocks import RuleLineBlock

    block = RuleLineBlock(template="cms_pages/blocks/rule_line.html")
    value = block.to_python({"label": "x", "before": "after", "figure": "3", "after": "days"})
    with override("en"):
        assert "after <b>3</b> days" in block.render(value)
    with override("zh-hans"):
        assert "after<b>3</b>days" in block.render(value)


def test_the_footer_shows_the_filings(tree, client: Client) -> None:
    site_settings = SiteSettings.objects.get()
    assert site_settings.icp_number in client.get("/").content.decode()
    site_settings.icp_number = "浙ICP备1号"
    site_settings.save()
    assert "浙ICP备1号" in client.get("/").content.decode()


def test_the_footer_leads_to_the_proof_of_escrow(tree, client: Client) -> None:
    footer = client.get("/").content.decode().split('<footer class="footer">')[1]
    assert f'href="{reverse("ledger:escrow")}"' in footer


def test_the_navigation_follows_a_published_page(tree, client: Client) -> None:
    assert "设计服务" not in client.get("/").content.decode()
    page = CategoryPage.objects.get(slug="design", locale__language_code="zh-hans")
    page.category.name = "设计服务"
    page.category.save()

    from cms_pages.forgetting import forget_page

    forget_page(page)
    assert "设计服务" in client.get("/").content.decode()


def test_an_article_is_linked_in_its_language_for_as_long_as_it_is_live(tree) -> None:
    with override("en"):
        assert help_article_url("how-to-order") == "/en/help/buyer-start/how-to-order/"
    assert help_article_url("how-to-order") == "/help/buyer-start/how-to-order/"
    assert help_article_url("no-such-article") == ""
    HelpPage.objects.get(slug="how-to-order", locale__language_code="zh-hans").unpublish()
    cache.clear()
    assert help_article_url("how-to-order") == ""


def test_a_category_page_leads_into_the_search_by_what_its_services_say(tree, categories, client: Client) -> None:
    factories.make_attribute(categories["design"], "trade", "food", "retail", name="行业", name_en="Industry")
    factories.make_attribute(categories["logo"], "style", "flat", "retro", name="风格")
    factories.make_gig(category=categories["logo"], attributes={"trade": ["food"], "style": ["flat", "gone"]})
    factories.make_gig(category=categories["posters"], attributes={"trade": ["food"]})
    factories.make_gig(category=categories["logo"], attributes={"trade": ["retail"]}, live=False)
    rebuild_index()
    cache.clear()
    lines = {
        path: {
            line.name: [(option.name, option.count, option.url) for option in line.options]
            for line in client.get(path).context["attribute_links"]
        }
        for path in ("/design/", "/design/logo/", "/en/design/")
    }
    assert lines["/design/"] == {"行业": [("food名", 2, "/search/?category=design&attr=trade:food")]}
    assert lines["/design/logo/"] == {
        "风格": [("flat名", 1, "/search/?category=logo&attr=style:flat")],
        "行业": [("food名", 1, "/search/?category=logo&attr=trade:food")],
    }
    assert lines["/en/design/"] == {"Industry": [("Food", 2, "/en/search/?category=design&attr=trade:food")]}
    html = client.get("/design/logo/").content.decode()
    assert 'href="/search/?category=logo&amp;attr=style:flat" rel="nofollow"' in html
