"""Every act on a withdrawal in every state: it does what the table says, or nothing (reliability.md, I11)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.ledger.models import Entry
from marketplace.ledger.selectors import wallet_of
from marketplace.payments import services
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.gateways.base import TransferSnapshot, TransferState
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus, TaxYear
from marketplace.payments.states import PAYOUT_TRANSITIONS
from tests.factories import make_finance, make_verified_seller
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]
S = PayoutStatus
LARGE_FEN, SMALL_FEN = 600_000, 400_000

# The rules as the product has them, written down a second time on purpose.
ALLOWED = {
    (S.AWAITING_APPROVAL, S.APPROVED): {"staff"},
    (S.AWAITING_APPROVAL, S.REJECTED): {"staff"},
    (S.AWAITING_APPROVAL, S.CANCELLED): {"owner"},
    (S.APPROVED, S.CANCELLED): {"owner"},
    (S.APPROVED, S.SENT): {"system"},
    (S.SENT, S.AWAITING_PAYEE): {"system"},
    (S.SENT, S.PAID): {"system"},
    (S.SENT, S.FAILED): {"system"},
    (S.AWAITING_PAYEE, S.PAID): {"system"},
    (S.AWAITING_PAYEE, S.FAILED): {"system"},
    (S.PAID, S.FAILED): {"system"},
}
BACK = (S.FAILED, S.REJECTED, S.CANCELLED)


@pytest.mark.parametrize(("source", "target"), list(product(S, S)))
def test_the_table_allows_exactly_these_moves(source, target):
    actors = {actor for actor in ("owner", "staff", "system") if PAYOUT_TRANSITIONS.allows(source, target, actor)}
    assert actors == ALLOWED.get((source, target), set())


def told(payout, state):
    snapshot = TransferSnapshot(payout.reference, state, "TR", payout.amount_fen)
    return services.apply_transfer_snapshot(snapshot, gateway_code=payout.gateway)


def send(payout):
    """The job; nobody answers at this gateway."""
    return services.send_payout(payout=payout)


def approve(payout):
    return services.approve_payout(payout_id=payout.pk, staff=make_finance())


def reject(payout):
    return services.reject_payout(payout_id=payout.pk, staff=make_finance(), reason="账户不对")


def cancel(payout):
    return services.cancel_payout(payout_id=payout.pk, user=payout.user)


def arrives(payout):
    return told(payout, TransferState.DONE)


def fails(payout):
    return told(payout, TransferState.FAILED)


def waits(payout):
    return told(payout, TransferState.WAITING_FOR_PAYEE)


# How each state is reached.
WAYS: dict[PayoutStatus, tuple[Callable, ...]] = {
    S.AWAITING_APPROVAL: (),
    S.APPROVED: (),
    S.SENT: (send,),
    S.AWAITING_PAYEE: (send, waits),
    S.PAID: (send, arrives),
    S.FAILED: (send, fails),
    S.REJECTED: (reject,),
    S.CANCELLED: (cancel,),
}


@pytest.fixture
def seller(silent_alipay):
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    return person


def payout_in(seller, status):
    large = status in (S.AWAITING_APPROVAL, S.REJECTED)
    payout = services.request_payout(
        user=seller,
        destination_id=PayoutDestination.objects.get().pk,
        gross_fen=LARGE_FEN if large else SMALL_FEN,
        request_key=uuid4(),
    )
    for step in WAYS[status]:
        step(payout)
        payout.refresh_from_db()
    assert payout.status == status
    return payout


def footprint(payout):
    """Everything a refused act must leave as it was."""
    row = Payout.objects.filter(pk=payout.pk).values().get()
    for column in ("updated_at", "gateway_transfer_no"):
        row.pop(column)
    year = TaxYear.objects.values_list("income_fen", "withheld_fen").get()
    return (row, year, wallet_of(payout.user).available_fen, Entry.objects.count())


@dataclass(frozen=True)
class Act:
    """What is done, where it leads from each state, and where it is heard in silence."""

    run: Callable
    leads: dict[PayoutStatus, PayoutStatus]
    silent: frozenset[PayoutStatus] = frozenset()
    remarks: dict[PayoutStatus, str] = field(default_factory=dict)  # an answer that says what is wrong


ACTS = {
    "approve": Act(approve, {S.AWAITING_APPROVAL: S.AWAITING_APPROVAL}),
    "approve twice": Act(lambda payout: [approve(payout), approve(payout)], {S.AWAITING_APPROVAL: S.APPROVED}),
    "reject": Act(reject, {S.AWAITING_APPROVAL: S.REJECTED}),
    "cancel": Act(cancel, {S.AWAITING_APPROVAL: S.CANCELLED, S.APPROVED: S.CANCELLED}),
    "send": Act(send, {S.APPROVED: S.SENT}, silent=frozenset(set(S) - {S.APPROVED})),
    "arrives": Act(
        arrives,
        {S.SENT: S.PAID, S.AWAITING_PAYEE: S.PAID},
        silent=frozenset({S.PAID}),
        remarks=dict.fromkeys(BACK, "paid although its money is back in the wallet"),
    ),
    "fails": Act(fails, dict.fromkeys((S.SENT, S.AWAITING_PAYEE, S.PAID), S.FAILED), silent=frozenset(BACK)),
    "waits": Act(waits, {S.SENT: S.AWAITING_PAYEE}, silent=frozenset(set(S) - {S.SENT})),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("status", S, ids=str)
def test_every_act_in_every_state_does_what_the_table_says_or_nothing(seller, status, name):
    act, payout = ACTS[name], payout_in(seller, status)
    before = footprint(payout)
    if status in act.leads:
        act.run(payout)
        payout.refresh_from_db()
        assert payout.status == act.leads[status]
        assert (status, payout.status) in ALLOWED or status == payout.status
        back = payout.status in BACK
        assert wallet_of(seller).available_fen == 900_000 - (0 if back else payout.gross_fen)
    elif status in act.remarks:
        assert act.run(payout) == act.remarks[status]
        assert footprint(payout) == before
    elif status in act.silent:
        assert not act.run(payout)
        assert footprint(payout) == before
    else:
        with pytest.raises(PayoutError) as refusal:
            act.run(payout)
        assert refusal.value.code == PayoutErrorCode.NOT_POSSIBLE_NOW
        assert footprint(payout) == before
