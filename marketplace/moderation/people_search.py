"""Finding people by whatever is known of them: each hit says why it was found, and what may be searched by asks for its right."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from marketplace.accounts.models import (
    AccountClosing,
    BrowserUse,
    NewDevice,
    Suspension,
    User,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.accounts.personal_data import installed_model
from marketplace.accounts.phone import normalize_phone
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.moderation.models import Strike
from marketplace.orders.models import Order, Refund
from marketplace.payments.models import Payment, Payout

MOST_FOUND = 200
CONTACT_PERMISSION = "accounts.reveal_contact"
# Addresses and browsers, for who decides by them whether to sign somebody out.
SESSIONS_PERMISSION = "accounts.sign_out_user"
_MARK = re.compile(r"[0-9a-f]{8,64}")
_TAIL = re.compile(r"[0-9]{4,8}")
_SHOWN_DIGITS = 4
Staff = User | AnonymousUser
Hit = tuple[int, str]

SORTS = {
    "": "-pk",
    "oldest": "pk",
    "seen": "-last_login",
    "name": "profile__display_name",
}


@dataclass(frozen=True)
class Found:
    """People, and why each was found (key → reasons); empty where nothing was typed."""

    people: QuerySet[User]
    reasons: dict[int, list[str]] = field(default_factory=dict)
    is_cut: bool = False


def find_people(criteria: dict[str, Any], *, staff: Staff) -> Found:
    """Whom the words and filters of PeopleForm leave, in the order that was asked for. The page asks who may."""
    found: QuerySet[Any] = User.objects.select_related("profile").annotate(
        is_suspended=Exists(Suspension.objects.filter(user=OuterRef("pk"), over_at=None)),
        is_closing=Exists(AccountClosing.objects.filter(user=OuterRef("pk"), cancelled_at=None, done_at=None)),
        is_closed=Exists(AccountClosing.objects.filter(user=OuterRef("pk"), done_at__isnull=False)),
    )
    reasons: dict[int, list[str]] = {}
    words = str(criteria.get("q", "")).strip()
    if words:
        for key, reason in hits(words, staff=staff):
            if len(reasons) >= MOST_FOUND and key not in reasons:
                break
            if reason not in reasons.setdefault(key, []):
                reasons[key].append(reason)
        found = found.filter(pk__in=reasons)
    for name, narrow in _FILTERS.items():
        if wanted := criteria.get(name):
            found = narrow(found, wanted)
    order = SORTS.get(str(criteria.get("sort") or ""), "-pk")
    found = found.order_by(order, "-pk") if order.lstrip("-") != "pk" else found.order_by(order)
    return Found(found, reasons, is_cut=len(reasons) >= MOST_FOUND)


def hits(words: str, *, staff: Staff) -> Iterator[Hit]:
    """Everybody whom these words mean, with the reason, the surest first; people may come more than once."""
    for search in (
        _by_key,
        _by_number,
        _by_address,
        _by_order,
        _by_service,
        _by_money,
        _by_network,
        _by_browser,
        _by_name,
    ):
        yield from search(words, staff)


def _by_key(words: str, _staff: Staff) -> Iterable[Hit]:
    number = words.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        for key in User.objects.filter(pk=int(number)).values_list("pk", flat=True):
            yield key, _("Number of the account")


def _by_number(words: str, staff: Staff) -> Iterable[Hit]:
    if number := normalize_phone(words):
        for key in User.objects.filter(phone=number).values_list("pk", flat=True):
            yield key, _("Mobile number")
        for key in User.objects.filter(pending_phone=number).values_list("pk", flat=True)[:MOST_FOUND]:
            yield key, _("Mobile number that was not proved")
    # The last four digits stand on every masked number, so that they tell nobody anything new; more of them would.
    if _TAIL.fullmatch(words) and (len(words) <= _SHOWN_DIGITS or staff.has_perm(CONTACT_PERMISSION)):
        for key in User.objects.filter(phone__endswith=words).values_list("pk", flat=True)[:MOST_FOUND]:
            yield key, _("End of the mobile number")


def _by_address(words: str, staff: Staff) -> Iterable[Hit]:
    if "@" not in words:
        return
    address = words.lower()
    for key in User.objects.filter(email=address).values_list("pk", flat=True):
        yield key, _("E-mail address")
    for key in EmailAddress.objects.filter(email=address).values_list("user_id", flat=True):
        yield key, _("E-mail address")
    if staff.has_perm(CONTACT_PERMISSION):
        for key in User.objects.filter(email__contains=address).values_list("pk", flat=True)[:MOST_FOUND]:
            yield key, _("Part of the e-mail address")


def _by_order(words: str, staff: Staff) -> Iterable[Hit]:
    if not staff.has_perm("orders.view_order"):
        return
    for number, buyer, seller in Order.objects.filter(number=words.upper()).values_list("number", "buyer", "seller"):
        yield buyer, _("Buyer of order %(number)s") % {"number": number}
        yield seller, _("Seller of order %(number)s") % {"number": number}


def _by_service(words: str, _staff: Staff) -> Iterable[Hit]:
    number = words.lower().removeprefix("gig:").removeprefix("#")
    wanted = Q(slug=words.lower())
    if number.isascii() and number.isdecimal() and len(number) < 19:
        wanted |= Q(pk=int(number))
    for key, title in Gig.objects.filter(wanted).values_list("seller_id", "title")[:10]:
        yield key, _("Seller of the service “%(title)s”") % {"title": title}


def _by_money(words: str, staff: Staff) -> Iterable[Hit]:
    number = words.upper()
    if staff.has_perm("payments.view_payment"):
        wanted = Q(out_trade_no=number) | Q(gateway_trade_no=words)
        for buyer, ours in Payment.objects.filter(wanted).values_list("order__buyer", "out_trade_no"):
            yield buyer, _("Paid with payment %(number)s") % {"number": ours}
    if staff.has_perm("orders.view_refund"):
        for buyer in Refund.objects.filter(reference=number).values_list("order__buyer", flat=True):
            yield buyer, _("Gets refund %(number)s") % {"number": number}
    if staff.has_perm("payments.view_payout"):
        wanted = Q(reference=number) | (Q(gateway_transfer_no=words) & ~Q(gateway_transfer_no=""))
        for key, ours in Payout.objects.filter(wanted).values_list("user_id", "reference"):
            yield key, _("Gets payout %(number)s") % {"number": ours}


def _by_network(words: str, staff: Staff) -> Iterable[Hit]:
    if not staff.has_perm(SESSIONS_PERMISSION):
        return
    try:
        address = str(ipaddress.ip_address(words))
    except ValueError:
        return
    if sessions := installed_model("usersessions.UserSession"):
        for key in sessions._default_manager.filter(ip=address).values_list("user_id", flat=True)[:MOST_FOUND]:
            yield key, _("Logged in from %(address)s") % {"address": address}
    for key in NewDevice.objects.filter(ip=address).values_list("user_id", flat=True)[:MOST_FOUND]:
        yield key, _("Logged in on a new device from %(address)s") % {"address": address}


def _by_browser(words: str, staff: Staff) -> Iterable[Hit]:
    if not staff.has_perm(SESSIONS_PERMISSION) or not _MARK.fullmatch(words.lower()):
        return
    for key in BrowserUse.objects.filter(browser__startswith=words.lower()).values_list("user_id", flat=True)[
        :MOST_FOUND
    ]:
        yield key, _("Used this browser")


def _by_name(words: str, _staff: Staff) -> Iterable[Hit]:
    handle = words.lower().removeprefix("@")
    for key in User.objects.filter(profile__handle=handle).values_list("pk", flat=True):
        yield key, _("Address of the public page")
    for key in User.objects.filter(profile__old_handles__handle=handle).values_list("pk", flat=True):
        yield key, _("Earlier address of the public page")
    named = User.objects.filter(profile__display_name__icontains=words)
    for key in named.order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND]:
        yield key, _("Name")
    for key in User.objects.filter(profile__handle__startswith=handle).values_list("pk", flat=True)[:MOST_FOUND]:
        yield key, _("Beginning of the address of the public page")


def _of_kind(found: QuerySet[User], kind: Any) -> QuerySet[User]:
    kinds = {
        "sellers": Q(profile__seller_since__isnull=False),
        "buyers": Q(profile__seller_since=None, is_staff=False, is_superuser=False, groups=None),
        "suspended": Q(is_suspended=True),
        "closing": Q(is_closing=True),
        "closed": Q(is_closed=True),
        "staff": Q(is_staff=True) | Q(is_superuser=True) | Q(pk__in=User.groups.through.objects.values("user_id")),
    }
    return found.filter(kinds[kind])


def _verified(found: QuerySet[User], wanted: Any) -> QuerySet[User]:
    identities = UserVerification.objects.filter(
        user=OuterRef("pk"),
        kind__in=[VerificationKind.REAL_NAME, VerificationKind.COMPANY],
        status=VerificationStatus.APPROVED,
    )
    return found.filter(Exists(identities) if wanted == "yes" else ~Exists(identities))


def _with_strikes(found: QuerySet[User], wanted: Any) -> QuerySet[User]:
    in_force = Strike.objects.filter(person=OuterRef("pk"), lifted_at=None, expires_at__gt=clock.now())
    return found.filter(Exists(in_force) if wanted == "yes" else ~Exists(in_force))


def _with_orders(found: QuerySet[User], wanted: Any) -> QuerySet[User]:
    bought = Exists(Order.objects.filter(buyer=OuterRef("pk"), paid_at__isnull=False))
    sold = Exists(Order.objects.filter(seller=OuterRef("pk"), paid_at__isnull=False))
    return found.filter({"bought": bought, "sold": sold, "none": ~bought & ~sold}[wanted])


def _seen(found: QuerySet[User], wanted: Any) -> QuerySet[User]:
    days = abs(int(wanted))
    since = clock.now() - timedelta(days=days)
    recent = Q(last_login__gte=since)
    if sessions := installed_model("usersessions.UserSession"):
        recent |= Q(Exists(sessions._default_manager.filter(user=OuterRef("pk"), last_seen_at__gte=since)))
    return found.filter(recent) if int(wanted) > 0 else found.exclude(recent)


_FILTERS: dict[str, Callable[[QuerySet[User], Any], QuerySet[User]]] = {
    "kind": _of_kind,
    "level": lambda found, level: found.filter(profile__level=level, profile__seller_since__isnull=False),
    "verified": _verified,
    "strikes": _with_strikes,
    "joined_from": lambda found, day: found.filter(date_joined__gte=clock.midnight(day)),
    "joined_until": lambda found, day: found.filter(date_joined__lt=clock.midnight(day + timedelta(days=1))),
    "seen": _seen,
    "orders": _with_orders,
    "place": lambda found, place: found.filter(Q(profile__province=place) | Q(profile__city=place)),
}
