"""A gig as the beginning of another one."""

from dataclasses import replace

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.gigs.content import TITLE_LIMIT, read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.services.drafts import start_draft
from marketplace.gigs.states import GigStatus


def duplicate_gig(*, gig_id: int, seller: User) -> Gig:
    """A new draft with all that the latest revision of the gig says; also the way back from one that was put away.

    The pictures are the same files: files never change, and none is removed while a gig or a revision names it.
    Raises GigError NOT_SELLER, WRONG_STATE for a gig that was refused for good, or what `start_draft` raises.
    """
    gig = Gig.objects.filter(pk=gig_id, seller_id=seller.pk).first()
    if gig is None:
        raise GigError(GigErrorCode.NOT_SELLER)
    if gig.status == GigStatus.DENIED:
        raise GigError(GigErrorCode.WRONG_STATE)
    content = read_content(gig.get_latest_revision_as_object())
    return start_draft(seller=seller, content=replace(content, title=copied_title(content.title)))


def copied_title(title: str) -> str:
    """The title with a mark behind it, within what a title may hold; one that is a copy already keeps its mark."""
    mark = _(" (copy)")
    return title if title.endswith(mark) else title[: TITLE_LIMIT - len(mark)].rstrip() + mark
