"""The number under which an institution knows a seller: in custody it decides where all of the seller's money goes.

So nobody changes it alone and at once. One person of finance asks, a second one agrees, the seller is told, and a number
that takes the place of another is used a day after it was asked for (`payouts.freeze_hours`, as a withdrawal account).
What was paid before stays with the number it was paid to: a payment keeps its own.
"""

import re
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.payments import locks
from marketplace.payments.errors import CustodyError, CustodyErrorCode
from marketplace.payments.models import GatewayCode, SubMerchant, SubMerchantStatus
from marketplace.payments.states import SYSTEM, require_sub_merchant_move

LONGEST_NUMBER = 32
_EVER_USED = (SubMerchantStatus.ACTIVE, SubMerchantStatus.RETIRED)
_TO_COME = (SubMerchantStatus.ASKED, SubMerchantStatus.APPROVED)
# What the seller is told, and what to do if it was somebody else: title and text.


def number_is_plausible(*, gateway_code: str, number: str) -> bool:
    """Whether an institution gives such numbers: Alipay's SMID is 2088 and twelve digits, WeChat's has eight to ten."""
    pattern = r"2088\d{12}" if gateway_code == GatewayCode.ALIPAY else r"\d{8,10}"
    return re.fullmatch(pattern, number, re.ASCII) is not None


@transaction.atomic
def ask_sub_merchant(*, staff: User, user: User, gateway_code: str, sub_merchant_id: str) -> SubMerchant:
    """Write down the number an institution gave a seller. It is not used before a second person agrees.

    The first number of a seller needs no more than that; any later one also waits `payouts.freeze_hours` from now.
    Raises PermissionDenied, and CustodyError NOT_THE_SAME_PERSON (one's own), NUMBER_INVALID, NUMBER_IN_USE,
    NUMBER_TAKEN, ANOTHER_WAITS.
    """
    _require(staff, "add")
    if staff.pk == user.pk:
        raise CustodyError(CustodyErrorCode.NOT_THE_SAME_PERSON)
    number = sub_merchant_id.strip()
    if not (number.isascii() and number.isalnum() and len(number) <= LONGEST_NUMBER):
        raise CustodyError(CustodyErrorCode.NUMBER_INVALID)
    same = SubMerchant.objects.filter(gateway=gateway_code, sub_merchant_id=number)
    if same.exclude(user=user).exclude(status=SubMerchantStatus.REFUSED).exists():
        raise CustodyError(CustodyErrorCode.NUMBER_TAKEN)
    if same.filter(user=user, status=SubMerchantStatus.ACTIVE).exists():
        raise CustodyError(CustodyErrorCode.NUMBER_IN_USE)
    own = SubMerchant.objects.filter(user=user, gateway=gateway_code)
    if own.filter(status__in=_TO_COME).exists():
        raise CustodyError(CustodyErrorCode.ANOTHER_WAITS)
    is_first = not own.filter(status__in=_EVER_USED).exists()
    pause = timedelta(0) if is_first else timedelta(hours=get_config("payouts.freeze_hours"))
    try:
        with transaction.atomic():  # of its own: the log is not written when another one was faster
            asked = SubMerchant.objects.create(
                user=user,
                gateway=gateway_code,
                sub_merchant_id=number,
                usable_from=clock.now() + pause,
                asker=staff,
            )
    except IntegrityError as error:
        violated = getattr(error.__cause__, "diag", None)
        is_taken = violated is not None and violated.constraint_name == "payments_sub_merchant_of_one_seller"
        raise CustodyError(CustodyErrorCode.NUMBER_TAKEN if is_taken else CustodyErrorCode.ANOTHER_WAITS) from error
    _log(staff, "asked", asked)
    if not is_first:
        _tell(asked, catalogue.money.CUSTODY_ASKED)
    return asked


@transaction.atomic
def approve_sub_merchant(*, sub_merchant_id: int, staff: User) -> SubMerchant:
    """A second person has compared the number with the institution's papers. In use at once when its day has passed.

    Raises PermissionDenied, and CustodyError NOT_WAITING, NOT_THE_SAME_PERSON.
    """
    _require(staff, "change")
    row = locks.lock_sub_merchants(sub_merchant_id)
    require_sub_merchant_move(row, SubMerchantStatus.APPROVED)
    if staff.pk in (row.asker_id, row.user_id):
        raise CustodyError(CustodyErrorCode.NOT_THE_SAME_PERSON)
    row.status, row.approver = SubMerchantStatus.APPROVED, staff
    row.save(update_fields=["status", "approver", "updated_at"])
    _log(staff, "approved", row)
    if row.usable_from <= clock.now():
        _use(row)
    return row


@transaction.atomic
def refuse_sub_merchant(*, sub_merchant_id: int, staff: User, reason: str) -> SubMerchant:
    """Finance, the one who asked too, drops a number that is not in use yet; the one in use stays, the seller is told.

    Raises PermissionDenied, CustodyError NOT_WAITING.
    """
    _require(staff, "change")
    row = locks.lock_sub_merchants(sub_merchant_id)
    require_sub_merchant_move(row, SubMerchantStatus.REFUSED)
    row.status, row.note = SubMerchantStatus.REFUSED, reason.strip()[:200]
    row.save(update_fields=["status", "note", "updated_at"])
    _log(staff, "refused", row, reason=row.note)
    if _replaces_another(row):
        _tell(row, catalogue.money.CUSTODY_REFUSED)
    return row


@transaction.atomic
def use_sub_merchant(*, sub_merchant_id: int) -> bool:
    """The job: a number that was agreed to, and whose day has passed, takes the place of the old one.

    Safe to run twice. Returns whether this call did it.
    """
    row = locks.lock_sub_merchants(sub_merchant_id)
    if row.status != SubMerchantStatus.APPROVED or row.usable_from > clock.now():
        return False  # refused in the meantime, or done by another run
    _use(row)
    return True


@transaction.atomic
def close_sub_merchant(*, sub_merchant_id: int, staff: User, reason: str) -> SubMerchant:
    """The institution has closed an account: no more payments land there. One person may, for no money goes elsewhere.

    Raises PermissionDenied, CustodyError NOT_WAITING.
    """
    _require(staff, "change")
    row = locks.lock_sub_merchants(sub_merchant_id)
    require_sub_merchant_move(row, SubMerchantStatus.RETIRED)
    row.status, row.retired_at, row.note = SubMerchantStatus.RETIRED, clock.now(), reason.strip()[:200]
    row.save(update_fields=["status", "retired_at", "note", "updated_at"])
    _log(staff, "closed", row, reason=row.note)
    _tell(row, catalogue.money.CUSTODY_CLOSED)
    return row


def _use(row: SubMerchant) -> None:
    """Put it into use, under the lock of all of the seller's numbers."""
    now, replaces = clock.now(), _replaces_another(row)
    in_use = SubMerchant.objects.filter(user=row.user, gateway=row.gateway, status=SubMerchantStatus.ACTIVE).first()
    if in_use is not None:
        require_sub_merchant_move(in_use, SubMerchantStatus.RETIRED, actor=SYSTEM)
        in_use.status, in_use.retired_at = SubMerchantStatus.RETIRED, now
        in_use.save(update_fields=["status", "retired_at", "updated_at"])
    require_sub_merchant_move(row, SubMerchantStatus.ACTIVE, actor=SYSTEM)
    row.status, row.used_from = SubMerchantStatus.ACTIVE, now
    row.save(update_fields=["status", "used_from", "updated_at"])
    _tell(row, catalogue.money.CUSTODY_CHANGED if replaces else catalogue.money.CUSTODY_FIRST)


def _replaces_another(row: SubMerchant) -> bool:
    others = SubMerchant.objects.filter(user=row.user, gateway=row.gateway, status__in=_EVER_USED)
    return others.exclude(pk=row.pk).exists()


def _tell(row: SubMerchant, notice: Notice) -> None:
    with recipient_language():
        details = {
            "gateway": GatewayCode(row.gateway).label,
            "number": f"****{row.sub_merchant_id[-4:]}",
            "moment": timezone.localtime(row.usable_from).strftime("%Y-%m-%d %H:%M"),
        }
    notify(recipient_id=row.user_id, notice=notice, words=details)


def _log(staff: User, what: str, row: SubMerchant, **more: str) -> None:
    data = {"seller": row.user_id, "gateway": row.gateway, "number": row.sub_merchant_id}
    staff_log.note(actor=staff, action=f"sub_merchant.{what}", subject=row.user, data=data | more)


def _require(staff: User, action: str) -> None:
    if not staff.has_perm(f"payments.{action}_submerchant"):
        raise PermissionDenied
