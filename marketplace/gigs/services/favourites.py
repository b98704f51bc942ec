"""Buyers keep gigs."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.gigs import keeping, locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Favourite, Gig, GigStats


@transaction.atomic
def toggle_favourite(*, gig: Gig, user: User) -> bool:
    """Keep the gig, or stop keeping it; returns whether it is kept now. Raises GigError OWN_GIG."""
    _refuse_own(gig, user)
    # The row lock makes a double click two clicks in a row, and the counter exact.
    locks.lock_gig(gig.pk)
    _favourite, kept = Favourite.objects.get_or_create(user=user, gig=gig)
    if not kept:
        Favourite.objects.filter(user=user, gig=gig).delete()
    _count(gig.pk)
    keeping.tell(user, gig.pk)
    return kept


@transaction.atomic
def keep_favourite(*, gig: Gig, user: User) -> None:
    """Keep the gig. Safe to call twice. Raises GigError OWN_GIG."""
    _refuse_own(gig, user)
    locks.lock_gig(gig.pk)
    _favourite, is_new = Favourite.objects.get_or_create(user=user, gig=gig)
    if is_new:
        _count(gig.pk)
        keeping.tell(user, gig.pk)


@transaction.atomic
def remove_favourite(*, gig_id: int, user: User) -> None:
    """Stop keeping a gig, also one that is no longer on sale. Safe to call twice."""
    if not Favourite.objects.filter(user=user, gig_id=gig_id).exists():
        return
    locks.lock_gig(gig_id)
    Favourite.objects.filter(user=user, gig_id=gig_id).delete()
    _count(gig_id)
    keeping.tell(user, gig_id)


def _refuse_own(gig: Gig, user: User) -> None:
    if gig.seller_id == user.pk:
        raise GigError(GigErrorCode.OWN_GIG)


def _count(gig_id: int) -> None:
    GigStats.objects.filter(gig_id=gig_id).update(favourite_count=Favourite.objects.filter(gig_id=gig_id).count())
