"""The mediators' desk: the queue with its clocks, the whole case, advice, decision, appeal; and who gets in."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.money import parse_yuan
from marketplace.messaging.services import send_message, start_conversation
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Dispute, Refund
from marketplace.orders.states import DisputeStatus, OrderStatus
from marketplace.payments.todo_selectors import todos_of
from tests.factories import make_finance, make_moderator, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.changing import picture
from tests.orders.situations import footprint, make_order_in
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db


def page_of(order) -> str:
    return reverse("orders_dispute_decide", args=[order.dispute.pk])


def ruling(refund: str, explanation: str) -> dict[str, str]:
    """A decision that was read once more."""
    return {"refund": refund, "explanation": explanation, "confirmed_fen": str(parse_yuan(Decimal(refund)))}


def test_a_mediator_finds_a_case_reads_all_of_it_and_decides_and_nothing_moves_before_its_time():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    sent = [SimpleUploadedFile("夜景.txt", b"night view")]
    send_message(conversation_id=conversation.pk, sender=order.buyer, body="夜里的效果图也要一张", files=sent)
    files = [SimpleUploadedFile("招牌.txt", b"photo")]
    services.add_evidence(order_id=order.pk, user=order.buyer, text="现场照片", files=files)
    mediator = make_moderator()
    client = log_in(mediator)
    assert order.gig_title in client.get(reverse("orders_disputes")).content.decode()
    text = client.get(page_of(order)).content.decode()
    sha256 = order.deliveries.get().files.get().sha256
    for shown in (order.dispute.reason, "做完了。", "现场照片", "招牌.txt", sha256, "夜里的效果图也要一张"):
        assert shown in text
    (address,) = re.findall(r'href="([^"]*/message/\d+/)">夜景.txt', text)
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"night view"
    assert "attachment" in answer.headers["Content-Disposition"]
    foreign = make_dispute_in(DisputeStatus.MEDIATION)
    assert client.get(address.replace(f"/{order.dispute.pk}/", f"/{foreign.dispute.pk}/", 1)).status_code == 404

    before = footprint(order)
    # What it would come to is read first: nothing is decided by one tap, nor by an amount that was changed since.
    for typed in ({}, {"confirmed_fen": "4000"}):
        shown = client.post(page_of(order), {"refund": "40.50", "explanation": "做完了一半。"} | typed)
        assert shown.context["summary"].released_fen == 5950
        assert 'name="confirmed_fen" value="4050"' in shown.content.decode()
        assert "¥53.55" in shown.content.decode()  # the seller's share, less the fee
    assert footprint(order) == before
    answer = client.post(page_of(order), ruling("40.50", "做完了一半。"))
    assert answer.status_code == 302
    order.refresh_from_db()
    assert (order.status, Refund.objects.count()) == (OrderStatus.DISPUTED, 0)
    decision = order.dispute.decisions.get()
    assert (decision.refund_fen, decision.released_fen, decision.mediator) == (4050, 5950, mediator)
    assert AdminLog.objects.filter(actor=mediator, action="dispute.decided").count() == 1

    with clock.moved_to(order.dispute.takes_effect_at):
        services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_APPEAL)
    order.refresh_from_db()
    assert (order.status, Refund.objects.get().amount_fen) == (OrderStatus.RESOLVED, 4050)
    assert client.get(page_of(order)).status_code == 200  # to look it up


@pytest.mark.parametrize("refund", ["-1", "1000000", "1.234", "", "一半"])
def test_a_sum_that_cannot_be_keeps_what_was_typed_and_moves_nothing(refund):
    order = make_dispute_in(DisputeStatus.DECISION)
    before = footprint(order)
    answer = log_in(make_moderator()).post(page_of(order), {"refund": refund, "explanation": "做完了一半。"})
    assert answer.status_code == 200
    assert "refund" in answer.context["form"].errors
    assert "做完了一半。" in answer.content.decode()
    assert footprint(order) == before


@pytest.mark.parametrize("make_person", [make_user, make_finance])
def test_others_get_to_no_page_of_the_desk(make_person):
    order = make_dispute_in(DisputeStatus.MEDIATION)
    file = order.deliveries.get().files.get()
    before = footprint(order)
    client, pk = log_in(make_person()), order.dispute.pk
    answers = [
        client.get(reverse("orders_disputes")),
        client.get(page_of(order)),
        client.post(page_of(order), ruling("0", "x")),
        client.post(reverse("orders_dispute_advice", args=[pk]), {"text": "x"}),
        client.post(reverse("orders_dispute_bundle", args=[pk])),
        client.get(reverse("orders_dispute_file", args=[pk, "delivery", file.pk])),
        client.get(reverse("orders_dispute_bundle_download", args=[pk, 1, "zip"])),
    ]
    assert {answer.status_code for answer in answers} <= {302, 403}
    assert footprint(order) == before


def test_the_files_of_a_case_are_those_of_its_order_alone():
    order, other = make_dispute_in(DisputeStatus.MEDIATION), make_order_in(OrderStatus.DELIVERED)
    client = log_in(make_moderator())
    own, foreign = (each.deliveries.get().files.get() for each in (order, other))
    answer = client.get(reverse("orders_dispute_file", args=[order.dispute.pk, "delivery", own.pk]))
    assert b"".join(answer.streaming_content) == b"the work"
    assert "attachment" in answer.headers["Content-Disposition"]
    for kind, pk in (("delivery", foreign.pk), ("evidence", own.pk), ("requirement", own.pk), ("other", own.pk)):
        assert client.get(reverse("orders_dispute_file", args=[order.dispute.pk, kind, pk])).status_code == 404


@pytest.mark.parametrize("is_superuser", [False, True])
def test_an_appeal_is_decided_by_somebody_else_whatever_rights_the_first_one_has(is_superuser):
    order = make_dispute_in(DisputeStatus.MEDIATION)
    first = make_moderator()
    first.is_superuser = is_superuser
    first.save()
    services.decide_dispute(order_id=order.pk, mediator=first, refund_fen=0, explanation="按需求做完了。")
    services.appeal_decision(order_id=order.pk, user=order.buyer, text="夜间效果没有看。")
    before = footprint(order)
    client = log_in(first)
    answer = client.post(page_of(order), ruling("0", "还是这样。"))
    assert answer.context["form"].non_field_errors() == [OrderError(OrderErrorCode.SAME_MEDIATOR).message]
    assert footprint(order) == before

    second = make_moderator()
    assert log_in(second).post(page_of(order), ruling("50", "各半。")).status_code == 302
    order = type(order).objects.get(pk=order.pk)
    assert (order.status, order.dispute.decided_by, order.dispute.refund_fen) == (OrderStatus.RESOLVED, second, 5_000)
    assert list(order.dispute.decisions.values_list("mediator", "first_mediator")) == [
        (first.pk, None),
        (second.pk, first.pk),
    ]


def test_a_mediator_does_not_decide_their_own_order():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    order.seller.is_superuser = True
    order.seller.save()
    before = footprint(order)
    client = log_in(order.seller)
    assert client.post(page_of(order), ruling("0", "我说了算。")).status_code == 404
    with pytest.raises(OrderError) as refusal:
        services.decide_dispute(order_id=order.pk, mediator=order.seller, refund_fen=0, explanation="我说了算。")
    assert refusal.value.code == OrderErrorCode.OWN_CASE
    assert footprint(order) == before
    queue = client.get(reverse("orders_disputes")).content.decode()
    assert order.number in queue
    assert page_of(order) not in queue
    assert OrderError(OrderErrorCode.OWN_CASE).message in queue


def test_what_is_held_back_from_a_buyer_is_not_opened_by_the_desk_either():
    buyer = make_moderator()
    order = make_paid_order(buyer=buyer)
    services.deliver_order(order_id=order.pk, seller=order.seller, message="定稿", files=[picture()])
    services.open_dispute(order_id=order.pk, user=buyer, reason="和说好的不一样")
    order.refresh_from_db()
    pk, file = order.dispute.pk, order.deliveries.get().files.get()
    bundle = services.ask_for_bundle(dispute_id=pk, user=buyer)
    services.build_bundle(bundle_id=bundle.pk)
    addresses = [
        reverse("orders:file", args=[order.number, file.pk]),
        reverse("orders_dispute_file", args=[pk, "delivery", file.pk]),
        reverse("orders_dispute_bundle_download", args=[pk, bundle.pk, "zip"]),
        page_of(order),
    ]
    assert [log_in(buyer).get(address).status_code for address in addresses] == [404] * 4
    for act in ("orders_dispute_advice", "orders_dispute_bundle"):
        assert log_in(buyer).post(reverse(act, args=[pk]), {"text": "x"}).status_code == 404
    colleague = log_in(make_moderator())
    assert [colleague.get(address).status_code for address in addresses] == [200] * 4


def test_reading_a_case_leaves_one_line_a_person_and_day(django_capture_on_commit_callbacks):
    order = make_dispute_in(DisputeStatus.MEDIATION)
    pk, file = order.dispute.pk, order.deliveries.get().files.get()
    addresses = [
        page_of(order),
        reverse("orders_dispute_file", args=[pk, "delivery", file.pk]),
        reverse("orders:file", args=[order.number, file.pk]),
        reverse("orders:as_bought", args=[order.number]),
    ]

    def lines() -> list:
        return list(AdminLog.objects.filter(action="order.read").values_list("actor", "data__order"))

    for person in (order.buyer, order.seller):
        log_in(person).get(addresses[2])
    assert lines() == []
    for count, address in enumerate(addresses, start=1):
        mediator = make_moderator()
        for _time in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                log_in(mediator).get(address)
        assert lines().count((mediator.pk, order.number)) == 1
        assert len(lines()) == count
    with clock.moved_to(timezone.now() + timedelta(days=1)):
        log_in(mediator).get(addresses[0])
    assert lines().count((mediator.pk, order.number)) == 2


def test_a_case_is_not_decided_while_the_other_side_may_still_answer():
    order = make_dispute_in(DisputeStatus.ANSWER)
    before = footprint(order)
    answer = log_in(make_moderator()).post(page_of(order), ruling("0", "快一点。"))
    assert answer.context["form"].non_field_errors() == [OrderError(OrderErrorCode.NOT_ANSWERED_YET).message]
    assert footprint(order) == before


def test_what_is_overdue_stands_first_in_the_queue_and_mediators_hear_of_it_again_and_again():
    late, new = make_dispute_in(DisputeStatus.DECISION), None
    mediator = make_moderator()
    with clock.moved_to(late.dispute.decision_due_at):
        services.run_deadline(order_id=late.pk, kind=DeadlineKind.DISPUTE_DECISION)
        new = make_dispute_in(DisputeStatus.MEDIATION)
        text = log_in(mediator).get(reverse("orders_disputes")).content.decode()
    assert text.index(late.number) < text.index(new.number)
    told = Notification.objects.filter(recipient=mediator, url=page_of(late))
    assert told.count() == 1
    again = late.deadlines.get(kind=DeadlineKind.DISPUTE_DECISION).due_at
    with clock.moved_to(again):
        services.run_deadline(order_id=late.pk, kind=DeadlineKind.DISPUTE_DECISION)
    assert told.count() == 2
    assert Dispute.objects.get(order=late).status == DisputeStatus.DECISION


def test_advice_reaches_both_sides_and_decides_nothing():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    client = log_in(make_moderator())
    sent = client.post(
        reverse("orders_dispute_advice", args=[order.dispute.pk]), {"text": "建议退三成", "refund": "30"}
    )
    assert sent.status_code == 302
    assert order.dispute.statements.get(kind="advice").wanted_fen == 3_000
    assert "¥30" in client.get(page_of(order)).content.decode().split("建议退三成")[0].rsplit("调解员建议", 1)[1]
    order.refresh_from_db()
    assert (order.status, order.dispute.status) == (OrderStatus.DISPUTED, DisputeStatus.MEDIATION)
    for side in (order.buyer, order.seller):
        page = Client()
        page.force_login(side, backend="django.contrib.auth.backends.ModelBackend")
        assert "建议退三成" in page.get(reverse("orders:dispute", args=[order.number])).content.decode()


def test_the_first_page_counts_what_this_mediator_may_decide():
    make_dispute_in(DisputeStatus.DECISION)
    make_dispute_in(DisputeStatus.MEDIATION)
    appealed = make_dispute_in(DisputeStatus.APPEALED)
    first = appealed.dispute.decisions.get().mediator

    def counted(staff):
        return next(todo.number for todo in todos_of(staff) if todo.url_name == "orders_disputes")

    assert (counted(make_moderator()), counted(first)) == (2, 1)


def test_words_of_advice_stay_on_the_page_when_the_case_was_closed_meanwhile():
    order = make_dispute_in(DisputeStatus.CLOSED)
    before = footprint(order)
    address = reverse("orders_dispute_advice", args=[order.dispute.pk])
    text = log_in(make_moderator()).post(address, {"text": "建议退三成", "refund": ""}).content.decode()
    assert "建议退三成" in text
    assert str(OrderError(OrderErrorCode.WRONG_STATE).message) in text
    assert footprint(order) == before


def test_whoever_decided_first_is_offered_no_words_in_the_appeal():
    order = make_dispute_in(DisputeStatus.APPEALED)
    address = reverse("orders_dispute_advice", args=[order.dispute.pk])
    first = order.dispute.decisions.get().mediator
    assert address not in log_in(first).get(page_of(order)).content.decode()
    text = log_in(make_moderator()).get(page_of(order)).content.decode()
    assert text.index('id="decision"') < text.index(
        address
    )  # a word before it, folded: what is asked for is the decision


def test_clocks_are_told_by_the_hour_and_whose_they_are():
    order = make_dispute_in(DisputeStatus.APPEALED)
    due = f"{timezone.localtime(order.dispute.decision_due_at):%H:%M}"
    client = log_in(make_moderator())
    case, queue = (client.get(page).content.decode() for page in (page_of(order), reverse("orders_disputes")))
    assert re.search(rf"{due} 前作出复核结果 \(<time", case)
    assert re.search(rf"{due} 复核期限", case)
    assert "裁定期限" not in case
    assert re.search(rf"{due} · <time", queue)


def test_a_mediator_is_a_mediator_to_the_two_sides_and_a_colleague_to_the_others():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    first, second = make_moderator(name="审核 周宁"), make_moderator(name="调解 陈朗")
    services.advise(order_id=order.pk, mediator=first, text="各让一步")
    services.decide_dispute(order_id=order.pk, mediator=first, refund_fen=4_000, explanation="做了一半")
    services.appeal_decision(order_id=order.pk, user=order.buyer, text="没看第二份")
    services.decide_dispute(order_id=order.pk, mediator=second, refund_fen=5_000, explanation="再看了一遍")
    own = log_in(first).get(page_of(order)).content.decode()
    assert "你给出调解建议" in own
    assert "调解 陈朗已裁定纠纷" in own
    assert "纠纷处理完毕" in own
    assert "陈朗纠纷处理完毕" not in own
    for side in (order.buyer, order.seller):
        for page in (order.get_absolute_url(), reverse("orders:dispute", args=[order.number])):
            text = log_in(side).get(page).content.decode()
            assert "周宁" not in text
            assert "陈朗" not in text
        assert "调解员给出调解建议" in log_in(side).get(order.get_absolute_url()).content.decode()


def test_the_desk_says_when_there_is_nobody_for_an_appeal():
    order = make_dispute_in(DisputeStatus.MEDIATION)
    client = log_in(make_moderator())
    pages = [reverse("orders_disputes"), page_of(order)]
    assert all("help-warning" in client.get(page).content.decode() for page in pages)
    make_moderator()
    assert not any("help-warning" in client.get(page).content.decode() for page in pages)
