"""Blocks against abuse, set and lifted by staff. Nobody can block themselves or the team out."""

import ipaddress
import re
from datetime import datetime

from django.db import IntegrityError, transaction

from marketplace.accounts import selectors
from marketplace.accounts.blocks import Network, forget_blocks_after_commit
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.locks import lock_block
from marketplace.accounts.models import Block, BlockKind, BlockScope, BrowserUse, User
from marketplace.accounts.personal_data import installed_model
from marketplace.core import clock, staff_log

# A home or an office, never a province: who shares a wider network did nothing.
SHORTEST_PREFIX = {4: 20, 6: 40}
_MARK = re.compile(r"[0-9a-f]{64}")
_STAFF_SESSIONS = 2000


@transaction.atomic
def add_block(
    *,
    kind: BlockKind,
    value: str,
    scope: BlockScope,
    reason: str,
    ends_at: datetime,
    staff: User,
    own_address: str = "",
    own_browser: str = "",
) -> Block:
    """Close a scope to an account (its key), a browser (its mark) or an address or network until `ends_at` (UTC).

    `own_address` and `own_browser` are those of whoever sets it. Raises AccountError REASON_MISSING, END_IN_PAST,
    BLOCK_VALUE_WRONG, NETWORK_TOO_WIDE, BLOCK_WOULD_HIT_STAFF or BLOCKED_ALREADY.
    """
    if not reason.strip():
        raise AccountError(AccountErrorCode.REASON_MISSING)
    if ends_at <= clock.now():
        raise AccountError(AccountErrorCode.END_IN_PAST)
    user = None
    match kind:
        case BlockKind.ACCOUNT:
            user = _account(value)
            value = str(user.pk)
        case BlockKind.DEVICE:
            value = _browser(value, own_browser)
        case BlockKind.ADDRESS:
            value = str(_network(value, own_address))
    # One that ended by time makes room: the database allows one that was not lifted.
    Block.objects.filter(kind=kind, value=value, scope=scope, lifted_at=None, ends_at__lte=clock.now()).update(
        lifted_at=clock.now()
    )
    try:
        with transaction.atomic():
            block = Block.objects.create(
                kind=kind, value=value, user=user, scope=scope, reason=reason.strip(), by=staff, ends_at=ends_at
            )
    except IntegrityError as error:
        raise AccountError(AccountErrorCode.BLOCKED_ALREADY) from error
    forget_blocks_after_commit()
    data = {"block": block.pk, "kind": str(kind), "value": value, "reason": block.reason}
    after = {"scope": str(scope), "ends_at": ends_at.isoformat()}
    staff_log.note(actor=staff, action="block.add", data=data, subject=user, before={"scope": None}, after=after)
    return block


@transaction.atomic
def lift_block(*, block_id: int, staff: User, reason: str) -> Block:
    """End a block before its time. Raises AccountError REASON_MISSING or BLOCK_IS_OVER; Block.DoesNotExist."""
    if not reason.strip():
        raise AccountError(AccountErrorCode.REASON_MISSING)
    block = lock_block(block_id)
    now = clock.now()
    if block.lifted_at is not None or block.ends_at <= now:
        raise AccountError(AccountErrorCode.BLOCK_IS_OVER)
    block.lifted_at, block.lifted_by = now, staff
    block.save(update_fields=["lifted_at", "lifted_by", "updated_at"])
    forget_blocks_after_commit()
    data = {"block": block.pk, "kind": block.kind, "value": block.value, "reason": reason.strip()}
    before = {"scope": block.scope, "ends_at": block.ends_at.isoformat()}
    staff_log.note(
        actor=staff, action="block.lift", data=data, subject=block.user, before=before, after={"scope": None}
    )
    return block


def _account(value: str) -> User:
    number = value.strip().removeprefix("#")
    user = User.objects.filter(pk=int(number)).first() if number.isascii() and number.isdecimal() else None
    if user is None:
        raise AccountError(AccountErrorCode.BLOCK_VALUE_WRONG)
    if selectors.is_staff_person(user):
        raise AccountError(AccountErrorCode.BLOCK_WOULD_HIT_STAFF)
    return user


def _browser(value: str, own_browser: str) -> str:
    mark = value.strip().lower()
    if not _MARK.fullmatch(mark):
        raise AccountError(AccountErrorCode.BLOCK_VALUE_WRONG)
    if mark == own_browser or any(
        selectors.is_staff_person(use.user) for use in BrowserUse.objects.filter(browser=mark).select_related("user")
    ):
        raise AccountError(AccountErrorCode.BLOCK_WOULD_HIT_STAFF)
    return mark


def _network(value: str, own_address: str) -> Network:
    try:
        network = ipaddress.ip_network(value.strip(), strict=False)
    except ValueError as error:
        raise AccountError(AccountErrorCode.BLOCK_VALUE_WRONG) from error
    if network.prefixlen < SHORTEST_PREFIX[network.version]:
        raise AccountError(AccountErrorCode.NETWORK_TOO_WIDE, ipv4=SHORTEST_PREFIX[4], ipv6=SHORTEST_PREFIX[6])
    if any(_is_in(address, network) for address in (own_address, *_addresses_of_staff())):
        raise AccountError(AccountErrorCode.BLOCK_WOULD_HIT_STAFF)
    return network


def _is_in(address: str, network: Network) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False


def _addresses_of_staff() -> list[str]:
    """Where the team is logged in from just now."""
    sessions = installed_model("usersessions.UserSession")
    if sessions is None:
        return []
    roles = User.groups.through.objects.values("user_id")
    ours = sessions._default_manager.filter(
        user__in=User.objects.filter(is_staff=True) | User.objects.filter(pk__in=roles)
    )
    return [str(ip) for ip in ours.order_by("-pk").values_list("ip", flat=True)[:_STAFF_SESSIONS]]
