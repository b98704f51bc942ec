"""What the buyer tells the seller: drafts, files, notes; and a seller who begins without it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.gigs.models import GigRequirement
from marketplace.notifications.models import Notification
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, private_storage
from marketplace.orders.own_data import OrdersSection
from marketplace.orders.services.requirements import MOST_NOTES_A_DAY
from marketplace.orders.states import OrderStatus
from tests.factories import make_gig, make_paid_order
from tests.logins import log_in
from tests.orders.situations import EVERY_STATE, footprint, make_order_in

pytestmark = pytest.mark.django_db


def asked_order() -> Order:
    """A paid order that asks for a text, a choice and a file; only the text must be answered."""
    gig = make_gig(requirements=1)
    GigRequirement.objects.create(
        gig=gig, prompt="风格", kind="choice", choices=["简约", "国风"], required=False, sort_order=5
    )
    GigRequirement.objects.create(gig=gig, prompt="参考图", kind="file", required=False, sort_order=6)
    return make_paid_order(gig=gig)


def kinds_of(order: Order) -> set[str]:
    return set(order.deadlines.values_list("kind", flat=True))


def names(order: Order) -> list[str]:
    return [f"requirement-{row.pk}" for row in order.requirements.all()]


def url_of(order: Order, name: str = "requirements") -> str:
    return reverse(f"orders:{name}", args=[order.number])


def file_named(name: str = "店面.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "门头照片".encode())


def test_who_begins_without_the_requirements_has_the_clocks_of_work_and_the_buyer_no_reminder():
    order = asked_order()
    assert kinds_of(order) == {"requirements"}
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="先按门头照片做。")
    order.refresh_from_db()
    assert kinds_of(order) == {"due_reminder", "late", "very_late"}
    assert order.deadlines.get(kind="late").due_at == order.due_at


def test_a_draft_is_kept_for_the_buyer_alone_and_starts_no_clock():
    order = asked_order()
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    text, _choice, file = names(order)
    told = Notification.objects.count()
    answer = buyer.post(url_of(order), {text: "青绿色", file: file_named(), "draft": "1"})
    assert (answer.status_code, answer["Location"]) == (302, url_of(order))
    order.refresh_from_db()
    assert (order.status, order.started_at, order.due_at) == (OrderStatus.AWAITING_REQUIREMENTS, None, None)
    assert Notification.objects.count() == told
    page = buyer.get(url_of(order)).content.decode()
    assert "青绿色" in page
    assert "店面.txt" in page
    kept = order.requirements.get(kind="file")
    address = reverse("orders:requirement_file", args=[order.number, kept.pk])
    assert buyer.get(address).status_code == 200
    assert seller.get(address).status_code == 404
    assert "青绿色" not in seller.get(order.get_absolute_url()).content.decode()
    assert "青绿色" not in str([list(table.rows()) for table in OrdersSection().tables(order.seller)])
    assert "青绿色" in str([list(table.rows()) for table in OrdersSection().tables(order.buyer)])

    # Another file takes the place of the first, which goes.
    stored = kept.file.name
    buyer.post(url_of(order), {text: "青绿色", file: file_named("新店面.txt"), "draft": "1"})
    assert not private_storage().exists(stored)

    # Sent without a file field: the one of the draft stays.
    assert buyer.post(url_of(order), {text: "青绿色"}).status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert order.due_at == order.started_at + timedelta(days=7)
    assert seller.get(address).status_code == 200
    page = seller.get(order.get_absolute_url()).content.decode()
    assert "青绿色" in page
    assert "新店面.txt" in page


def test_words_that_stand_on_the_time_line_alone_are_in_the_copy_of_ones_own_data():
    order = asked_order()
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="我先按青绿色做")
    services.add_requirement_note(order_id=order.pk, buyer=order.buyer, message="门头朝西")
    proposal = services.propose_cancellation(order_id=order.pk, user=order.buyer, reason_code="changed_mind")
    services.decline_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.seller, message="已经做了一半")
    for person in (order.buyer, order.seller):
        (events,) = [table.rows() for table in OrdersSection().tables(person) if table.name == "order_events"]
        said = {row["type"]: row for row in events}
        assert said["requirements_skipped"]["message"] == "我先按青绿色做"
        assert said["requirements_note"]["message"] == "门头朝西"
        assert said["cancel_proposed"]["reason_code"] == "changed_mind"
        assert said["cancel_declined"]["reason"] == "已经做了一半"
        assert said["requirements_note"]["by"] == ("you" if person == order.buyer else "other side")


def test_a_file_of_the_draft_can_be_removed():
    order = asked_order()
    row = order.requirements.get(kind="file")
    services.save_requirements(order_id=order.pk, buyer=order.buyer, answers={}, files={row.pk: file_named()})
    stored = order.requirements.get(kind="file").file.name
    log_in(order.buyer).post(url_of(order), {f"drop-{row.pk}": "on", "draft": "1"})
    assert not order.requirements.get(kind="file").file
    assert not private_storage().exists(stored)


def test_what_must_be_answered_is_asked_for_and_what_was_typed_stays():
    order = asked_order()
    text, choice, _file = names(order)
    before = footprint(order)
    answer = log_in(order.buyer).post(url_of(order), {choice: "国风"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {text}
    assert answer.content.decode().count("checked") == 1
    assert footprint(order) == before
    with pytest.raises(OrderError) as refusal:
        services.submit_requirements(order_id=order.pk, buyer=order.buyer, answers={})
    assert refusal.value.code == OrderErrorCode.REQUIREMENT_MISSING
    assert footprint(order) == before


def test_a_file_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("marketplace.orders.requirement_forms.MAX_FILE_BYTES", 5)
    order = asked_order()
    text, _choice, file = names(order)
    answer = log_in(order.buyer).post(url_of(order), {text: "青绿色", file: file_named()})
    assert set(answer.context["form"].errors) == {file}
    assert order.requirements.get(kind="file").file_name == ""


def test_the_seller_may_begin_without_the_answers_which_may_still_come():
    order = asked_order()
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    text, *_others = names(order)
    assert "服务商也可以" in buyer.get(url_of(order)).content.decode()  # said before
    buyer.post(url_of(order), {text: "半句话", "draft": "1"})
    assert url_of(order, "skip") in seller.get(order.get_absolute_url()).content.decode()
    assert seller.post(url_of(order, "skip"), {"message": "先按常规做"}).status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert order.due_at == order.started_at + timedelta(days=7)
    event = order.events.get(type="requirements_skipped")
    assert (event.actor, event.data) == (order.seller, {"message": "先按常规做"})
    told = Notification.objects.filter(recipient=order.buyer)
    assert told.count() == 1
    # What was not sent is not the seller's to read.
    assert "半句话" not in seller.get(order.get_absolute_url()).content.decode()

    due_at = order.due_at
    assert buyer.post(url_of(order), {text: "整句话"}).status_code == 302
    order.refresh_from_db()
    assert (order.status, order.due_at) == (OrderStatus.IN_PROGRESS, due_at)
    assert "整句话" in seller.get(order.get_absolute_url()).content.decode()
    with pytest.raises(OrderError):  # once
        services.submit_requirements(order_id=order.pk, buyer=order.buyer, answers={})


def test_who_kept_no_draft_can_still_send_the_answers_once_after_the_seller_began():
    order = asked_order()
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="先按常规做")
    text, *_others = names(order)
    assert log_in(order.buyer).post(url_of(order), {text: "青绿色"}).status_code == 302
    assert "青绿色" in log_in(order.seller).get(order.get_absolute_url()).content.decode()


def test_an_unsent_draft_is_shown_to_its_writer_and_can_be_sent_while_the_work_can_follow_it():
    order = asked_order()
    row = order.requirements.first()
    services.save_requirements(order_id=order.pk, buyer=order.buyer, answers={row.pk: "我写了很久的要求"})
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="1")
    with clock.moved_to(order.paid_at + timedelta(hours=24, minutes=1)):  # the buyer's second thought is over
        services.deliver_order(order_id=order.pk, seller=order.seller, message="完成")
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    page = buyer.get(order.get_absolute_url()).content.decode()
    assert "我写了很久的要求" in page
    assert f'href="{url_of(order)}"' in page
    assert "我写了很久的要求" not in seller.get(order.get_absolute_url()).content.decode()
    accepted_at = Order.objects.get(pk=order.pk).auto_accept_at
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="没看我的要求")
    assert buyer.get(url_of(order)).status_code == 200
    assert buyer.post(url_of(order), {f"requirement-{row.pk}": "我写了很久的要求"}).status_code == 302
    order.refresh_from_db()
    assert (order.status, order.auto_accept_at) == (OrderStatus.REVISION_REQUESTED, None)
    assert accepted_at is not None
    assert "我写了很久的要求" in seller.get(order.get_absolute_url()).content.decode()
    assert buyer.get(url_of(order)).status_code == 302  # once


def test_a_seller_who_begins_at_once_takes_nobody_the_second_thought():
    order = asked_order()
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="1")
    buyer = log_in(order.buyer)
    page = buyer.get(order.get_absolute_url()).content.decode()
    assert "你可以单方取消并拿回全款" in page
    assert 'value="alone"' in buyer.get(url_of(order, "cancel")).content.decode()
    with clock.moved_to(order.paid_at + timedelta(hours=24, minutes=1)):
        before = footprint(order)
        with pytest.raises(OrderError) as refusal:
            services.cancel_order(order_id=order.pk, user=order.buyer)
        assert refusal.value.code == OrderErrorCode.NOT_LATE_ENOUGH
        assert footprint(order) == before
        assert 'value="alone"' not in buyer.get(url_of(order, "cancel")).content.decode()
    set_config(key="orders.second_thought_hours", value=0, reason="测试")  # the order keeps its own rules
    with clock.moved_to(order.paid_at + timedelta(hours=23)):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    assert order.refunds.get().amount_fen == order.total_fen


def test_a_seller_who_began_without_the_requirements_takes_the_second_thought_by_no_other_step_either():
    order = asked_order()
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="1")
    seller = log_in(order.seller)
    before = footprint(order)
    for step in (
        lambda: services.deliver_order(order_id=order.pk, seller=order.seller, message="1"),
        lambda: services.open_dispute(order_id=order.pk, user=order.seller, reason="买家不配合"),
    ):
        with pytest.raises(OrderError) as refusal:
            step()
        assert refusal.value.code == OrderErrorCode.SECOND_THOUGHT
        assert footprint(order) == before
    page = seller.get(order.get_absolute_url()).content.decode()
    assert "起可以交付" in page
    assert url_of(order, "deliver") not in page
    with clock.moved_to(order.paid_at + timedelta(hours=24, minutes=1)):
        assert url_of(order, "deliver") in seller.get(order.get_absolute_url()).content.decode()
        services.deliver_order(order_id=order.pk, seller=order.seller, message="完成")


def test_a_seller_who_begins_days_after_the_payment_surprises_nobody_either():
    order = asked_order()
    with clock.moved_to(order.paid_at + timedelta(days=6)):
        services.skip_requirements(order_id=order.pk, seller=order.seller, message="先按常规做")
        page = log_in(order.buyer).get(order.get_absolute_url()).content.decode()
        assert "你可以单方取消并拿回全款" in page
        assert f'href="{url_of(order)}"' in page  # and the answers can still be sent
    with clock.moved_to(order.paid_at + timedelta(days=6, hours=23)):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    assert order.refunds.get().amount_fen == order.total_fen


def test_the_buyer_may_open_a_dispute_and_the_seller_deliver_at_once_when_the_answers_came_after_all():
    order = asked_order()
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="1")
    row = order.requirements.first()
    services.submit_requirements(order_id=order.pk, buyer=order.buyer, answers={row.pk: "青绿色"})
    services.deliver_order(order_id=order.pk, seller=order.seller, message="完成")
    other = asked_order()
    services.skip_requirements(order_id=other.pk, seller=other.seller, message="1")
    services.open_dispute(order_id=other.pk, user=other.buyer, reason="我还没说要什么")


def test_who_sends_the_answers_after_all_has_had_the_last_word():
    order = asked_order()
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="1")
    row = order.requirements.first()
    services.submit_requirements(order_id=order.pk, buyer=order.buyer, answers={row.pk: "青绿色"})
    with pytest.raises(OrderError):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    assert not order.refunds.exists()


def test_a_note_is_added_without_restarting_the_clock():
    order = asked_order()
    services.submit_requirements(
        order_id=order.pk, buyer=order.buyer, answers={row.pk: "青绿色" for row in order.requirements.all()}
    )
    order.refresh_from_db()
    due_at = order.due_at
    buyer, seller = log_in(order.buyer), log_in(order.seller)
    assert buyer.post(url_of(order, "note"), {"message": "营业时间也放上去"}).status_code == 302
    order.refresh_from_db()
    assert order.due_at == due_at
    assert (
        seller.get(order.get_absolute_url()).content.decode().count("营业时间也放上去") == 2
    )  # the card and the time line
    assert Notification.objects.filter(recipient=order.seller).count() == 3


@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_notes_and_drafts_keep_to_their_states(status):
    order = make_order_in(status)
    before = footprint(order)
    notable = {OrderStatus.IN_PROGRESS, OrderStatus.DELIVERED, OrderStatus.REVISION_REQUESTED, OrderStatus.DISPUTED}
    if status not in notable:
        with pytest.raises(OrderError) as refusal:
            services.add_requirement_note(order_id=order.pk, buyer=order.buyer, message="再加一句")
        assert refusal.value.code == OrderErrorCode.WRONG_STATE
    if status != OrderStatus.AWAITING_REQUIREMENTS:
        with pytest.raises(OrderError):
            services.save_requirements(order_id=order.pk, buyer=order.buyer, answers={})
    with pytest.raises(OrderError):
        services.add_requirement_note(order_id=order.pk, buyer=order.seller, message="不是我写的")
    assert footprint(order) == before
    if status in notable:
        event = services.add_requirement_note(order_id=order.pk, buyer=order.buyer, message="再加一句")
        assert event.data == {"message": "再加一句"}


def test_a_file_is_chosen_in_a_box_of_ours_and_not_in_the_browsers_language():
    order = asked_order()
    *_others, file = names(order)
    page = log_in(order.buyer).get(url_of(order)).content.decode()
    box = page[page.index("upload--field") :]
    assert box.index("选择或拖入文件") < box.index(f'name="{file}"') < box.index("</span>")
    assert "data-file-names" in box


def test_notes_to_the_requirements_have_an_end_for_the_day():
    order = make_order_in(OrderStatus.IN_PROGRESS)
    for number in range(MOST_NOTES_A_DAY):
        services.add_requirement_note(order_id=order.pk, buyer=order.buyer, message=f"再加{number}句")
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.add_requirement_note(order_id=order.pk, buyer=order.buyer, message="还有")
    assert refusal.value.code == OrderErrorCode.ASKED_TOO_OFTEN
    assert footprint(order) == before
