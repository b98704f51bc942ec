"""What an institution's balance leaves unexplained lets payouts go on once it is booked: two people, and after its lines."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from marketplace.ledger.models import Transaction
from marketplace.payments import own_money_selectors
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import OwnMoneyError, OwnMoneyErrorCode, ReconciliationError, ReconciliationErrorCode
from marketplace.payments.models import (
    Difference,
    DifferenceKind,
    DifferenceStatus,
    OwnMovement,
    OwnMovementKind,
    OwnMovementStatus,
    Payment,
)
from marketplace.payments.selectors import payouts_are_halted
from marketplace.payments.services import own_money, reconciliation
from marketplace.payments.todo_selectors import todos_of
from tests.factories import make_finance, make_moderator, make_user
from tests.logins import log_in
from tests.payments.conftest import deliver_and_accept
from tests.payments.test_balances import compared, open_balance, over, over_again, sum_of  # noqa: F401 compared is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def off(compared):  # noqa: F811 the fixture, not the import
    """Somebody took 500 yuan out of the account, behind our back."""
    compared.move(-500_00)
    over(compared)
    return compared


def ask(difference=None, staff=None):
    difference = difference or open_balance().get()
    return own_money.ask_balance(difference_id=difference.pk, staff=staff or make_finance())


def approve(movement, staff=None):
    return own_money.approve_own_movement(movement_id=movement.pk, staff=staff or make_finance())


def refusal(function, *args, **kwargs):
    before = Transaction.objects.count()
    with pytest.raises((OwnMoneyError, ReconciliationError)) as caught:
        function(*args, **kwargs)
    assert Transaction.objects.count() == before
    return caught.value.code


def to_approve(staff):
    return next(todo for todo in todos_of(staff) if todo.icon == "key").number


def test_one_person_does_not_lift_a_halt(off):
    taker = make_finance()
    movement = ask(staff=taker)
    assert (movement.kind, movement.amount_fen) == (OwnMovementKind.SUSPENSE_BOOK, -500_00)
    assert refusal(approve, movement, taker) == OwnMoneyErrorCode.NOT_THE_SAME_PERSON
    assert refusal(ask) == OwnMoneyErrorCode.ALREADY_ASKED_FOR
    assert refusal(reconciliation.book_to_suspense, difference_id=movement.difference_id, staff=taker) == (
        ReconciliationErrorCode.NOT_FITTING
    )
    assert (to_approve(taker), to_approve(make_finance())) == (0, 1)
    assert payouts_are_halted()
    assert open_balance().exists()


def test_the_second_person_books_it_and_it_has_one_way_out_of_suspense(off):
    asker, approver = make_finance(), make_finance()
    movement = approve(ask(staff=asker), approver)
    assert (movement.status, movement.asker, movement.approver) == (OwnMovementStatus.POSTED, asker, approver)
    assert movement.difference.resolved_by == approver
    assert sum_of(f"suspense:{off.code}") == -500_00
    assert not payouts_are_halted()
    assert audit_money().violations == []
    assert refusal(approve, movement) == OwnMoneyErrorCode.NOT_WAITING
    assert over_again(off).unexplained_fen == 0
    item = own_money_selectors.suspense_items().get()
    approve(
        own_money.ask_resolution(
            staff=asker, difference_id=item.pk, kind=OwnMovementKind.SUSPENSE_FEES, note="机构扣的"
        )
    )
    assert sum_of(f"suspense:{off.code}") == 0
    assert not own_money_selectors.suspense_items().exists()
    assert audit_money().violations == []


def test_the_audit_misses_who_asked_for_a_booked_balance(off):
    movement = approve(ask())
    OwnMovement.objects.filter(pk=movement.pk).update(amount_fen=-499_99)
    assert len(audit_money().violations) == 2  # the document against its posting, and against what the gateway holds
    OwnMovement.objects.filter(pk=movement.pk).update(amount_fen=-500_00)


def test_only_finance_asks_for_it(off):
    difference = open_balance().get()
    with pytest.raises(PermissionDenied):
        ask(difference, make_user())
    assert not OwnMovement.objects.exists()


def test_a_refused_one_can_be_asked_for_again(off):
    own_money.refuse_own_movement(movement_id=ask().pk, staff=make_finance())
    assert payouts_are_halted()
    approve(ask())
    assert sum_of(f"suspense:{off.code}") == -500_00


def asked_before_the_next_day(compared, what_happens):  # noqa: F811
    """500 yuan go, a colleague asks for the booking, then the day after that is compared too."""
    compared.move(-500_00)
    compared.ends()
    what_happens()
    compared.ends()
    compared.balance(days_ago=3)
    assert compared.balance(days_ago=2).unexplained_fen == -500_00
    movement = ask()
    compared.balance()
    assert open_balance().get().pk != movement.difference_id
    return movement


def test_a_balance_that_is_off_by_another_amount_by_now_is_asked_for_anew(compared):  # noqa: F811
    movement = asked_before_the_next_day(compared, lambda: compared.move(-1_00))
    assert refusal(approve, movement) == ReconciliationErrorCode.BALANCE_MOVED
    assert refusal(ask, movement.difference) == ReconciliationErrorCode.BALANCE_MOVED
    assert payouts_are_halted()
    own_money.refuse_own_movement(movement_id=movement.pk, staff=make_finance())
    approve(ask())
    assert sum_of(f"suspense:{compared.code}") == -501_00
    assert not payouts_are_halted()


def test_a_gap_that_was_carried_to_a_newer_day_is_the_one_that_was_asked_for(compared):  # noqa: F811
    movement = asked_before_the_next_day(compared, compared.buy)
    carried = open_balance().get()
    assert approve(movement).difference == carried
    assert sum_of(f"suspense:{compared.code}") == -500_00
    assert not open_balance().exists()
    assert not payouts_are_halted()


def test_a_balance_waits_for_the_lines_that_may_explain_it(compared):  # noqa: F811
    payment = compared.buy(told=False)
    Payment.objects.filter(pk=payment.pk).update(amount_fen=9_000)  # ours says less than was paid: it is quarantined
    assert over(compared).unexplained_fen == 10_000
    line = Difference.objects.get(kind=DifferenceKind.MISSING_HERE)
    assert refusal(ask) == ReconciliationErrorCode.LINES_FIRST
    Difference.objects.filter(pk=line.pk).update(status=DifferenceStatus.RESOLVED)
    movement = ask()
    Difference.objects.filter(pk=line.pk).update(status=DifferenceStatus.OPEN)  # found between the two people
    assert refusal(approve, movement) == ReconciliationErrorCode.LINES_FIRST
    assert payouts_are_halted()
    reconciliation.book_to_suspense(difference_id=line.pk, staff=make_finance())
    assert refusal(approve, movement) == ReconciliationErrorCode.BALANCE_MOVED
    assert sum_of(f"suspense:{compared.code}") == 10_000
    assert not payouts_are_halted()
    assert over_again(compared).unexplained_fen == 0


def test_a_line_that_is_known_leaves_its_balance_to_be_booked(compared):  # noqa: F811
    payment = compared.buy(told=False)
    Payment.objects.filter(pk=payment.pk).update(amount_fen=9_000)
    over(compared)
    line = Difference.objects.get(kind=DifferenceKind.MISSING_HERE)
    reconciliation.accept_as_known(difference_id=line.pk, staff=make_finance(), note="机构来函")
    approve(ask())
    assert sum_of(f"suspense:{compared.code}") == 10_000
    assert not payouts_are_halted()


def test_two_people_of_finance_do_it_in_the_admin_and_nobody_else_does(off, client):
    def enter(person):
        log_in(person, client=client)

    difference = open_balance().get()
    enter(make_moderator())
    url = reverse("payments_difference_resolve", args=[difference.pk, "balance"])
    assert client.post(url).status_code in (302, 403)
    assert not OwnMovement.objects.exists()
    assert "balances-panel" not in client.get("/admin/").content.decode()
    enter(make_finance())
    assert "balances-panel" in client.get("/admin/").content.decode()
    page = client.get(reverse("payments_bills")).content.decode()
    assert "−¥500.00" in page
    assert f'action="{url}"' in page
    for one_click in ("suspense", "known"):
        assert reverse("payments_difference_resolve", args=[difference.pk, one_click]) not in page
    assert "help-critical" in client.get(reverse("payments_payouts")).content.decode()
    assert client.post(url, follow=True).redirect_chain[0][0] == reverse("payments_own_money")
    movement = OwnMovement.objects.get()
    approval = reverse("payments_own_approve", args=[movement.pk])
    assert approval not in client.get(reverse("payments_own_money")).content.decode()
    assert url not in client.get(reverse("payments_bills")).content.decode()
    enter(make_finance())
    page = client.get(reverse("payments_own_money")).content.decode()
    assert approval in page
    assert f"{difference.bill.day:%Y-%m-%d}" in page
    assert client.post(approval, follow=True).status_code == 200
    assert not open_balance().exists()
    assert "balances-panel" not in client.get("/admin/").content.decode()


def test_while_a_balance_is_off_our_own_money_does_not_leave_either(compared):  # noqa: F811
    payment = compared.buy()
    payment.order.refresh_from_db()
    deliver_and_accept(payment.order)  # its fee is ours
    compared.move(-1)
    over(compared)
    movement = own_money.ask_withdrawal(
        staff=make_finance(), gateway_code=compared.code, amount_fen=1, bank_reference="BANK1"
    )
    assert refusal(approve, movement) == OwnMoneyErrorCode.HALTED
    approve(ask())
    assert approve(movement).status == OwnMovementStatus.POSTED
