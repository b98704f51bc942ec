import pytest
from django.urls import reverse

from marketplace.gigs import services
from marketplace.gigs.content import FaqContent, FeatureRow
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Favourite, Gig
from marketplace.gigs.states import GigStatus
from tests.factories import make_category
from tests.gigs.content import content, package, picture


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
    assert response.context["page"].columns[1].is_choice
    for text in ("餐饮茶饮品牌LOGO", "1,280", "矢量源文件", "能开发票吗", "青禾品牌"):
        assert text in page
    assert " style=" not in page
    assert "onclick" not in page


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


def test_a_paused_gig_is_gone_for_buyers(client, gig, seller):
    services.pause_gig(gig_id=gig.pk, seller=seller)
    assert client.get(gig.get_absolute_url()).status_code == 404


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


def form_data(category, **changes):
    data = {
        "title": "餐饮茶饮品牌LOGO 手绘",
        "category": category.pk,
        "tags": "茶饮，手绘 原创",
        "description": "先听你讲店是怎么来的，再动笔。" * 5,
        "package-basic-title": "先把招牌立起来",
        "package-basic-description": "一个方向",
        "package-basic-price_fen": "1,280.50",
        "package-basic-delivery_days": "5",
        "package-basic-revisions": "2",
    }
    for tier in ("standard", "premium"):
        data |= {f"package-{tier}-delivery_days": "7", f"package-{tier}-revisions": "2"}
    for name in ("features", "extras", "faqs", "needs"):
        data |= {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "0"}
    data |= {"needs-0-prompt": "店名是什么", "needs-0-kind": "text", "faqs-0-question": "", "extras-0-extra_days": "0"}
    return data | changes


def test_the_form_makes_a_draft(seller_client, seller):
    category = make_category(parent=make_category())
    response = seller_client.post(reverse("gigs:create"), form_data(category, **{"pictures-uploads": [picture()]}))
    gig = Gig.objects.get(seller=seller)
    assert response.url == reverse("gigs:edit", args=[gig.pk])
    assert gig.packages.get().price_fen == 128_050
    assert [item.tag.name for item in gig.gig_tags.all()] == ["茶饮", "手绘", "原创"]
    assert gig.media.get().file.name.endswith(".webp")
    again = seller_client.get(response.url)
    assert "1280.50" in again.content.decode()


def test_the_form_submits(seller_client, seller):
    category = make_category(parent=make_category())
    data = form_data(category, submit="1", **{"pictures-uploads": [picture()]})
    response = seller_client.post(reverse("gigs:create"), data)
    assert response.url == reverse("gigs:desk_list")
    assert Gig.objects.get(seller=seller).status == GigStatus.IN_REVIEW
    assert seller_client.get(response.url).status_code == 200


def test_every_fault_stands_at_its_field_and_nothing_typed_is_lost(seller_client):
    category = make_category(parent=make_category())
    wrong = {
        "title": "短",
        "tags": "一 二 三 四 五 六",
        "package-basic-price_fen": "3",
        "package-premium-title": "物料做齐",
        "package-premium-price_fen": "",
        "needs-0-kind": "choice",
    }
    response = seller_client.post(reverse("gigs:create"), form_data(category, **wrong))
    assert response.status_code == 422
    editor = response.context["editor"]
    assert {"title", "tags"} <= set(editor.about.errors)
    assert "price_fen" in editor.packages[0].errors
    assert "price_fen" in editor.packages[2].errors
    assert "choices" in editor.needs.forms[0].errors
    assert "先听你讲店是怎么来的" in response.content.decode()
    assert not Gig.objects.exists()


def test_falling_prices_are_told_at_the_price(seller_client):
    category = make_category(parent=make_category())
    cheap = {
        "package-standard-title": "标准",
        "package-standard-description": "两个方向",
        "package-standard-price_fen": "100",
    }
    response = seller_client.post(reverse("gigs:create"), form_data(category, **cheap))
    assert response.status_code == 422
    assert response.context["editor"].packages[1].errors["price_fen"]


def test_the_editor_is_for_the_gig_s_own_seller(buyer_client, client, gig):
    for url in (reverse("gigs:edit", args=[gig.pk]),):
        assert buyer_client.get(url).status_code == 404
        assert client.get(url).status_code == 302
    for name in ("submit", "pause", "resume", "archive"):
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


def test_a_new_gig_that_is_not_ready_is_saved_once_and_opened_again(seller_client, seller):
    category = make_category(parent=make_category())
    address = reverse("gigs:create")
    response = seller_client.post(
        address, form_data(category, submit="1"), headers={"Referer": f"http://testserver{address}"}
    )
    gig = Gig.objects.get(seller=seller)
    assert response.url == reverse("gigs:edit", args=[gig.pk])
    again = seller_client.get(response.url)
    assert "先听你讲店是怎么来的" in again.content.decode()
    told = [str(message) for message in again.context["messages"]]
    assert len(told) == 1
    assert str(GigError(GigErrorCode.NOT_READY, missing="").message).partition("%")[0][:6] in told[0]
    seller_client.post(response.url, form_data(category, submit="1"), headers={"Referer": response.url})
    assert Gig.objects.get(seller=seller).status == GigStatus.DRAFT


def test_what_the_service_refuses_stands_on_the_form_with_all_that_was_typed(seller_client, seller):
    gig = services.create_gig(seller=seller, content=content())
    url = reverse("gigs:edit", args=[gig.pk])
    services.submit_gig(gig_id=gig.pk, seller=seller)
    response = seller_client.post(url, form_data(gig.category, title="打了很久的新标题"), headers={"Referer": url})
    assert response.status_code == 422
    page = response.content.decode()
    assert "打了很久的新标题" in page
    assert [message.level_tag for message in response.context["messages"]] == ["error"]


def test_no_picture_is_stored_for_a_form_with_a_fault(seller_client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    category = make_category(parent=make_category())
    data = form_data(category, title="短", **{"pictures-uploads": [picture()]})
    assert seller_client.post(reverse("gigs:create"), data).status_code == 422
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
