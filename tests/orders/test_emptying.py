"""Words and files of an order go when its time is over, and not a day before; the books know nothing of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.core.jobs import Deadline
from marketplace.core.retention import all_rules, proof_of
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import Account, Entry
from marketplace.moderation.models import AdminLog
from marketplace.moderation.reports import dismiss_report, report_pressure
from marketplace.orders import keeping, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    Delivery,
    DeliveryFile,
    DisputeFile,
    Order,
    OrderEvent,
    OrderEventType,
    private_storage,
)
from marketplace.orders.services.emptying import GONE
from marketplace.orders.states import OrderStatus
from marketplace.orders.tasks import empty_old_orders
from marketplace.support import services as support
from marketplace.support.models import Topic
from marketplace.uploads.tasks import clear_tombstones, collect
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_finance,
    make_gig,
    make_moderator,
    make_paid_order,
    make_user,
    staff_group,
)
from tests.logins import log_in
from tests.orders.situations import make_order_in

pytestmark = pytest.mark.django_db
DAYS = 1096


def after(*, days=DAYS, hours=1):
    """A moment so long after everything that has happened so far."""
    return clock.moved_to(clock.now() + timedelta(days=days, hours=hours))


def overdue(moment_days=DAYS + 2):
    with after(days=moment_days):
        return {rule.key: found for rule in all_rules() if (found := proof_of(rule).overdue)}


def make_full_order():
    """An order with everything that people write and send: requirements, a revision, two deliveries."""
    order = make_paid_order(gig=make_gig(requirements=2))
    first, second = order.requirements.order_by("position")
    services.submit_requirements(
        order_id=order.pk,
        buyer=order.buyer,
        answers={first.pk: "店名叫青山茶，电话13800138000", second.pk: "不要红色"},
        files={second.pk: SimpleUploadedFile("门头.txt", b"where it hangs")},
    )
    services.add_requirement_note(order_id=order.pk, buyer=order.buyer, message="地址是西湖边上")
    for number, said in enumerate(("初稿", "终稿"), start=1):
        file = SimpleUploadedFile(f"稿{number}.txt", f"the work {number}".encode())
        services.deliver_order(order_id=order.pk, seller=order.seller, message=said, files=[file])
        if number == 1:
            services.request_revision(order_id=order.pk, buyer=order.buyer, message="茶字再大一点")
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    return Order.objects.get(pk=order.pk)


def make_judged_order():
    """An order whose dispute was decided for the seller, with evidence of both sides."""
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    photo = SimpleUploadedFile("现场.jpg", b"a picture")
    services.add_evidence(order_id=order.pk, user=order.buyer, text="招牌反光", files=[photo])
    return decide_finally(order, refund_fen=0, explanation="交付符合约定。")


def files_of(order):
    names = [one.file.name for one in order.requirements.all() if one.file]
    names += DeliveryFile.objects.filter(delivery__order=order).values_list("file", flat=True)
    names += DisputeFile.objects.filter(statement__dispute__order=order).values_list("file", flat=True)
    return names


def read(person, page):
    return log_in(person).get(page).content.decode()


def books():
    """All that the ledger says, and what each order cost and gave."""
    fields = ("pk", "total_fen", "discount_fen", "commission_basis_points", "status", "completed_at", "buyer", "seller")
    return (
        list(Entry.objects.order_by("pk").values_list("pk", "account", "amount_fen")),
        dict(Account.objects.values_list("code", "balance_fen")),
        list(Order.objects.order_by("pk").values_list(*fields)),
        # Orders that no institution was paid for are not clean: tests/payments/test_emptied_orders.py has one that is.
        audit_books().violations,
    )


def test_after_its_time_an_order_has_no_words_and_no_files_and_still_says_what_was_bought():
    order = make_full_order()
    files, before = files_of(order), books()
    assert len(files) == 3
    with after():
        assert empty_old_orders() == 1
        emptied = Order.objects.get(pk=order.pk)
        assert emptied.emptied_at is not None
        assert emptied.snapshot == {}
        assert not emptied.requirements.exists()
        assert files_of(emptied) == []
        assert set(Delivery.objects.filter(order=order).values_list("message", flat=True)) == {GONE}
        assert {one.message for one in order.revision_requests.all()} == {GONE}
        note = OrderEvent.objects.get(order=order, type=OrderEventType.REQUIREMENTS_NOTE)
        assert note.data["message"] == GONE
        assert "13800138000" not in str(list(OrderEvent.objects.values_list("data", flat=True)))
    assert books() == before
    assert (emptied.gig_title, emptied.items.count()) == (order.gig_title, 1)
    assert order.events.count() == OrderEvent.objects.filter(order=order).count() >= 8


def test_the_files_leave_the_storage_by_the_jobs_of_uploads(django_capture_on_commit_callbacks):
    order = make_full_order()
    files = files_of(order)
    assert all(private_storage().exists(name) for name in files)
    with after():
        empty_old_orders()
        assert all(private_storage().exists(name) for name in files)  # nothing in the transaction that removes the rows
    with after(hours=3), django_capture_on_commit_callbacks(execute=True):
        collect()
        clear_tombstones()
    assert [name for name in files if private_storage().exists(name)] == []


def test_one_day_too_early_nothing_happens():
    order = make_full_order()
    whole = Order.objects.filter(pk=order.pk).values().get()
    with after(days=DAYS - 1, hours=23):
        assert empty_old_orders() == 0
        assert services.empty_order(order_id=order.pk) is False
    assert Order.objects.filter(pk=order.pk).values().get() == whole
    assert len(files_of(order)) == 3


def test_the_time_is_a_setting_that_never_goes_below_the_law():
    order = make_completed_order()
    with pytest.raises(ValueError, match="between 1096 and 3660"):
        set_config(key="operations.order_kept_days", value=1095, reason="快一点")
    set_config(key="operations.order_kept_days", value=1500, reason="主管部门要求")
    assert get_config("operations.order_kept_days") == 1500
    with after(days=1499):
        assert empty_old_orders() == 0
    with after(days=1500):
        assert empty_old_orders() == 1
    assert Order.objects.get(pk=order.pk).emptied_at is not None


def test_running_twice_changes_nothing():
    order = make_judged_order()
    make_full_order()
    with after():
        assert empty_old_orders() == 2
        rows = (
            list(Order.objects.order_by("pk").values()),
            list(OrderEvent.objects.order_by("pk").values()),
            list(order.dispute.statements.order_by("pk").values()),
        )
        assert empty_old_orders() == 0
        assert services.empty_order(order_id=order.pk) is False
        assert rows == (
            list(Order.objects.order_by("pk").values()),
            list(OrderEvent.objects.order_by("pk").values()),
            list(order.dispute.statements.order_by("pk").values()),
        )


def test_a_run_that_is_stopped_goes_on_the_next_time(monkeypatch):
    for _order in range(3):
        make_completed_order()
    with after():
        monkeypatch.setattr("marketplace.orders.tasks.Deadline", lambda: Deadline(0))
        assert empty_old_orders() == 0
        monkeypatch.undo()
        monkeypatch.setattr("marketplace.orders.tasks.EMPTIED_AT_ONCE", 2)
        assert [empty_old_orders(), empty_old_orders(), empty_old_orders()] == [2, 1, 0]


def test_a_decided_dispute_loses_its_words_and_keeps_who_decided_what():
    order = make_judged_order()
    before = books()
    decision = order.dispute.decisions.values("mediator", "outcome", "refund_fen", "decided_at").get()
    with after():
        assert empty_old_orders() == 1
    dispute = Order.objects.get(pk=order.pk).dispute
    assert {one.text for one in dispute.statements.exclude(text="")} == {GONE}
    assert (dispute.reason, dispute.decisions.get().explanation) == (GONE, GONE)
    assert dispute.decisions.values("mediator", "outcome", "refund_fen", "decided_at").get() == decision
    assert files_of(order) == []
    assert books() == before


@pytest.mark.parametrize("status", [one for one in OrderStatus if one not in ("completed", "cancelled", "resolved")])
def test_what_has_not_ended_is_kept_however_long_it_takes(status):
    order = make_order_in(status)
    with after(days=3000):
        assert empty_old_orders() == 0
        assert services.empty_order(order_id=order.pk) is False


def test_a_live_dispute_keeps_all_that_belongs_to_the_same_transaction():
    """The first order is long over; additional work that was agreed in it is still disputed."""
    order = make_delivered_order()
    proposal = services.propose(
        order_id=order.pk, user=order.seller, kind="supplement", days=3, amount_fen=5_000, message="名片也做"
    )
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    more = Order.objects.get(parent=order)
    services.confirm_payment(
        order_id=more.pk, gateway="alipay", payment_reference=f"PA{more.pk:026d}", amount_fen=more.total_fen
    )
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    services.open_dispute(order_id=more.pk, user=more.buyer, reason="名片印错了")
    with after():
        assert empty_old_orders() == 0
    assert len(files_of(order)) == 1
    decide_finally(more, refund_fen=0)
    with after():
        assert empty_old_orders() == 1  # both of them, in one
    assert Order.objects.filter(emptied_at=None).count() == 0


def test_a_refund_on_its_way_keeps_the_order_and_its_time_begins_when_it_is_paid_back():
    order = make_order_in(OrderStatus.CANCELLED)
    refund = order.refunds.get()
    with after():
        assert empty_old_orders() == 0
        services.begin_refund_attempt(refund_id=refund.pk)
        services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
        assert empty_old_orders() == 0
        with after():
            assert empty_old_orders() == 1
            assert order.refunds.get().reason == GONE
    assert order.refunds.get().amount_fen == order.total_fen


def test_a_hold_keeps_the_order_until_it_is_released():
    order, staff = make_completed_order(), make_moderator()
    hold = services.hold_order(number=order.number, staff=staff, reason="（2026）浙0106民初1号")
    assert services.hold_order(number=order.number, staff=staff, reason=" （2026）浙0106民初1号 ") == hold
    with after():
        assert empty_old_orders() == 0
        services.release_hold(hold_id=hold.pk, staff=staff, reason="已结案")
        services.release_hold(hold_id=hold.pk, staff=staff, reason="再来一次")
        assert empty_old_orders() == 1
        with pytest.raises(OrderError) as refused:
            services.hold_order(number=order.number, staff=staff, reason="too late")
        assert refused.value.code == OrderErrorCode.ALREADY_EMPTIED
    held, released = AdminLog.objects.filter(action__startswith="order.").order_by("pk")
    assert (held.action, held.data["reason"]) == ("order.held", "（2026）浙0106民初1号")
    assert (released.action, released.data["reason"], released.data["held_for"]) == (
        "order.released",
        "已结案",
        "（2026）浙0106民初1号",
    )


def test_two_who_need_the_same_order_have_a_hold_each():
    order, staff = make_completed_order(), make_moderator()
    court, office = (services.hold_order(number=order.number, staff=staff, reason=whom) for whom in ("法院", "税务局"))
    assert court != office
    with after():
        services.release_hold(hold_id=court.pk, staff=staff, reason="已结案")
        assert empty_old_orders() == 0
        services.release_hold(hold_id=office.pk, staff=staff, reason="已查完")
        assert empty_old_orders() == 1


def test_who_may_not_hold_an_order_changes_nothing():
    order = make_completed_order()
    for person in (order.buyer, order.seller, make_user()):
        with pytest.raises(PermissionDenied):
            services.hold_order(number=order.number, staff=person, reason="mine")
    assert not order.holds.exists()


def test_an_open_question_or_report_about_the_order_keeps_it():
    order, reported = make_completed_order(), make_completed_order()
    case = support.open_case(
        person=order.buyer, topic=Topic.ORDER, subject="源文件打不开", body="三年后才发现。", order=order
    )
    report = report_pressure(order=reported, reporter=reported.buyer, words="要我改好评")
    assert case.order == order
    with after():
        assert empty_old_orders() == 0
        support.solve_case(case_id=case.pk, by=order.buyer)
        dismiss_report(report=report, staff=make_moderator(), words="没有依据")
        assert empty_old_orders() == 2


def test_no_evidence_is_put_together_of_an_order_that_was_emptied():
    """Nothing would ever remove that bundle: the order is not looked at again."""
    order = make_judged_order()
    pages = (
        (order.buyer, reverse("orders:dispute", args=[order.number]), reverse("orders:bundle", args=[order.number])),
        (
            make_moderator(),
            reverse("orders_dispute_decide", args=[order.dispute.pk]),
            reverse("orders_dispute_bundle", args=[order.dispute.pk]),
        ),
    )
    assert all(f'action="{form}"' in read(person, page) for person, page, form in pages)
    with after():
        empty_old_orders()
        for person in (order.buyer, make_moderator()):
            with pytest.raises(OrderError) as refused:
                services.ask_for_bundle(dispute_id=order.dispute.pk, user=person)
            assert refused.value.code == OrderErrorCode.ALREADY_EMPTIED
        assert not any(f'action="{form}"' in read(person, page) for person, page, form in pages)
    assert "orders.words_and_files" not in overdue()


def test_the_database_refuses_to_empty_early_and_to_open_another_orders_evidence():
    order, other = make_completed_order(), make_judged_order()
    for moment in (clock.now(), order.completed_at + timedelta(days=3 * 365 - 1)):
        with pytest.raises(IntegrityError, match="kept for three years"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(emptied_at=moment)
    with after():
        assert services.empty_order(order_id=order.pk)
    with pytest.raises(IntegrityError, match="kept for three years"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(emptied_at=None)
    for named in ("", str(order.pk), str(other.pk)):  # the last one is not emptied itself
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('jiangji.emptied_order', %s, true)", [named])
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic():
            Delivery.objects.filter(order=other).update(message="another")
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic():
            DisputeFile.objects.filter(statement__dispute__order=other).delete()
        with pytest.raises(IntegrityError, match="is evidence"), transaction.atomic():
            OrderEvent.objects.filter(order=other).delete()


def test_what_the_job_forgot_is_found_with_its_room():
    make_full_order()
    make_judged_order()
    found = overdue()
    assert found["orders.words_and_files"] > 8
    with after(days=DAYS + 2):
        empty_old_orders()
    assert "orders.words_and_files" not in overdue()


def test_the_pages_of_an_emptied_order_say_so():
    order = make_full_order()
    with after():
        empty_old_orders()
    for person in (order.buyer, order.seller):
        browser = Client()
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page = browser.get(order.get_absolute_url())
        assert page.status_code == 200
        assert "文字和文件已到期删除" in page.content.decode()
        assert browser.get(reverse("orders:as_bought", args=[order.number])).status_code == 200
    assert keeping.orders_to_empty().count() == 0


def test_finance_and_moderators_may_hold_and_support_may_not():
    order = make_completed_order()
    support_staff = make_user()
    support_staff.groups.add(staff_group("support"))
    with pytest.raises(PermissionDenied):
        services.hold_order(number=order.number, staff=support_staff, reason="?")
    hold = services.hold_order(number=order.number, staff=make_finance(), reason="税务稽查")
    assert hold.released_at is None
