from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.money import CommissionSplit
from marketplace.ledger import selectors, services
from marketplace.ledger.audit import audit_books
from marketplace.ledger.errors import LedgerError, LedgerErrorCode, UnbalancedPosting
from marketplace.ledger.models import Account, Clearing, Entry, Transaction, TransactionKind, Wallet
from marketplace.ledger.services import Leg
from marketplace.ledger.tasks import clear_due_earnings
from tests.factories import make_seller, make_user
from tests.ledger.books import capture, check_now, debit, fund_available

pytestmark = pytest.mark.django_db


def balance(code):
    return Account.objects.get(code=code).balance_fen


def total(code):
    return sum(Entry.objects.filter(account__code=code).values_list("amount_fen", flat=True))


def release(seller, *, clears_at=None, commission=1000, share=9000):
    return services.release_escrow(
        reference="ORDER1",
        seller=seller,
        split=CommissionSplit(commission_fen=commission, seller_fen=share),
        clears_at=clears_at or timezone.now() + timedelta(days=7),
        key="order:ORDER1:release",
        description="奶茶店LOGO设计",
    )


@pytest.fixture(autouse=True)
def _books_balance():
    """Whatever a test here did, the books hold at its end."""
    yield
    check_now()
    assert audit_books().violations == []


def test_a_captured_payment_lies_in_the_escrow_of_its_order():
    posted = capture(amount_fen=12_345)
    assert posted.kind == TransactionKind.PAYMENT_CAPTURED
    assert posted.reference == "ORDER1"
    legs = posted.entries.order_by("pk").values_list("account__code", "amount_fen", "balance_after_fen")
    assert list(legs) == [("clearing:alipay", -12_345, None), ("escrow:ORDER1", 12_345, 12_345)]
    assert balance("escrow:ORDER1") == 12_345
    assert balance("clearing:alipay") == 0  # a hot account: summed, not carried


def test_posting_twice_returns_the_first_and_moves_nothing():
    first = capture()
    assert capture() == first
    assert Transaction.objects.count() == 1
    assert Entry.objects.count() == 2
    assert balance("escrow:ORDER1") == 10_000


def test_a_key_of_another_posting_is_refused():
    capture()
    with pytest.raises(UnbalancedPosting, match="already another posting"):
        capture(amount_fen=10_001)
    assert Transaction.objects.count() == 1
    assert balance("escrow:ORDER1") == 10_000


@pytest.mark.parametrize("amounts", [(100, -99), (100,), (0,), ()])
def test_legs_that_do_not_balance_are_refused_before_anything_is_written(amounts):
    accounts = [services.escrow_account(f"O{index}") for index in range(len(amounts))]
    legs = [Leg(*pair) for pair in zip(accounts, amounts, strict=True)]
    with pytest.raises(UnbalancedPosting):
        services.post(kind=TransactionKind.PAYMENT_CAPTURED, key="k", legs=legs)
    assert not Transaction.objects.exists()


def test_an_account_cannot_be_overdrawn_and_nothing_is_written():
    account = fund_available(make_user(), 500)
    with pytest.raises(LedgerError) as refusal:
        debit(account, 501, "payout:1")
    assert refusal.value.code == LedgerErrorCode.INSUFFICIENT_FUNDS
    assert not Transaction.objects.filter(idempotency_key="payout:1").exists()
    account.refresh_from_db()
    assert account.balance_fen == 500
    debit(account, 500, "payout:2")
    account.refresh_from_db()
    assert account.balance_fen == 0


def test_two_legs_of_one_account_in_one_posting_carry_both_balances():
    account = fund_available(make_user(), 500)
    posted = services.post(
        kind=TransactionKind.EARNINGS_CLEARED,
        key="k",
        legs=[Leg(account, -200), Leg(account, -300), Leg(services.clearing_account("alipay"), 500)],
    )
    carried = posted.entries.filter(account=account).order_by("pk").values_list("balance_after_fen", flat=True)
    assert list(carried) == [300, 0]


def test_released_escrow_becomes_pending_earnings_and_the_fee():
    seller = make_seller()
    clears_at = timezone.now() + timedelta(days=7)
    capture()
    posted = release(seller, clears_at=clears_at)
    assert posted.kind == TransactionKind.ESCROW_RELEASED
    assert posted.description == "奶茶店LOGO设计"
    assert dict(posted.entries.values_list("account__code", "amount_fen")) == {
        "escrow:ORDER1": -10_000,
        f"user:{seller.pk}:pending": 9000,
        "platform:commission": 1000,
    }
    wallet = selectors.wallet_of(seller)
    assert (wallet.available_fen, wallet.pending_fen) == (0, 9000)
    clearing = Clearing.objects.get()
    assert (clearing.wallet, clearing.amount_fen, clearing.clears_at) == (wallet, 9000, clears_at)
    assert clearing.cleared_at is None


def test_releasing_twice_pays_once():
    seller = make_seller()
    capture()
    assert release(seller) == release(seller)
    assert Clearing.objects.count() == 1
    assert selectors.wallet_of(seller).pending_fen == 9000


@pytest.mark.parametrize(("commission", "share", "legs"), [(0, 10_000, 2), (10_000, 0, 2)])
def test_a_part_of_nothing_is_no_leg(commission, share, legs):
    capture()
    posted = release(make_seller(), commission=commission, share=share)
    assert posted.entries.count() == legs
    assert Clearing.objects.count() == (1 if share else 0)


def test_more_than_what_lies_in_escrow_cannot_be_released():
    seller = make_seller()
    capture(amount_fen=9999)
    with pytest.raises(LedgerError):
        release(seller)
    assert balance("escrow:ORDER1") == 9999
    assert not Clearing.objects.exists()
    assert total("platform:commission") == 0


def test_a_refund_leaves_escrow_towards_the_gateway():
    capture()
    posted = services.refund_escrow(reference="ORDER1", gateway="alipay", amount_fen=4000, key="refund:R1")
    assert posted.kind == TransactionKind.ESCROW_REFUNDED
    assert balance("escrow:ORDER1") == 6000
    assert total("clearing:alipay") == -6000
    again = services.refund_escrow(reference="ORDER1", gateway="alipay", amount_fen=4000, key="refund:R1")
    assert again == posted
    assert balance("escrow:ORDER1") == 6000


def test_a_refund_larger_than_escrow_is_refused():
    capture()
    with pytest.raises(LedgerError):
        services.refund_escrow(reference="ORDER1", gateway="alipay", amount_fen=10_001, key="refund:R1")
    assert balance("escrow:ORDER1") == 10_000
    assert total("clearing:alipay") == -10_000


def test_earnings_clear_when_their_time_has_come_and_once():
    seller = make_seller()
    capture()
    clears_at = timezone.now() + timedelta(days=7)
    release(seller, clears_at=clears_at)
    with clock.moved_to(clears_at - timedelta(minutes=1)):
        assert clear_due_earnings() == 0
    assert selectors.wallet_of(seller).pending_fen == 9000
    with clock.moved_to(clears_at):
        assert clear_due_earnings() == 1
        assert clear_due_earnings() == 0
    wallet = selectors.wallet_of(seller)
    assert (wallet.available_fen, wallet.pending_fen) == (9000, 0)
    posted = Transaction.objects.get(kind=TransactionKind.EARNINGS_CLEARED)
    assert (posted.idempotency_key, posted.reference) == ("order:ORDER1:release:clear", "ORDER1")
    assert Clearing.objects.get().cleared_at == posted.created_at


def test_clearing_again_by_hand_changes_nothing():
    seller = make_seller()
    capture()
    release(seller)
    clearing = Clearing.objects.get()
    first = services.clear_earnings(clearing_id=clearing.pk).cleared_at
    assert services.clear_earnings(clearing_id=clearing.pk).cleared_at == first
    assert Transaction.objects.filter(kind=TransactionKind.EARNINGS_CLEARED).count() == 1


def test_a_wallet_is_opened_once():
    user = make_user()
    assert selectors.wallet_of(user) is None
    wallet = services.open_wallet(user)
    assert services.open_wallet(user) == wallet
    assert Wallet.objects.count() == 1
    assert (wallet.available_account.owner, wallet.pending_account.owner) == (user, user)
