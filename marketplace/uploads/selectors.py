"""Reads of uploads, with the permission in them: somebody else's are not there."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.uploads.direct import EXPIRES_SECONDS
from marketplace.uploads.models import Upload, UploadTombstone
from marketplace.uploads.states import LOST_AFTER, UNDECIDED, UploadState

# Product decisions: a form that is left is come back to on the same day; a quarantined file is there for a question.
UNUSED_AFTER = timedelta(hours=24)
QUARANTINED_FOR = timedelta(days=7)
# What has been used is looked at this often, to see whether it still is.
LOOKED_AT_AFTER = timedelta(days=7)
# What one person may announce (core/config.py) is counted over this time.
QUOTA_PERIOD = timedelta(hours=24)
# A form that was signed at the last moment has run out by then, whichever clock is a little late.
FORMS_END_AFTER = timedelta(seconds=EXPIRES_SECONDS) + timedelta(minutes=5)
# A message to a worker takes seconds. What waits longer has lost it.
WAITS_FOR = timedelta(minutes=2)


def get_own_upload(key: UUID, user: User) -> Upload:
    """An upload of this person. Raises Http404."""
    upload = Upload.objects.filter(key=key, owner=user).first()
    if upload is None:
        raise Http404
    return upload


def uploads_of_form(*, user: User, purpose: str, subject: str) -> list[Upload]:
    """What this person has sent for a form and not used yet, in the order in which it was announced.

    A refusal is told for a day; the file stays in quarantine for longer.
    """
    unused = Upload.objects.filter(owner=user, purpose=purpose, subject=subject, attached_at=None)
    told = Q(state=UploadState.REJECTED, decided_at__lt=clock.now() - UNUSED_AFTER)
    return list(unused.exclude(told).order_by("pk"))


def own_uploads(*, user: User, purpose: str, keys: Collection[UUID]) -> dict[UUID, Upload]:
    """This person's uploads among `keys`; keys of others are not there."""
    return {upload.key: upload for upload in Upload.objects.filter(owner=user, purpose=purpose, key__in=keys)}


def names_of_results(*, user: User, names: Collection[str]) -> dict[str, str]:
    """What this person called the files that became `names`, as far as they are uploads of theirs."""
    own = Upload.objects.filter(owner=user, result_name__in=[name for name in names if name])
    return dict(own.values_list("result_name", "name"))


def undecided_uploads() -> QuerySet[Upload]:
    """What a worker was told of and has lost, that which waits longest first."""
    return (
        Upload.objects.filter(state__in=UNDECIDED)
        .filter(
            Q(state=UploadState.RECEIVED, received_at__lt=clock.now() - WAITS_FOR)
            | Q(state=UploadState.PROCESSING, claimed_at__lt=clock.now() - LOST_AFTER)
        )
        .order_by("received_at")
    )


def uploads_to_collect() -> QuerySet[Upload]:
    """What may be unused by now: never attached for a day, refused a week ago, or attached and not looked at for a week."""
    now = clock.now()
    never = Q(attached_at=None, updated_at__lt=now - UNUSED_AFTER) & ~Q(state=UploadState.REJECTED)
    refused = Q(state=UploadState.REJECTED, created_at__lt=now - QUARANTINED_FOR)
    used = Q(attached_at__isnull=False, updated_at__lt=now - LOOKED_AT_AFTER)
    return Upload.objects.filter(never | refused | used).exclude(state=UploadState.PROCESSING).order_by("updated_at")


def bytes_of_today(user: User) -> int:
    """How many bytes this person has announced within QUOTA_PERIOD, those let go of again included."""
    since = clock.now() - QUOTA_PERIOD
    there = Upload.objects.filter(owner=user, created_at__gt=since).aggregate(sum=Sum("size"))["sum"] or 0
    gone = UploadTombstone.objects.filter(owner=user, announced_at__gt=since).aggregate(sum=Sum("size"))["sum"] or 0
    return int(there + gone)


def tombstones_to_clear() -> QuerySet[UploadTombstone]:
    """Where nothing can come in any more, but something may have; and what counts for no day any more. The oldest first."""
    now = clock.now()
    ended, counted = now - FORMS_END_AFTER, now - QUOTA_PERIOD
    due = Q(created_at__lt=ended) & (~Q(storage_name="") | Q(announced_at__lt=counted))
    return UploadTombstone.objects.filter(due).order_by("created_at")
