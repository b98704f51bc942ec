"""Payouts: money from a seller's wallet to the seller's own account, booked once, whatever happens on the way.

Only in settlement mode `transfer`: with custody the institution itself pays the seller (services/custody.py).
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.selectors import verified_real_name
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.encryption import decrypt_text
from marketplace.core.identifiers import new_reference
from marketplace.core.money import display_money, display_yuan
from marketplace.ledger import postings_payouts
from marketplace.ledger.errors import LedgerError
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import open_wallet, repay_debt
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.payments import locks, payout_selectors, selectors
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import (
    GatewayError,
    Rejected,
    TransferRequest,
    TransferSnapshot,
    TransferState,
)
from marketplace.payments.models import MONEY_IS_BACK, Payout, PayoutDestination, PayoutStatus, TaxYear
from marketplace.payments.services.custody import is_custody
from marketplace.payments.services.own_money import advance_remitted_tax
from marketplace.payments.services.paying import notify_url
from marketplace.payments.states import OWNER, STAFF, require_payout_move
from marketplace.payments.tax import Withholding, YearSoFar, withholding

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 3600
# A transfer that arrived is asked about once a day; some hours less, so that a job at the same hour finds it due.
RECHECK_PAUSE = timedelta(hours=20)
# WeChat answers about transfers of the last thirty days only: later "not found" no longer means that nothing was paid.
ASKED_WITHIN = timedelta(days=29)
# Our own balance at the gateway is short: nobody's fault but ours, so the payout waits and an operator is called.
OUR_BALANCE_IS_SHORT = {"PAYER_BALANCE_NOT_ENOUGH", "NOT_ENOUGH", "NOTENOUGH"}


@transaction.atomic
def request_payout(*, user: User, destination_id: int, gross_fen: int, request_key: UUID) -> Payout:
    """Take `gross_fen` out of the wallet, withhold the income tax, and send the rest on its way.

    The same `request_key` again is the same payout, if it says the same; else PayoutError FORM_WAS_SENT. When what leaves in
    a day passes `payouts.approval_threshold_fen`, two people of finance have to approve; else it goes out in the next
    batch. Raises PayoutError.
    """
    if is_custody():
        raise PayoutError(PayoutErrorCode.HELD_BY_INSTITUTION)
    now = clock.now()
    today = timezone.localtime(now).date()
    year = locks.lock_tax_year(user_id=user.pk, year=today.year, month=today.month)
    if not year.income_fen:
        year.first_month = today.month  # whatever was paid before came back: the months without income deduct nothing
    if known := Payout.objects.filter(request_key=request_key).first():
        if (known.user_id, known.destination_id, known.gross_fen) != (user.pk, destination_id, gross_fen):
            raise PayoutError(PayoutErrorCode.FORM_WAS_SENT)
        return known
    destination = payout_selectors.own_destination(user, destination_id)
    _check_destination(user, destination, now)
    _check_amount(user, gross_fen)
    tax_fen = withholding(gross_fen=gross_fen, day=today, so_far=_so_far(year)).tax_fen
    payout = Payout.objects.create(
        user=user,
        reference=new_reference("PO"),
        request_key=request_key,
        gateway=payout_selectors.gateway_of_destination(destination.kind),
        destination=destination,
        gross_fen=gross_fen,
        tax_fen=tax_fen,
        amount_fen=gross_fen - tax_fen,
        tax_year=year,
        status=PayoutStatus.AWAITING_APPROVAL
        if needs_approval(user=user, gross_fen=gross_fen)
        else PayoutStatus.APPROVED,
        next_attempt_at=now,
    )
    try:
        postings_payouts.begin_payout(
            user=user, reference=payout.reference, net_fen=payout.amount_fen, tax_fen=tax_fen, year=year.year
        )
    except LedgerError as error:
        available = display_yuan(open_wallet(user).available_fen)
        raise PayoutError(PayoutErrorCode.NOT_ENOUGH, available=available) from error
    year.income_fen += gross_fen
    year.withheld_fen += tax_fen
    year.save(update_fields=["first_month", "income_fen", "withheld_fen", "updated_at"])
    return payout


def check_payout(*, user: User, destination_id: int, gross_fen: int, request_key: UUID) -> None:
    """Raise the PayoutError that `request_payout` would raise now, so that a form can say it beside its field."""
    if Payout.objects.filter(request_key=request_key, user=user).exists():
        return  # the same form once more: `request_payout` knows what came of it
    now = clock.now()
    _check_destination(user, payout_selectors.own_destination(user, destination_id), now)
    _check_cover(user, gross_fen)


def payout_refusal(*, user: User, destination: PayoutDestination | None, gross_fen: int) -> str:
    """Why `gross_fen` cannot go to this account now, in the reader's language, or an empty text. Writes nothing.

    Without an account only the amount is looked at.
    """
    try:
        _check_cover(user, gross_fen)
        if destination is not None:
            _check_destination(user, destination, clock.now())
    except PayoutError as refusal:
        return refusal.message
    return ""


def needs_approval(*, user: User, gross_fen: int) -> bool:
    """Whether two people of finance look at it first: what a seller asks for in one day counts together."""
    asked_fen = payout_selectors.asked_today_fen(user) + gross_fen
    return asked_fen > get_config("payouts.approval_threshold_fen")


def _check_cover(user: User, gross_fen: int) -> None:
    _check_amount(user, gross_fen)
    wallet = wallet_of(user)
    available_fen = wallet.available_fen if wallet else 0
    if gross_fen > available_fen:
        raise PayoutError(PayoutErrorCode.NOT_ENOUGH, available=display_yuan(available_fen))


def preview_tax(*, user: User, gross_fen: int) -> Withholding:
    """What would be withheld from a payout of `gross_fen` today, line by line. Writes nothing."""
    today = timezone.localtime(clock.now()).date()
    year = TaxYear.objects.filter(user=user, year=today.year).first()
    so_far = _so_far(year) if year is not None and year.income_fen else YearSoFar(first_month=today.month)
    return withholding(gross_fen=gross_fen, day=today, so_far=so_far)


def _so_far(year: TaxYear) -> YearSoFar:
    return YearSoFar(first_month=year.first_month, income_fen=year.income_fen, withheld_fen=year.withheld_fen)


def _check_destination(user: User, destination: PayoutDestination, now: datetime) -> None:
    real_name = verified_real_name(user)
    if not real_name or real_name != decrypt_text(destination.real_name_encrypted):
        raise PayoutError(PayoutErrorCode.NOT_VERIFIED)
    if destination.usable_from > now:
        moment = timezone.localtime(destination.usable_from).strftime("%Y-%m-%d %H:%M")
        raise PayoutError(PayoutErrorCode.DESTINATION_FROZEN, moment=moment)
    if not payout_selectors.gateway_of_destination(destination.kind):
        raise PayoutError(PayoutErrorCode.NOT_OFFERED)


def _check_amount(user: User, gross_fen: int) -> None:
    least, most = get_config("payouts.minimum_fen"), get_config("payouts.maximum_fen")
    if gross_fen < least:
        raise PayoutError(PayoutErrorCode.TOO_SMALL, least=display_yuan(least))
    if gross_fen > most:
        raise PayoutError(PayoutErrorCode.TOO_LARGE, most=display_yuan(most))
    left = get_config("payouts.daily_maximum_fen") - payout_selectors.asked_today_fen(user)
    if gross_fen > left:
        raise PayoutError(PayoutErrorCode.TOO_MUCH_TODAY, left=display_yuan(max(0, left)))


@transaction.atomic
def approve_payout(*, payout_id: int, staff: User) -> Payout:
    """One of finance agrees; the second one releases it. Nobody approves their own. Raises PayoutError, PermissionDenied."""
    payout = locks.lock_payout(payout_id)
    if not staff.has_perm("payments.change_payout") or payout.user_id == staff.pk:
        raise PermissionDenied
    require_payout_move(payout, PayoutStatus.APPROVED, actor=STAFF)
    if payout.first_approver_id is None:
        payout.first_approver = staff
    elif payout.first_approver_id == staff.pk:
        raise PayoutError(PayoutErrorCode.ANOTHER_PERSON)
    else:
        payout.second_approver, payout.status = staff, PayoutStatus.APPROVED
        payout.next_attempt_at = clock.now()
    payout.save()
    return payout


@transaction.atomic
def reject_payout(*, payout_id: int, staff: User, reason: str) -> Payout:
    """Finance refuses; the money is back in the wallet and the seller reads why. Raises PayoutError, PermissionDenied."""
    payout = _lock_with_year(payout_id)
    if not staff.has_perm("payments.change_payout") or payout.user_id == staff.pk:
        raise PermissionDenied
    require_payout_move(payout, PayoutStatus.REJECTED, actor=STAFF)
    _give_back(payout, PayoutStatus.REJECTED, problem=reason)
    return payout


@transaction.atomic
def cancel_payout(*, payout_id: int, user: User) -> Payout:
    """The seller changes their mind before it was sent. Raises PayoutError NOT_POSSIBLE_NOW."""
    payout = _lock_with_year(payout_id)
    if payout.user_id != user.pk:
        raise PermissionDenied
    require_payout_move(payout, PayoutStatus.CANCELLED, actor=OWNER)
    _give_back(payout, PayoutStatus.CANCELLED, problem="")
    return payout


def send_payout(*, payout: Payout) -> bool:
    """Carry out one approved payout; an unknown answer is asked about next time. Returns whether it is decided.

    Safe to run twice and after a crash at any line: the reference makes a repeated request the same transfer.
    """
    begun = _begin_attempt(payout_id=payout.pk)
    if begun is None:
        return False
    adapter = gateway(begun.gateway)
    try:
        if begun.attempts > 1:
            snapshot = adapter.query_transfer(begun.reference)
            if snapshot.state == TransferState.NOT_FOUND:
                if begun.sent_at is None or begun.sent_at + ASKED_WITHIN < clock.now():
                    logger.error("payout %s is too old to be sent again: a person has to look", begun.reference)
                    return False
                snapshot = adapter.transfer(_request_of(begun))
        else:
            snapshot = adapter.transfer(_request_of(begun))
    except Rejected as problem:
        if problem.sub_code in OUR_BALANCE_IS_SHORT:
            logger.error("payout %s waits: our balance at %s is short", begun.reference, begun.gateway)
            return False
        logger.warning("payout %s was refused: %s", begun.reference, problem)
        snapshot = TransferSnapshot(begun.reference, TransferState.FAILED, fail_reason=str(problem))
    except GatewayError as problem:
        logger.log(problem.log_level, "payout %s: %s", begun.reference, problem)
        return False
    return apply_transfer_snapshot(snapshot, gateway_code=begun.gateway) == ""


@transaction.atomic
def _begin_attempt(*, payout_id: int) -> Payout | None:
    """Note that the gateway is about to be asked; None when it is not this payout's turn. Committed before any call."""
    payout = locks.lock_payout(payout_id)
    now = clock.now()
    if payout.next_attempt_at > now:
        return None
    if payout.status == PayoutStatus.APPROVED:
        if selectors.payouts_are_halted():
            return None
        require_payout_move(payout, PayoutStatus.SENT)
        payout.status, payout.sent_at, payout.attempts = PayoutStatus.SENT, now, 0
    elif payout.status not in (PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE):
        return None
    payout.attempts += 1
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(payout.attempts - 1, 10), LONGEST_PAUSE_SECONDS)
    payout.next_attempt_at = now + timedelta(seconds=pause)
    payout.save()
    return payout


def _request_of(payout: Payout) -> TransferRequest:
    destination = payout.destination
    return TransferRequest(
        reference=payout.reference,
        amount_fen=payout.amount_fen,
        destination=destination.kind,
        account=decrypt_text(destination.account_encrypted),
        real_name=decrypt_text(destination.real_name_encrypted),
        remark=_("Jiangji: withdrawal"),
        notify_url=notify_url(payout.gateway),
    )


@transaction.atomic
def apply_transfer_snapshot(snapshot: TransferSnapshot, *, gateway_code: str) -> str:
    """Bring a payout up to what its gateway says; answers, notifications, polls and bills all end here. Books it once.

    Returns why the answer does not fit, or an empty text. A later state never gives way to an earlier one.
    """
    known = Payout.objects.filter(reference=snapshot.reference, gateway=gateway_code).values_list("pk", flat=True)
    if (payout_id := known.first()) is None:
        return "unknown number"
    payout = _lock_with_year(payout_id)
    if snapshot.amount_fen not in (0, payout.amount_fen):
        return "amount differs"
    if payout.status in MONEY_IS_BACK:
        if snapshot.state == TransferState.DONE:
            return "paid although its money is back in the wallet"
        return ""
    match snapshot.state:
        case TransferState.DONE if payout.status != PayoutStatus.PAID:
            require_payout_move(payout, PayoutStatus.PAID)
            postings_payouts.finish_payout(
                gateway=payout.gateway, reference=payout.reference, net_fen=payout.amount_fen
            )
            payout.status, payout.finished_at = PayoutStatus.PAID, snapshot.done_at or clock.now()
            payout.confirm_package = ""
            _tell(payout, catalogue.money.PAYOUT_ARRIVED)
        case TransferState.FAILED:
            require_payout_move(payout, PayoutStatus.FAILED)
            _give_back(payout, PayoutStatus.FAILED, problem=snapshot.fail_reason)
        case TransferState.WAITING_FOR_PAYEE if payout.status == PayoutStatus.SENT:
            require_payout_move(payout, PayoutStatus.AWAITING_PAYEE)
            payout.status = PayoutStatus.AWAITING_PAYEE
            _tell(payout, catalogue.money.PAYOUT_CONFIRM)
    if snapshot.state == TransferState.WAITING_FOR_PAYEE and snapshot.confirm_package:
        payout.confirm_package = snapshot.confirm_package
    payout.gateway_transfer_no = snapshot.gateway_transfer_no or payout.gateway_transfer_no
    payout.save()
    return ""


def refresh_payout(*, payout: Payout) -> None:
    """Ask now how a transfer stands: its payee says that it is confirmed. No answer changes nothing, the job asks on."""
    if payout.status not in (PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE):
        return
    try:
        snapshot = gateway(payout.gateway).query_transfer(payout.reference)
    except GatewayError as problem:
        logger.log(problem.log_level, "payout %s: %s", payout.reference, problem)
        return
    apply_transfer_snapshot(snapshot, gateway_code=payout.gateway)


def recheck_payout(*, payout: Payout) -> bool:
    """Ask once more about a transfer that arrived: a bank may send it back days later. Returns whether it did.

    Notes beforehand when it is asked about next, so that none keeps the others waiting.
    """
    Payout.objects.filter(pk=payout.pk).update(next_attempt_at=clock.now() + RECHECK_PAUSE)
    try:
        snapshot = gateway(payout.gateway).query_transfer(payout.reference)
    except GatewayError as problem:
        logger.log(problem.log_level, "payout %s: %s", payout.reference, problem)
        return False
    if snapshot.state != TransferState.FAILED:
        return False
    return apply_transfer_snapshot(snapshot, gateway_code=payout.gateway) == ""


def _lock_with_year(payout_id: int) -> Payout:
    """Lock a payout after its year of tax: who gives money back changes both (docs/locking.md)."""
    year = Payout.objects.values_list("user_id", "tax_year__year", "tax_year__first_month").get(pk=payout_id)
    locks.lock_tax_year(user_id=year[0], year=year[1], month=year[2])
    return locks.lock_payout(payout_id)


def _give_back(payout: Payout, status: PayoutStatus, *, problem: str) -> None:
    """Return gross and tax to the seller, once: the posting's key sees to that."""
    had_arrived = payout.status == PayoutStatus.PAID
    advance_remitted_tax(payout=payout)
    postings_payouts.return_payout(
        user=payout.user,
        gateway=payout.gateway,
        reference=payout.reference,
        net_fen=payout.amount_fen,
        tax_fen=payout.tax_fen,
        year=payout.tax_year.year,
        had_arrived=had_arrived,
    )
    # Refunds decided meanwhile may have left a debt: what comes back is not to be taken out a second time.
    repay_debt(user=payout.user, reference=payout.reference, key=f"payout:{payout.reference}:debt")
    year = payout.tax_year
    year.income_fen -= payout.gross_fen
    year.withheld_fen -= payout.tax_fen
    year.first_month = payout_selectors.first_month_of_income(year, without=payout) or year.first_month
    year.save(update_fields=["first_month", "income_fen", "withheld_fen", "updated_at"])
    payout.status, payout.problem, payout.finished_at = status, problem[:200], clock.now()
    payout.confirm_package = ""
    payout.save()
    if status != PayoutStatus.CANCELLED:
        _tell(payout, catalogue.money.PAYOUT_FAILED)


def _tell(payout: Payout, notice: Notice) -> None:
    amount_fen = payout.gross_fen if payout.status in MONEY_IS_BACK else payout.amount_fen
    with recipient_language():
        url, body = payout.get_absolute_url(), f"{display_money(amount_fen, exact=True)} · {payout.destination}"
    notify(recipient_id=payout.user_id, notice=notice, about=body, url=url)
