"""The platform's own money: out of suspense, to our bank, to the tax office. One asks, a second one agrees, it is booked.

Nothing here calls a gateway: people make the transfer at the institution or the bank, whose number they name.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.ledger import locks as ledger_locks
from marketplace.ledger import postings_own_money
from marketplace.ledger.errors import LedgerError
from marketplace.ledger.models import Account
from marketplace.ledger.postings_payouts import tax_account
from marketplace.ledger.postings_reconciliation import gateway_fees_account
from marketplace.ledger.services import AccountRef, clearing_account, debt_account, open_wallet, repay_debt
from marketplace.payments import locks, own_money_selectors, selectors
from marketplace.payments.errors import OwnMoneyError, OwnMoneyErrorCode, ReconciliationError, ReconciliationErrorCode
from marketplace.payments.models import (
    OWN_PREFIX,
    WAYS_OUT,
    Difference,
    OwnMovement,
    OwnMovementKind,
    OwnMovementStatus,
    Payout,
    TaxRemittance,
    TaxYear,
)
from marketplace.payments.services import balances
from marketplace.payments.states import require_own_movement_move


def ask_withdrawal(*, staff: User, gateway_code: str, amount_fen: int, bank_reference: str) -> OwnMovement:
    """Ask that `amount_fen` of our service fees go from a gateway to our bank.

    Raises PermissionDenied, and OwnMoneyError BEYOND_WHAT_IS_THERE for more than is ours now, ALREADY_ASKED_FOR for a
    number of the bank that is known.
    """
    _require(staff, "add")
    there_fen = min(postings_own_money.own_fen(), postings_own_money.held_fen(gateway_code))
    if not 0 < amount_fen <= there_fen:
        raise OwnMoneyError(OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE)
    return _ask(
        kind=OwnMovementKind.FEES_WITHDRAWN,
        staff=staff,
        gateway=gateway_code,
        amount_fen=amount_fen,
        bank_reference=bank_reference,
    )


@transaction.atomic
def ask_remittance(*, staff: User, gateway_code: str, period: str, bank_reference: str) -> OwnMovement:
    """Ask that the tax withheld in a month (2026-11) or year (2026) go to the tax office: all of it that is left.

    Raises PermissionDenied, and OwnMoneyError NOTHING_TO_REMIT, or ALREADY_ASKED_FOR for a number that is known.
    """
    _require(staff, "add")
    # Two people asking at once: the second one sees what the first asked for.
    locks.lock_tax_years(TaxYear.objects.filter(year=int(period[:4])).values_list("pk", flat=True))
    due = own_money_selectors.tax_to_remit(period)
    if not due:
        raise OwnMoneyError(OwnMoneyErrorCode.NOTHING_TO_REMIT)
    movement = _ask(
        kind=OwnMovementKind.TAX_REMITTED,
        staff=staff,
        gateway=gateway_code,
        amount_fen=sum(due.values()),
        bank_reference=bank_reference,
        period=period,
    )
    TaxRemittance.objects.bulk_create(
        TaxRemittance(movement=movement, tax_year_id=year_id, amount_fen=fen) for year_id, fen in due.items()
    )
    return movement


def ask_resolution(
    *, staff: User, difference_id: int, kind: OwnMovementKind, note: str, seller: User | None = None
) -> OwnMovement:
    """Ask that what stands as unexplained for a difference go to a seller's debt, the gateway's fees, or back.

    Raises PermissionDenied, ValueError for another kind, and OwnMoneyError NOTHING_IN_SUSPENSE, SELLER_MISSING, or
    ALREADY_ASKED_FOR by somebody at the same time.
    """
    _require(staff, "add")
    if kind not in WAYS_OUT:
        raise ValueError(kind)
    items: QuerySet[Any] = own_money_selectors.suspense_items().filter(pk=difference_id)
    item = items.first()
    if item is None:
        raise OwnMoneyError(OwnMoneyErrorCode.NOTHING_IN_SUSPENSE)
    if (kind == OwnMovementKind.SUSPENSE_DEBT) != (seller is not None):
        raise OwnMoneyError(OwnMoneyErrorCode.SELLER_MISSING)
    return _ask(
        kind=kind,
        staff=staff,
        gateway=item.bill.gateway,
        amount_fen=item.suspense_fen,
        difference=item,
        seller=seller,
        note=note[:200],
    )


@transaction.atomic
def ask_balance(*, difference_id: int, staff: User) -> OwnMovement:
    """Ask that what the balance of a gateway's account leaves unexplained be booked: payouts go on with it.

    Raises PermissionDenied, OwnMoneyError ALREADY_ASKED_FOR, and ReconciliationError LINES_FIRST as
    `balances.balance_to_book` does, or BALANCE_MOVED for another difference than the open one of the newest day.
    """
    _require(staff, "add")
    gateway_code = Difference.objects.select_related("bill").get(pk=difference_id).bill.gateway
    difference, unexplained_fen = balances.balance_to_book(gateway_code=gateway_code)
    if difference.pk != difference_id:
        raise ReconciliationError(ReconciliationErrorCode.BALANCE_MOVED)
    return _ask(
        kind=OwnMovementKind.SUSPENSE_BOOK,
        staff=staff,
        gateway=gateway_code,
        amount_fen=unexplained_fen,
        difference=difference,
    )


@transaction.atomic
def approve_own_movement(*, movement_id: int, staff: User) -> OwnMovement:
    """A second person agrees: it is booked, once.

    Raises PermissionDenied, and OwnMoneyError NOT_WAITING, NOT_THE_SAME_PERSON, BEYOND_WHAT_IS_THERE when less is there
    than when it was asked for, HALTED while payouts are halted (only for what leaves); for a balance ReconciliationError
    LINES_FIRST, or BALANCE_MOVED when it is off by another amount than was asked for.
    """
    _require(staff, "change")
    movement = locks.lock_own_movement(movement_id)
    require_own_movement_move(movement, OwnMovementStatus.POSTED)
    if movement.asker_id == staff.pk:
        raise OwnMoneyError(OwnMoneyErrorCode.NOT_THE_SAME_PERSON)
    if movement.leaves and selectors.payouts_are_halted():
        raise OwnMoneyError(OwnMoneyErrorCode.HALTED)
    try:
        _book(movement, staff)
    except LedgerError as error:
        raise OwnMoneyError(OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE) from error
    movement.status, movement.approver, movement.posted_at = OwnMovementStatus.POSTED, staff, clock.now()
    movement.save()
    return movement


@transaction.atomic
def refuse_own_movement(*, movement_id: int, staff: User) -> OwnMovement:
    """Finance, the one who asked too, drops it: nothing is booked. Raises PermissionDenied, OwnMoneyError NOT_WAITING."""
    _require(staff, "change")
    movement = locks.lock_own_movement(movement_id)
    require_own_movement_move(movement, OwnMovementStatus.REFUSED)
    movement.status = OwnMovementStatus.REFUSED
    movement.save(update_fields=["status", "updated_at"])
    return movement


def advance_remitted_tax(*, payout: Payout) -> OwnMovement | None:
    """A withdrawal came back whose tax is at the tax office already: we put up what is missing. None when none is.

    Called under the lock of its TaxYear, inside the transaction that gives the money back.
    """
    year = payout.tax_year
    account = tax_account(user_id=payout.user_id, year=year.year)
    held_fen = Account.objects.filter(code=account.code).values_list("balance_fen", flat=True).first() or 0
    missing_fen = payout.tax_fen - held_fen
    if missing_fen <= 0:
        return None
    movement = OwnMovement.objects.create(
        reference=new_reference(OWN_PREFIX),
        kind=OwnMovementKind.TAX_ADVANCED,
        amount_fen=missing_fen,
        seller_id=payout.user_id,
        note=payout.reference,
        status=OwnMovementStatus.POSTED,
        posted_at=clock.now(),
    )
    TaxRemittance.objects.create(movement=movement, tax_year=year, amount_fen=-missing_fen)
    postings_own_money.advance_tax(
        reference=movement.reference, user_id=payout.user_id, year=year.year, amount_fen=missing_fen
    )
    return movement


def _ask(*, kind: OwnMovementKind, staff: User, amount_fen: int, **fields: object) -> OwnMovement:
    try:
        with transaction.atomic():  # of its own: a caller may go on after the refusal
            return OwnMovement.objects.create(
                reference=new_reference(OWN_PREFIX), kind=kind, asker=staff, amount_fen=amount_fen, **fields
            )
    except IntegrityError as error:
        raise OwnMoneyError(OwnMoneyErrorCode.ALREADY_ASKED_FOR) from error


def _book(movement: OwnMovement, approver: User) -> None:
    match movement.kind:
        case OwnMovementKind.FEES_WITHDRAWN:
            postings_own_money.withdraw_fees(
                gateway=movement.gateway, reference=movement.reference, amount_fen=movement.amount_fen
            )
        case OwnMovementKind.TAX_REMITTED:
            lines = list(movement.tax_lines.select_related("tax_year"))
            locks.lock_tax_years(line.tax_year_id for line in lines)
            postings_own_money.remit_tax(
                gateway=movement.gateway,
                reference=movement.reference,
                amounts={(line.tax_year.user_id, line.tax_year.year): line.amount_fen for line in lines},
            )
        case OwnMovementKind.SUSPENSE_BOOK:
            # A gap that was carried to a newer day meanwhile is still the same one.
            movement.difference = balances.book_balance(
                gateway_code=movement.gateway,
                amount_fen=movement.amount_fen,
                reference=movement.reference,
                staff=approver,
            )
        case OwnMovementKind.SUSPENSE_DEBT:
            _book_debt(movement)
        case OwnMovementKind.SUSPENSE_FEES:
            _resolve(movement, gateway_fees_account(movement.gateway))
        case OwnMovementKind.SUSPENSE_BACK:
            _resolve(movement, clearing_account(movement.gateway))


def _book_debt(movement: OwnMovement) -> None:
    seller = movement.seller
    if seller is None:
        raise OwnMoneyError(OwnMoneyErrorCode.SELLER_MISSING)
    debt = debt_account(seller.pk)
    ledger_locks.lock_debt(open_wallet(seller), debt.code)  # all of them before any, in their order
    _resolve(movement, debt)
    if settings.SETTLEMENT_MODE == "transfer":
        # What is in the wallet repays a new debt at once, before it can be taken out. In custody only a return does.
        repay_debt(user=seller, reference=f"difference:{movement.difference_id}", key=f"own:{movement.reference}:debt")


def _resolve(movement: OwnMovement, target: AccountRef) -> None:
    if movement.difference_id is None:
        raise ValueError(f"{movement.reference} resolves nothing")
    postings_own_money.resolve_suspense(
        gateway=movement.gateway,
        difference_id=movement.difference_id,
        reference=movement.reference,
        amount_fen=movement.amount_fen,
        target=target,
    )


def _require(staff: User, action: str) -> None:
    if not staff.has_perm(f"payments.{action}_ownmovement"):
        raise PermissionDenied
