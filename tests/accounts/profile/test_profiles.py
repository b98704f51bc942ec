"""What people show of themself, and where their page lies."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import HandleRedirect, Hat, UserProfile
from marketplace.accounts.places import is_place, place_name, provinces
from marketplace.core import clock
from marketplace.core.pictures import Square
from tests.accounts.profile.uploads import halves, picture
from tests.databases import together
from tests.factories import make_seller, make_user


def form_of(**fields: str) -> dict[str, str]:
    return {"display_name": "林大满", "headline": "", "about": "", "province": "浙江", "city": "杭州"} | fields


def test_a_person_edits_their_own_profile(buyer, buyer_client):
    form = form_of(language_zh="native", language_en="basic")
    assert buyer_client.post(reverse("accounts:settings"), form).status_code == 302
    buyer.profile.refresh_from_db()
    assert (buyer.profile.display_name, buyer.profile.city) == ("林大满", "杭州")
    assert buyer.profile.languages == [{"code": "zh", "level": "native"}, {"code": "en", "level": "basic"}]

    refused = buyer_client.post(reverse("accounts:settings"), form_of(display_name="", city="宁波"))
    assert refused.status_code == 200
    assert 'value="宁波" selected' in refused.content.decode()
    buyer.profile.refresh_from_db()
    assert (buyer.profile.display_name, buyer.profile.city) == ("林大满", "杭州")


def test_languages_from_before_levels_are_shown_kept_and_saved_with_one(buyer, buyer_client):
    """Codes alone, as the release before writes them, also while this one is rolled out; mixed with rows of this one."""
    UserProfile.objects.filter(user=buyer).update(languages=["zh", {"code": "en", "level": "basic"}])
    buyer.profile.refresh_from_db()
    with override("en"):
        assert selectors.spoken_languages(buyer.profile) == [("Chinese", "Fluent"), ("English", "Basic")]
    page = buyer_client.get(reverse("accounts:profile", args=[buyer.profile.handle]))
    assert page.status_code == 200
    form = buyer_client.get(reverse("accounts:settings")).context["form"]
    shown = {name: form[name].value() for name in ("language_zh", "language_en", "language_ja")}
    assert shown == {"language_zh": "fluent", "language_en": "basic", "language_ja": ""}

    assert buyer_client.post(reverse("accounts:settings"), form_of(**shown)).status_code == 302
    buyer.profile.refresh_from_db()
    assert buyer.profile.languages == [{"code": "zh", "level": "fluent"}, {"code": "en", "level": "basic"}]


def test_a_city_belongs_to_its_province(buyer, buyer_client):
    refused = buyer_client.post(reverse("accounts:settings"), form_of(city="广州"))
    assert "city" in refused.context["form"].errors
    with pytest.raises(ProfileError) as refusal:
        services.update_profile(profile=buyer.profile, province="浙江", city="广州")
    assert refusal.value.code == ProfileErrorCode.PLACE_UNKNOWN
    buyer.profile.refresh_from_db()
    assert (buyer.profile.province, buyer.profile.city) == ("", "")


def test_a_place_from_before_the_list_stays_with_its_person(buyer, buyer_client):
    UserProfile.objects.filter(user=buyer).update(province="浙江", city="乌镇")
    assert buyer_client.post(reverse("accounts:settings"), form_of(city="乌镇")).status_code == 302
    buyer.profile.refresh_from_db()
    assert (buyer.profile.display_name, buyer.profile.city) == ("林大满", "乌镇")


def test_places_know_municipalities_and_regions_and_their_english_names():
    assert len(provinces()) == 35
    assert is_place("上海", "上海")
    assert is_place("香港", "")
    assert is_place("台湾", "台北")
    assert not is_place("", "杭州")
    assert place_name("上海", "上海") == "上海"
    assert place_name("浙江", "杭州") == "浙江杭州"
    with override("en"):
        assert place_name("陕西", "西安") == "Xi'an, Shaanxi"
        assert place_name("重庆", "重庆") == "Chongqing"


def test_a_portrait_is_cut_where_the_person_said(buyer, buyer_client):
    form = {"portrait": halves((400, 200)), "x": "210", "y": "0", "size": "180"}
    assert buyer_client.post(reverse("accounts:portrait"), form).status_code == 302
    buyer.profile.refresh_from_db()
    with default_storage.open(buyer.profile.avatar.name) as stored, Image.open(stored) as image:
        assert (image.format, image.size) == ("WEBP", (180, 180))
        red, _green, blue = image.convert("RGB").getpixel((2, 90))
        assert blue > red


def test_without_script_the_middle_becomes_the_portrait(buyer, buyer_client):
    assert buyer_client.post(reverse("accounts:portrait"), {"portrait": picture((300, 500))}).status_code == 302
    buyer.profile.refresh_from_db()
    with default_storage.open(buyer.profile.avatar.name) as stored, Image.open(stored) as image:
        assert image.size == (300, 300)


def test_an_earlier_portrait_does_not_stay_behind(buyer, django_capture_on_commit_callbacks):
    services.set_portrait(profile=buyer.profile, upload=picture())
    first = buyer.profile.avatar.name
    with django_capture_on_commit_callbacks(execute=True):
        services.set_portrait(profile=buyer.profile, upload=picture(), square=Square(0, 0, 100))
    second = buyer.profile.avatar.name
    assert not default_storage.exists(first)
    assert default_storage.exists(second)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_portrait(profile=buyer.profile)
    assert not default_storage.exists(second)
    buyer.profile.refresh_from_db()
    assert not buyer.profile.avatar


def test_an_old_address_leads_to_the_new_one(db):
    seller = make_seller(name="青禾品牌")
    old = seller.profile.handle
    services.change_handle(profile=seller.profile, handle="qinghe")
    moved = Client().get(reverse("accounts:profile", args=[old]))
    assert (moved.status_code, moved.headers["Location"]) == (301, reverse("accounts:profile", args=["qinghe"]))
    assert Client().get(moved.headers["Location"]).status_code == 200
    seller.is_active = False
    seller.save()
    assert Client().get(reverse("accounts:profile", args=[old])).status_code == 404


def refused_handle(profile: UserProfile, handle: str) -> ProfileErrorCode:
    before = profile.handle
    with pytest.raises(ProfileError) as refusal:
        services.change_handle(profile=profile, handle=handle)
    profile.refresh_from_db()
    assert profile.handle == before
    return refusal.value.code


@pytest.mark.parametrize(
    "handle", ["admin", "kefu", "jiangji", "jiangji-support", "u-abc", "staff-anna", "tea-official"]
)
def test_what_could_pass_for_the_platform_is_nobodys_address(db, handle):
    assert refused_handle(make_user().profile, handle) == ProfileErrorCode.HANDLE_RESERVED
    assert not HandleRedirect.objects.exists()


def test_an_address_changes_once_in_thirty_days(db):
    profile = make_user().profile
    first = profile.handle
    services.change_handle(profile=profile, handle="first-name")
    with clock.moved_to(timezone.now() + timedelta(days=29)):
        assert refused_handle(profile, "second-name") == ProfileErrorCode.HANDLE_TOO_SOON
    with clock.moved_to(timezone.now() + timedelta(days=30, minutes=1)):
        services.change_handle(profile=profile, handle="second-name")
    assert set(profile.old_handles.values_list("handle", flat=True)) == {first, "first-name"}
    # Back to an address of one's own is allowed, and leaves no redirect onto itself.
    with clock.moved_to(timezone.now() + timedelta(days=70)):
        services.change_handle(profile=profile, handle="first-name")
    assert set(profile.old_handles.values_list("handle", flat=True)) == {first, "second-name"}


def test_nobody_takes_an_address_that_leads_to_somebody_else(db):
    owner, other = make_user(), make_user()
    services.change_handle(profile=owner.profile, handle="now-mine")
    assert refused_handle(other.profile, "now-mine") == ProfileErrorCode.HANDLE_TAKEN
    services_old = owner.profile.old_handles.get().handle
    assert refused_handle(other.profile, services_old) == ProfileErrorCode.HANDLE_TAKEN


def test_of_two_who_want_an_address_at_once_one_gets_it(committed_db):
    first, second = make_user().profile, make_user().profile

    def take(profile):
        return lambda: services.change_handle(profile=profile, handle="the-one")

    results = together(take(first), take(second))
    refusals = [result for result in results if isinstance(result, ProfileError)]
    assert [refusal.code for refusal in refusals] == [ProfileErrorCode.HANDLE_TAKEN]
    assert UserProfile.objects.filter(handle="the-one").count() == 1
    assert HandleRedirect.objects.count() == 1


@pytest.mark.parametrize("typed", ["ab", "Grosz", "1abc", "a--b", "-abc", "青禾", "a" * 31])
def test_an_address_is_small_letters_digits_and_single_hyphens(buyer, buyer_client, typed):
    before = buyer.profile.handle
    page = buyer_client.post(reverse("accounts:handle"), {"handle": typed})
    assert "handle" in page.context["form"].errors
    buyer.profile.refresh_from_db()
    assert buyer.profile.handle == before


def test_the_last_hat_is_where_the_account_leads(seller, seller_client):
    home = reverse("accounts:home")
    seller_client.get(reverse("insights:desk"))
    assert seller_client.get(home).headers["Location"] == reverse("insights:desk")
    assert "切换到买家" in seller_client.get("/settings/").content.decode()
    assert seller_client.post(reverse("accounts:hat"), {"hat": "buyer"}).headers["Location"] == home
    assert seller_client.get(home).headers["Location"] == reverse("orders:list")
    assert "切换到卖家中心" in seller_client.get("/settings/").content.decode()
    seller.profile.refresh_from_db()
    assert seller.profile.hat == Hat.BUYER


def test_who_has_no_desk_has_no_other_hat(buyer, buyer_client):
    with pytest.raises(ProfileError) as refusal:
        services.wear_hat(user=buyer, hat=Hat.SELLER)
    assert refusal.value.code == ProfileErrorCode.DESK_CLOSED
    buyer.profile.refresh_from_db()
    assert buyer.profile.hat == Hat.BUYER
    assert "切换到" not in buyer_client.get("/settings/").content.decode()


def test_a_seller_who_logs_in_comes_back_to_the_desk(seller, client):
    services.wear_hat(user=seller, hat=Hat.SELLER)
    form = {"login": seller.email, "password": "correct horse battery"}
    services.record_verification(user=seller, kind="email")
    EmailAddress.objects.create(user=seller, email=seller.email, verified=True, primary=True)
    assert client.post(reverse("account_login"), form).headers["Location"] == reverse("accounts:home")
