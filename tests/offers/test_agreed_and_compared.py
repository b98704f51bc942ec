"""What was agreed on and is not paid stands in the list of orders; a counter-offer says what it changes, and whose it is."""

from django.urls import reverse

from marketplace.core import clock
from marketplace.offers import presenters, services
from marketplace.orders import lists
from marketplace.orders.states import BUYER, SELLER
from tests.logins import log_in
from tests.offers.situations import make_offer, terms


def countered(seller, buyer):
    offer = make_offer(seller=seller, buyer=buyer)  # 800 yuan, 5 days, 2 revisions
    changed = terms(total_fen=70_000, revisions=3)
    return services.counter_offer(offer_id=offer.pk, user=buyer, terms=changed, valid_days=5, words="少一百")


def of(user, side, **asked):
    return lists.order_list(user, lists.Wanted.read(side, asked), page=None)


def test_a_counter_offer_that_was_agreed_waits_among_the_buyer_s_orders_until_it_is_placed_or_lapses(buyer, seller):
    offer = countered(seller, buyer)
    assert not of(buyer, BUYER).has_any
    services.accept_offer(offer_id=offer.pk, user=seller)

    found = of(buyer, BUYER, group="mine")
    assert [(each.title, each.other, each.amount_fen) for each in found.agreed] == [(offer.title, seller, 70_000)]
    assert (found.mine, found.has_any) == (1, True)
    page = log_in(buyer).get(reverse("orders:list") + "?group=mine").content.decode()
    assert offer.negotiation.get_absolute_url() in page
    assert "已谈妥，待付款" in page
    assert [each.other for each in of(seller, SELLER, group="other").agreed] == [buyer]
    assert not of(seller, SELLER, group="mine").agreed
    assert of(seller, SELLER).mine == 0
    assert not of(buyer, BUYER, group="finished").agreed

    with clock.moved_to(found.agreed[0].until):
        assert not of(buyer, BUYER, group="mine").agreed
    services.order_agreement(negotiation_id=offer.negotiation_id, buyer=buyer)
    placed = of(buyer, BUYER, group="mine")
    assert not placed.agreed
    assert len(placed.rows) == placed.mine == 1


def test_a_stranger_s_agreement_is_nobody_s_else(buyer, seller):
    services.accept_offer(offer_id=countered(seller, buyer).pk, user=seller)
    assert not of(seller, BUYER).agreed
    assert not of(buyer, SELLER).agreed


def test_the_page_of_a_counter_offer_says_whose_it_is_and_what_differs(buyer, seller):
    offer = countered(seller, buyer)
    url = offer.negotiation.get_absolute_url()
    mine, theirs = (log_in(user).get(url).content.decode() for user in (buyer, seller))
    assert f"<h1>你给{seller.display_name}的还价</h1>" in mine
    assert f"<h1>{buyer.display_name}的还价</h1>" in theirs
    for text in (mine, theirs):
        compared = text[text.index("与上一版相比") : text.index("<article")]
        assert "¥800" in compared
        assert "¥700" in compared
        assert "5天" not in compared  # the same in both


def test_a_first_offer_is_compared_with_nothing(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    text = log_in(buyer).get(offer.negotiation.get_absolute_url()).content.decode()
    assert f"<h1>{seller.display_name}的报价</h1>" in text
    assert "与上一版相比" not in text


def test_what_changed_at_length_is_named_and_not_repeated(buyer, seller):
    first = make_offer(seller=seller, buyer=buyer)
    second = services.counter_offer(
        offer_id=first.pk, user=buyer, terms=terms(scope="只要一个方向。"), valid_days=5, words=""
    )
    (change,) = presenters.changes(first, second)
    assert (change.label, change.before, change.after) == ("交付内容", "", "有改动，见下方")
