"""What the pages of orders and disputes say: the clock that is shown, whose words are quoted, whose share it is."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from marketplace.core import clock
from marketplace.orders import automatic, dispute_page, money_box, presenters, selectors, services, timeline, tip_rules
from marketplace.orders.models import Order, OrderEventType, ProposalKind
from marketplace.orders.shares import split_of
from marketplace.orders.states import DisputeStatus, OrderStatus
from tests.factories import decide_finally, make_completed_order, make_delivered_order, make_gig, make_paid_order
from tests.logins import log_in
from tests.offers.situations import complete, make_plan
from tests.orders.changing import make_proposal
from tests.orders.situations import make_order_in
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db


def text_of(user, url: str) -> str:
    page = log_in(user).get(url)
    assert page.status_code == 200
    return page.content.decode()


def lines_of(order: Order, viewer) -> dict[str, str]:
    """The time line as its reader sees it: titles and texts."""
    whole = selectors.order_for(viewer, order.number)
    return {str(entry.title): entry.text for entry in timeline.timeline(whole, viewer)}


def test_the_clock_of_ones_own_question_is_not_said_to_stop_the_delivery_s():
    order = make_paid_order()
    before = automatic.outlook(order, order.seller).stop
    make_proposal(order, ProposalKind.EXTEND)
    order = Order.objects.get(pk=order.pk)
    mine, theirs = automatic.outlook(order, order.seller), automatic.outlook(order, order.buyer)
    assert mine.coming[0].is_question  # it ends first, and is still not the clock above
    assert mine.stop == before
    assert theirs.stop == "你同意或拒绝后，不再计时。"


def test_who_proposed_reads_until_when_the_other_side_has_to_answer():
    order = make_paid_order()
    make_proposal(order, ProposalKind.EXTEND)
    url = order.get_absolute_url()
    assert re.search("对方须在.+前答复", text_of(order.seller, url))
    assert re.search("请在.+前答复", text_of(order.buyer, url))


def test_a_revision_speaks_chinese_to_its_seller():
    order = make_order_in(OrderStatus.REVISION_REQUESTED)
    with override("zh-hans"):
        assert presenters.next_thing(order, order.seller).text == "买家要改的内容写在下方订单进度里。"


def test_reasons_stand_in_quotes_wherever_a_division_or_a_refund_is_told():
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    order = decide_finally(order, refund_fen=4_000, explanation="各让一步。")
    said = "退给买家¥40，结算给服务商¥60。理由：“各让一步。”"
    assert presenters.next_thing(order, order.buyer).text == said

    order = make_dispute_in(DisputeStatus.MEDIATION)
    services.propose_split(order_id=order.pk, user=order.seller, refund_fen=2_500, message="草图发过。")
    assert "退给买家¥25，结算给服务商¥75。理由：“草图发过。”" in lines_of(order, order.buyer).values()

    order = make_paid_order()
    services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=1_000, reason="封底没画成")
    assert lines_of(order, order.buyer)[f"{order.seller.display_name}退还了部分款项"] == "¥10。理由：“封底没画成”"


def test_the_seller_sees_what_a_decision_leaves_after_the_fee_and_the_buyer_does_not():
    order = make_dispute_in(DisputeStatus.DECIDED)
    card = dispute_page.page_of(order.dispute, order.seller).decisions[0]
    split = split_of(order, 6_000)
    assert (card.sums.released_fen, card.sums.seller_fen) == (6_000, split.seller_fen)
    url = reverse("orders:dispute", args=[order.number])
    assert "你的收入" in text_of(order.seller, url)
    assert "你的收入" not in text_of(order.buyer, url)


def test_a_proposed_division_shows_what_is_left_after_the_fee():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=4_000, message="一人一半差一点")
    text = text_of(order.seller, reverse("orders:dispute", args=[order.number]))
    line = text[text.index('class="proposals"') :]
    line = line[: line.index("</ol>")]
    assert re.search(r"扣服务费¥\d+(\.\d+)?后¥\d+", line)


def test_who_accepted_a_division_reads_that_it_was_themselves():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    proposal = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=4_000, message="")
    services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    url = reverse("orders:dispute", args=[order.number])
    assert "你已同意" in text_of(order.buyer, url)
    assert "对方已同意" in text_of(order.seller, url)


def test_while_a_refund_is_on_its_way_the_stamp_of_the_money_says_so():
    order = make_dispute_in(DisputeStatus.CLOSED)
    whole = selectors.order_for(order.seller, order.number)
    box = money_box.money(whole)
    assert box.owed_fen
    assert (box.stamp, box.sum_label) == ("退款中", "已放款")
    whole.refunds.update(done_at=clock.now())
    assert money_box.money(selectors.order_for(order.seller, order.number)).stamp == "已放款"


def test_the_time_line_puts_no_name_before_what_is_a_sentence_already():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    decide_finally(order, refund_fen=4_000)
    titles = set(lines_of(Order.objects.get(pk=order.pk), order.buyer))
    closed = [title for title in titles if "纠纷处理完毕" in title]
    assert closed == ["纠纷处理完毕，按结果退款和结算"]

    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller, reason="排不开")
    assert f"{order.seller.display_name}取消了订单" in lines_of(order, order.buyer)


def test_what_a_refund_needs_is_said_before_its_sum_while_the_seller_must_agree():
    order = make_paid_order()
    url = reverse("orders:cancel", args=[order.number])
    text = text_of(order.buyer, url)
    assert "取消成立后，¥100全额退回" in text
    assert text.index("在此之前需要服务商同意") < text.index("取消成立后")
    with clock.moved_to(order.due_at + timedelta(days=30)):
        assert "取消成立后" not in text_of(order.buyer, url)


def test_a_price_cut_names_the_new_price_and_is_agreed_before_it_is_paid_back():
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.DISCOUNT)  # 10 of 100 yuan
    assert "降价后订单价格为¥90。" in text_of(order.buyer, order.get_absolute_url())
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    newest = list(order.events.values_list("type", flat=True)[:2])
    assert newest == [OrderEventType.REFUND_DECIDED, OrderEventType.PROPOSAL_ACCEPTED]


def test_additional_work_says_with_how_many_revisions_it_comes_wherever_it_is_agreed():
    order = make_paid_order(gig=make_gig())
    said = f"附{order.revisions_allowed}次修改，和这笔订单相同。"
    assert said in text_of(order.seller, reverse("orders:change", args=[order.number, "supplement"]))
    proposal = make_proposal(order, ProposalKind.SUPPLEMENT, side="seller")
    assert said in text_of(order.buyer, order.get_absolute_url())
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    supplement = Order.objects.get(parent=order)
    assert supplement.revisions_allowed == order.revisions_allowed
    assert f"<dd>{order.revisions_allowed}次</dd>" in text_of(
        order.buyer, reverse("payments:pay", args=[supplement.number])
    )


def test_the_page_of_an_order_says_until_when_a_tip_can_be_given():
    order = make_completed_order()
    assert "前可以打赏" in text_of(order.buyer, order.get_absolute_url())
    assert "前可以打赏" not in text_of(order.seller, order.get_absolute_url())
    with clock.moved_to(tip_rules.ends_at(order)):
        assert "前可以打赏" not in text_of(order.buyer, order.get_absolute_url())


def test_what_a_seller_began_without_is_no_step_that_was_taken():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="我先开工")
    order = selectors.order_for(order.buyer, order.number)
    assert [step.state for step in presenters.steps(order)][:3] == ["done", "", "current"]


def test_after_a_stage_the_next_one_s_payment_is_at_the_thumb(buyer, seller):
    plan = make_plan(seller=seller, buyer=buyer)
    first = plan.milestones.get(position=1).order
    assert 'form="fund-next"' not in text_of(buyer, first.get_absolute_url())
    complete(first)
    text = text_of(buyer, first.get_absolute_url())
    assert 'id="fund-next"' in text
    assert 'form="fund-next">付款¥1,500，开始阶段2</button>' in text
    assert "fund-next" not in text_of(seller, first.get_absolute_url())
