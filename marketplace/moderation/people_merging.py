"""Accounts that look like one person's, and what upper rooms move when two are merged (accounts/services/merging.py)."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import BrowserUse, User
from marketplace.accounts.personal_data import Blocker
from marketplace.accounts.services.merging import MovingPart, register_hindrance, register_moving_part
from marketplace.discovery.models import SearchFilter
from marketplace.gigs.models import Favourite, Gig
from marketplace.gigs.states import GigStatus
from marketplace.payments.models import PayoutDestination

PERMISSION = "accounts.merge_user"
MOST_SHOWN = 20
_MOST_LOOKED_AT = 500
_TAIL_DIGITS = 8
_DOTLESS = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Likely:
    """Somebody who may be the same person, and what says so. Marks are named, never shown."""

    person: User
    signs: list[str]


def likely_duplicates(person: User) -> list[Likely]:
    """Accounts that share a payout account, a browser, a mobile number or a mailbox with this one; most signs first."""
    signs: dict[int, set[str]] = {}
    for keys, sign in (
        (_same_payout(person), _("the same payout account")),
        (_same_browser(person), _("the same browser")),
        (_same_number(person), _("the same mobile number, proved or not")),
        (_same_mailbox(person), _("the same mailbox, written another way")),
    ):
        for key in keys:
            signs.setdefault(key, set()).add(sign)
    signs.pop(person.pk, None)
    people = User.objects.select_related("profile").in_bulk(list(signs)[:_MOST_LOOKED_AT])
    found = [Likely(people[key], sorted(marks)) for key, marks in signs.items() if key in people]
    return sorted(found, key=lambda one: (-len(one.signs), one.person.pk))[:MOST_SHOWN]


def folded_mailbox(email: str) -> str:
    """The mailbox behind an address: without what stands after a plus, and without dots where the host ignores them."""
    name, _at, host = email.lower().partition("@")
    name = name.partition("+")[0]
    return f"{name.replace('.', '') if host in _DOTLESS else name}@{host}"


def _same_payout(person: User) -> set[int]:
    marks = set(PayoutDestination.objects.filter(user=person).values_list("account_mark", flat=True)) - {""}
    return set(PayoutDestination.objects.filter(account_mark__in=marks).values_list("user_id", flat=True))


def _same_browser(person: User) -> set[int]:
    browsers = BrowserUse.objects.filter(user=person).values("browser")
    return set(BrowserUse.objects.filter(browser__in=browsers).values_list("user_id", flat=True)[:_MOST_LOOKED_AT])


def _same_number(person: User) -> set[int]:
    found: set[int] = set()
    for number in {person.phone or "", person.pending_phone} - {""}:
        tail = number[-_TAIL_DIGITS:]
        same = Q(phone__endswith=tail) | Q(pending_phone__endswith=tail)
        found |= set(User.objects.filter(same).values_list("pk", flat=True)[:_MOST_LOOKED_AT])
    return found


def _same_mailbox(person: User) -> set[int]:
    found: set[int] = set()
    for email in set(EmailAddress.objects.filter(user=person).values_list("email", flat=True)) | {person.email} - {""}:
        name, _at, host = email.lower().partition("@")
        # Where dots count for nothing they may stand anywhere behind the first letter.
        beginning = name[:1] if host in _DOTLESS else name.partition("+")[0]
        near = EmailAddress.objects.filter(email__startswith=beginning, email__endswith=f"@{host}")
        users = User.objects.filter(email__startswith=beginning, email__endswith=f"@{host}")
        pairs = [
            *near.values_list("user_id", "email")[:_MOST_LOOKED_AT],
            *users.values_list("pk", "email")[:_MOST_LOOKED_AT],
        ]
        found |= {key for key, other in pairs if folded_mailbox(other) == folded_mailbox(email)}
    return found


def _favourites(kept: User, merged: User) -> QuerySet[Favourite]:
    known = list(Favourite.objects.filter(user=kept).values_list("gig_id", flat=True))
    return Favourite.objects.filter(user=merged).exclude(gig_id__in=known).exclude(gig__seller=kept)


def _searches(_kept: User, merged: User) -> QuerySet[SearchFilter]:
    return SearchFilter.objects.filter(user=merged)


def _live_services(_kept: User, merged: User) -> list[Blocker]:
    ended = (GigStatus.ARCHIVED, GigStatus.DENIED)
    count = Gig.objects.filter(seller=merged).exclude(status__in=ended).count()
    if not count:
        return []
    return [Blocker(_("The account that would go still has %(count)s services.") % {"count": count}, "")]


def register() -> None:
    """Tell accounts what moves and what is in the way, once at the start."""
    register_moving_part(
        code="favourites",
        part=MovingPart(
            gettext_lazy("Favourites"),
            lambda kept, merged: _favourites(kept, merged).count(),
            lambda kept, merged: _favourites(kept, merged).update(user=kept),
        ),
    )
    register_moving_part(
        code="searches",
        part=MovingPart(
            gettext_lazy("Saved searches"),
            lambda kept, merged: _searches(kept, merged).count(),
            lambda kept, merged: _searches(kept, merged).update(user=kept),
        ),
    )
    register_hindrance(code="services", ask=_live_services)
