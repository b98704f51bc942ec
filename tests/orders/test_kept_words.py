"""What is typed stays in the tab until it is sent (static/js/kept-words.js): which forms say so, and what tells of it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from marketplace.orders import services as orders
from tests.factories import (
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_moderator,
    make_paid_order,
    make_seller,
    make_user,
)
from tests.logins import log_in
from tests.offers.situations import make_offer, make_plan

pytestmark = pytest.mark.django_db

SAYS_IT_WORKED = 'data-toast="success"'


def _at(name, *more):
    return lambda order: reverse(f"orders:{name}", args=[order.number, *more])


# Where many words are typed: the address, whose page it is, and an order on which it is open.
PAGES = {
    "requirements": (_at("requirements"), "buyer", lambda: make_paid_order(gig=make_gig(requirements=2))),
    "note": (_at("note"), "buyer", make_paid_order),
    "skip": (_at("skip"), "seller", lambda: make_paid_order(gig=make_gig(requirements=2))),
    "deliver": (_at("deliver"), "seller", make_paid_order),
    "revise": (_at("revise"), "buyer", lambda: make_delivered_order(gig=make_gig(revisions=1))),
    "extend": (_at("change", "extend"), "seller", make_paid_order),
    "supplement": (_at("change", "supplement"), "buyer", make_paid_order),
    "cancel": (_at("cancel"), "buyer", make_paid_order),
    "review": (lambda order: reverse("reviews:write", args=[order.number]), "buyer", make_completed_order),
}


def kept_for(client, address):
    """Whose words the page's forms keep."""
    return re.findall(r'<form[^>]* data-keep="(\d+)"', client.get(address).content.decode())


@pytest.mark.parametrize("name", PAGES)
def test_a_form_that_takes_many_words_keeps_them_for_the_one_who_types(name):
    address, side, make = PAGES[name]
    order = make()
    user = getattr(order, side)
    assert kept_for(log_in(user), address(order)) == [str(user.pk)]


def test_what_is_said_in_a_dispute_is_kept_too():
    order = make_delivered_order()
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    address = reverse("orders:dispute", args=[order.number])

    def acts(client):
        page = client.get(address).content.decode()
        return set(re.findall(r'<form[^>]* action="[^"]*/(\w+)/"[^>]* data-keep="\d+"', page))

    assert kept_for(buyer, reverse("orders:dispute_open", args=[order.number])) == [str(order.buyer_id)]
    orders.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    assert acts(seller) >= {"answer", "propose", "add"}
    done = seller.post(reverse("orders:dispute_act", args=[order.number, "answer"]), {"text": "做完了。"}, follow=True)
    assert SAYS_IT_WORKED in done.content.decode().split("<template data-toast-template")[0]
    orders.decide_dispute(order_id=order.pk, mediator=make_moderator(), refund_fen=4_000, explanation="做完了一半。")
    assert "appeal" in acts(buyer)


def test_the_words_of_who_declines_a_cancellation_are_kept():
    order = make_paid_order()
    orders.propose_cancellation(order_id=order.pk, user=order.buyer, reason_code="changed_mind")
    page = log_in(order.seller).get(order.get_absolute_url()).content.decode()
    assert re.findall(r'<form[^>]* action="[^"]*/decline/"[^>]* data-keep="(\d*)"', page) == [str(order.seller_id)]


def test_briefs_offers_and_the_end_of_an_agreement_keep_their_words_too():
    buyer, seller = make_user(), make_seller()
    offer = make_offer(seller=seller, buyer=buyer)
    plan = make_plan(seller=seller, buyer=buyer)
    assert kept_for(log_in(buyer), reverse("offers:brief_new")) == [str(buyer.pk)]
    for name in ("counter", "decline"):
        assert kept_for(log_in(buyer), reverse(f"offers:{name}", args=[offer.pk])) == [str(buyer.pk)]
    assert kept_for(log_in(buyer), reverse("orders:plan_stop", args=[plan.pk])) == [str(buyer.pk)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("note", {"message": "再加一句"}),
        ("skip", {"message": "先按常见的做"}),
        ("deliver", {"message": "完成", "ai_made": "no", "without_files": "on"}),
        ("revise", {"message": "再大一点"}),
        ("extend", {"days": "2", "message": "打样晚了"}),
        ("supplement", {"amount": "100", "days": "2", "message": "再画一张封底"}),
        ("cancel", {"way": "together", "reason_code": "changed_mind", "reason": "计划变了"}),
    ],
)
def test_the_page_after_a_successful_send_says_that_it_worked_and_after_a_refusal_it_does_not(name, said):
    address, side, make = PAGES[name]
    order = make()
    client = log_in(getattr(order, side))
    refused = client.post(address(order), {})
    assert SAYS_IT_WORKED not in refused.content.decode().split("<template data-toast-template")[0]
    done = client.post(address(order), said, follow=True)
    assert done.redirect_chain
    assert SAYS_IT_WORKED in done.content.decode().split("<template data-toast-template")[0]


def test_a_draft_of_the_requirements_is_kept_by_us_from_then_on():
    order = make_paid_order(gig=make_gig(requirements=2))
    client = log_in(order.buyer)
    done = client.post(reverse("orders:requirements", args=[order.number]), {"draft": "1"}, follow=True)
    assert SAYS_IT_WORKED in done.content.decode().split("<template data-toast-template")[0]


def test_a_form_without_a_word_of_success_keeps_nothing():
    order = make_completed_order()
    assert kept_for(log_in(order.buyer), reverse("orders:change", args=[order.number, "tip"])) == []


def test_no_form_with_a_password_is_marked_and_the_script_keeps_neither_these_nor_files():
    root = Path(settings.BASE_DIR)
    marked = [path for path in (root / "templates").rglob("*.html") if "data-keep=" in path.read_text()]
    assert len(marked) >= 9
    assert not [path for path in marked if "password" in path.read_text() or path.parts[-2] in ("account", "mfa")]
    script = (root / "static/js/kept-words.js").read_text()
    never = re.search(r"const NEVER = \[(.*?)\]", script)[1]
    assert {"password", "file", "hidden"} <= set(re.findall(r'"(\w+)"', never))
