import json
import re

import pytest
from django.urls import reverse

from marketplace.gigs import services
from marketplace.gigs.content import FaqContent, FeatureRow
from marketplace.gigs.models import Favourite
from marketplace.gigs.states import GigStatus
from tests.factories import make_gig, make_moderator
from tests.gigs.content import content, package


@pytest.fixture
def gig(seller):
    three = (package(), package("standard", 128_000), package("premium", 298_000))
    rich = content(
        packages=three,
        features=(FeatureRow("矢量源文件", (False, True, True)),),
        faqs=(FaqContent("能开发票吗", "可以。"),),
    )
    return services.publish_directly(gig=services.create_gig(seller=seller, content=rich))


def test_the_page_shows_what_is_sold(client, gig):
    response = client.get(gig.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 200
    assert (
        page.count('<input type="radio" name="package" value="2" checked>') == 2
    )  # the box of a phone, and of a wide screen
    for text in ("餐饮茶饮品牌LOGO", "1,280", "矢量源文件", "能开发票吗", "青禾品牌"):
        assert text in page
    assert " style=" not in page
    assert "onclick" not in page


def test_structured_data_cannot_be_broken_out_of(client, seller):
    nasty = content(title="</script><script>alert(1)</script>")
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=nasty))
    page = client.get(gig.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = json.loads(block[1])
    assert data["name"] == "</script><script>alert(1)</script>"
    assert data["offers"][0]["price"] == "680.00"


def test_an_old_address_leads_to_the_right_one(client, gig):
    response = client.get(reverse("gigs:detail", args=[gig.pk, "something-else"]))
    assert (response.status_code, response.url) == (301, gig.get_absolute_url())


def test_a_draft_is_not_there_for_others_and_a_preview_for_its_seller(client, seller, seller_client):
    gig = services.create_gig(seller=seller, content=content())
    assert client.get(gig.get_absolute_url()).status_code == 404
    response = seller_client.get(gig.get_absolute_url())
    assert response.status_code == 200
    assert response.context["page"].is_draft
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_a_seller_previews_changes_that_buyers_do_not_see(client, gig, seller, seller_client):
    services.update_gig(gig_id=gig.pk, seller=seller, content=content(category=gig.category, title="还没有审核的标题"))
    draft = gig.get_absolute_url() + "?draft=1"
    assert "还没有审核的标题" in seller_client.get(draft).content.decode()
    assert "还没有审核的标题" not in client.get(draft).content.decode()


def test_a_paused_gig_says_so_shows_the_seller_and_others_and_sells_nothing(client, gig, seller):
    other = make_gig(category=gig.category, title="别家的印章")
    services.pause_gig(gig_id=gig.pk, seller=seller)
    response = client.get(gig.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 404  # to a search engine there is nothing
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "暂停接单" in page
    assert seller.profile.get_absolute_url() in page
    parent = gig.category.parent
    assert (
        f'?category={parent.slug}">{parent.localized_name}</a>'
        in page.partition('class="crumbs"')[2].partition("</nav>")[0]
    )
    assert other.title in page
    assert "预订" not in page.replace("现在不能预订", "")
    assert client.get(reverse("gigs:book", args=[gig.pk]), {"package": "1"}).status_code == 404


def test_a_gig_that_was_taken_down_has_no_such_page(client, gig, seller):
    services.take_down_gig(gig_id=gig.pk, moderator=make_moderator(), reason="侵权")
    response = client.get(gig.get_absolute_url())
    assert response.status_code == 404
    assert gig.title not in response.content.decode()


def test_the_page_costs_the_same_however_much_is_on_it(client, gig, seller, django_assert_max_num_queries):
    for _number in range(5):
        make_gig(category=gig.category)
    client.get(gig.get_absolute_url())  # navigation and settings are cached from here on
    with django_assert_max_num_queries(11):
        client.get(gig.get_absolute_url())


def test_it_costs_no_more_to_who_is_signed_in(buyer_client, gig, django_assert_max_num_queries):
    for _number in range(5):
        make_gig(category=gig.category)
    buyer_client.get(gig.get_absolute_url())
    with django_assert_max_num_queries(11):
        buyer_client.get(gig.get_absolute_url())


def test_booking_leads_to_the_checkout_of_the_chosen_package(client, gig):
    response = client.get(reverse("gigs:book", args=[gig.pk]), {"package": "2"})
    chosen = gig.packages.get(tier="standard")
    assert response.url == f"/checkout/{chosen.pk}/"
    for wrong in ("", "4", "x"):
        assert client.get(reverse("gigs:book", args=[gig.pk]), {"package": wrong}).status_code == 404


def test_keeping_works_with_and_without_script(buyer_client, buyer, gig):
    url = reverse("gigs:favourite", args=[gig.pk])
    response = buyer_client.post(url, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert 'aria-pressed="true"' in response.content.decode()
    response = buyer_client.post(url, headers={"Referer": "http://testserver/search/?q=x"})
    assert response.url == "http://testserver/search/?q=x"
    assert not Favourite.objects.exists()
    buyer_client.post(url, headers={"Referer": "https://elsewhere.example/"})
    assert Favourite.objects.filter(user=buyer).count() == 1


def test_the_editor_is_for_the_gig_s_own_seller(buyer_client, client, gig):
    for url in (reverse("gigs:edit", args=[gig.pk]), reverse("gigs:step", args=[gig.pk, "packages"])):
        assert buyer_client.get(url).status_code == 404
        assert client.get(url).status_code == 302
    for name in ("submit", "withdraw", "pause", "resume", "archive"):
        assert buyer_client.post(reverse(f"gigs:{name}", args=[gig.pk])).status_code == 404
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE


def test_the_desk_is_for_sellers(buyer_client, seller_client, gig):
    assert buyer_client.get(reverse("gigs:desk_list")).url == reverse("accounts:become_seller")
    page = seller_client.get(reverse("gigs:desk_list")).content.decode()
    assert gig.title in page
    seller_client.post(reverse("gigs:pause", args=[gig.pk]))
    gig.refresh_from_db()
    assert gig.status == GigStatus.PAUSED
