"""A coupon on a page: shown while it holds, taken without logging in, filled in at the checkout."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from cms_pages.coupons import coupon_address, coupon_of, coupon_terms
from cms_pages.models import LandingPage
from marketplace.core import clock
from marketplace.orders.kept_coupons import MOST_KEPT, keep_coupon, kept_codes
from marketplace.orders.models import Coupon
from tests import factories


def make_coupon(code: str = "TEA20", **changes) -> Coupon:
    """¥20 off from ¥100, for a day."""
    now = clock.now()
    values = {
        "name": "开店立减",
        "name_en": "Opening",
        "amount_fen": 2000,
        "minimum_fen": 10000,
        "starts_at": now - timedelta(days=1),
        "ends_at": now + timedelta(days=1),
        "most_uses": 10,
        "budget_fen": 100000,
    }
    return Coupon.objects.create(code=code, **{**values, **changes})


@pytest.fixture
def page(tree) -> LandingPage:
    page = LandingPage.objects.filter(locale__language_code="zh-hans").first()
    page.body = [("coupon", {"coupon": make_coupon(), "note": "写明了"})]
    page.save()
    return page


def test_a_page_shows_the_coupons_own_terms_and_nothing_that_is_somebodys(page, client: Client) -> None:
    html = client.get(page.url).content.decode()
    coupon = Coupon.objects.get()
    assert all(text in html for text in ("开店立减", "¥20", "¥100", "写明了"))
    assert f'hx-get="{coupon_address(coupon)}"' in html
    assert coupon.code not in html
    main = html.split("<main")[1].split("</main>")[0]
    assert "csrfmiddlewaretoken" not in main


@pytest.mark.parametrize(
    "changes",
    [{"is_active": False}, {"uses": 10}, {"spent_fen": 100000}, {"starts_at": clock.now() + timedelta(hours=1)}],
    ids=["off", "used up", "budget spent", "not begun"],
)
def test_a_coupon_that_does_not_hold_leaves_the_page(page, client: Client, changes) -> None:
    Coupon.objects.update(**changes)
    assert "ticket" not in client.get(page.url).content.decode()
    assert coupon_terms(Coupon.objects.get()) is None


def test_a_stranger_takes_it_and_the_checkout_fills_it_in(page, gigs, client: Client) -> None:
    coupon = Coupon.objects.get()
    address = coupon_address(coupon)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "no-store" in part["Cache-Control"]
    assert "csrfmiddlewaretoken" in part.content.decode()
    taken = client.post(address, headers={"HX-Request": "true"})
    assert "<form" not in taken.content.decode()
    assert kept_codes(client.session) == ["TEA20"]
    client.post(address)
    assert kept_codes(client.session) == ["TEA20"]
    buyer = factories.make_user(name="买家")
    client.force_login(buyer)
    package = gigs[0].packages.first()
    html = client.get(reverse("payments:checkout", args=[package.pk])).content.decode()
    assert 'value="TEA20"' in html
    # Other services cost too little for it: nothing is filled in, and nothing is complained of.
    cheap = gigs[2].packages.first()
    html = client.get(reverse("payments:checkout", args=[cheap.pk])).content.decode()
    assert 'value="TEA20"' not in html
    assert "field__error" not in html.split('id="coupon-note"')[1].split("</div>")[0]


def test_without_script_a_coupon_has_a_page(page, client: Client) -> None:
    address = coupon_address(Coupon.objects.get())
    html = client.get(address).content.decode()
    assert html.count("<h1") == 1
    answer = client.post(address)
    assert answer.status_code == 302
    assert answer["Location"] == address


def test_a_coupon_that_is_over_cannot_be_taken(page, client: Client) -> None:
    coupon = Coupon.objects.get()
    Coupon.objects.update(is_active=False)
    assert client.post(coupon_address(coupon)).status_code == 302
    assert kept_codes(client.session) == []
    assert client.get(coupon_address(coupon)).status_code == 200


def test_the_address_of_a_coupon_cannot_be_guessed(page, client: Client) -> None:
    coupon = Coupon.objects.get()
    assert coupon_of(str(coupon.pk)) is None
    assert coupon_of(coupon.code) is None
    assert client.get(reverse("cms_pages:coupon", args=[str(coupon.pk)])).status_code == 404


def test_a_browser_keeps_ten_coupons_the_newest_first(db, client: Client) -> None:
    session = client.session
    coupons = [make_coupon(f"C{number}") for number in range(MOST_KEPT + 2)]
    for coupon in coupons:
        keep_coupon(session, coupon)
    assert kept_codes(session) == [coupon.code for coupon in reversed(coupons)][:MOST_KEPT]


def test_a_share_says_its_bound_and_its_conditions(db, categories) -> None:
    coupon = make_coupon(amount_fen=None, percent=10, cap_fen=5000, first_order_only=True)
    coupon.categories.add(categories["design"])
    terms = coupon_terms(coupon)
    assert terms is not None
    assert terms.gives == "9折"
    with override("en"):
        english = coupon_terms(coupon)
    assert english is not None
    assert (english.gives, english.is_off, english.name) == ("10%", True, "Opening")
    assert len(terms.conditions) == 4
    assert any("设计" in condition for condition in terms.conditions)
