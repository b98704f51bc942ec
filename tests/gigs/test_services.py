import pytest
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core.config import set_config
from marketplace.gigs import services
from marketplace.gigs.cards import gig_cards
from marketplace.gigs.content import FeatureRow, PictureContent, read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Favourite, Gig, GigCategory, GigPackage, GigStats
from marketplace.gigs.selectors import similar_gigs
from marketplace.gigs.states import GigStatus
from tests.factories import make_category, make_gig, make_user
from tests.gigs.content import content, package


def refusal(call, **arguments) -> GigErrorCode:
    with pytest.raises(GigError) as caught:
        call(**arguments)
    assert caught.value.message  # every code has its sentence, with all its parameters
    return caught.value.code


def test_a_new_gig_is_a_draft_that_is_not_on_the_shelf(seller):
    gig = services.create_gig(seller=seller, content=content())
    gig.refresh_from_db()
    assert (gig.live, gig.status) == (False, GigStatus.DRAFT)
    assert gig.slug == "can-yin-cha-yin-pin-pai"
    assert gig.stats.price_from_fen == 68_000
    assert [item.tag.name for item in gig.gig_tags.order_by("pk")] == ["茶饮", "手绘"]
    assert gig.latest_revision is not None


def test_content_survives_the_way_through_a_revision(seller):
    written = content(
        packages=(package(), package("standard", 128_000), package("premium", 298_000)),
        features=(FeatureRow("原创方案", ("1个", "2个", True)),),
    )
    gig = services.create_gig(seller=seller, content=written)
    assert read_content(gig.get_latest_revision_as_object()) == written


def test_only_an_open_seller_desk_may_publish(buyer):
    assert refusal(services.create_gig, seller=buyer, content=content()) == GigErrorCode.NOT_SELLER
    assert not Gig.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"packages": ()}, GigErrorCode.NO_PACKAGE),
        ({"packages": (package("premium"),)}, GigErrorCode.NO_PACKAGE),
        ({"packages": (package(), package())}, GigErrorCode.DUPLICATE_TIER),
        ({"packages": (package(), package(), package(), package())}, GigErrorCode.TOO_MANY_PACKAGES),
        ({"packages": (package(), package("standard", 60_000))}, GigErrorCode.PRICES_NOT_ASCENDING),
        ({"packages": (package(price_fen=99),)}, GigErrorCode.PRICE_TOO_LOW),
        ({"packages": (package(price_fen=20_000_001),)}, GigErrorCode.PRICE_TOO_HIGH),
        ({"tags": tuple("一二三四五六")}, GigErrorCode.TOO_MANY_TAGS),
        ({"tags": ("长" * 21,)}, GigErrorCode.TAG_TOO_LONG),
        ({"pictures": (PictureContent("a.webp"),) * 6}, GigErrorCode.TOO_MANY_PICTURES),
        ({"features": (FeatureRow("方案", ("1个", "2个")),)}, GigErrorCode.FEATURE_ROW_UNEVEN),
    ],
)
def test_a_broken_limit_is_refused_and_nothing_is_stored(seller, fields, code):
    assert refusal(services.create_gig, seller=seller, content=content(**fields)) == code
    assert not Gig.objects.exists()


def test_a_whole_category_is_no_place_for_a_gig(seller):
    broken = content(category=make_category())
    assert refusal(services.create_gig, seller=seller, content=broken) == GigErrorCode.NOT_A_SUBCATEGORY


@pytest.mark.parametrize("hidden", ["category", "parent"])
def test_nothing_is_submitted_into_a_category_that_is_no_longer_offered(seller, hidden):
    gig = services.create_gig(seller=seller, content=content())
    shown = gig.category if hidden == "category" else gig.category.parent
    GigCategory.objects.filter(pk=shown.pk).update(is_active=False)
    assert refusal(services.submit_gig, gig_id=gig.pk, seller=seller) == GigErrorCode.CATEGORY_HIDDEN
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.DRAFT


def test_equal_prices_are_ascending_enough(seller):
    services.create_gig(seller=seller, content=content(packages=(package(), package("standard"))))


def test_the_lowest_price_is_the_platform_s_to_set(seller):
    set_config(key="gigs.minimum_price_fen", value=70_000, reason="test")
    assert refusal(services.create_gig, seller=seller, content=content()) == GigErrorCode.PRICE_TOO_LOW


def test_editing_a_live_gig_changes_nothing_that_buyers_see(seller):
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    key = gig.packages.get().pk
    changed = content(category=gig.category, title="换了一个新的标题", packages=(package(price_fen=99_000),))
    services.update_gig(gig_id=gig.pk, seller=seller, content=changed)
    gig.refresh_from_db()
    assert gig.title == "餐饮茶饮品牌LOGO 手绘原创"
    assert GigPackage.objects.get(gig=gig).price_fen == 68_000
    assert gig.stats.price_from_fen == 68_000
    services.publish_directly(gig=gig)
    published = GigPackage.objects.get(gig=gig)
    # A checkout under way points at this row.
    assert (published.pk, published.price_fen) == (key, 99_000)
    assert GigStats.objects.get(gig=gig).price_from_fen == 99_000


def test_a_stranger_changes_nothing(seller, buyer):
    gig = make_gig(seller=seller)
    for service in (services.pause_gig, services.archive_gig, services.submit_gig):
        assert refusal(service, gig_id=gig.pk, seller=buyer) == GigErrorCode.NOT_SELLER
    assert refusal(services.update_gig, gig_id=gig.pk, seller=buyer, content=content()) == GigErrorCode.NOT_SELLER
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE
    assert gig.latest_revision is None


def test_pausing_and_resuming_twice_is_harmless(seller):
    gig = make_gig(seller=seller)
    for _time in range(2):
        assert services.pause_gig(gig_id=gig.pk, seller=seller).status == GigStatus.PAUSED
    for _time in range(2):
        assert services.resume_gig(gig_id=gig.pk, seller=seller).status == GigStatus.LIVE


def test_a_draft_cannot_be_resumed_into_the_lists(seller):
    gig = services.create_gig(seller=seller, content=content())
    assert refusal(services.resume_gig, gig_id=gig.pk, seller=seller) == GigErrorCode.WRONG_STATE
    assert refusal(services.pause_gig, gig_id=gig.pk, seller=seller) == GigErrorCode.WRONG_STATE
    gig.refresh_from_db()
    assert gig.status == GigStatus.DRAFT


def test_keeping_counts_everybody_once(seller, buyer):
    gig = make_gig(seller=seller)
    assert services.toggle_favourite(gig=gig, user=buyer) is True
    assert services.toggle_favourite(gig=gig, user=make_user()) is True
    assert GigStats.objects.get(gig=gig).favourite_count == 2
    assert services.toggle_favourite(gig=gig, user=buyer) is False
    assert GigStats.objects.get(gig=gig).favourite_count == 1
    assert refusal(services.toggle_favourite, gig=gig, user=seller) == GigErrorCode.OWN_GIG
    assert Favourite.objects.count() == 1


def test_a_closed_account_sells_nothing(client, seller, buyer):
    gig = make_gig(seller=seller)
    other = make_gig(category=gig.category)
    assert set(Gig.objects.on_sale()) == {gig, other}
    User.objects.filter(pk=seller.pk).update(is_active=False)
    assert set(Gig.objects.on_sale()) == {other}
    assert not Gig.objects.get(pk=gig.pk).is_on_sale
    assert client.get(gig.get_absolute_url()).status_code == 404
    assert client.get(reverse("gigs:book", args=[gig.pk]), {"package": "1"}).status_code == 404
    assert [card.gig_id for card in gig_cards([gig.pk, other.pk], user=buyer)] == [other.pk]
    assert similar_gigs(other) == []
    client.force_login(buyer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("gigs:favourite", args=[gig.pk])).status_code == 404
