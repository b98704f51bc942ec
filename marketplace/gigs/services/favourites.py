"""Buyers keep gigs."""

from collections.abc import Callable

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.gigs import locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Favourite, Gig, GigStats

# Rooms above this one, who have something to do of their own when somebody keeps a gig, or no longer (discovery/apps.py).
_listeners: dict[str, Callable[[User, int], object]] = {}


def told_by(name: str, listener: Callable[[User, int], object]) -> None:
    """Name what `name` does then, in the same transaction; a second call takes the place of the first."""
    _listeners[name] = listener


@transaction.atomic
def toggle_favourite(*, gig: Gig, user: User) -> bool:
    """Keep the gig, or stop keeping it; returns whether it is kept now. Raises GigError OWN_GIG."""
    if gig.seller_id == user.pk:
        raise GigError(GigErrorCode.OWN_GIG)
    # The row lock makes a double click two clicks in a row, and the counter exact.
    locks.lock_gig(gig.pk)
    _favourite, kept = Favourite.objects.get_or_create(user=user, gig=gig)
    if not kept:
        Favourite.objects.filter(user=user, gig=gig).delete()
    _count(gig.pk)
    _tell(user, gig.pk)
    return kept


@transaction.atomic
def remove_favourite(*, gig_id: int, user: User) -> None:
    """Stop keeping a gig, also one that is no longer on sale. Safe to call twice."""
    if not Favourite.objects.filter(user=user, gig_id=gig_id).exists():
        return
    locks.lock_gig(gig_id)
    Favourite.objects.filter(user=user, gig_id=gig_id).delete()
    _count(gig_id)
    _tell(user, gig_id)


def _tell(user: User, gig_id: int) -> None:
    for listener in _listeners.values():
        listener(user, gig_id)


def _count(gig_id: int) -> None:
    GigStats.objects.filter(gig_id=gig_id).update(favourite_count=Favourite.objects.filter(gig_id=gig_id).count())
