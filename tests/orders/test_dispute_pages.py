"""The pages of cancelling and disputes: what each side sees and can send, in both languages; strangers get nothing."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from marketplace.core import clock
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import dispute_page, dispute_selectors, presenters, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Dispute, DisputeFile, OrderProposal, Refund
from marketplace.orders.states import DisputeStatus, OrderStatus, ProposalStatus
from tests.factories import make_coupon, make_delivered_order, make_moderator, make_order, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.situations import footprint, make_order_in
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db


def address(name, *args, language="zh-hans"):
    with override(language):
        return reverse(f"orders:{name}", args=args)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize("status", list(DisputeStatus), ids=str)
def test_the_page_of_a_dispute_renders_in_every_state(status, side, language):
    order = make_dispute_in(status)
    page = log_in(getattr(order, side)).get(address("dispute", order.number, language=language))
    assert page.status_code == 200
    assert order.dispute.reason in page.content.decode()


@pytest.mark.parametrize("status", [OrderStatus.AWAITING_REQUIREMENTS, OrderStatus.IN_PROGRESS, OrderStatus.DELIVERED])
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_the_way_out_says_what_happens_to_the_money_before_anything_is_confirmed(status, side):
    order = make_order_in(status)
    text = log_in(getattr(order, side)).get(address("cancel", order.number, language="en")).content.decode()
    assert "¥100 goes back" in text
    alone = {"buyer": "Cancel and get", "seller": "Cancel alone, with the mark"}[side]
    assert (alone in text) == (status != OrderStatus.DELIVERED and (side, status) != ("buyer", OrderStatus.IN_PROGRESS))
    assert ("Propose to cancel together" in text) == (status != OrderStatus.AWAITING_REQUIREMENTS)


def test_a_seller_reads_of_the_mark_before_cancelling_alone_and_not_before_doing_it_together():
    order = make_paid_order()
    client = log_in(order.seller)
    assert (
        "it counts as not delivered on time"
        in client.get(address("cancel", order.number, language="en")).content.decode()
    )
    sent = client.post(address("cancel", order.number), {"way": "alone", "reason_code": "no_time", "reason": "排不开"})
    assert sent.status_code == 302
    order.refresh_from_db()
    assert (order.status, order.cancelled_by, order.cancel_reason) == ("cancelled", "seller", "no_time")


def test_a_proposal_is_sent_shown_to_the_other_side_and_accepted_there():
    order = make_paid_order()
    log_in(order.seller).post(
        address("cancel", order.number), {"way": "together", "reason_code": "unclear", "reason": "尺寸一直在变"}
    )
    proposal = OrderProposal.objects.get()
    buyer = log_in(order.buyer)
    page = buyer.get(address("detail", order.number)).content.decode()
    assert "尺寸一直在变" in page
    accept = address("cancel_answer", order.number, proposal.pk, "accept")
    assert accept in page
    assert accept not in log_in(order.seller).get(address("detail", order.number)).content.decode()
    buyer.post(accept)
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().amount_fen) == (OrderStatus.CANCELLED, 10_000)


@pytest.mark.parametrize(("answer", "side"), [("decline", "buyer"), ("withdraw", "seller")])
def test_a_proposal_is_declined_or_taken_back_by_a_button(answer, side):
    order = make_paid_order()
    proposal = services.propose_cancellation(order_id=order.pk, user=order.seller)
    log_in(getattr(order, side)).post(address("cancel_answer", order.number, proposal.pk, answer))
    order.refresh_from_db()
    proposal.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert proposal.status in (ProposalStatus.DECLINED, ProposalStatus.WITHDRAWN)


def test_a_cancellation_without_a_reason_keeps_what_was_typed_and_changes_nothing():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    before = footprint(order)
    answer = log_in(order.buyer).post(address("cancel", order.number), {"way": "alone", "reason": "想好了"})
    assert answer.status_code == 422
    assert "想好了" in answer.content.decode()
    assert footprint(order) == before


def offered_reasons(order):
    page = log_in(order.buyer).get(address("cancel", order.number)).content.decode()
    return set(re.findall(r'name="reason_code" value="(\w+)"', page))


def test_a_buyer_is_asked_only_what_can_be_so_already():
    of_the_work, late = {"not_as_described", "quality"}, {"late"}
    always = {"changed_mind", "by_mistake", "asked_to_leave", "other"}
    assert offered_reasons(make_order()) == always
    order = make_paid_order()
    assert offered_reasons(order) == always | {"no_reply"}
    with clock.moved_to(order.due_at + timedelta(hours=1)):
        assert offered_reasons(order) == always | {"no_reply"} | late
    assert offered_reasons(make_delivered_order()) == always | {"no_reply"} | of_the_work


def test_an_order_that_was_not_paid_is_cancelled_without_a_reason():
    order = make_order()
    assert log_in(order.buyer).post(address("cancel", order.number), {"way": "alone"}).status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED


def test_too_early_a_buyer_is_refused_whatever_the_form_says():
    order = make_paid_order()
    before = footprint(order)
    answer = log_in(order.buyer).post(address("cancel", order.number), {"way": "alone", "reason_code": "changed_mind"})
    assert answer.status_code == 422
    assert footprint(order) == before


def test_a_dispute_is_opened_with_reason_amount_story_and_files():
    order = make_delivered_order()
    form = {
        "reason_code": "quality",
        "wanted": "40.05",
        "reason": "夜里看不清",
        "files": [SimpleUploadedFile("照片.txt", b"night"), SimpleUploadedFile("b.txt", b"b")],
    }
    answer = log_in(order.buyer).post(address("dispute_open", order.number), form)
    assert answer.headers["Location"] == address("dispute", order.number)
    dispute = Dispute.objects.get(order=order)
    assert (dispute.reason_code, dispute.wanted_fen, dispute.reason) == ("quality", 4_005, "夜里看不清")
    assert sorted(DisputeFile.objects.values_list("name", flat=True)) == ["b.txt", "照片.txt"]


@pytest.mark.parametrize(
    "wrong",
    [{"reason_code": "threat"}, {"wanted": "100.01"}, {"wanted": "-1"}, {"reason": ""}, {"wanted": "1.234"}],
)
def test_a_dispute_that_is_filled_in_wrongly_is_not_opened(wrong):
    order = make_delivered_order()
    before = footprint(order)
    form = {"reason_code": "quality", "wanted": "40", "reason": "夜里看不清"} | wrong
    assert log_in(order.buyer).post(address("dispute_open", order.number), form).status_code == 422
    assert footprint(order) == before


def test_the_other_side_answers_and_both_add_evidence():
    order = make_dispute_in(DisputeStatus.ANSWER)
    seller = log_in(order.seller)
    seller.post(address("dispute_act", order.number, "answer"), {"text": "按稿做的", "wanted": "20"})
    assert Dispute.objects.get(order=order).status == DisputeStatus.MEDIATION
    for side in ("buyer", "seller"):
        evidence = {"text": f"{side}的补充", "files": [SimpleUploadedFile(f"{side}.txt", side.encode())]}
        log_in(getattr(order, side)).post(address("dispute_act", order.number, "add"), evidence)
    page = seller.get(address("dispute", order.number)).content.decode()
    for shown in ("按稿做的", "buyer的补充", "seller的补充", "buyer.txt", "seller.txt"):
        assert shown in page
    file = DisputeFile.objects.get(name="buyer.txt")
    download = seller.get(address("dispute_file", order.number, file.pk))
    assert b"".join(download.streaming_content) == b"buyer"
    assert "attachment" in download.headers["Content-Disposition"]


def test_a_division_is_previewed_by_the_server_proposed_and_accepted():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    preview = buyer.get(address("split_preview", order.number, language="en"), {"refund": "40.05"}).content.decode()
    prices = re.findall(r'<data[^>]*value="([\d.]+)"', preview)
    assert prices == ["40.05", "59.95"]
    assert "less the fee of ¥6: ¥53.95" in preview
    for bad in ("100.01", "x", ""):
        assert "alert" in buyer.get(address("split_preview", order.number), {"refund": bad}).content.decode()
    buyer.post(address("dispute_act", order.number, "propose"), {"refund": "40.05", "message": "各让一步"})
    proposal = OrderProposal.objects.get()
    accept = address("split_answer", order.number, proposal.pk, "accept")
    assert accept in seller.get(address("dispute", order.number)).content.decode()
    assert accept not in buyer.get(address("dispute", order.number)).content.decode()
    seller.post(accept)
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().amount_fen) == (OrderStatus.RESOLVED, 4_005)


def test_a_refused_form_of_the_page_keeps_its_words_and_says_why():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    before = footprint(order)
    answer = log_in(order.buyer).post(
        address("dispute_act", order.number, "propose"), {"refund": "999", "message": "太多了吗"}
    )
    assert (answer.status_code, "太多了吗" in answer.content.decode()) == (422, True)
    nothing = log_in(order.buyer).post(address("dispute_act", order.number, "add"), {"text": ""})
    assert nothing.status_code == 422
    assert footprint(order) == before


def test_a_decision_is_read_accepted_and_appealed_on_the_page():
    order = make_dispute_in(DisputeStatus.DECIDED)
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    assert "做完了一半。" in buyer.get(address("dispute", order.number)).content.decode()
    buyer.post(address("dispute_act", order.number, "accept"))
    assert (
        address("dispute_act", order.number, "appeal")
        not in buyer.get(address("dispute", order.number)).content.decode()
    )
    seller.post(address("dispute_act", order.number, "appeal"), {"text": "第二份文件没有看"})
    dispute = Dispute.objects.get(order=order)
    assert (dispute.status, dispute.appealed_by) == (DisputeStatus.APPEALED, order.seller)


def test_the_order_leads_to_its_dispute_and_back():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    buyer = log_in(order.buyer)
    assert address("dispute", order.number) in buyer.get(address("detail", order.number)).content.decode()
    with clock.moved_to(clock.now()):
        buyer.post(address("dispute_act", order.number, "withdraw"))
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED


def test_reading_changes_nothing_and_a_get_of_what_acts_is_refused():
    order = make_dispute_in(DisputeStatus.DECIDED)
    before = footprint(order)
    for user in (order.buyer, order.seller):
        client = log_in(user)
        for name, args in (
            ("dispute", ()),
            ("bundle", ()),
            ("cancel", ()),
            ("dispute_open", ()),
            ("split_preview", ()),
        ):
            client.get(address(name, order.number, *args))
        for act in ("accept", "appeal", "withdraw", "propose"):
            assert client.get(address("dispute_act", order.number, act)).status_code == 405
    assert footprint(order) == before


def test_strangers_find_nothing_of_it():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    files = [SimpleUploadedFile("a.txt", b"a")]
    statement = services.add_evidence(order_id=order.pk, user=order.buyer, files=files)
    proposal = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=1)
    before = footprint(order)
    stranger = log_in(make_user())
    file_id = statement.files.get().pk
    reads = [("dispute", ()), ("dispute_file", (file_id,)), ("split_preview", ()), ("bundle", ()), ("cancel", ())]
    reads += [("dispute_open", ()), ("bundle_download", (1, "zip"))]
    for name, args in reads:
        assert stranger.get(address(name, order.number, *args)).status_code == 404
    acts = [("dispute_act", (act,)) for act in ("answer", "add", "propose", "accept", "appeal", "withdraw")]
    acts += [("split_answer", (proposal.pk, "accept")), ("cancel_answer", (proposal.pk, "accept"))]
    acts += [("bundle", ()), ("cancel", ()), ("dispute_open", ())]
    for name, args in acts:
        assert stranger.post(address(name, order.number, *args)).status_code == 404
    assert footprint(order) == before
    assert not order.dispute.bundles.exists()


def test_what_is_no_act_or_answer_is_not_there():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    proposal = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=1)
    buyer = log_in(order.buyer)
    assert buyer.post(address("dispute_act", order.number, "explode")).status_code == 404
    assert buyer.post(address("split_answer", order.number, proposal.pk, "explode")).status_code == 404
    assert buyer.post(address("cancel_answer", order.number, proposal.pk, "explode")).status_code == 404


WORDS = "我写了整整一个小时的说明"


def _agree(order):
    proposal = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=4_000)
    services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)


@pytest.mark.parametrize(
    ("status", "act", "side"),
    [
        (DisputeStatus.ANSWER, "answer", "seller"),
        (DisputeStatus.DECIDED, "appeal", "buyer"),
        (DisputeStatus.MEDIATION, "propose", "buyer"),
        (DisputeStatus.MEDIATION, "add", "buyer"),
    ],
)
def test_what_was_typed_stays_with_the_reason_when_the_other_side_was_faster(status, act, side):
    order = make_dispute_in(status)
    _agree(order)
    before = footprint(order)
    form = {"text": WORDS, "wanted": "1", "refund": "1", "message": WORDS}
    answer = log_in(getattr(order, side)).post(address("dispute_act", order.number, act), form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert WORDS in text
    assert str(OrderError(OrderErrorCode.WRONG_STATE).message) in text
    assert footprint(order) == before


def test_an_answer_can_still_be_sent_on_the_page_when_its_time_is_over():
    order = make_dispute_in(DisputeStatus.ANSWER)
    with clock.moved_to(order.dispute.answer_due_at):
        services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_ANSWER)
    seller, act = log_in(order.seller), address("dispute_act", order.number, "answer")
    assert act in seller.get(address("dispute", order.number)).content.decode()
    assert act not in log_in(order.buyer).get(address("dispute", order.number)).content.decode()
    assert seller.post(act, {"text": WORDS, "wanted": "20"}).status_code == 302
    page = seller.get(address("dispute", order.number)).content.decode()
    assert WORDS in page
    assert act not in page


def test_taking_back_is_offered_once():
    order = make_dispute_in(DisputeStatus.WITHDRAWN)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="还是没有改")
    page = log_in(order.buyer).get(address("dispute", order.number)).content.decode()
    assert address("dispute_act", order.number, "withdraw") not in page


def test_the_sums_of_a_division_add_up_with_a_coupon_too():
    order = make_paid_order(coupon_code=make_coupon(amount_fen=700).code)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符", wanted_fen=4_000)
    buyer = log_in(order.buyer)
    preview = buyer.get(address("split_preview", order.number, language="en"), {"refund": "0"}).content.decode()
    assert "plus ¥7 of the platform" in preview
    assert "less the fee of ¥10: ¥90" in preview
    page = buyer.get(address("dispute", order.number, language="en")).content.decode()
    assert "of the platform" in page
    _agree(order)
    assert wallet_of(order.seller).pending_fen == dispute_page.sums_of(order, 0, 5_300).seller_fen


def test_what_was_agreed_is_not_rewritten_by_a_later_refund():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    _agree(order)
    pages = [address(name, order.number, language="en") for name in ("dispute", "detail")]
    client = log_in(order.buyer)
    for page in pages:
        assert "¥40 back to the buyer, ¥60 to the seller" in client.get(page).content.decode()
    services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=2_000, reason="再补偿")
    for page in pages:
        assert "¥40 back to the buyer, ¥60 to the seller" in client.get(page).content.decode()
    dispute = dispute_selectors.dispute_for(order.buyer, order.number)
    assert dispute_page.proposals_of(dispute, order.buyer)[0].sums.released_fen == 6_000


@pytest.mark.parametrize(("name", "header"), [("split_preview", {}), ("bundle", {"HX-Request": "true"})])
def test_a_move_of_the_slider_and_a_look_at_the_progress_read_little(name, header):
    order = make_dispute_in(DisputeStatus.MEDIATION)
    client = log_in(order.buyer)
    page = address(name, order.number)
    client.get(page, {"refund": "10"}, headers=header)
    with CaptureQueriesContext(connection) as found:
        client.get(page, {"refund": "10"}, headers=header)
    tables = [query["sql"] for query in found if "orders_" in query["sql"]]
    assert len(tables) <= 3


def bar_of(text: str) -> str:
    return text[text.rindex('class="bottom') :]


@pytest.mark.parametrize(
    ("status", "side", "link"),
    [
        (DisputeStatus.ANSWER, "seller", "#answer-form"),
        (DisputeStatus.ANSWER, "buyer", ""),
        (DisputeStatus.MEDIATION, "buyer", "#split-form"),
        (DisputeStatus.DECIDED, "buyer", "#react-heading"),
        (DisputeStatus.DECIDED, "seller", "#react-heading"),
        (DisputeStatus.APPEALED, "buyer", ""),
        (DisputeStatus.CLOSED, "buyer", ""),
    ],
)
def test_the_bar_leads_to_the_step_that_is_due_and_sends_nothing_by_one_tap(status, side, link):
    order = make_dispute_in(status)
    text = log_in(getattr(order, side)).get(address("dispute", order.number)).content.decode()
    links = re.findall(r'href="(#[a-z-]+)"', bar_of(text))
    assert links == ([link] if link else [])
    assert all(f'id="{each[1:]}"' in text for each in links)
    assert 'form="split-form"' not in text
    assert ("split-form" in text) == (status != DisputeStatus.CLOSED)


@pytest.mark.parametrize("status", [DisputeStatus.ANSWER, DisputeStatus.MEDIATION, DisputeStatus.DECIDED])
def test_a_division_that_waits_for_my_answer_is_the_headline_and_the_first_button(status):
    order = make_dispute_in(status)
    services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=3_000)
    text = log_in(order.seller).get(address("dispute", order.number)).content.decode()
    headline = text[text.index("next__when") :][:200]
    assert f"{order.buyer.display_name}提出方案：退给买家¥30" in headline
    assert text.index('id="proposals-heading"') < text.index('id="said-heading"') < text.index('id="split-form"')
    assert re.findall(r'href="(#[a-z-]+)"', bar_of(text))[-1] == "#proposals-heading"  # at the thumb
    assert 'data-refund-fen="3000"' in text  # a counter-proposal begins there
    own = log_in(order.buyer).get(address("dispute", order.number)).content.decode()
    assert "#proposals-heading" not in bar_of(own)
    assert f"等{order.seller.display_name}答复你的方案" in own


def test_what_both_say_is_read_before_it_is_answered():
    order = make_dispute_in(DisputeStatus.ANSWER)
    text = log_in(order.seller).get(address("dispute", order.number)).content.decode()
    assert text.index("和说好的不一样") < text.index('id="answer-form"') < text.index('id="split-form"')


def test_the_slider_begins_at_what_was_asked_for():
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符", wanted_fen=6_000)
    dispute = dispute_selectors.dispute_for(order.buyer, order.number)
    assert [dispute_page.first_refund_fen(dispute, each) for each in (order.buyer, order.seller)] == [6_000, 6_000]
    services.answer_dispute(order_id=order.pk, user=order.seller, text="做完了。", wanted_fen=2_000)
    services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=5_000)
    dispute = dispute_selectors.dispute_for(order.buyer, order.number)
    assert [dispute_page.first_refund_fen(dispute, each) for each in (order.buyer, order.seller)] == [5_000, 2_000]
    page = log_in(order.buyer).get(address("dispute", order.number)).content.decode()
    assert 'value="50"' in page or 'value="50.00"' in page
    assert 'data-refund-fen="5000"' in page


def test_an_amount_that_somebody_left_open_is_nobodys_words():
    order = make_dispute_in(DisputeStatus.ANSWER)
    seller = log_in(order.seller)
    seller.post(address("dispute_act", order.number, "answer"), {"text": "按稿做的", "wanted": ""})
    assert order.dispute.statements.get(kind="answer").wanted_fen is None
    page = seller.get(address("dispute", order.number)).content.decode()
    assert "未填" in page[page.index("按稿做的") :][:400]
    mediator = make_moderator()
    mediators_page = log_in(mediator).get(reverse("orders_dispute_decide", args=[order.dispute.pk])).content.decode()
    assert "未填" in mediators_page


@pytest.mark.parametrize("status", [DisputeStatus.ANSWER, DisputeStatus.CLOSED])
def test_an_order_in_dispute_does_not_claim_that_it_was_accepted_and_paid_out(status):
    order = make_dispute_in(status)
    shown = presenters.steps(order)
    assert [step.title for step in shown][3:] == ["纠纷", "结案"]
    is_over = status == DisputeStatus.CLOSED
    assert [step.state for step in shown][3:] == (["done", "done"] if is_over else ["current", ""])
    assert bool(shown[4].note) == is_over


def test_the_steps_of_a_closed_dispute_are_those_that_happened():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    _agree(order)
    dispute = dispute_selectors.dispute_for(order.buyer, order.number)
    with override("en"):
        assert [step.title for step in dispute_page.steps_of(dispute)] == [
            "Opening", "Response", "Mediation", "Agreement",
        ]  # fmt: skip
        order = make_dispute_in(DisputeStatus.CLOSED)
        dispute = dispute_selectors.dispute_for(order.buyer, order.number)
        titles = [step.title for step in dispute_page.steps_of(dispute)]
    assert titles[-1] == ("Appeal" if dispute.appealed_at else "Decision")
    assert "Agreement" not in titles


@pytest.mark.parametrize("status", [DisputeStatus.DECISION, DisputeStatus.APPEALED])
def test_when_the_mediators_are_late_both_read_what_that_means(status):
    order = make_dispute_in(status)
    with clock.moved_to(order.dispute.decision_due_at + timedelta(days=2)):
        page = log_in(order.buyer).get(address("dispute", order.number)).content.decode()
    assert "裁定已超过承诺的时间" in page
    assert "裁定已超过承诺的时间" not in log_in(order.buyer).get(address("dispute", order.number)).content.decode()
