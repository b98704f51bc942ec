"""Each signal: found where it is, silent where honest people come near it."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.signing import get_cookie_signer

from marketplace.accounts.models import BrowserUse, NewDevice
from marketplace.accounts.services import forget_browser_uses, note_browser_use
from marketplace.core import clock
from marketplace.payments.marks import destination_mark, payer_mark
from marketplace.payments.models import Payment, PayoutDestination, PayoutDestinationKind
from marketplace.payments.services import set_destination
from marketplace.reviews.integrity import signals
from marketplace.reviews.integrity.weights import LOOP_OF_TWO, WEIGHTS
from marketplace.reviews.models import SignalKind
from tests.factories import PASSWORD, make_gig, make_user, make_verified_seller, prove_number
from tests.reviews.ring import deal

pytestmark = pytest.mark.django_db
SLOW = {"work": timedelta(days=2), "look": timedelta(hours=5)}
DAY = timedelta(days=1)


def since():
    return signals.window_start()


def pairs(found):
    return {(signal.one, signal.other) for signal in found}


def pair(one, other):
    return min(one.pk, other.pk), max(one.pk, other.pk)


@pytest.fixture
def seller():
    return make_verified_seller()


@pytest.fixture
def gig(seller):
    return make_gig(seller=seller)


@pytest.fixture
def buyer():
    return make_user()


def share_browser(*people, browser="kitchen"):
    for person in people:
        note_browser_use(user=person, browser=browser)


def test_a_browser_is_shared_by_two_who_dealt_with_each_other(buyer, seller, gig):
    share_browser(buyer, seller)
    assert signals.shared_browsers(since()) == []  # they never dealt with each other
    deal(buyer, gig, **SLOW)
    (found,) = signals.shared_browsers(since())
    assert (found.one, found.other) == pair(buyer, seller)
    assert (found.weight, found.evidence["direct"]) == (WEIGHTS[SignalKind.SHARED_BROWSER].direct, True)


def test_a_browser_shared_through_the_same_seller_weighs_less(buyer, gig):
    other = make_user()
    share_browser(buyer, other)
    deal(buyer, gig, **SLOW)
    deal(other, gig, **SLOW)
    (found,) = signals.shared_browsers(since())
    assert found.weight == WEIGHTS[SignalKind.SHARED_BROWSER].through
    assert found.evidence == {"things": 1, "direct": False, "thirds": 1}


def test_a_browser_of_a_whole_office_and_one_of_long_ago_say_nothing(buyer, seller, gig):
    deal(buyer, gig, **SLOW)
    share_browser(buyer, seller, *(make_user() for _ in range(19)))
    assert signals.shared_browsers(since()) == []
    BrowserUse.objects.all().delete()
    share_browser(buyer, seller)
    BrowserUse.objects.filter(user=buyer).update(last_used_at=clock.now() - 200 * DAY)
    assert signals.shared_browsers(since()) == []
    assert [forget_browser_uses(), forget_browser_uses()] == [1, 0]
    assert list(BrowserUse.objects.values_list("user", flat=True)) == [seller.pk]


def log_in_at(client, person):
    # A POST of its own, as the form of the page sends it; the cookie of the browser stays with this client.
    return client.post("/accounts/login/", {"login": person.phone, "password": PASSWORD})


def test_a_log_in_notes_the_browser_and_keeps_the_accounts_it_is_known_for(client, settings, buyer, seller):
    name = settings.KNOWN_BROWSER_COOKIE_NAME
    prove_number(buyer)
    for person in (buyer, seller):
        log_in_at(client, person)
        client.post("/accounts/logout/")
    uses = BrowserUse.objects.order_by("pk")
    assert [use.user_id for use in uses] == [buyer.pk, seller.pk]
    assert len({use.browser for use in uses}) == 1
    assert client.cookies[name].value.split(":")[0].count(".") == 2  # both marks and the number
    first = uses[0].first_used_at
    NewDevice.objects.all().delete()
    with clock.moved_to(clock.now() + DAY):
        log_in_at(client, buyer)
    use = BrowserUse.objects.get(user=buyer)
    assert (use.first_used_at, BrowserUse.objects.count()) == (first, 2)
    assert use.last_used_at > first
    assert not NewDevice.objects.exists()  # the browser was known


def test_a_cookie_of_the_release_before_goes_on_working_and_gets_a_number(client, settings, seller):
    log_in_at(client, seller)
    client.post("/accounts/logout/")
    name = settings.KNOWN_BROWSER_COOKIE_NAME
    mark = client.cookies[name].value.split(":")[0].split(".")[0]
    client.cookies[name] = get_cookie_signer(salt=name + "accounts.known_browser").sign(mark)
    BrowserUse.objects.all().delete()
    NewDevice.objects.all().delete()
    log_in_at(client, seller)
    assert BrowserUse.objects.get().user == seller
    assert not NewDevice.objects.exists()
    assert client.cookies[name].value.split(":")[0].split(".")[0] == mark


def test_an_address_of_a_few_who_deal_with_each_other_is_a_weak_sign(buyer, seller, gig):
    def at(person, ip):
        NewDevice.objects.create(user=person, at=clock.now(), ip=ip)

    deal(buyer, gig, **SLOW)
    at(buyer, "2408:8207:1:2::1")
    UserSession.objects.create(user=seller, ip="2408:8207:1:2::9", user_agent="", session_key="k" * 32, data={})
    (found,) = signals.shared_addresses(since())
    assert (found.one, found.other, found.weight) == (*pair(buyer, seller), WEIGHTS[SignalKind.SHARED_ADDRESS].direct)
    for _ in range(2):  # a carrier's
        at(make_user(), "2408:8207:1:2::77")
    assert signals.shared_addresses(since()) == []


def test_an_address_shared_through_the_same_seller_says_nothing(buyer, gig):
    other = make_user()
    for person in (buyer, other):
        deal(person, gig, **SLOW)
        NewDevice.objects.create(user=person, at=clock.now(), ip="10.0.0.7")
    assert signals.shared_addresses(since()) == []


def test_two_buyers_of_one_seller_who_pay_from_one_account(buyer, gig):
    other = make_user()
    deal(buyer, gig, payer="purse", **SLOW)
    deal(other, gig, payer="purse", **SLOW)
    (found,) = signals.shared_payers(since())
    assert (found.one, found.other, found.weight) == (*pair(buyer, other), WEIGHTS[SignalKind.SHARED_PAYER].through)


def test_a_seller_who_pays_for_the_orders_to_himself(buyer, seller, gig):
    deal(seller, make_gig(), payer="purse", **SLOW)
    deal(buyer, gig, payer="another", **SLOW)
    assert signals.shared_payers(since()) == []
    deal(buyer, gig, payer="purse", **SLOW)
    (found,) = signals.shared_payers(since())
    assert (found.one, found.other, found.weight) == (*pair(buyer, seller), WEIGHTS[SignalKind.SHARED_PAYER].direct)


def test_two_who_pay_from_one_account_and_have_nothing_to_do_with_each_other(buyer):
    deal(buyer, make_gig(), payer="purse", **SLOW)
    deal(make_user(), make_gig(), payer="purse", **SLOW)
    assert signals.shared_payers(since()) == []


def test_marks_lead_back_to_nobody_and_do_not_mix_institutions():
    marks = {
        payer_mark(gateway="alipay", payer="2088"),
        payer_mark(gateway="wechatpay", payer="2088"),
        destination_mark(kind="alipay", account="2088"),
        destination_mark(kind="bank_card", account="2088"),
    }
    assert len(marks) == 4
    assert all(len(mark) == 64 for mark in marks)
    assert payer_mark(gateway="alipay", payer="") == ""
    assert destination_mark(kind="alipay", account="A@b.cn") == destination_mark(kind="alipay", account="a@B.cn ")
    assert destination_mark(kind="wechat", account="oAb") != destination_mark(kind="wechat", account="oaB")
    assert destination_mark(kind="wechat", account="oAb") == payer_mark(gateway="wechatpay", payer="oAb")


def test_a_payment_keeps_the_mark_of_its_payer_and_not_the_payer(buyer, gig):
    deal(buyer, gig, payer="074a1purse", **SLOW)
    payment = Payment.objects.get()
    assert payment.payer_mark == payer_mark(gateway="alipay", payer="074a1purse")
    assert "purse" not in str(vars(payment))


def test_two_sellers_who_are_paid_out_to_one_account(seller, gig):
    other = make_verified_seller()
    for person in (seller, other):
        set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    assert signals.shared_payouts(since()) == []  # a couple with a shop each
    deal(other, gig, **SLOW)
    (found,) = signals.shared_payouts(since())
    assert (found.one, found.other, found.weight) == (*pair(seller, other), WEIGHTS[SignalKind.SHARED_PAYOUT].direct)
    PayoutDestination.objects.filter(user=other).update(retired_at=clock.now() - 200 * DAY)
    assert signals.shared_payouts(since()) == []


def test_a_seller_who_is_paid_out_to_what_the_buyer_pays_from(buyer, seller, gig):
    openid = "oTheSameWechatAccount00001"
    set_destination(user=seller, kind=PayoutDestinationKind.WECHAT, account=openid)
    order = deal(buyer, gig, **SLOW)
    assert signals.shared_payouts(since()) == []
    Payment.objects.filter(order=order).update(payer_mark=payer_mark(gateway="wechatpay", payer=openid))
    assert pairs(signals.shared_payouts(since())) == {pair(buyer, seller)}


def test_loops_are_found_and_chains_are_not():
    people = [make_verified_seller() for _ in range(4)]
    gigs = [make_gig(seller=person) for person in people]
    for buyer, sold in zip(people, gigs[1:], strict=False):
        deal(buyer, sold, **SLOW)
    assert signals.in_loops(since(), signals.loop_lengths(since())) == []
    deal(people[2], gigs[0], **SLOW)
    found = signals.in_loops(since(), signals.loop_lengths(since()))
    assert pairs(found) == {pair(people[0], people[1]), pair(people[1], people[2]), pair(people[0], people[2])}
    assert {(signal.weight, signal.evidence["length"]) for signal in found} == {(WEIGHTS[SignalKind.LOOP].direct, 3)}


def test_two_who_work_for_each_other_weigh_less():
    people = [make_verified_seller() for _ in range(2)]
    for buyer, seller in (people, people[::-1]):
        deal(buyer, make_gig(seller=seller), **SLOW)
    (found,) = signals.in_loops(since(), signals.loop_lengths(since()))
    assert found.weight == LOOP_OF_TWO


def test_instant_praise_again_and_again_by_the_same_buyer(buyer, seller, gig):
    deal(buyer, gig)
    for _ in range(3):
        deal(make_user(), gig, **SLOW)
    assert signals.instant_praise(since()) == []  # once is a quick job
    deal(buyer, gig, answered=False)
    found = signals.instant_praise(since())
    assert pairs(found) == {pair(buyer, seller)}
    assert len({signal.order_id for signal in found}) == 2
    assert set(found[0].evidence) == {"order", "minutes", "of", "sold"}


def test_instant_praise_as_most_of_what_a_seller_sold(gig):
    for _ in range(3):
        deal(make_user(), gig)
    assert len(signals.instant_praise(since())) == 3
    for _ in range(3):
        deal(make_user(), gig, **SLOW)
    assert signals.instant_praise(since()) == []


@pytest.mark.parametrize(
    "honest",
    [
        {"work": timedelta(hours=2)},
        {"look": timedelta(minutes=11)},
        {"stars": 4},
        {"stars": None},
    ],
    ids=["worked for hours", "looked at it", "was not full of praise", "wrote nothing"],
)
def test_who_takes_time_or_finds_something_to_say_is_not_seen(buyer, gig, honest):
    for _ in range(3):
        deal(buyer, gig, **honest)
    assert signals.instant_praise(since()) == []


def money_round(*, later=timedelta(hours=1), back_fen=10_000):
    people = [make_verified_seller() for _ in range(3)]
    gigs = [make_gig(seller=person, price_fen=10_000) for person in people]
    deal(people[0], gigs[1])
    with clock.moved_to(clock.now() + later):
        deal(people[1], make_gig(seller=people[2], price_fen=back_fen))
        deal(people[2], gigs[0], **SLOW)
    return people


def test_money_that_goes_round_is_seen(monkeypatch):
    people = money_round()
    found = signals.round_trips(since(), signals.loop_lengths(since()))
    assert pairs(found) == {pair(people[1], people[2]), pair(people[0], people[2])}
    assert all(signal.order_id and signal.evidence["days"] <= 1 for signal in found)


@pytest.mark.parametrize(
    "other", [{"later": 8 * DAY}, {"back_fen": 5_000}, {"back_fen": 20_000}], ids=["late", "less", "more"]
)
def test_who_spends_another_amount_or_much_later_is_not_seen(other):
    people = money_round(**other)
    found = signals.round_trips(since(), signals.loop_lengths(since()))
    assert pair(people[1], people[2]) not in pairs(found)


def test_a_seller_who_spends_what_was_earned_outside_of_any_loop_is_not_seen(buyer, seller, gig):
    deal(buyer, gig)
    deal(seller, make_gig())
    assert signals.round_trips(since(), signals.loop_lengths(since())) == []


def test_what_is_older_than_half_a_year_is_not_looked_at(buyer, seller, gig):
    share_browser(buyer, seller)
    with clock.moved_to(clock.now() - 200 * DAY):
        deal(buyer, gig)
        deal(buyer, gig)
    assert signals.all_signals() == []
