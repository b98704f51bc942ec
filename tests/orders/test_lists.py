"""The lists of both desks: filters, counts, words, order, pages, export, calendar."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from marketplace.core import clock
from marketplace.core.models import RulesVersion
from marketplace.orders import lists, presenters, selectors, services, turns
from marketplace.orders.calendar import month_of
from marketplace.orders.models import Dispute, Order, ProposalKind
from marketplace.orders.states import BUYER, FINAL_STATUSES, SELLER, OrderStatus
from tests.factories import make_coupon, make_gig, make_order, make_paid_order, make_seller, make_user
from tests.logins import log_in
from tests.orders.changing import make_proposal
from tests.orders.situations import EVERY_STATE, make_order_in
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db
S = OrderStatus


@pytest.fixture
def two():
    """A buyer and a seller with an order between them in every state."""
    buyer, seller = make_user(name="林小满"), make_seller(name="青禾品牌")
    orders = [make_order_in(status) for status in EVERY_STATE]
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(buyer=buyer, seller=seller)
    Dispute.objects.update(opened_by=buyer)
    return buyer, seller


def found(user, side, **asked):
    page = lists.order_list(user, lists.Wanted.read(side, asked), page=asked.get("page"))
    return [row.order.status for row in page.rows], page


def test_tabs_count_every_state_and_each_shows_what_it_counts(two):
    buyer, seller = two
    for user, side, missing in ((buyer, BUYER, 0), (seller, SELLER, 1)):  # an unpaid order is not the seller's business
        statuses, page = found(user, side)
        assert page.tabs[0].count == len(statuses) == len(EVERY_STATE) - missing
        for tab in page.tabs[1:]:
            statuses, narrowed = found(user, side, state=tab.state)
            assert statuses == [tab.state] * tab.count
            assert [each.count for each in narrowed.tabs] == [each.count for each in page.tabs]


def test_every_running_order_waits_for_somebody_and_a_finished_one_for_nobody(two):
    buyer, seller = two
    mine, other = (set(found(buyer, BUYER, group=group)[0]) for group in ("mine", "other"))
    assert mine == {S.PENDING_PAYMENT, S.AWAITING_REQUIREMENTS, S.DELIVERED}
    assert mine & other == set()
    assert mine | other == set(EVERY_STATE) - set(FINAL_STATUSES)
    # The buyer opened the dispute: the seller is asked for an answer.
    assert set(found(seller, SELLER, group="mine")[0]) == {S.IN_PROGRESS, S.REVISION_REQUESTED, S.DISPUTED}
    assert found(seller, SELLER)[1].mine == 3


@pytest.mark.parametrize("how", ["number", "title", "name"])
def test_an_order_is_found_by_number_title_and_name_of_the_other_side(how):
    buyer = make_user(name="林小满")
    wanted = make_paid_order(buyer=buyer, gig=make_gig(title="门头招牌设计", seller=make_seller(name="青禾品牌")))
    make_paid_order(buyer=buyer)
    words = {"number": wanted.number[:10].lower(), "title": " 招牌 ", "name": "青禾"}[how]
    rows = found(buyer, BUYER, q=words)[1].rows
    assert [row.order for row in rows] == [wanted]
    assert found(wanted.seller, SELLER, q="林小")[1].rows[0].order == wanted
    assert found(wanted.seller, SELLER, q="%")[1].rows == []
    assert found(wanted.seller, SELLER, q="\x00")[1].rows  # no character that PostgreSQL refuses


def test_sorting_by_deadline_puts_what_is_due_first_and_what_has_no_clock_last(two):
    buyer, _seller = two
    moments = [row.next_at for row in found(buyer, BUYER, sort="deadline")[1].rows]
    known = [moment for moment in moments if moment]
    assert known == sorted(known)
    assert len(known) == 5
    assert moments[5:] == [None] * (len(EVERY_STATE) - 5)
    prices = [row.order.total_fen for row in found(buyer, BUYER, sort="amount")[1].rows]
    assert prices == sorted(prices, reverse=True)
    newest, oldest = (found(buyer, BUYER, sort=sort)[0] for sort in ("newest", "oldest"))
    assert newest == oldest[::-1]


def test_what_is_to_be_answered_stands_among_the_deadlines_by_its_own_day():
    buyer, seller = make_user(), make_seller()
    disputed, extended, calm, cancelled, bare = orders = [make_paid_order() for _ in range(5)]
    days = {disputed: 30, extended: 40, calm: 5, cancelled: 50, bare: 1}
    for order, ahead in days.items():
        order.buyer, order.seller, order.due_at = buyer, seller, timezone.now() + timedelta(days=ahead)
        order.save()
    services.open_dispute(order_id=disputed.pk, user=buyer, reason="和说好的不一样")  # three days to answer
    make_proposal(extended, ProposalKind.EXTEND)
    services.propose_cancellation(order_id=cancelled.pk, user=buyer, reason_code="changed_mind", message="不需要了")
    due = {row.order: row for row in found(seller, SELLER, sort="deadline")[1].rows}
    assert list(due) == sorted(orders, key=lambda order: due[order].next_at)
    assert next(iter(due)) == bare
    assert list(due) == [bare, cancelled, disputed, calm, extended]
    assert due[disputed].next_at == Dispute.objects.get().answer_due_at
    assert (due[disputed].what_next[:4], due[cancelled].what_next[-3:]) == ("你的回应", "前答复")
    assert due[extended].what_next.endswith("交付到期")  # what the seller asked for takes no work away
    rows = {row.order: row for row in found(buyer, BUYER, sort="deadline")[1].rows}
    words = [rows[order].what_next for order in (disputed, extended, cancelled)]
    assert [words[0][:4], words[1][-3:], words[2][-6:]] == ["对方回应", "前答复", "前等对方答复"]


def test_a_reminder_is_no_deadline():
    order = make_paid_order(gig=make_gig(requirements=1))
    assert order.deadlines.exists()
    (row,) = found(order.buyer, BUYER, sort="deadline")[1].rows
    assert row.next_at is None


@pytest.mark.parametrize(
    "asked", [{"state": "x"}, {"group": "x"}, {"sort": "-password"}, {"page": "x"}, {"page": "99"}]
)
def test_an_address_that_asks_for_nonsense_shows_the_list(two, asked):
    for user, name in zip(two, ("list", "desk_list"), strict=True):
        page = log_in(user).get(reverse(f"orders:{name}"), asked)
        assert page.status_code == 200
        assert page.context["list"].rows


def test_a_state_in_which_nothing_stands_any_more_is_an_empty_page_with_the_way_back():
    buyer = make_paid_order().buyer
    page = log_in(buyer).get(reverse("orders:list"), {"state": S.DELIVERED})
    assert page.status_code == 200
    assert page.context["list"].rows == []
    assert [(tab.state, tab.count) for tab in page.context["list"].tabs] == [
        ("", 1),
        (S.IN_PROGRESS, 1),
        (S.DELIVERED, 0),
    ]


def test_pages_keep_what_was_asked(monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    buyer, gig = make_user(), make_gig(title="海报")
    orders = [make_order(buyer=buyer, gig=gig) for _ in range(3)]
    client = log_in(buyer)
    first = client.get(reverse("orders:list"), {"q": "海报", "sort": "oldest"}).content.decode()
    assert orders[0].number in first
    assert orders[2].number not in first
    assert "q=%E6%B5%B7%E6%8A%A5&amp;sort=oldest&amp;page=2" in first
    second = client.get(reverse("orders:list"), {"q": "海报", "sort": "oldest", "page": "2"}).content.decode()
    assert orders[2].number in second


def test_the_lists_ask_the_database_as_often_for_many_orders_as_for_few(django_assert_num_queries):
    buyer = make_user()
    make_paid_order(buyer=buyer)
    for _index in range(2):
        with django_assert_num_queries(7):
            lists.order_list(buyer, lists.Wanted.read(BUYER, {"group": "other"}), page=None)
        with django_assert_num_queries(2):
            list(lists.order_sheet(buyer, lists.Wanted.read(BUYER, {})).rows)
        with django_assert_num_queries(2):
            month_of(buyer, BUYER)
        for _more in range(3):
            make_paid_order(buyer=buyer)


def sheet_of(user, name, **asked):
    response = log_in(user).get(reverse(f"orders:{name}"), asked)
    assert response.status_code == 200
    return list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True))


def test_the_export_holds_what_is_filtered_on_all_pages(two, monkeypatch):
    buyer, seller = two
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    rows = sheet_of(buyer, "export")
    assert rows[0][0] == "订单号"
    assert len(rows) == len(EVERY_STATE) + 1
    rows = sheet_of(seller, "desk_export", state=S.RESOLVED)
    order = Order.objects.get(seller=seller, status=S.RESOLVED)
    assert [row[0] for row in rows[1:]] == [order.number]
    assert rows[1][2:6] == ("林小满", "已裁定", 100, 40)
    assert [row[0] for row in sheet_of(seller, "desk_export", q="没有这个")] == ["订单号"]


def test_the_word_newest_is_searched_for_in_the_export_as_well(two):
    buyer, _seller = two
    assert lists.Wanted.read(BUYER, {"q": "newest"}).address == "q=newest"
    assert lists.Wanted.read(BUYER, {"sort": "newest"}).address == ""
    assert len(sheet_of(buyer, "export", q="newest")) == 1


def test_the_export_says_what_was_bought_and_to_the_seller_what_it_brings():
    order = make_paid_order(quantity=2, coupon_code=make_coupon(code="FUYU5").code)
    heads, bought = sheet_of(order.buyer, "export")
    assert heads[12:] == ("套餐", "数量", "优惠券（元）")
    assert bought[12:] == ("基础版", 2, 5)
    heads, sold = sheet_of(order.seller, "desk_export")
    assert heads[12:] == ("套餐", "数量", "优惠券（元）", "平台服务费（元）", "你的收入（元）")
    assert sold[12:] == ("基础版", 2, 5, 20, 180)  # 195 paid + 5 of the coupon − 20


def test_tabs_and_rows_call_a_state_the_same(two):
    agreed = make_dispute_in("mediation")
    proposal = services.propose_split(order_id=agreed.pk, user=agreed.buyer, refund_fen=3_000)
    services.accept_split(order_id=agreed.pk, proposal_id=proposal.pk, user=agreed.seller)
    Order.objects.filter(pk=agreed.pk).update(buyer=two[0], seller=two[1])
    working = Order.objects.get(buyer=two[0], status=S.IN_PROGRESS)
    Order.objects.filter(pk=working.pk).update(due_at=clock.now() + timedelta(days=30))
    with clock.moved_to(clock.now() + timedelta(days=20)):  # the revision is late, the work is not
        for user, side, name in ((two[0], BUYER, "export"), (two[1], SELLER, "desk_export")):
            seen = {}
            for tab in lists.order_list(user, lists.Wanted.read(side, {}), page=None).tabs[1:]:
                shown = lists.order_list(user, lists.Wanted.read(side, {"state": tab.state}), page=None)
                exported = [row[3] for row in sheet_of(user, name, state=tab.state)[1:]]
                assert [tab.label] * tab.count == [row.stamp[0] for row in shown.rows] == exported, tab.state
                seen[tab.state] = tab.label
            assert len(set(seen.values())) == len(seen)
            assert (seen["late"], seen["agreed"], seen[S.RESOLVED]) == ("已逾期", "已谈成", "已裁定")
            assert S.REVISION_REQUESTED not in seen


def test_a_buyer_finds_what_is_very_late_among_what_waits_for_them_by_the_rules_of_each_order():
    patient, strict = make_order_in(S.IN_PROGRESS), make_order_in(S.IN_PROGRESS)
    buyer = strict.buyer
    rules = RulesVersion.objects.create(digest="patient", values={"orders.very_late_hours": 72})
    Order.objects.filter(pk=patient.pk).update(buyer=buyer, rules=rules, due_at=strict.due_at)

    def waiting(group):
        shown = lists.order_list(buyer, lists.Wanted.read(BUYER, {"group": group}), page=None)
        return {row.order.pk for row in shown.rows}, shown.mine

    for hours, mine in ((23, set()), (25, {strict.pk}), (73, {strict.pk, patient.pk})):
        with clock.moved_to(strict.due_at + timedelta(hours=hours)):
            assert waiting("mine") == (mine, len(mine))
            assert waiting("other")[0] == {strict.pk, patient.pk} - mine
            assert mine == {
                order.pk for order in Order.objects.filter(buyer=buyer) if turns.lateness(order) == "very_late"
            }
    seller = strict.seller
    with clock.moved_to(strict.due_at + timedelta(hours=25)):
        assert found(seller, SELLER, group="mine")[1].mine == 1


def test_ones_own_proposal_hides_no_work_that_one_owes():
    order = make_order_in(S.IN_PROGRESS)
    proposal = make_proposal(order, ProposalKind.EXTEND)
    (own,) = found(order.seller, SELLER, group="mine")[1].rows
    assert own.next_at == order.due_at
    assert own.what_next.endswith("交付到期")
    (asked,) = found(order.buyer, BUYER, group="mine")[1].rows
    assert asked.next_at == proposal.expires_at
    assert (asked.what_next[:2], asked.what_next[-3:]) == ("请在", "前答复")
    services.withdraw_proposal(proposal_id=proposal.pk, user=order.seller)
    services.propose_cancellation(order_id=order.pk, user=order.seller, message="排不开")
    (waiting,) = found(order.seller, SELLER, group="other")[1].rows
    assert waiting.what_next.endswith("前等对方答复")


def test_a_row_says_what_is_left_of_the_price_and_what_it_was():
    order = make_order_in(S.IN_PROGRESS)
    proposal = make_proposal(order, ProposalKind.DISCOUNT)
    (before,) = found(order.buyer, BUYER)[1].rows
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    (after,) = found(order.buyer, BUYER)[1].rows
    assert (before.price_fen, after.price_fen) == (10_000, 9_000)
    assert "原¥100" in log_in(order.buyer).get(reverse("orders:list")).content.decode()


def test_in_english_a_row_says_that_something_is_to_come_and_no_date_breaks():
    order = make_order_in(S.DELIVERED)
    with override("en"):
        (row,) = found(order.buyer, BUYER)[1].rows
        assert row.what_next.startswith("Auto-accept: ")
        note = presenters.steps(order)[0].note
    assert note == f"{timezone.localtime(order.paid_at):%-d %b}"


def test_how_many_wait_follows_the_words_that_are_searched_for(two):
    buyer, _seller = two
    number = Order.objects.get(buyer=buyer, status=S.DELIVERED).number
    assert lists.order_list(buyer, lists.Wanted.read(BUYER, {}), page=None).mine > 1
    assert lists.order_list(buyer, lists.Wanted.read(BUYER, {"q": number}), page=None).mine == 1
    assert lists.order_list(buyer, lists.Wanted.read(BUYER, {"q": "没有这个"}), page=None).mine == 0


def test_a_stranger_exports_and_sees_nothing_of_others(two):
    stranger = make_user()
    assert len(sheet_of(stranger, "export")) == 1
    assert month_of(stranger, BUYER).agenda == []
    assert found(stranger, BUYER)[1].has_any is False


def test_the_calendar_has_every_deadline_on_its_day_of_china():
    buyer = make_user()
    running, delivered = make_paid_order(buyer=buyer), make_paid_order(buyer=buyer)
    unpaid = make_order(buyer=buyer)
    services.deliver_order(order_id=delivered.pk, seller=delivered.seller, message="好了")
    delivered.refresh_from_db()
    services.cancel_order(order_id=make_paid_order(buyer=buyer).pk, user=Order.objects.latest("pk").seller)
    due = {
        (running.number, running.due_at),
        (running.number, running.due_at + timedelta(hours=24)),  # from then on the buyer may cancel alone
        (delivered.number, delivered.auto_accept_at),
        (unpaid.number, unpaid.payment_expires_at),
    }
    shown = set()
    for month in {f"{timezone.localtime(moment):%Y-%m}" for _number, moment in due}:
        for day in month_of(buyer, BUYER, month).agenda:
            assert all(timezone.localdate(thing.at) == day.day for thing in day.things)
            shown |= {(thing.order.number, thing.at) for thing in day.things}
    assert shown == due


def test_the_calendar_goes_from_month_to_month_and_nonsense_is_this_month():
    buyer = make_user()
    month = month_of(buyer, BUYER, "2026-12")
    assert (month.before, month.after) == ("2026-11", "2027-01")
    assert month.weeks[0][0].day.weekday() == 0
    assert {len(week) for week in month.weeks} == {7}
    this = timezone.localdate(clock.now()).replace(day=1)
    for asked in ("", "2026-13", "9999-12", "0001-01", "x"):
        assert month_of(buyer, BUYER, asked).first == this


@pytest.mark.parametrize("name", ["list", "desk_list", "calendar", "desk_calendar"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_render(two, name, language):
    user = two[1] if name.startswith("desk") else two[0]
    with override(language):
        address = reverse(f"orders:{name}")
    page = log_in(user).get(address)
    assert page.status_code == 200
    open_order = selectors.purchases(two[0], group="open").filter(status=S.IN_PROGRESS).get()
    if "calendar" not in name:
        assert open_order.number in page.content.decode()
