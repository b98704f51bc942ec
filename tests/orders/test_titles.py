"""What orders that no service names are called, in the language of whoever reads; and which order a notice speaks of."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from marketplace.notifications.models import Notification
from marketplace.orders import services
from marketplace.orders.models import Order, ProposalKind
from marketplace.orders.titles import shown_title, stored_title
from tests.factories import make_gig, make_paid_order, make_seller, make_user
from tests.logins import log_in
from tests.offers.situations import make_plan
from tests.orders.changing import make_proposal, make_tip


@pytest.mark.parametrize(
    ("kind", "values", "chinese", "english"),
    [
        ("tip", {"title": "绘本（8页）"}, "打赏：绘本（8页）", "Tip: 绘本（8页）"),
        ("supplement", {"title": "绘本"}, "追加工作：绘本", "Additional work: 绘本"),
        (
            "stage",
            {"position": 1, "count": 3, "title": "标志 · 草稿", "plan": "茶馆"},
            "阶段1/3 标志 · 草稿 · 茶馆",
            None,
        ),
        ("tip", {"title": "追加工作：绘本"}, "打赏：追加工作：绘本", "Tip: Additional work: 绘本"),
    ],
)
def test_a_title_is_stored_in_chinese_and_read_in_ones_own_language(kind, values, chinese, english):
    with override("en"):
        stored = stored_title(kind, **values)
        assert stored == chinese
        shown = shown_title(kind, stored)
    assert shown == english or (english is None and shown.startswith("Stage 1 of 3: 标志"))
    with override("zh-hans"):
        assert shown_title(kind, stored) == chinese


@pytest.mark.parametrize(("kind", "stored"), [("standard", "打赏：绘本"), ("tip", "绘本"), ("stage", "标志")])
def test_what_was_stored_in_other_words_stays_as_it_is(kind, stored):
    with override("en"):
        assert shown_title(kind, stored) == stored


@pytest.mark.django_db
def test_an_english_reader_finds_no_chinese_kind_in_titles_lists_and_money():
    order = make_paid_order(gig=make_gig(title="Poster"))
    buyer = order.buyer
    proposal = make_proposal(order, ProposalKind.SUPPLEMENT)
    services.accept_proposal(proposal_id=proposal.pk, user=order.seller)
    work, tip = Order.objects.get(kind="supplement"), make_tip()
    stage = make_plan(buyer=buyer, seller=order.seller).milestones.get(position=1).order
    Order.objects.filter(pk=tip.pk).update(buyer=buyer)
    client = log_in(buyer)
    with override("en"):
        pages = [reverse("orders:list"), work.get_absolute_url(), tip.get_absolute_url(), stage.get_absolute_url()]
    texts = [client.get(page).content.decode() for page in pages]
    for chinese in ("追加工作：", "打赏：", "阶段1/"):
        assert not any(chinese in text for text in texts)
    for english in ("Additional work: Poster", "Tip: ", "Stage 1 of "):
        assert english in texts[0]


@pytest.mark.django_db
def test_a_notice_says_which_order_it_is_and_with_whom():
    gig = make_gig(title="绘本跨页", seller=make_seller(name="青禾品牌"))
    orders = [make_paid_order(buyer=make_user(name=name), gig=gig) for name in ("林小满", "陈见")]
    Notification.objects.all().delete()  # what the way here told
    for order in orders:
        services.propose_cancellation(
            order_id=order.pk, user=order.buyer, reason_code="changed_mind", message="计划变了"
        )
    told = list(Notification.objects.filter(recipient=gig.seller).order_by("pk").values_list("body", flat=True))
    assert told == [f"绘本跨页 · {order.buyer.display_name} · {order.number}" for order in orders]
    proposal = orders[0].proposals.get()
    services.decline_cancellation(order_id=orders[0].pk, proposal_id=proposal.pk, user=gig.seller)
    assert Notification.objects.get(recipient=orders[0].buyer).body.endswith(f" · 青禾品牌 · {orders[0].number}")
