"""Staff sees the site as somebody else, to help them: thirty minutes, reading only, nothing private.

django-hijack was weighed and left: it logs the staff member in as the person, with a session that may do everything, and
what it lacks is all that matters here (reading only, pages that stay closed, the end of its own accord). Here nobody logs in.
The staff's own session says whom they look at; for pages on the list below `request.user` is that person, `request.session` an
empty one that is kept nowhere, and the transaction of the request is rolled back, so that a page which writes while it
is read (a search that is remembered) leaves no trace.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest

from marketplace.accounts import selectors
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User
from marketplace.core import clock, staff_log

SESSION_KEY = "viewing_as"
MINUTES = 30
PERMISSION = "accounts.view_as_user"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# By URL name, so that a new page is closed until somebody decides otherwise. Money (so the seller's desk and proofs too),
# identity papers, messages, notifications (which quote messages), files, privacy and everything of log-in is not on it; nor
# what a person keeps for themselves (a draft of requirements), negotiates, or says in a dispute, which mediators read.
SHOWN = frozenset(
    {
        *("gigs:detail", "gigs:desk_list", "gigs:create", "gigs:edit", "gigs:step"),
        *("discovery:search", "discovery:suggest"),
        *(
            "orders:list",
            "orders:desk_list",
            "orders:calendar",
            "orders:desk_calendar",
            "orders:detail",
            "orders:as_bought",
        ),
        *("orders:action", "orders:deliver", "orders:revise", "orders:skip", "orders:note", "orders:change"),
        *(
            "orders:cancel",
            "orders:dispute_open",
            "orders:plan",
            "orders:plan_stop",
            "orders:rules",
            "orders:rules_in_force",
        ),
        *("offers:briefs", "offers:brief_new", "offers:brief", "offers:desk_briefs", "offers:brief_answer"),
        *("accounts:profile", "accounts:settings", "wagtail_serve"),
    }
)


@dataclass(frozen=True)
class Viewing:
    """Who looks, at whose pages."""

    staff: User
    person: User
    ends_at: float  # Unix time


class NoSession(SessionBase):
    """A session that begins empty and is kept nowhere: what a page stores in it is gone with the answer."""

    def exists(self, session_key: str) -> bool:
        return False

    def create(self) -> None:
        self._session_key = None

    def save(self, must_create: bool = False) -> None:
        """Nothing is kept."""

    def delete(self, session_key: str | None = None) -> None:
        """Nothing is there."""

    def load(self) -> dict[str, Any]:
        return {}


@transaction.atomic
def begin(*, session: MutableMapping[str, Any], staff: User, person: User) -> None:
    """Begin to look; from now on pages of the site show what `person` sees. Raises AccountError NOT_VIEWABLE for staff."""
    if selectors.is_staff_person(person) or not staff.has_perm(PERMISSION):
        raise AccountError(AccountErrorCode.NOT_VIEWABLE)
    ends_at = clock.now() + timedelta(minutes=MINUTES)
    staff_log.note(actor=staff, action="person.view_as", subject=person, data={"until": ends_at.isoformat()})
    session[SESSION_KEY] = {"person": person.pk, "ends_at": ends_at.timestamp()}


@transaction.atomic
def end(*, session: MutableMapping[str, Any], staff: User) -> int | None:
    """Stop looking, or note that the time is over; returns whose pages it was. Safe to call when nobody looks."""
    kept = session.pop(SESSION_KEY, None)
    if kept is None:
        return None
    person = User.objects.filter(pk=kept["person"]).first()
    staff_log.note(actor=staff, action="person.view_as_ended", subject=person, data={})
    return int(kept["person"])


def current(request: HttpRequest) -> Viewing | None:
    """What the session says, if it still holds: in time, and both people are still what they have to be."""
    kept = request.session.get(SESSION_KEY)
    staff = request.user
    if kept is None or not isinstance(staff, User) or not staff.is_authenticated:
        return None
    if clock.now().timestamp() >= kept["ends_at"] or not staff.has_perm(PERMISSION):
        end(session=request.session, staff=staff)
        return None
    person = User.objects.select_related("profile").filter(pk=kept["person"]).first()
    if person is None or selectors.is_staff_person(person):
        return None
    return Viewing(staff, person, kept["ends_at"])


def is_shown(request: HttpRequest) -> bool:
    """Whether this page may be seen as somebody else."""
    return request.resolver_match is not None and request.resolver_match.view_name in SHOWN
