"""What search engines read of every kind of page is schema.org's, and says what the page shows."""

import json

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cms_pages.models import CategoryPage, LandingPage
from marketplace.accounts import services as accounts
from marketplace.accounts.models import UserProfile
from marketplace.core import structured_data as schema
from marketplace.discovery.services import rebuild_index
from marketplace.gigs.models import Gig, GigFaq
from tests import factories
from tests.schema_org.checking import blocks_of, faults, kinds_above, of_type

KINDS = {
    "/": {"Organization", "WebSite"},
    "/design/": {"CollectionPage", "BreadcrumbList"},
    "/design/logo/": {"CollectionPage", "BreadcrumbList"},
    "/topics/": {"CollectionPage", "BreadcrumbList"},
    "/topics/open-a-small-shop/": {"WebPage", "BreadcrumbList", "FAQPage"},
    "/help/": {"CollectionPage", "BreadcrumbList"},
    "/help/buyer-start/": {"CollectionPage", "BreadcrumbList"},
    "/help/buyer-start/how-to-order/": {"Article", "BreadcrumbList"},
    "/about/": {"WebPage", "BreadcrumbList"},
}


def page(path: str) -> str:
    response = Client().get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_each_kind_of_page_says_what_it_is_in_words_that_schema_org_knows(tree) -> None:
    for path, kinds in KINDS.items():
        for address in (path, f"/en{path}"):
            blocks = blocks_of(page(address))
            assert kinds <= {block["@type"] for block in blocks}, address
            assert [fault for block in blocks for fault in faults(block)] == [], address


def test_gigs_sellers_and_searches_say_what_they_are(tree, gigs) -> None:
    gig = gigs[0]
    GigFaq.objects.create(gig=gig, question="能开发票吗", answer="可以。")
    factories.make_public_review(factories.make_completed_order(gig=gig), stars=4, body="字体选得准。")
    profile = gig.seller.profile
    accounts.update_profile(
        profile=profile, province="浙江", city="杭州", languages=[{"code": "zh", "level": "native"}]
    )
    rebuild_index()
    expected = {
        gig.get_absolute_url(): ["Service", "BreadcrumbList", "FAQPage", "Service"],
        profile.get_absolute_url(): ["ProfilePage", "BreadcrumbList"],
        reverse("discovery:search") + "?category=logo": ["ItemList", "BreadcrumbList"],
    }
    for path, kinds in expected.items():
        for address in (path, f"/en{path}"):
            blocks = blocks_of(page(address))
            assert [block["@type"] for block in blocks] == kinds, address
            assert [fault for block in blocks for fault in faults(block)] == [], address
    service, *_others, reviews = blocks_of(page(gig.get_absolute_url()))
    assert service["@id"] == reviews["@id"]
    assert reviews["review"][0]["reviewBody"] == "字体选得准。"
    assert reviews["review"][0]["reviewRating"]["ratingValue"] == 4
    assert service["aggregateRating"]["reviewCount"] == 1
    assert of_type(page(gig.get_absolute_url()), "FAQPage")["mainEntity"][0]["acceptedAnswer"]["text"] == "可以。"
    assert of_type(page(profile.get_absolute_url()), "ProfilePage")["mainEntity"]["knowsLanguage"] == ["zh"]


def test_a_search_with_words_or_filters_says_nothing(tree) -> None:
    rebuild_index()
    for query in ("?q=LOGO", "?category=logo&sort=newest"):
        html = page(reverse("discovery:search") + query)
        assert blocks_of(html) == []
        assert 'name="robots" content="noindex, follow"' in html


def test_the_home_page_says_where_the_site_is_searched(tree) -> None:
    site = of_type(page("/en/"), "WebSite")
    assert site["potentialAction"]["target"]["urlTemplate"] == (
        f"http://localhost:8000{'/en/search/'}?q={{search_term_string}}"
    )
    assert site["potentialAction"]["query-input"] == "required name=search_term_string"
    assert site["publisher"]["@id"] == of_type(page("/en/"), "Organization")["@id"]


def test_a_category_lists_the_services_it_shows(tree) -> None:
    listed = of_type(page("/design/"), "CollectionPage")["mainEntity"]
    assert listed["numberOfItems"] == 3
    titles = [item["name"] for item in listed["itemListElement"]]
    assert sorted(titles) == sorted(["茶饮LOGO", "面馆LOGO", "开业海报"])
    assert [item["position"] for item in listed["itemListElement"]] == [1, 2, 3]
    Gig.objects.filter(title="开业海报").update(status="paused")
    from django.core.cache import cache

    cache.clear()
    assert "开业海报" not in json.dumps(of_type(page("/design/"), "CollectionPage"), ensure_ascii=False)


def test_the_way_to_a_page_begins_at_home_and_ends_at_the_page(tree) -> None:
    for path in KINDS:
        if path == "/":
            continue
        for prefix in ("", "/en"):
            steps = of_type(page(prefix + path), "BreadcrumbList")["itemListElement"]
            assert steps[0]["item"] == f"http://localhost:8000{prefix}/", path
            assert steps[-1]["item"] == f"http://localhost:8000{prefix}{path}", path
            assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))


def test_questions_are_said_without_tags(tree) -> None:
    landing = LandingPage.objects.get(slug="open-a-small-shop", locale__language_code="zh-hans")
    asked = [
        entry["question"] for block in landing.body if block.block_type == "faq" for entry in block.value["questions"]
    ]
    entities = of_type(page(landing.url), "FAQPage")["mainEntity"]
    assert [entity["name"] for entity in entities] == asked
    assert all("<" not in entity["acceptedAnswer"]["text"] for entity in entities)


def test_somebody_who_only_buys_is_not_for_search_engines(db) -> None:
    profile = UserProfile.objects.get(user=factories.make_user())
    html = page(profile.get_absolute_url())
    assert 'name="robots" content="noindex"' in html
    assert blocks_of(html) == []


def test_every_type_that_can_be_built_is_schema_orgs() -> None:
    def below(kind: type) -> list[type]:
        return [kind, *(one for child in kind.__subclasses__() for one in below(child))]

    assert [kind.__name__ for kind in below(schema.Thing) if "Thing" not in kinds_above(kind.__name__)] == []


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"@type": "Servise"}, "no type"),
        ({"@type": "Service", "price": "1"}, "has no price"),
        ({"@type": "Offer", "availability": "https://schema.org/Maybe"}, "no member"),
        ({"@type": "Service", "provider": {"@type": "Offer"}}, "is none of"),
        ({"@type": "WebPage", "dateModified": "yesterday"}, "no date"),
        ({"@type": "Service", "url": "/gigs/1/"}, "no whole address"),
    ],
)
def test_the_check_finds_what_is_wrong(block: dict, said: str) -> None:
    (fault,) = faults({"@context": "https://schema.org", **block})
    assert said in fault


def test_later_pages_of_a_list_have_their_own_title_and_address(tree, categories) -> None:
    seller = factories.make_seller()
    for number in range(30):
        factories.make_gig(seller=seller, category=categories["logo"], title=f"LOGO{number}")
    first, second = page("/design/logo/"), page("/design/logo/?page=2")
    assert 'rel="canonical" href="http://localhost:8000/design/logo/?page=2"' in second
    assert f'hreflang="en" href="{settings.SITE_URL}/en/design/logo/?page=2"' in second
    title = CategoryPage.objects.get(slug="logo", locale__language_code="zh-hans").title
    assert f"<title>{title} · 匠集</title>" in first
    assert f"<title>{title} · 匠集</title>" not in second
    assert 'rel="canonical" href="http://localhost:8000/about/"' in page("/about/?page=2")
