"""What somebody decides about their recommendations: off and on, not interested and back, forgotten."""

from marketplace.accounts.models import User
from marketplace.core.forgiving import forgiving_cache
from marketplace.discovery.recommending import viewing
from marketplace.discovery.recommending.models import GigDismissal, PersonalisationOff
from marketplace.gigs.models import Gig


def is_off(user: User) -> bool:
    """Whether the person wants the same recommendations as everybody."""
    return PersonalisationOff.objects.filter(user=user).exists()


def switch_off(*, user: User) -> None:
    """Recommend what everybody is recommended from now on, and keep nothing more for it. Safe to repeat."""
    PersonalisationOff.objects.get_or_create(user=user)
    _changed(user.pk)


def switch_on(*, user: User) -> None:
    """Recommend by what the person did again. Safe to repeat."""
    PersonalisationOff.objects.filter(user=user).delete()
    _changed(user.pk)


def dismiss(*, user: User, gig_id: int) -> bool:
    """Recommend this gig to the person no more. Safe to repeat; False where there is no such gig."""
    if not Gig.objects.filter(pk=gig_id).exists():
        return False
    GigDismissal.objects.get_or_create(user=user, gig_id=gig_id)
    _changed(user.pk)
    return True


def take_back(*, user: User, gig_id: int) -> None:
    """Recommend it again. Safe to repeat."""
    GigDismissal.objects.filter(user=user, gig_id=gig_id).delete()
    _changed(user.pk)


def dismissed(user: User) -> list[Gig]:
    """What the person is not interested in, the newest first."""
    rows = GigDismissal.objects.filter(user=user).select_related("gig").order_by("-created_at", "-pk")
    return [row.gig for row in rows]


def row_key(user_id: int) -> str:
    """The cache's key of what is recommended to this person."""
    return f"discovery:for_you:{user_id}"


def forget_row(user_id: int) -> None:
    """Put together anew what is recommended to this person."""
    forgiving_cache.delete(row_key(user_id))


def _changed(user_id: int) -> None:
    forget_row(user_id)
    viewing.forget_choice(user_id)
