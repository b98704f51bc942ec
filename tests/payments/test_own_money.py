"""The platform's own money: out of suspense, to our bank, to the tax office; by two people, and never more than is there."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.ledger.models import Entry, Transaction
from marketplace.ledger.postings_own_money import own_fen
from marketplace.ledger.postings_reconciliation import book_gateway_fees
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import own_money_selectors, services
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import OwnMoneyError, OwnMoneyErrorCode, ReconciliationError, ReconciliationErrorCode
from marketplace.payments.gateways.base import TransferSnapshot, TransferState
from marketplace.payments.models import (
    AuditRun,
    Difference,
    DifferenceKind,
    GatewayBill,
    OwnMovement,
    OwnMovementKind,
    OwnMovementStatus,
    Payment,
    PayoutDestination,
    PayoutDestinationKind,
    TaxRemittance,
)
from marketplace.payments.services import own_money, reconciliation
from tests.factories import make_coupon, make_finance, make_gig, make_order, make_user, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import deliver_and_accept, earn, pay_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

MONTH = f"{timezone.localdate():%Y-%m}"
YEAR = MONTH[:4]


@pytest.fixture
def seller(silent_alipay):
    """Verified, ¥9,000 available of an order of ¥10,000, an Alipay account that can be used."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    return person


def sum_of(code):
    return sum(Entry.objects.filter(account__code=code).values_list("amount_fen", flat=True))


def withdrawal(person, gross_fen=800_000):
    """Arrived: of ¥8,000 ¥42 of tax are withheld."""
    destination = PayoutDestination.objects.get(user=person)
    payout = services.request_payout(
        user=person, destination_id=destination.pk, gross_fen=gross_fen, request_key=uuid4()
    )
    for _ in range(2):
        services.approve_payout(payout_id=payout.pk, staff=make_finance())
    services.send_payout(payout=payout)
    tell(payout, TransferState.DONE)
    return payout


def tell(payout, state):
    snapshot = TransferSnapshot(payout.reference, state, "T", payout.amount_fen)
    assert services.apply_transfer_snapshot(snapshot, gateway_code="alipay") == ""


def unexplained(*, there_fen, row_kind="payment", number="STRANGER1"):
    """A line of a bill that our books lack, booked to suspense."""
    bill, _created = GatewayBill.objects.get_or_create(gateway="alipay", kind="trade", day=timezone.localdate())
    difference = Difference.objects.create(
        bill=bill, kind=DifferenceKind.MISSING_HERE, row_kind=row_kind, out_trade_no=number, there_fen=there_fen
    )
    return reconciliation.book_to_suspense(difference_id=difference.pk, staff=make_finance())


def ask_fees(amount_fen, number="BANK1"):
    return own_money.ask_withdrawal(
        staff=make_finance(), gateway_code="alipay", amount_fen=amount_fen, bank_reference=number
    )


def ask_tax(period=MONTH, number="TAX1"):
    return own_money.ask_remittance(staff=make_finance(), gateway_code="alipay", period=period, bank_reference=number)


def ask_way_out(difference, kind, seller=None):
    return own_money.ask_resolution(
        staff=make_finance(), difference_id=difference.pk, kind=kind, note="核实", seller=seller
    )


def approve(movement, staff=None):
    return own_money.approve_own_movement(movement_id=movement.pk, staff=staff or make_finance())


def refusal(function, *args, **kwargs):
    before = Transaction.objects.count()
    with pytest.raises(OwnMoneyError) as caught:
        function(*args, **kwargs)
    assert Transaction.objects.count() == before
    return caught.value.code


def test_our_fees_leave_once_two_people_agree_and_the_audit_stays_clean(seller):
    held = -sum_of("clearing:alipay")
    movement = ask_fees(60_000)
    assert (sum_of("platform:commission"), sum_of("clearing:alipay")) == (100_000, -held)
    movement = approve(movement)
    assert (movement.status, movement.approver is None) == (OwnMovementStatus.POSTED, False)
    assert (sum_of("platform:commission"), sum_of("clearing:alipay")) == (40_000, 60_000 - held)
    assert refusal(approve, movement) == OwnMoneyErrorCode.NOT_WAITING
    assert audit_money().violations == []


def test_more_than_our_fees_never_leaves(seller):
    assert refusal(ask_fees, 100_001) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    assert refusal(ask_fees, 0) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    first, second = ask_fees(60_000), ask_fees(60_000, "BANK2")
    approve(first)
    assert refusal(approve, second) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    second.refresh_from_db()
    assert second.status == OwnMovementStatus.ASKED


def test_what_gateways_kept_and_what_is_missing_is_filled_from_our_fees_first(seller):
    book_gateway_fees(gateway="alipay", bill_reference="alipay:trade:1", amount_fen=6_000)
    unexplained(there_fen=4_000, row_kind="refund")
    assert own_fen() == 90_000
    assert refusal(ask_fees, 90_001) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    approve(ask_fees(90_000))
    # What is left there is exactly what is owed to others: the seller's wallet.
    assert -sum_of("clearing:alipay") == 900_000


def test_what_coupons_cost_is_filled_from_our_fees_first(seller):
    order = make_order(gig=make_gig(seller=seller, price_fen=100_000), coupon_code=make_coupon(amount_fen=30_000).code)
    pay_at("alipay", order)
    deliver_and_accept(order)
    # A coupon costs no more than the fee of what it is for: of the 1,000 yuan that were shared 900 came in.
    assert (sum_of("platform:commission"), sum_of("platform:promotions")) == (110_000, -10_000)
    assert own_fen() == 100_000
    assert refusal(ask_fees, 100_001) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    approve(ask_fees(100_000))
    # What is left at the gateway is what is owed to the seller, to the fen.
    assert -sum_of("clearing:alipay") == 900_000 + 90_000


def test_fees_cannot_leave_a_gateway_that_does_not_hold_them(seller):
    assert (
        refusal(
            own_money.ask_withdrawal,
            staff=make_finance(),
            gateway_code="wechatpay",
            amount_fen=1,
            bank_reference="B",
        )
        == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    )


def test_a_number_of_the_bank_is_booked_once_and_may_be_asked_for_again_after_a_refusal(seller):
    movement = ask_fees(1_000)
    assert refusal(ask_fees, 1_000) == OwnMoneyErrorCode.ALREADY_ASKED_FOR
    own_money.refuse_own_movement(movement_id=movement.pk, staff=make_finance())
    assert refusal(approve, movement) == OwnMoneyErrorCode.NOT_WAITING
    approve(ask_fees(1_000))
    assert sum_of("platform:commission") == 99_000


def test_whoever_asked_does_not_approve_and_strangers_do_nothing(seller):
    movement = ask_fees(1_000)
    assert refusal(approve, movement, movement.asker) == OwnMoneyErrorCode.NOT_THE_SAME_PERSON
    stranger = make_user()
    for act in (own_money.approve_own_movement, own_money.refuse_own_movement):
        with pytest.raises(PermissionDenied):
            act(movement_id=movement.pk, staff=stranger)
    with pytest.raises(PermissionDenied):
        own_money.ask_withdrawal(staff=stranger, gateway_code="alipay", amount_fen=1, bank_reference="B")
    with pytest.raises(PermissionDenied):
        own_money.ask_remittance(staff=stranger, gateway_code="alipay", period=MONTH, bank_reference="B")
    with pytest.raises(PermissionDenied):
        own_money.ask_resolution(staff=stranger, difference_id=1, kind=OwnMovementKind.SUSPENSE_FEES, note="")
    movement.refresh_from_db()
    assert movement.status == OwnMovementStatus.ASKED
    assert OwnMovement.objects.count() == 1


def test_while_the_audit_finds_something_nothing_of_ours_leaves_but_suspense_can_be_put_right(seller):
    fees, way_out = (
        ask_fees(1_000),
        ask_way_out(unexplained(there_fen=500), OwnMovementKind.SUSPENSE_FEES),
    )
    AuditRun.objects.create(at=timezone.now(), transactions=1, entries=2, accounts=2, violations=["x"])
    assert refusal(approve, fees) == OwnMoneyErrorCode.HALTED
    assert approve(way_out).status == OwnMovementStatus.POSTED


def test_a_month_of_withheld_tax_goes_to_the_tax_office_seller_by_seller_once(seller):
    other = make_verified_seller(name="周明")
    earn(other, amount_fen=900_000)
    services.set_destination(user=other, kind=PayoutDestinationKind.ALIPAY, account="zhou@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    withdrawal(seller)
    withdrawal(other, 700_000)
    movement = ask_tax()
    assert movement.amount_fen == 4_200 + 1_800
    assert refusal(ask_tax, number="TAX2") == OwnMoneyErrorCode.NOTHING_TO_REMIT
    before = sum_of("clearing:alipay")
    approve(movement)
    assert sum_of("clearing:alipay") == before + 6_000
    assert [sum_of(f"tax:{person.pk}:{YEAR}") for person in (seller, other)] == [0, 0]
    assert refusal(ask_tax, YEAR, "TAX3") == OwnMoneyErrorCode.NOTHING_TO_REMIT
    assert audit_money().violations == []


def test_a_year_takes_what_its_months_left(seller):
    withdrawal(seller, 700_000)
    approve(ask_tax())
    withdrawal(seller, 200_000)
    assert list(own_money_selectors.tax_to_remit(YEAR).values()) == [4_800]
    movement = ask_tax(YEAR, "TAX2")
    approve(movement)
    assert sum_of(f"tax:{seller.pk}:{YEAR}") == 0
    assert TaxRemittance.objects.count() == 2


def test_tax_that_went_back_to_a_seller_meanwhile_is_not_remitted(seller):
    payout = withdrawal(seller)
    movement = ask_tax()
    tell(payout, TransferState.FAILED)
    assert refusal(approve, movement) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    assert wallet_of(seller).available_fen == 900_000


def test_a_withdrawal_that_comes_back_after_its_tax_was_remitted_is_whole_again(seller):
    payout = withdrawal(seller)
    approve(ask_tax())
    tell(payout, TransferState.FAILED)
    assert wallet_of(seller).available_fen == 900_000
    advance = OwnMovement.objects.get(kind=OwnMovementKind.TAX_ADVANCED)
    assert (advance.amount_fen, advance.seller, advance.note) == (4_200, seller, payout.reference)
    assert sum_of("platform:commission") == 100_000 - 4_200
    assert audit_money().violations == []


def test_a_loss_that_is_a_sellers_becomes_that_sellers_debt_and_the_wallet_repays_it(seller):
    item = unexplained(there_fen=950_000, row_kind="transfer")
    assert refusal(ask_way_out, item, OwnMovementKind.SUSPENSE_DEBT) == OwnMoneyErrorCode.SELLER_MISSING
    approve(ask_way_out(item, OwnMovementKind.SUSPENSE_DEBT, seller))
    assert sum_of("suspense:alipay") == 0
    assert (wallet_of(seller).available_fen, wallet_of(seller).debt_fen) == (0, 50_000)
    assert audit_money().violations == []


def test_unexplained_money_repays_a_debt_but_no_more_than_is_owed(seller):
    withdrawal(seller, 900_000)
    refund = orders.refund_part(
        order_id=Order.objects.get().pk, actor=make_finance(), amount_fen=500_000, reason="协商"
    )
    orders.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    assert wallet_of(seller).debt_fen == 450_000
    too_much = ask_way_out(unexplained(there_fen=450_001), OwnMovementKind.SUSPENSE_DEBT, seller)
    assert refusal(approve, too_much) == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    fitting = ask_way_out(unexplained(there_fen=450_000, number="STRANGER2"), OwnMovementKind.SUSPENSE_DEBT, seller)
    approve(fitting)
    assert (wallet_of(seller).debt_fen, sum_of("suspense:alipay")) == (0, 450_001)


def test_what_was_a_fee_and_what_turned_up_later_leave_suspense(seller):
    fee, late = (
        unexplained(there_fen=700, row_kind="refund"),
        unexplained(there_fen=8_800, number="STRANGER2"),
    )
    before = sum_of("clearing:alipay")
    approve(ask_way_out(fee, OwnMovementKind.SUSPENSE_FEES))
    assert (sum_of("fees:alipay"), sum_of("clearing:alipay")) == (-700, before)
    approve(ask_way_out(late, OwnMovementKind.SUSPENSE_BACK))
    assert (sum_of("suspense:alipay"), sum_of("clearing:alipay")) == (0, before + 8_800)
    assert refusal(ask_way_out, late, OwnMovementKind.SUSPENSE_BACK) == OwnMoneyErrorCode.NOTHING_IN_SUSPENSE
    assert audit_money().violations == []


def test_what_is_a_payment_of_ours_or_a_fee_never_gets_into_suspense(seller):
    ours = Payment.objects.get()
    with pytest.raises(ReconciliationError) as caught:
        unexplained(there_fen=ours.amount_fen, number=ours.out_trade_no)
    assert caught.value.code == ReconciliationErrorCode.ASK_FIRST
    Difference.objects.update(kind=DifferenceKind.FEE)
    with pytest.raises(ReconciliationError) as caught:
        reconciliation.book_to_suspense(difference_id=Difference.objects.get().pk, staff=make_finance())
    assert caught.value.code == ReconciliationErrorCode.NOT_FITTING
    assert (sum_of("suspense:alipay"), own_money_selectors.suspense_items().count()) == (0, 0)


def test_only_ways_out_of_suspense_resolve_a_difference(seller):
    item = unexplained(there_fen=700)
    with pytest.raises(ValueError, match="fees_withdrawn"):
        ask_way_out(item, OwnMovementKind.FEES_WITHDRAWN)
    assert [found.pk for found in own_money_selectors.suspense_items()] == [item.pk]


def test_the_audit_misses_a_document_and_a_posting_of_our_own_money(seller):
    movement = approve(ask_fees(1_000))
    OwnMovement.objects.filter(pk=movement.pk).update(amount_fen=900)
    assert any(movement.reference in violation for violation in audit_money().violations)
    OwnMovement.objects.filter(pk=movement.pk).update(status=OwnMovementStatus.REFUSED)
    assert any("nobody asked for it" in violation for violation in audit_money().violations)
    OwnMovement.objects.filter(pk=movement.pk).update(amount_fen=1_000, status=OwnMovementStatus.POSTED)


def test_the_audit_misses_a_line_of_remitted_tax(seller):
    withdrawal(seller)
    approve(ask_tax())
    line = TaxRemittance.objects.get()
    TaxRemittance.objects.filter(pk=line.pk).update(amount_fen=1)
    assert any("1 remitted" in violation for violation in audit_money().violations)
    TaxRemittance.objects.filter(pk=line.pk).update(amount_fen=line.amount_fen)


def test_finance_does_it_in_the_admin(seller, client):
    withdrawal(seller)
    item = unexplained(there_fen=8_800)
    first, second = make_finance(), make_finance()
    log_in(first, client=client)
    assert "STRANGER1" in client.get("/admin/own-money/").content.decode()
    way_out = {"way": "suspense_back", "seller": "", "note": "次日入账"}
    client.post(f"/admin/own-money/unexplained/{item.pk}/", way_out)
    client.post("/admin/own-money/withdraw/", {"gateway": "alipay", "bank_reference": "B1", "amount": "900.00"})
    client.post("/admin/own-money/remit/", {"gateway": "alipay", "bank_reference": "T1", "period": MONTH})
    assert OwnMovement.objects.filter(status=OwnMovementStatus.ASKED).count() == 3
    log_in(second, client=client)
    for movement in OwnMovement.objects.all():
        client.post(f"/admin/own-money/{movement.pk}/approve/")
    assert OwnMovement.objects.filter(status=OwnMovementStatus.POSTED).count() == 3
    remitted = OwnMovement.objects.get(kind=OwnMovementKind.TAX_REMITTED)
    table = b"".join(client.get(f"/admin/own-money/{remitted.pk}/tax.csv").streaming_content).decode()
    assert f"{seller.pk},林青山,{YEAR},42.00,42.00" in table
    page = client.get("/admin/own-money/").content.decode()
    assert remitted.reference in page
    assert sum_of("platform:commission") == 10_000


def test_a_form_that_is_not_filled_in_comes_back_with_what_was_typed(seller, client):
    log_in(make_finance(), client=client)
    item = unexplained(there_fen=8_800)
    pages = (
        client.post("/admin/own-money/withdraw/", {"gateway": "alipay", "bank_reference": "B1", "amount": "viel"}),
        client.post("/admin/own-money/remit/", {"gateway": "alipay", "bank_reference": "B1", "period": "1999"}),
        client.post(f"/admin/own-money/unexplained/{item.pk}/", {"way": "suspense_back", "note": ""}),
    )
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all("error-message" in page.content.decode() for page in pages)
    assert not OwnMovement.objects.exists()


def test_the_admins_pages_are_finances_own(seller, client):
    movement = ask_fees(1_000)
    log_in(make_user(is_staff=True), client=client)
    for path in ("", f"{movement.pk}/tax.csv"):
        assert client.get(f"/admin/own-money/{path}").status_code in (302, 403)
    for path in ("withdraw/", "remit/", "unexplained/1/", f"{movement.pk}/approve/", f"{movement.pk}/refuse/"):
        assert client.post(f"/admin/own-money/{path}").status_code in (302, 403)
    movement.refresh_from_db()
    assert movement.status == OwnMovementStatus.ASKED
