"""What was typed before an order goes with the order; prices and answers stay."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.retention import all_rules, proof_of
from marketplace.offers import services
from marketplace.offers.keeping import GONE
from marketplace.offers.models import Brief, BriefFile, Negotiation, Offer
from marketplace.offers.tasks import empty_old_offers
from marketplace.orders.tasks import empty_old_orders
from tests.factories import make_category, make_seller
from tests.offers.situations import complete, make_agreement, make_brief, make_offer, pay, seller_of, sent_file

pytestmark = pytest.mark.django_db
DAYS = 1096


def after(*, days=DAYS, hours=1):
    """A moment so long after everything that has happened so far."""
    return clock.moved_to(clock.now() + timedelta(days=days, hours=hours))


def overdue():
    with after(days=DAYS + 2):
        return proof_of(next(rule for rule in all_rules() if rule.key == "offers.words_and_files")).overdue


def test_the_words_of_an_offer_go_with_its_order_and_the_price_stays(buyer, seller):
    agreed = make_agreement(seller=seller, buyer=buyer, words="朋友介绍来的，便宜一点")
    complete(agreed.order)
    terms = list(Offer.objects.values("title", "total_fen", "delivery_days", "status", "answered_by", "answered_at"))
    with after(days=DAYS - 1, hours=23):
        assert (empty_old_orders(), empty_old_offers()) == (0, 0)  # a day too early
    with after():
        assert empty_old_offers() == 0  # the order comes first
        assert empty_old_orders() == 1
        assert [empty_old_offers(), empty_old_offers()] == [1, 0]
    offer = Offer.objects.get()
    assert (offer.scope, offer.words, offer.questions) == (GONE, GONE, [])
    assert (
        list(Offer.objects.values("title", "total_fen", "delivery_days", "status", "answered_by", "answered_at"))
        == terms
    )
    assert overdue() == 0


def test_an_order_that_still_runs_keeps_what_was_agreed(buyer, seller):
    agreed = make_agreement(seller=seller, buyer=buyer)
    pay(agreed.order)
    with after(days=3000):
        empty_old_orders()
        assert empty_old_offers() == 0
        assert services.empty_negotiation(negotiation_id=agreed.pk) is False
    assert Offer.objects.exclude(scope=GONE).exists()


def test_an_offer_that_came_to_nothing_goes_three_years_after_its_answer(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    with after(days=3000):
        assert empty_old_offers() == 0  # it is open still
    services.withdraw_offer(offer_id=offer.pk, user=seller)
    assert overdue() == 1
    with after():
        assert empty_old_offers() == 1
    assert Negotiation.objects.count() == 1


def test_a_brief_goes_with_its_files_when_none_of_its_answers_is_needed(buyer):
    category = make_category(parent=make_category())
    brief = make_brief(buyer=buyer, category=category, files=[sent_file(buyer)])
    offer = make_offer(seller=seller_of(category), buyer=buyer, brief=brief)
    services.accept_offer(offer_id=offer.pk, user=buyer)
    order = Negotiation.objects.get().order
    complete(order)
    assert Brief.objects.get().ended_at is not None
    with after():
        assert empty_old_offers() == 0
        empty_old_orders()
        assert empty_old_offers() == 2  # the offer, then the brief that it answered
    brief.refresh_from_db()
    assert (brief.story, BriefFile.objects.count(), brief.budget_max_fen) == (GONE, 0, brief.budget_max_fen)
    assert overdue() == 0


def test_a_brief_that_somebody_else_still_works_on_is_kept(buyer):
    make_seller()
    category = make_category(parent=make_category())
    brief = make_brief(buyer=buyer, category=category)
    offer = make_offer(seller=seller_of(category), buyer=buyer, brief=brief)
    services.accept_offer(offer_id=offer.pk, user=buyer)
    pay(Negotiation.objects.get().order)
    with after(days=3000):
        assert empty_old_offers() == 0
        assert services.empty_brief(brief_id=brief.pk) is False
    assert Brief.objects.exclude(story=GONE).exists()
