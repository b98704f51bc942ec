"""The last use of a coupon, the end of its budget, one person twice: of two at once, one."""

from functools import partial

import pytest
from django.db import IntegrityError, connection

from marketplace.core.rules import current_rules
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Coupon, CouponUse, Order
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_coupon, make_gig, make_order, make_user
from tests.logins import log_in
from tests.orders.test_coupon_admin import LIST, marketer, terms

pytestmark = pytest.mark.usefixtures("committed_db")


def orders_with(coupon: Coupon, *, buyers=None, **choice):
    """Two orders at once with this coupon, of two people unless told otherwise."""
    package = make_gig().packages.get()
    current_rules()  # the first order of all makes them, and the second one would wait for it
    return together(
        *[
            partial(services.place_order, buyer=buyer, package=package, coupon_code=coupon.code, **choice)
            for buyer in buyers or [make_user(), make_user()]
        ]
    )


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


@pytest.mark.parametrize("terms", [{"most_uses": 1}, {"budget_fen": 900}], ids=["last use", "end of the budget"])
def test_of_two_at_once_one_gets_what_is_left(meet_before, terms):
    coupon = make_coupon(**terms)
    meet_before(locks, "lock_coupon")
    (refusal,) = refusals(orders_with(coupon))
    assert isinstance(refusal, OrderError)
    assert refusal.code == OrderErrorCode.COUPON_USED_UP
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.spent_fen, CouponUse.objects.count(), Order.objects.count()) == (1, 500, 1, 1)


@pytest.mark.parametrize("terms", [{"most_uses": 1}, {"budget_fen": 900}], ids=["last use", "end of the budget"])
def test_control_without_the_lock_both_get_what_is_left(locks_off, terms):
    coupon = make_coupon(**terms)
    assert refusals(orders_with(coupon)) == []
    coupon.refresh_from_db()
    # And nobody would notice by the counters.
    assert (coupon.uses, coupon.spent_fen, CouponUse.objects.count()) == (1, 500, 2)


def test_one_person_with_two_pages_uses_it_as_often_as_one_may(meet_before):
    coupon, buyer = make_coupon(), make_user()
    meet_before(locks, "lock_coupon")
    (refusal,) = refusals(orders_with(coupon, buyers=[buyer, buyer]))
    assert refusal.code == OrderErrorCode.COUPON_HELD
    assert CouponUse.objects.count() == 1


def test_two_coupons_for_a_first_order_at_once_are_one(meet_before):
    coupons, buyer, package = (
        [make_coupon(first_order_only=True) for _two in range(2)],
        make_user(),
        make_gig().packages.get(),
    )
    current_rules()
    meet_before(locks, "lock_coupon")
    (refusal,) = refusals(
        together(
            *[
                partial(services.place_order, buyer=buyer, package=package, coupon_code=coupon.code)
                for coupon in coupons
            ]
        )
    )
    assert refusal.code in (OrderErrorCode.COUPON_USED_BY_YOU, OrderErrorCode.COUPON_HELD)
    assert CouponUse.objects.count() == 1
    assert sorted(Coupon.objects.values_list("uses", flat=True)) == [0, 1]


@pytest.fixture
def index_off(committed_db):
    """The control: the database lets one person have two uses of coupons for a first order."""
    (index,) = [rule for rule in CouponUse._meta.constraints if rule.name.endswith("first_order_once")]
    with connection.schema_editor() as editor:
        editor.remove_constraint(CouponUse, index)
    yield
    CouponUse.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(CouponUse, index)


def test_control_without_the_index_both_first_orders_have_it(index_off, meet_before):
    coupons, buyer = [make_coupon(first_order_only=True) for _two in range(2)], make_user()
    package = make_gig().packages.get()
    current_rules()
    meet_before(CouponUse.objects, "create")  # both have been asked, neither has written
    buy = partial(services.place_order, buyer=buyer, package=package)
    assert refusals(together(*[partial(buy, coupon_code=coupon.code) for coupon in coupons])) == []
    assert CouponUse.objects.filter(person=buyer).count() == 2


@pytest.fixture
def coupon_lock_off(monkeypatch):
    """The control: a coupon is read without a lock, and both have read it before either goes on to check and write."""
    both_have_read = MeetingPoint()

    def unlocked(coupon_id: int) -> Coupon:
        coupon = Coupon.objects.get(pk=coupon_id)
        both_have_read.wait()
        return coupon

    monkeypatch.setattr(locks, "lock_coupon", unlocked)


def counted_and_in_use(coupon: Coupon) -> tuple[int, int]:
    coupon.refresh_from_db()
    return coupon.uses, CouponUse.objects.filter(coupon=coupon, returned_at=None).count()


def give_back_and_take(coupon: Coupon):
    """One order with the coupon is cancelled while another one is placed."""
    order, package = make_order(coupon_code=coupon.code), make_gig().packages.get()
    return partial(
        together,
        partial(services.cancel_order, order_id=order.pk, user=order.buyer),
        partial(services.place_order, buyer=make_user(), package=package, coupon_code=coupon.code),
    )


def test_a_coupon_that_comes_back_while_another_one_is_taken_counts_right(meet_before):
    coupon = make_coupon(most_uses=2)
    race = give_back_and_take(coupon)
    meet_before(locks, "lock_coupon")
    assert refusals(race()) == []
    assert counted_and_in_use(coupon) == (1, 1)
    assert coupon.spent_fen == 500


def test_control_without_the_lock_one_of_the_two_is_not_counted(request):
    coupon = make_coupon(most_uses=2)
    race = give_back_and_take(coupon)
    request.getfixturevalue("coupon_lock_off")
    assert refusals(race()) == []
    assert counted_and_in_use(coupon) in ((0, 1), (2, 1))  # whoever wrote last


def edit_and_take(coupon: Coupon):
    """Staff lowers the budget below one use, and changes nothing else, while the coupon is used for the first time."""
    client, package = log_in(marketer()), make_gig().packages.get()
    current_rules()
    return partial(
        together,
        partial(client.post, f"{LIST}edit/{coupon.pk}/", terms(code=coupon.code, amount_fen="5", budget_fen="4")),
        partial(services.place_order, buyer=make_user(), package=package, coupon_code=coupon.code),
    )


def test_of_staff_that_lowers_the_budget_and_a_buyer_who_uses_it_one_is_refused(meet_before):
    coupon = make_coupon()
    race = edit_and_take(coupon)
    meet_before(locks, "lock_coupon")
    answer, order = race()
    is_saved = answer.status_code == 302
    if is_saved:
        assert isinstance(order, OrderError)
        assert order.code == OrderErrorCode.COUPON_USED_UP
    else:
        assert "budget_fen" in answer.context["form"].errors
    assert counted_and_in_use(coupon) == ((0, 0) if is_saved else (1, 1))
    assert coupon.budget_fen == (400 if is_saved else 100_000)


def test_control_without_the_lock_staffs_form_takes_the_use_away_or_the_database_has_to_refuse(request):
    coupon = make_coupon()
    race = edit_and_take(coupon)
    request.getfixturevalue("coupon_lock_off")
    answer, order = race()
    # Both were let through. Staff's form wrote last, counters and all, or the buyer did, into a row that cannot be.
    assert answer.status_code == 302
    lost = not isinstance(order, Exception) and counted_and_in_use(coupon) == (0, 1)
    assert lost or isinstance(order, IntegrityError)
