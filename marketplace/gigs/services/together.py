"""The same deed for several gigs at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from marketplace.accounts.models import User
from marketplace.gigs.errors import GigError
from marketplace.gigs.models import Gig
from marketplace.gigs.services.availability import archive_gig, pause_gig, resume_gig

DEEDS: dict[str, Callable[..., Gig]] = {"pause": pause_gig, "resume": resume_gig, "archive": archive_gig}


@dataclass(frozen=True)
class Outcome:
    """How many it was done to, and to which not, with the reason."""

    done: int
    refused: tuple[tuple[str, str], ...]


def do_to_gigs(*, deed: str, gig_ids: Iterable[int], seller: User) -> Outcome:
    """Pause, resume or archive each gig in a transaction of its own: what one refuses keeps the others from nothing.

    Raises KeyError for another deed.
    """
    service = DEEDS[deed]
    done, refused = 0, []
    for gig in Gig.objects.filter(pk__in=list(gig_ids), seller_id=seller.pk).order_by("pk"):
        try:
            service(gig_id=gig.pk, seller=seller)
        except GigError as error:
            refused.append((gig.title, error.message))
        else:
            done += 1
    return Outcome(done, tuple(refused))
