"""Addresses of pages: in pinyin, one for each, and an old one leads to the new."""

from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from cms_pages.models import HomePage, LandingPage, SiteSettings, StandardPage
from marketplace.core.slugs import pinyin_slug
from marketplace.gigs.models import Gig
from tests import factories


def chinese(slug: str) -> Page:
    return Page.objects.get(slug=slug, locale__language_code="zh-hans").specific


def test_chinese_is_spelled_and_cut_after_a_whole_syllable() -> None:
    assert pinyin_slug("奶茶店LOGO", fallback="gig") == "nai-cha-dian-logo"
    assert pinyin_slug("！？", fallback="page") == "page"
    long = pinyin_slug("双" * 40, fallback="page")
    assert len(long) <= 60
    assert set(long.split("-")) == {"shuang"}
    assert pinyin_slug("奶茶店菜单", fallback="gig", length=13) == "nai-cha-dian"
    assert pinyin_slug("supercalifragilistic 菜单", fallback="gig", length=9) == "supercali"


def test_a_page_that_an_editor_makes_gets_an_address_in_pinyin(tree) -> None:
    home = HomePage.objects.get(locale__language_code="zh-hans")
    page = home.add_child(instance=StandardPage(title="知识产权声明", slug="知识产权声明", locale=home.locale))
    assert page.slug == "zhi-shi-chan-quan-sheng-ming"
    again = home.add_child(instance=StandardPage(title="知识产权声明", locale=home.locale))
    assert again.slug == "zhi-shi-chan-quan-sheng-ming-2"
    assert Client().get(page.url).status_code == 200


def test_an_old_address_leads_to_the_new_one_and_so_do_those_below_it(tree, django_capture_on_commit_callbacks) -> None:
    section = chinese("buyer-start")
    section.slug = "买东西"
    with django_capture_on_commit_callbacks(execute=True):
        section.save_revision().publish()
    for old, new in (
        ("/help/buyer-start/", "/help/mai-dong-xi/"),
        ("/help/buyer-start/how-to-order/", "/help/mai-dong-xi/how-to-order/"),
    ):
        response = Client().get(old)
        assert (response.status_code, response["Location"]) == (301, new)
        assert Client().get(new).status_code == 200
    assert Client().get("/en/help/buyer-start/").status_code == 200


def test_a_page_that_was_moved_is_found_by_its_old_address(tree) -> None:
    home = HomePage.objects.get(locale__language_code="zh-hans")
    about = home.add_child(instance=StandardPage(title="规则", slug="rules", locale=home.locale))
    about.move(chinese("about"), pos="last-child")
    response = Client().get("/rules/")
    assert (response.status_code, response["Location"]) == (301, "/about/rules/")


def test_a_gig_is_found_by_what_it_was_called(db) -> None:
    gig = factories.make_gig(title="茶饮LOGO")
    Gig.objects.filter(pk=gig.pk).update(slug="cha-yin-biao-zhi")
    gig.refresh_from_db()
    response = Client().get(reverse("gigs:detail", args=[gig.pk, "cha-yin-logo"]))
    assert (response.status_code, response["Location"]) == (301, gig.get_absolute_url())


def test_a_page_that_is_not_there_offers_a_search_and_ways_on(tree) -> None:
    for prefix, words in (("", "帮助中心"), ("/en", "Help centre")):
        response = Client().get(f"{prefix}/no-such-page/")
        html = response.content.decode()
        assert response.status_code == 404
        assert 'name="robots" content="noindex"' in html
        assert "hreflang" not in html.split("</head>")[0]
        main = html[html.index("<main") : html.index("</main>")]
        assert f'action="{prefix}/search/"' in main
        assert f'href="{prefix}/design/"' in main
        assert f'href="{prefix}/help/">{words}</a>' in main


def test_a_shared_page_has_words_and_a_picture(tree, image) -> None:
    SiteSettings.objects.update(social_image=image)
    SiteSettings.objects.get().save()
    page = chinese("open-a-small-shop")
    Page.objects.filter(pk=page.pk).update(search_description="")
    html = Client().get(page.url).content.decode()
    head = html.split("</head>")[0]
    assert f'<meta name="description" content="{page.summary}">' in head
    assert f'<meta property="og:description" content="{page.summary}">' in head
    assert '<meta property="og:locale" content="zh_CN">' in head
    assert 'property="og:image" content="http' in head
    assert '<meta name="twitter:card" content="summary_large_image">' in head
    LandingPage.objects.filter(pk=page.pk).update(social_image=image)
    head = Client().get(page.url).content.decode().split("</head>")[0]
    assert '<meta property="og:image:alt" content="一家小店">' in head


def test_a_search_of_the_help_centre_is_not_for_search_engines(tree) -> None:
    assert 'content="noindex, follow"' in Client().get("/help/?q=怎么").content.decode()
    assert "noindex" not in Client().get("/help/").content.decode()
