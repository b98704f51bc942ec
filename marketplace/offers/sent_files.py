"""What files may be sent with a brief."""

from marketplace.accounts.models import User
from marketplace.offers.models import BriefFile
from marketplace.uploads.models import UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose

FILES_PER_BRIEF, FILE_MEGABYTES = 3, 20
# Of the form of a new brief: a person has one at a time, and finds there again what was sent for it.
SUBJECT = "brief"


def _may_send(user: User, subject: str) -> bool:
    return user.is_active and subject == SUBJECT


def _used(owner_id: int) -> set[str]:
    return set(BriefFile.objects.filter(brief__buyer=owner_id).values_list("file", flat=True))


BRIEF_FILES = Purpose(
    key="brief",
    kinds={UploadKind.FILE: KindLimit(megabytes=FILE_MEGABYTES, count=FILES_PER_BRIEF)},
    folder="briefs",
    still_used=_used,
    may_send=_may_send,
    storage="private",
)
