"""What is blocked just now, and whom that stops. Each process keeps the list, as safety/words.py keeps the watched words.

Without the cache nobody is told of a change: each process reads the list anew after a minute.
"""

import ipaddress
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from redis.exceptions import RedisError

from marketplace.accounts import devices, selectors
from marketplace.accounts.addresses import client_address
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import Block, BlockKind, BlockScope, User
from marketplace.core import clock, live

logger = logging.getLogger(__name__)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_VERSION_KEY = "accounts:blocks_version"
# Without a change at the desk the list is read anew after this long: blocks end by time.
_SECONDS = 60
_ASK_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Blocks:
    """The blocks in force, by what they look at."""

    accounts: dict[int, frozenset[str]] = field(default_factory=dict)
    browsers: dict[str, frozenset[str]] = field(default_factory=dict)
    networks: tuple[tuple[Network, frozenset[str]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.browsers or self.networks)

    def of_address(self, address: str) -> set[str]:
        """The scopes that are closed to an address."""
        if not self.networks or not address:
            return set()
        try:
            one = ipaddress.ip_address(address)
        except ValueError:
            return set()
        mapped = getattr(one, "ipv4_mapped", None)
        one = mapped or one
        return {scope for network, scopes in self.networks if one in network for scope in scopes}


_kept: tuple[object, Blocks] | None = None
_read_at = 0.0
_holds_until = 0.0
# What is closed to the request that is being answered, for services that are reached by more ways than one.
_closed_here: ContextVar[frozenset[str]] = ContextVar("closed_here", default=frozenset())


def blocks_in_force() -> Blocks:
    """The list. Read anew in every process a second after a change at the latest, or after a minute."""
    global _kept, _read_at, _holds_until
    kept = _kept  # another thread may forget it meanwhile
    if kept is not None and time.monotonic() < _holds_until:
        return kept[1]
    try:
        version = cache.get_or_set(_VERSION_KEY, _new_version, timeout=_SECONDS)
    except RedisError as error:
        logger.warning("The list of blocks may be a minute old: %s", error)
        is_recent = kept is not None and time.monotonic() - _read_at < _SECONDS
        version = kept[0] if kept is not None and is_recent else _new_version()
    if kept is None or kept[0] != version:
        kept = (version, _read())
        _kept, _read_at = kept, time.monotonic()
    _holds_until = time.monotonic() + _ASK_EVERY_SECONDS
    return kept[1]


def forget_blocks() -> None:
    """Let every process read the list anew: after a change of it. Never fails: the change is there by then.

    Open windows are looked at at once (messaging/live/hub.py): a block ends those that it closes everything to.
    """
    forget_own_list()
    try:
        cache.delete(_VERSION_KEY)
    except RedisError as error:
        logger.warning("Other processes hear of a block within a minute: %s", error)
    live.publish(live.BLOCKS, 0)


def forget_own_list() -> None:
    """This process reads the list anew when it is asked next."""
    global _kept
    _kept = None


def forget_blocks_after_commit() -> None:
    """The same for a change that is not there yet."""
    transaction.on_commit(forget_blocks)


def closed_scopes(request: HttpRequest, find_person: Callable[[], User | None]) -> frozenset[str]:
    """What is closed to this request by address, browser and person. Staff is closed out of nothing.

    Who asks is looked up (`find_person`) only where that can make a difference.
    """
    blocks = blocks_in_force()
    closed = blocks.of_address(address_of(request)) if blocks.networks else set()
    if blocks.browsers and (browser := devices.browser_of(request)):
        closed |= blocks.browsers.get(browser, frozenset())
    if not closed and not blocks.accounts:
        return frozenset()
    person = find_person()
    if person is not None:
        closed |= blocks.accounts.get(person.pk, frozenset())
    # Asked last, and so hardly ever.
    return frozenset() if closed and person is not None and selectors.is_staff_person(person) else frozenset(closed)


@contextmanager
def closed_here(scopes: frozenset[str]) -> Iterator[None]:
    """While a request is answered, `require_open` knows what is closed to where it comes from."""
    token = _closed_here.set(scopes)
    try:
        yield
    finally:
        _closed_here.reset(token)


def is_closed(scope: BlockScope, scopes: Iterable[str]) -> bool:
    """Whether this may not be done, by itself or because nothing may."""
    found = set(scopes)
    return scope.value in found or BlockScope.EVERYTHING.value in found


def closed_accounts(user_ids: Iterable[int], scope: BlockScope) -> set[int]:
    """Who of these people may not do this. For rooms that get no request, such as messages over a socket."""
    accounts = blocks_in_force().accounts
    return {key for key in user_ids if key in accounts and is_closed(scope, accounts[key])}


def require_open(user: User, scope: BlockScope) -> None:
    """Raise AccountError BLOCKED when this account may not do this, or nobody from where the request comes."""
    closed = _closed_here.get() | blocks_in_force().accounts.get(user.pk, frozenset())
    if is_closed(scope, closed) and not selectors.is_staff_person(user):
        raise AccountError(AccountErrorCode.BLOCKED)


def _read() -> Blocks:
    accounts: dict[int, set[str]] = {}
    browsers: dict[str, set[str]] = {}
    networks: dict[Network, set[str]] = {}
    for block in Block.objects.filter(lifted_at=None, ends_at__gt=clock.now()):
        match block.kind:
            case BlockKind.ACCOUNT:
                accounts.setdefault(int(block.value), set()).add(block.scope)
            case BlockKind.DEVICE:
                browsers.setdefault(block.value, set()).add(block.scope)
            case BlockKind.ADDRESS:
                networks.setdefault(ipaddress.ip_network(block.value), set()).add(block.scope)
    return Blocks(
        {key: frozenset(scopes) for key, scopes in accounts.items()},
        {key: frozenset(scopes) for key, scopes in browsers.items()},
        tuple((network, frozenset(scopes)) for network, scopes in networks.items()),
    )


def address_of(request: HttpRequest) -> str:
    """The address of a request; "" where the proxies in front of us make nothing of it."""
    try:
        return client_address(request)
    except PermissionDenied:
        return ""


def _new_version() -> str:
    return get_random_string(12)
