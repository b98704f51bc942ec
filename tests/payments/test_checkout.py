"""The checkout page: the choice, its sum with and without script, coupons, and what was seen is what is paid."""

from uuid import uuid4

import pytest
from django.urls import reverse

from marketplace.core.models import RulesVersion
from marketplace.gigs.models import GigExtra, GigPackage, PackageTier
from marketplace.orders.models import CouponUse, Order
from tests.factories import make_coupon, make_gig
from tests.faults.valkey import take_away
from tests.logins import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("silent_alipay")]


@pytest.fixture
def gig():
    gig = make_gig(price_fen=10_000)
    GigPackage.objects.create(
        gig=gig, tier=PackageTier.STANDARD, title="三个方案", description="三选一", price_fen=20_000, delivery_days=9
    )
    GigExtra.objects.create(gig=gig, title="源文件", price_fen=1_500)
    return gig


def address(gig, name="checkout"):
    return reverse(f"payments:{name}", args=[gig.packages.get(tier=PackageTier.BASIC).pk])


def choice_of(gig, **more):
    standard = gig.packages.get(tier=PackageTier.STANDARD)
    return {"package": standard.pk, "quantity": 2, "extras": [gig.extras.get().pk], "gateway": "alipay"} | more


def test_the_sum_follows_the_choice_and_says_what_was_seen(buyer_client, gig):
    coupon = make_coupon(code="FUYU5")
    answer = buyer_client.get(address(gig, "checkout_total"), choice_of(gig, coupon=" fuyu5 "))
    text = answer.content.decode()
    assert answer.context["quote"].total_fen == 42_500
    assert text.count('value="425"') == 2  # the slip and the bar
    assert f'value="{answer.context["quote"].seen}" hx-swap-oob="true"' in text
    assert "18 天" in text.replace("18天", "18 天")
    assert coupon.name in text
    assert not Order.objects.exists()


def test_without_script_the_button_works_the_sum_out_and_orders_nothing(buyer_client, gig):
    answer = buyer_client.post(address(gig), choice_of(gig, update="1", checkout_key=uuid4(), seen_offer="x"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="430"' in text
    assert "note--error" not in text
    assert '<option value="2" selected>' in text
    assert not Order.objects.exists()


def test_nobody_pays_a_sum_that_the_page_has_not_shown(buyer_client, gig):
    page = buyer_client.get(address(gig))
    data = choice_of(gig, checkout_key=page.context["checkout_key"], seen_offer=page.context["quote"].seen)
    again = buyer_client.post(address(gig), data)
    assert "note--error" in again.content.decode()
    assert not Order.objects.exists()
    assert again.context["checkout_key"] == str(data["checkout_key"])
    data["seen_offer"] = again.context["quote"].seen
    assert buyer_client.post(address(gig), data).status_code == 303
    order = Order.objects.get()
    assert (order.total_fen, order.quantity, order.package.tier) == (43_000, 2, PackageTier.STANDARD)


@pytest.mark.parametrize("change", ["quantity", "coupon", "price"])
def test_what_was_seen_covers_quantity_coupon_and_price(buyer_client, gig, change):
    make_coupon(code="FUYU5")
    data = choice_of(gig, checkout_key=uuid4(), coupon="FUYU5")
    seen = buyer_client.get(address(gig, "checkout_total"), data).context["quote"].seen
    if change == "price":
        GigPackage.objects.update(price_fen=20_001)
    else:
        data |= {"quantity": {"quantity": 3}, "coupon": {"coupon": ""}}[change]
    assert buyer_client.post(address(gig), data | {"seen_offer": seen}).status_code == 200
    assert not Order.objects.exists()


def test_a_coupon_that_cannot_be_used_says_why_and_the_rest_stays(buyer_client, gig):
    make_coupon(code="GROSS", minimum_fen=99_900)
    data = choice_of(gig, checkout_key=uuid4(), coupon="GROSS", seen_offer="x")
    for answer in (
        buyer_client.get(address(gig, "checkout_total"), data),
        buyer_client.post(address(gig), data | {"update": "1"}),
        buyer_client.post(address(gig), data),
    ):
        assert answer.status_code == 200
        assert "满¥999" in answer.content.decode()
        assert answer.context["quote"].total_fen == 43_000
    assert not Order.objects.exists()
    assert not CouponUse.objects.exists()


def test_a_coupon_above_the_fee_says_that_it_is_capped(buyer_client, gig):
    make_coupon(code="FUYU500", amount_fen=50_000)
    answer = buyer_client.get(address(gig, "checkout_total"), choice_of(gig, coupon="FUYU500"))
    assert (answer.context["quote"].discount_fen, answer.context["quote"].is_capped) == (4_300, True)
    assert "由平台从服务费里承担" in answer.content.decode()


def test_who_guesses_codes_is_slowed_down(buyer_client, gig, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"coupon_code": "2/h/user"}
    make_coupon(code="FUYU5")
    data = choice_of(gig, coupon="FUYU5")
    sums = [buyer_client.get(address(gig, "checkout_total"), data).context["quote"].total_fen for _try in range(3)]
    assert sums == [42_500, 42_500, 43_000]
    sent = choice_of(gig, coupon="FUYU5", checkout_key=uuid4(), seen_offer="x")
    assert "优惠码太多" in buyer_client.post(address(gig), sent).content.decode()
    assert not Order.objects.exists()


def test_who_guesses_codes_by_paying_is_slowed_down_too(buyer_client, gig, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"coupon_code": "1/h/user"}
    make_coupon(code="FUYU5")
    sent = choice_of(gig, coupon="FUYU5", checkout_key=uuid4())
    sent["seen_offer"] = buyer_client.get(address(gig, "checkout_total"), sent).context["quote"].seen
    assert buyer_client.post(address(gig), sent).status_code == 200  # one try before, in the sum
    assert not Order.objects.exists()


def test_a_coupon_in_an_unpaid_order_names_that_order(buyer, buyer_client, gig):
    make_coupon(code="FUYU5")
    data = choice_of(gig, checkout_key=uuid4(), coupon="FUYU5")
    data["seen_offer"] = buyer_client.get(address(gig, "checkout_total"), data).context["quote"].seen
    assert buyer_client.post(address(gig), data).status_code == 303
    order = Order.objects.get()
    assert (order.discount_fen, order.payments.get().amount_fen) == (500, 42_500)
    assert buyer_client.post(address(gig), data).status_code == 303  # the same page again is the same order
    other = buyer_client.get(address(gig, "checkout_total"), data | {"quantity": 1, "checkout_key": uuid4()})
    assert order.number in other.content.decode()
    assert Order.objects.count() == 1


def test_another_choice_on_the_same_page_takes_the_coupon_along(buyer_client, gig):
    coupon = make_coupon(code="FUYU5", most_uses=1)
    data = choice_of(gig, checkout_key=uuid4(), coupon="FUYU5")
    data["seen_offer"] = buyer_client.get(address(gig, "checkout_total"), data).context["quote"].seen
    buyer_client.post(address(gig), data)
    earlier = Order.objects.get()
    data["quantity"] = 1
    quote = buyer_client.get(address(gig, "checkout_total"), data).context["quote"]
    assert quote.discount_fen == 500
    assert buyer_client.post(address(gig), data | {"seen_offer": quote.seen}).status_code == 303
    earlier.refresh_from_db()
    coupon.refresh_from_db()
    assert (earlier.status, coupon.uses, coupon.spent_fen) == ("cancelled", 1, 500)
    assert Order.objects.exclude(pk=earlier.pk).get().discount_fen == 500
    # Another page of the same person takes nothing away.
    refused = buyer_client.post(address(gig), data | {"seen_offer": quote.seen, "checkout_key": uuid4()})
    assert (refused.status_code, Order.objects.count()) == (200, 2)


def test_the_same_page_again_leads_to_its_order_although_the_coupon_has_ended(buyer_client, gig):
    coupon = make_coupon(code="FUYU5")
    data = choice_of(gig, checkout_key=uuid4(), coupon="FUYU5")
    data["seen_offer"] = buyer_client.get(address(gig, "checkout_total"), data).context["quote"].seen
    assert buyer_client.post(address(gig), data).status_code == 303
    coupon.is_active = False
    coupon.save()
    assert buyer_client.post(address(gig), data).status_code == 303
    order = Order.objects.get()
    assert (order.status, order.discount_fen, order.payments.count()) == ("pending_payment", 500, 1)
    assert buyer_client.post(address(gig), data | {"checkout_key": uuid4()}).status_code == 200
    assert buyer_client.post(address(gig), data | {"quantity": 3}).status_code == 200
    assert Order.objects.count() == 1


def test_a_quantity_that_nobody_can_buy_is_said_beside_the_quantity(buyer_client, gig):
    answer = buyer_client.post(address(gig), choice_of(gig, quantity=11, checkout_key=uuid4(), seen_offer="x"))
    assert "field__error" in answer.content.decode()
    GigPackage.objects.filter(gig=gig).update(delivery_days=200)
    chosen = choice_of(gig, checkout_key=uuid4(), seen_offer="x")
    for answer in (
        buyer_client.get(address(gig, "checkout_total"), chosen),
        buyer_client.post(address(gig), chosen),
    ):
        assert answer.status_code == 200
        assert "note--error" in answer.content.decode()
        assert answer.context["quote"].quantity == 1
    assert not Order.objects.exists()


def test_a_way_of_paying_that_cannot_hold_this_order_is_said_beside_it_and_the_choice_stays(
    buyer_client, gig, settings
):
    settings.SETTLEMENT_MODE = "custody"  # the seller has no account at the institution
    data = choice_of(gig, checkout_key=uuid4())
    data["seen_offer"] = buyer_client.get(address(gig, "checkout_total"), data).context["quote"].seen
    answer = buyer_client.post(address(gig), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors["gateway"]
    assert answer.context["quote"].quantity == 2
    assert not Order.objects.exists()


def test_extras_of_another_service_and_packages_off_sale_are_not_there(buyer_client, gig):
    foreign = GigExtra.objects.create(gig=make_gig(), title="别人的", price_fen=1)
    answer = buyer_client.get(address(gig, "checkout_total"), {"extras": [foreign.pk, "x"], "quantity": 99})
    assert answer.context["quote"].total_fen == 10_000
    off = make_gig(live=False).packages.get()
    data = choice_of(gig, package=off.pk, checkout_key=uuid4(), seen_offer="x", extras=[])
    assert buyer_client.post(address(gig), data).status_code in (302, 404, 409)
    assert buyer_client.get(address(gig, "checkout_total"), {"package": off.pk}).status_code == 404
    assert not Order.objects.exists()


def test_the_page_names_the_rules_and_what_happens_next(buyer, gig):
    page = log_in(buyer).get(address(gig))
    text = page.content.decode()
    assert reverse("orders:rules_in_force") in text
    assert not RulesVersion.objects.exists()  # looking writes nothing
    assert "支付机构托管" in text
    assert text.count('type="checkbox" name="extras"') == 1


def test_no_coupon_is_tried_and_nothing_bought_while_nothing_counts_the_tries(buyer_client, gig, settings):
    make_coupon(code="FUYU5")
    data = choice_of(gig, checkout_key=uuid4(), coupon="FUYU5")
    data["seen_offer"] = buyer_client.get(address(gig, "checkout_total"), data).context["quote"].seen
    take_away(settings)
    answer = buyer_client.post(address(gig), data)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert not Order.objects.exists()
